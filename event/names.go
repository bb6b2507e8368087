package event

import (
	"maps"
	"sync"
	"sync/atomic"
)

// Name is the number of a field name in a [Names] table.
type Name uint32

// Overflow is the name of every field whose own name came after the table was
// full. Its values can still be found by keyword and in the raw bytes.
const Overflow Name = 0

// MaxNames bounds a table, so that hostile input with ever new field names
// cannot exhaust memory. Real sources use a few thousand.
const MaxNames = 1 << 16

// Names numbers field names. It is shared by all parsers and the program of a
// run, so that a field is found by index and never by comparing strings. It is
// safe for concurrent use; looking up a name known for a while takes no lock.
type Names struct {
	known atomic.Pointer[map[string]Name] // never changed once stored
	texts atomic.Pointer[[]string]        // only ever appended to, under mu

	mu      sync.RWMutex
	fresh   map[string]Name // names not yet in known; joined when they are many
	refused atomic.Int64
}

// NewNames returns a table that holds the given names under the numbers 1, 2, …
// in their order. Number 0 is [Overflow].
func NewNames(first ...string) *Names {
	t := &Names{fresh: map[string]Name{}}
	t.known.Store(&map[string]Name{})
	t.texts.Store(&[]string{""})
	for _, s := range first {
		t.Intern(s)
	}
	return t
}

// Intern returns the number of a name, giving it one if it is new. When the
// table is full it returns [Overflow] and counts the refusal.
func (t *Names) Intern(s string) Name {
	if n, ok := t.Lookup(s); ok {
		return n
	}
	return t.add(s)
}

// InternBytes is [Names.Intern] for a name still in its record. It allocates
// only when the name is new.
func (t *Names) InternBytes(b []byte) Name {
	if n, ok := (*t.known.Load())[string(b)]; ok {
		return n
	}
	t.mu.RLock()
	n, ok := t.fresh[string(b)]
	t.mu.RUnlock()
	if ok {
		return n
	}
	return t.add(string(b))
}

// Lookup returns the number of a name without adding it.
func (t *Names) Lookup(s string) (Name, bool) {
	if n, ok := (*t.known.Load())[s]; ok {
		return n, true
	}
	t.mu.RLock()
	defer t.mu.RUnlock()
	if n, ok := t.fresh[s]; ok {
		return n, true
	}
	// It may have been joined since known was looked at.
	n, ok := (*t.known.Load())[s]
	return n, ok
}

func (t *Names) add(s string) Name {
	t.mu.Lock()
	defer t.mu.Unlock()
	if n, ok := t.fresh[s]; ok {
		return n
	}
	known := *t.known.Load()
	if n, ok := known[s]; ok {
		return n
	}
	texts := *t.texts.Load()
	if len(texts) >= MaxNames {
		t.refused.Add(1)
		return Overflow
	}
	n := Name(len(texts))
	t.fresh[s] = n
	texts = append(texts, s)
	t.texts.Store(&texts)
	// Joining only when the fresh ones are a fifth of all keeps the copying
	// linear in the number of names.
	if len(t.fresh) > 16+len(known)/4 {
		joined := maps.Clone(known)
		maps.Copy(joined, t.fresh)
		t.known.Store(&joined)
		t.fresh = map[string]Name{}
	}
	return n
}

// Text returns the name with the given number; it is empty for [Overflow].
func (t *Names) Text(n Name) string {
	texts := *t.texts.Load()
	if int(n) >= len(texts) {
		return ""
	}
	return texts[n]
}

// Len returns one more than the highest number in use.
func (t *Names) Len() int { return len(*t.texts.Load()) }

// Refused returns how many times a name found the table full.
func (t *Names) Refused() int64 { return t.refused.Load() }

package jsonl

import (
	"strings"

	"github.com/dwell-project/dwell/event"
)

const (
	// maxKeys bounds the keys that one decoder remembers.
	maxKeys = 1 << 14
	// maxNameSize is the longest dotted path that gets a name of its own;
	// longer ones are [event.Overflow].
	maxNameSize = 1024
	// guesses is how many followers of a key are tried before its object's
	// table is asked. Four hold the usual mixture of event types in one log.
	guesses = 4
)

// object is one place in the tree of keys: what may stand between { and }.
type object struct {
	path  string // dotted
	named bool   // false at the top, where path is empty and no dot follows
	// windows says that the path is inside a Windows event written as a tree,
	// where attributes and text are not levels of their own.
	windows bool
	keys    map[string]*key
	next    [guesses]*key // what came first in earlier records
}

// key is one member name at one place. Logs repeat their keys in a few orders,
// so every key remembers what followed it: most keys are found by comparing
// bytes at the expected place, without looking anything up.
type key struct {
	token string // from after the opening quote to the colon: `EventID":`
	name  event.Name
	role  role
	clue  clue
	marks *markSet // nil for none
	tells bool     // role, clue or marks are there
	in    *object  // what an object under this key is, made when one is met
	next  [guesses]*key
}

// guess returns the key that begins at data[at:], just after its quote, if it
// is one of those that came here before.
func guess(next *[guesses]*key, data []byte, at int) *key {
	for i, k := range next {
		if k == nil {
			return nil
		}
		end := at + len(k.token)
		if end <= len(data) && string(data[at:end]) == k.token {
			if i > 0 {
				next[i], next[i-1] = next[i-1], k
			}
			return k
		}
	}
	return nil
}

// learn makes k the last guess: a key that is seen once does not push out the
// usual one.
func learn(next *[guesses]*key, k *key) {
	at := 0
	for at < guesses-1 && next[at] != nil {
		if next[at] == k {
			return
		}
		at++
	}
	next[at] = k
}

// keyIn returns the key with the given raw text, making it if it is new.
func (s *scanner) keyIn(o *object, raw []byte) *key {
	if k, ok := o.keys[string(raw)]; ok {
		return k
	}
	k := s.newKey(o, string(raw))
	if s.nKeys < maxKeys && len(raw) <= maxNameSize {
		s.nKeys++
		o.keys[string(raw)] = k
	}
	return k
}

func (s *scanner) newKey(o *object, raw string) *key {
	text := event.Field{Kind: event.TextJSON, Data: []byte(raw)}.Text()
	path := o.join(text)
	k := &key{token: raw + `":`}
	if len(path) <= maxNameSize {
		k.name = s.names.Intern(path)
		k.role = s.roles[path]
		if s.known != nil {
			k.clue = s.known.clues[path]
		}
		if s.network != nil {
			k.marks = s.network.marksOf(k.name)
		}
	}
	if o.windows && (text == "xmlns" || text == "@xmlns" || strings.HasPrefix(text, "xmlns:")) {
		k.role = namespace
	}
	k.tells = k.role != 0 || k.clue != 0 || k.marks != nil
	return k
}

// join returns the path of a member of o.
func (o *object) join(text string) string {
	if o.windows {
		text = strings.TrimPrefix(text, "@")
		if text == "#text" || o.path == "System.EventID" && text == "Value" {
			return o.path
		}
	}
	if !o.named {
		return text
	}
	return o.path + "." + text
}

// objectUnder returns what an object under the key k of o is.
func (s *scanner) objectUnder(o *object, k *key) *object {
	if k.in != nil {
		return k.in
	}
	text := event.Field{Kind: event.TextJSON, Data: []byte(strings.TrimSuffix(k.token, `":`))}.Text()
	in := &object{path: o.join(text), named: true, windows: o.windows, keys: map[string]*key{}}
	switch top := !o.named && !o.windows; {
	case top && text == "_source":
		in.path, in.named = "", false
	case top && !s.plain && (text == "Event" || text == "Event_attributes"):
		in.path, in.named, in.windows = "", false, true
	case top && !s.plain && text == "System":
		in.windows = true
	case o.windows && text == "#attributes":
		in.path, in.named = o.path, o.named
	case o.windows:
		if base, ok := strings.CutSuffix(text, "_attributes"); ok {
			in.path = o.join(base)
		}
	}
	if len(in.path) > maxNameSize {
		in.path = in.path[:maxNameSize]
	}
	k.in = in
	return in
}

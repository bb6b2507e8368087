package jsonl

import (
	"bytes"
	"slices"
	"strings"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// clue is the number of a name that tells where a record is from, or what it
// says of itself; 0 is none.
type clue uint16

// maxClues is how many names can be clues.
const maxClues = 512

// clueSet is a set of clues, one bit each.
type clueSet [maxClues / 64]uint64

func (c *clueSet) add(x clue)      { c[x>>6] |= 1 << (x & 63) }
func (c *clueSet) has(x clue) bool { return c[x>>6]>>(x&63)&1 != 0 }

// all says whether all of the given clues are there.
func (c *clueSet) all(want []clue) bool {
	for _, x := range want {
		if !c.has(x) {
			return false
		}
	}
	return true
}

// meets says whether one of the given clues is there.
func (c *clueSet) meets(want []clue) bool {
	return slices.ContainsFunc(want, c.has)
}

// compiled is an [origin] whose names are clues.
type compiled struct {
	origin
	need, any                           []clue
	is, kind                            clue
	pairs                               []*compiledPairs
	texts                               []clue
	kinds                               map[string]string // datasets by a record's own word
	time, host, provider, code, channel []clue
}

// known are the origins and the clues they know.
type known struct {
	origins []compiled
	clues   map[string]clue
	audit   clue // AuditData
	met     [remembered]metClues
}

// remembered is how many sets of names a decoder remembers the meaning of: logs
// repeat theirs.
const remembered = 1 << 6

// metClues are the origins that a set of clues allows, in their order.
type metClues struct {
	clues   clueSet
	origins []*compiled
}

// slot returns a place among those remembered for a set of words.
func slot(words []uint64) int {
	h := uint64(0)
	for _, w := range words {
		h = (h ^ w) * 0x9E3779B97F4A7C15
		h ^= h >> 29
	}
	return int(h % remembered)
}

func newKnown(names *event.Names) *known {
	k := &known{clues: map[string]clue{}}
	k.audit = k.clue("AuditData")
	for _, o := range origins() {
		c := compiled{origin: o, need: k.list(o.need), any: k.list(o.any), pairs: k.pairs(names, o.pairs), texts: k.list(o.texts), kinds: map[string]string{}}
		if o.is[0] != "" {
			c.is = k.clue(o.is[0])
		}
		if o.kind != "" {
			c.kind = k.clue(o.kind)
		}
		c.time, c.host, c.provider = k.list(o.time), k.list(o.host), k.list(o.provider)
		c.code, c.channel = k.list(o.code), k.list(o.channel)
		if c.schema == "" {
			c.schema = c.dataset
		}
		k.origins = append(k.origins, c)
	}
	return k
}

func (k *known) clue(name string) clue {
	c, ok := k.clues[name]
	if !ok && len(k.clues) < maxClues-1 {
		c = clue(len(k.clues) + 1)
		k.clues[name] = c
	}
	return c
}

func (k *known) list(names []string) (l []clue) {
	for _, name := range names {
		l = append(l, k.clue(name))
	}
	return l
}

// of tells where a record is from, nil if nothing knows it.
func (k *known) of(s *scanner) *compiled {
	if s.clues == (clueSet{}) {
		return nil
	}
	met := &k.met[slot(s.clues[:])]
	if met.clues != s.clues {
		met.clues, met.origins = s.clues, k.allowed(&s.clues)
	}
	for _, o := range met.origins {
		if o.is == 0 || bytes.HasPrefix(s.fields[s.clueAt[o.is]].Data, []byte(o.origin.is[1])) {
			return o
		}
	}
	return nil
}

// allowed returns the origins whose names are all there.
func (k *known) allowed(clues *clueSet) (all []*compiled) {
	for i := range k.origins {
		if o := &k.origins[i]; clues.all(o.need) && (len(o.any) == 0 || clues.meets(o.any)) {
			all = append(all, o)
		}
	}
	return all
}

// first returns the first field that one of the clues names and that has text.
func (s *scanner) first(of []clue) event.Field {
	for _, c := range of {
		if s.clues.has(c) {
			if f := s.fields[s.clueAt[c]]; f.HasText() {
				return f
			}
		}
	}
	return event.Field{}
}

// place fills what the event says about itself, as its origin says it.
func (d *decoder) place(s *scanner, o *compiled, e *event.Event) {
	e.Schema, e.Dataset = o.schema, o.dataset
	e.Host, e.Provider = s.first(o.host), s.first(o.provider)
	e.Channel, e.Code = s.first(o.channel), s.first(o.code)
	if e.Channel.Kind != event.Absent {
		e.Dataset = d.dataset(e.Channel)
	}
	if o.kind != 0 {
		e.Dataset = o.kindOf(s.first([]clue{o.kind}))
	}
	for _, c := range o.time {
		if !s.clues.has(c) {
			continue
		}
		f := s.fields[s.clueAt[c]]
		text := f.Data
		if f.Kind == event.TextJSON {
			text = f.AppendText(nil)
		}
		if t, ok := parse.When(text); ok {
			e.Time = t
			if o.local && !hasZone(text) {
				e.Assumed |= event.AssumedZone
			}
			return
		}
	}
	e.Time, e.Assumed = s.when(d.shapes.json.time)
}

// kindOf returns the dataset that a record's own word for its kind gives.
func (o *compiled) kindOf(kind event.Field) string {
	if kind.Kind == event.Absent {
		return o.dataset
	}
	name, ok := o.kinds[string(kind.Data)]
	if ok {
		return name
	}
	name = strings.ToLower(kind.Text())
	if o.schema != o.dataset || !strings.Contains(name, ".") {
		name = o.dataset + "." + name
	}
	if len(o.kinds) < maxDatasets && len(kind.Data) <= maxNameSize {
		o.kinds[string(kind.Data)] = name
	}
	return name
}

// hasZone says whether a time says in which zone it is; Unix time is in UTC.
func hasZone(text []byte) bool {
	if len(text) < 19 || text[4] != '-' {
		return true
	}
	rest := text[19:]
	return bytes.ContainsAny(rest, "Zz+-") || bytes.HasSuffix(rest, []byte("UTC"))
}

// unfold replaces AuditData, which Search-UnifiedAuditLog gives as a text, by
// the fields of the record in it. It returns the scanner that has read it, or s
// if there is none.
func (d *decoder) unfold(s *scanner, e *event.Event) *scanner {
	if !s.clues.has(d.known.audit) {
		return s
	}
	at := s.clueAt[d.known.audit]
	f := s.fields[at]
	if !f.IsText() || len(f.Data) == 0 || f.Data[0] != '{' {
		return s
	}
	if d.inner == nil {
		d.inner = newScanner(s.names, s.roles, true)
		d.inner.known = s.known
	}
	in := d.inner
	d.text = f.AppendText(d.text[:0])
	in.data, in.lines = d.text, 0
	if end := in.object(0); end != len(d.text) {
		return s
	}
	e.Fields = append(append(e.Fields[:at], e.Fields[at+1:]...), in.fields...)
	s.fields = e.Fields[:0]
	return in
}

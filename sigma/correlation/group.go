package correlation

import (
	"encoding/binary"
	"math"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
)

// group is the state of one correlation for one combination of values.
type group struct {
	key        string
	digest     digest
	bytes      int64 // accounted for besides entries
	shown      []GroupValue
	queue      queue
	tally      tally
	open       int64 // when the window opened, for conditions decided at its end
	last       int64 // time of the latest entry
	holding    bool
	late       bool
	hit        event.ID // of the hit that the condition holds since
	prev, next *group   // in the order of last
}

// groups are the groups of one correlation, those untouched for longest in
// front; for rising conditions they are the first to expire.
type groups struct {
	hot         map[digest]*group
	first, back *group
	cold        map[digest]frozen
	swept       int64    // when cold is to be gone through again
	due         []digest // windows that close at this instant
}

func (gs *groups) unlink(g *group) {
	if g.prev != nil {
		g.prev.next = g.next
	} else {
		gs.first = g.next
	}
	if g.next != nil {
		g.next.prev = g.prev
	} else {
		gs.back = g.prev
	}
	g.prev, g.next = nil, nil
}

func (gs *groups) append(g *group) {
	g.prev = gs.back
	if gs.back != nil {
		gs.back.next = g
	} else {
		gs.first = g
	}
	gs.back = g
}

// arrival is a match on its way into a correlation.
type arrival struct {
	leaf
	values [][]string
	leaves []leaf
}

// item is an entry and the group it goes to.
type item struct {
	g *group
	e entry
}

// entryFor makes the entry of an arrival, or says that the arrival takes no
// part because it has no value to compute with.
func (n *node) entryFor(a *arrival, slot int32) (entry, bool) {
	s := &n.slots[slot]
	e := entry{leaf: a.leaf, slot: slot}
	if n.condition.kind != distinct && !n.condition.valued() && len(n.exports) == 0 && len(a.leaves) == 0 {
		return e, true
	}
	e.x = &extra{leaves: a.leaves}
	switch {
	case n.condition.kind == distinct:
		e.x.keys = combinations(a.values, s.figure)
		if len(e.x.keys) == 0 {
			return e, false
		}
	case n.condition.valued():
		for _, v := range column(a.values, s.figure[0]) {
			if f, ok := sigma.ParseNumber([]byte(v)); ok && math.Abs(f) <= maxNumber {
				e.x.numbers = append(e.x.numbers, f)
			}
		}
		if len(e.x.numbers) == 0 {
			return e, false
		}
	}
	for _, at := range s.exports {
		var vs []string
		for _, v := range column(a.values, at) {
			vs = append(vs, strings.Clone(v))
		}
		e.x.exports = append(e.x.exports, vs)
	}
	return e, true
}

func column(values [][]string, at int) []string {
	if at < 0 || at >= len(values) {
		return nil
	}
	return values[at]
}

// maxCombinations bounds how many values of several fields one event counts
// for in value_count.
const maxCombinations = 1024

// combinations returns the different combinations of the columns' values,
// folded; none if a column has no value.
func combinations(values [][]string, columns []int) []string {
	keys := []string{""}
	for _, at := range columns {
		var next []string
		for _, k := range keys {
			for _, v := range column(values, at) {
				if len(next) < maxCombinations {
					next = append(next, string(appendKey([]byte(k), v)))
				}
			}
		}
		keys = next
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// appendKey appends a folded value so that no two lists of values give the same
// key.
func appendKey(b []byte, v string) []byte {
	at := len(b)
	b = append(b, 0, 0, 0, 0)
	b = appendFold(b, v)
	binary.BigEndian.PutUint32(b[at:], uint32(len(b)-at-4)+1)
	return b
}

// appendAbsent appends the key of no value at all.
func appendAbsent(b []byte) []byte { return append(b, 0, 0, 0, 0) }

// cutKey takes the first folded value off a key; absent says that it is none.
func cutKey(key string) (value, rest string, absent bool) {
	size := int(key[0])<<24 | int(key[1])<<16 | int(key[2])<<8 | int(key[3])
	value = key[4 : 4+max(size-1, 0)]
	return value, key[4+len(value):], size == 0
}

// compareKeys orders keys by their values, no value first.
func compareKeys(a, b string) int {
	for a != "" && b != "" {
		x, restA, absentA := cutKey(a)
		y, restB, absentB := cutKey(b)
		if absentA != absentB {
			if absentA {
				return -1
			}
			return 1
		}
		if c := strings.Compare(x, y); c != 0 {
			return c
		}
		a, b = restA, restB
	}
	return 0
}

// appendFold is [sigma.Fold] of a string, without a copy of it if it is ASCII.
func appendFold(b []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= utf8.RuneSelf {
			return sigma.Fold(b, []byte(s[i:]))
		}
		if 'A' <= c && c <= 'Z' {
			c |= 0x20
		}
		b = append(b, c)
	}
	return b
}

// compareItems orders what enters a correlation at one instant.
func compareItems(a, b item) int {
	if a.g != b.g {
		return compareKeys(a.g.key, b.g.key)
	}
	if c := slices.Compare(a.e.id[:], b.e.id[:]); c != 0 {
		return c
	}
	return int(a.e.slot - b.e.slot)
}

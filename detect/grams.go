package detect

import (
	"bytes"
	"encoding/binary"
	"math/bits"
	"slices"
)

// grams finds which of many literals occur anywhere in a text.
//
// Each literal of four bytes or more is filed under one of its four-byte grams,
// the one that the other literals and typical values share least; a text is scanned with one
// bitmap probe a position, and only a filed gram leads to a comparison. Against
// an Aho-Corasick automaton over the same literals this needs no table larger
// than the first-level cache on the path that every byte takes, and it builds
// in time linear in the literals: a program holds an automaton's worth of
// literals for each of a hundred fields.
type grams struct {
	// filter has a bit for each hash of a gram, sparsely; the literals with the
	// gram of number n are those from heads[h] to heads[h+1], h being the
	// hash's upper bits.
	filter []uint64
	shift  uint // for the filter
	heads  []uint32
	keys   []uint32 // grams, apart from the literals: most comparisons end here
	filed  []filedGram

	pairs   []uint64 // by first two bytes; nil if there are no short literals
	short   map[uint16][]literal
	singles []literal
}

// literal is a text to find and the action to report when it is there.
type literal struct {
	text   []byte
	action int32
}

type filedGram struct {
	literal
	at int32 // where in the text the gram stands
}

// sparse is how many more bits the filter has than heads has entries, as a
// power of two.
const sparse = 2

const gramMultiplier = 0x9E3779B1 // 2^32 divided by the golden ratio (Knuth, TAOCP 6.4)

// newGrams files the literals; common are texts like those to be searched.
func newGrams(literals []literal, common [][]byte) *grams {
	g := &grams{}
	var long []literal
	for _, l := range literals {
		switch n := len(l.text); {
		case n >= 4:
			long = append(long, l)
		case n >= 2:
			g.addShort(l)
		case n == 1:
			g.singles = append(g.singles, l)
		}
	}
	g.file(long, common)
	return g
}

func (g *grams) addShort(l literal) {
	if g.pairs == nil {
		g.pairs = make([]uint64, 1<<16/64)
		g.short = map[uint16][]literal{}
	}
	key := binary.LittleEndian.Uint16(l.text)
	g.pairs[key>>6] |= 1 << (key & 63)
	g.short[key] = append(g.short[key], l)
}

// file puts each literal under its rarest gram, sorted by hash.
func (g *grams) file(long []literal, common [][]byte) {
	if len(long) == 0 {
		return
	}
	size := min(max(bits.Len(uint(len(long)))+3, 6), 18)
	g.shift = uint(32 - size - sparse)
	g.filter = make([]uint64, 1<<(size+sparse)/64)
	for _, l := range long {
		common = append(common, l.text)
	}
	rarest := rarestGrams(long, common, g.shift)
	g.heads = make([]uint32, 1<<size+1)
	for k, l := range long {
		g.heads[g.hash(gramAt(l.text, rarest[k]))>>sparse+1]++
	}
	for h := 1; h < len(g.heads); h++ {
		g.heads[h] += g.heads[h-1]
	}
	next := slices.Clone(g.heads)
	g.keys, g.filed = make([]uint32, len(long)), make([]filedGram, len(long))
	for k, l := range long {
		gram := gramAt(l.text, rarest[k])
		h := g.hash(gram)
		g.filter[h>>6] |= 1 << (h & 63)
		n := &next[h>>sparse]
		g.keys[*n], g.filed[*n] = gram, filedGram{literal: l, at: rarest[k]}
		*n++
	}
}

// rarestGrams returns where in each literal the gram stands that occurs least
// in the common texts.
func rarestGrams(long []literal, common [][]byte, shift uint) []int32 {
	seen := make([]uint32, 1<<(32-shift))
	for _, text := range common {
		for i := range int32(max(len(text)-3, 0)) {
			seen[gramAt(text, i)*gramMultiplier>>shift]++
		}
	}
	rarest := make([]int32, len(long))
	for k, l := range long {
		best := ^uint32(0)
		for i := range int32(len(l.text) - 3) {
			if c := seen[gramAt(l.text, i)*gramMultiplier>>shift]; c < best {
				best, rarest[k] = c, i
			}
		}
	}
	return rarest
}

func gramAt(text []byte, i int32) uint32 { return binary.LittleEndian.Uint32(text[i:]) }

func (g *grams) hash(gram uint32) uint32 { return gram * gramMultiplier >> g.shift }

// find appends the action of every literal that occurs in text; one that occurs
// twice may be appended twice.
func (g *grams) find(text []byte, actions []int32) []int32 {
	for _, l := range g.singles {
		if bytes.IndexByte(text, l.text[0]) >= 0 {
			actions = append(actions, l.action)
		}
	}
	if g.pairs != nil {
		actions = g.findShort(text, actions)
	}
	if g.filter == nil || len(text) < 4 {
		return actions
	}
	filter, shift, many := g.filter, g.shift&31, manyActions
	gram := uint32(text[0])<<8 | uint32(text[1])<<16 | uint32(text[2])<<24
	for i := 3; i < len(text); i++ {
		gram = gram>>8 | uint32(text[i])<<24
		h := gram * gramMultiplier >> shift
		if filter[h>>6]&(1<<(h&63)) != 0 {
			actions = g.verify(text, i-3, gram, actions)
			if len(actions) > many {
				actions, many = onceEach(actions)
			}
		}
	}
	return actions
}

// manyActions is how many actions are found before those that are there twice
// are taken out: in a long text a literal can occur a million times.
const manyActions = 1 << 12

// onceEach takes out repeated actions and says at how many to do so again.
func onceEach(actions []int32) (once []int32, many int) {
	slices.Sort(actions)
	once = slices.Compact(actions)
	return once, max(2*len(once), manyActions)
}

func (g *grams) verify(text []byte, at int, gram uint32, actions []int32) []int32 {
	h := g.hash(gram) >> sparse
	for i := g.heads[h]; i < g.heads[h+1]; i++ {
		if g.keys[i] != gram {
			continue
		}
		f := &g.filed[i]
		if start := at - int(f.at); start >= 0 && bytes.HasPrefix(text[start:], f.text) {
			actions = append(actions, f.action)
		}
	}
	return actions
}

func (g *grams) findShort(text []byte, actions []int32) []int32 {
	many := manyActions
	for i := range len(text) - 1 {
		key := uint16(text[i]) | uint16(text[i+1])<<8
		if g.pairs[key>>6]&(1<<(key&63)) == 0 {
			continue
		}
		for _, l := range g.short[key] {
			if bytes.HasPrefix(text[i:], l.text) {
				actions = append(actions, l.action)
			}
		}
		if len(actions) > many {
			actions, many = onceEach(actions)
		}
	}
	return actions
}

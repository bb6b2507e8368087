package detect

import (
	"bytes"
	"encoding/binary"
	"math/bits"
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
	filter []uint64 // bit h is set if a gram hashes to h
	shift  uint
	heads  []uint32 // literals of hash h are filed[heads[h]:heads[h+1]]
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
	gram uint32
	at   int32 // where in the literal the gram stands
	literal
}

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
	size := min(max(bits.Len(uint(len(long)))+4, 8), 20)
	g.shift = uint(32 - size)
	seen := make([]uint32, 1<<size)
	for _, l := range long {
		common = append(common, l.text)
	}
	for _, text := range common {
		for i := range len(text) - 3 {
			seen[g.hash(binary.LittleEndian.Uint32(text[i:]))]++
		}
	}
	counts := make([]uint32, 1<<size+1)
	rarest := make([]int32, len(long))
	for k, l := range long {
		best := ^uint32(0)
		for i := range len(l.text) - 3 {
			if c := seen[g.hash(binary.LittleEndian.Uint32(l.text[i:]))]; c < best {
				best, rarest[k] = c, int32(i)
			}
		}
		counts[g.hash(binary.LittleEndian.Uint32(l.text[rarest[k]:]))+1]++
	}
	for h := 1; h < len(counts); h++ {
		counts[h] += counts[h-1]
	}
	g.heads = append([]uint32(nil), counts...)
	g.filter = make([]uint64, (1<<size+63)/64)
	g.filed = make([]filedGram, len(long))
	for k, l := range long {
		gram := binary.LittleEndian.Uint32(l.text[rarest[k]:])
		h := g.hash(gram)
		g.filter[h>>6] |= 1 << (h & 63)
		g.filed[counts[h]] = filedGram{gram: gram, at: rarest[k], literal: l}
		counts[h]++
	}
}

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
	filter, shift := g.filter, g.shift&31
	gram := uint32(text[0])<<8 | uint32(text[1])<<16 | uint32(text[2])<<24
	for i := 3; i < len(text); i++ {
		gram = gram>>8 | uint32(text[i])<<24
		h := gram * gramMultiplier >> shift
		if filter[h>>6]&(1<<(h&63)) != 0 {
			actions = g.verify(text, i-3, gram, actions)
		}
	}
	return actions
}

func (g *grams) verify(text []byte, at int, gram uint32, actions []int32) []int32 {
	h := g.hash(gram)
	for i := g.heads[h]; i < g.heads[h+1]; i++ {
		f := &g.filed[i]
		start := at - int(f.at)
		if f.gram == gram && start >= 0 && bytes.HasPrefix(text[start:], f.text) {
			actions = append(actions, f.action)
		}
	}
	return actions
}

func (g *grams) findShort(text []byte, actions []int32) []int32 {
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
	}
	return actions
}

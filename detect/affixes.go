package detect

import "bytes"

// affixes finds which of many literals a text begins with, or ends with.
//
// A rolling hash runs over the text from its end that matters; only at lengths
// that some literal has, and only if the filter knows the hash, is the table
// asked. So a value costs one pass over at most the longest literal, however
// many literals there are.
type affixes struct {
	fromEnd bool
	longest int
	lengths []bool   // lengths[n]: some literal has n bytes
	filter  []uint64 // bit h&mask is set if a literal hashes to h
	mask    uint64
	table   map[uint64][]literal
}

func newAffixes(literals []literal, fromEnd bool) *affixes {
	a := &affixes{fromEnd: fromEnd, table: make(map[uint64][]literal, len(literals))}
	size := 64
	for size < 16*len(literals) {
		size *= 2
	}
	a.mask = uint64(size - 1)
	a.filter = make([]uint64, size/64)
	for _, l := range literals {
		a.longest = max(a.longest, len(l.text))
	}
	a.lengths = make([]bool, a.longest+1)
	for _, l := range literals {
		var h uint64
		for i := range l.text {
			h = roll(h, a.at(l.text, i))
		}
		a.lengths[len(l.text)] = true
		slot := mix(h) & a.mask
		a.filter[slot>>6] |= 1 << (slot & 63)
		a.table[h] = append(a.table[h], l)
	}
	return a
}

func roll(h uint64, b byte) uint64 { return (h + uint64(b) + 1) * 0x9E3779B97F4A7C15 }

func mix(h uint64) uint64 { return h >> 32 }

// at returns the byte i steps from the end that the literals share.
func (a *affixes) at(text []byte, i int) byte {
	if a.fromEnd {
		return text[len(text)-1-i]
	}
	return text[i]
}

// find appends the action of every literal that the text begins (ends) with.
func (a *affixes) find(text []byte, actions []int32) []int32 {
	var h uint64
	for i := range min(len(text), a.longest) {
		h = roll(h, a.at(text, i))
		if !a.lengths[i+1] {
			continue
		}
		slot := mix(h) & a.mask
		if a.filter[slot>>6]&(1<<(slot&63)) == 0 {
			continue
		}
		for _, l := range a.table[h] {
			if a.has(text, l.text) {
				actions = append(actions, l.action)
			}
		}
	}
	return actions
}

func (a *affixes) has(text, affix []byte) bool {
	if a.fromEnd {
		return bytes.HasSuffix(text, affix)
	}
	return bytes.HasPrefix(text, affix)
}

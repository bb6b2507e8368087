package detect

import "bytes"

// affixes finds which of many literals a text begins with, or ends with.
//
// A literal is filed under the hash of its first (last) bytes, at most
// affixKey of them. A text's bytes are hashed from the same side; only at
// lengths that some literal is filed with, and only if the filter knows the
// hash, is anything compared. So a value costs the same however many literals
// there are.
type affixes struct {
	fromEnd bool
	longest int                // of the hashed parts
	lengths [affixKey + 1]bool // lengths[n]: some literal is filed by n bytes
	// filter has a bit for each hash of a literal, sparsely; heads are the
	// chains of literals by fewer bits of the hash.
	filter     []uint64
	filterMask uint64
	heads      []int32 // index into links plus one
	links      []affix
}

// affixKey is how many bytes of a literal are hashed at most.
const affixKey = 16

type affix struct {
	literal
	hash uint64
	next int32 // index into links plus one
}

func newAffixes(literals []literal, fromEnd bool) *affixes {
	a := &affixes{fromEnd: fromEnd}
	size := 64
	for size < 4*len(literals) {
		size *= 2
	}
	a.heads = make([]int32, size)
	a.filter = make([]uint64, 16*size/64)
	a.filterMask = uint64(16*size - 1)
	for _, l := range literals {
		a.add(l)
	}
	return a
}

func (a *affixes) add(l literal) {
	var h uint64
	n := min(len(l.text), affixKey)
	for i := range n {
		h = roll(h, a.at(l.text, i))
	}
	a.lengths[n], a.longest = true, max(a.longest, n)
	bit := h >> 32 & a.filterMask
	a.filter[bit>>6] |= 1 << (bit & 63)
	head := &a.heads[bit&uint64(len(a.heads)-1)]
	a.links = append(a.links, affix{literal: l, hash: h, next: *head})
	*head = int32(len(a.links))
}

// roll takes one more byte into a hash. The high half is used: every bit of the
// text so far reaches it.
func roll(h uint64, b byte) uint64 { return (h + uint64(b) + 1) * 0x9E3779B97F4A7C15 }

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
		bit := h >> 32 & a.filterMask
		if a.filter[bit>>6]&(1<<(bit&63)) == 0 {
			continue
		}
		for n := a.heads[bit&uint64(len(a.heads)-1)]; n != 0; n = a.links[n-1].next {
			if l := &a.links[n-1]; l.hash == h && a.has(text, l.text) {
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

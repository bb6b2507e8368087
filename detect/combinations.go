package detect

import "slices"

// combinations remembers which rules fire for a combination of satisfied
// predicate sets. Logs repeat not only their values but whole constellations of
// them; and values that never repeat (a random file name) mostly satisfy the
// same few predicates. So most records end here, with no rule looked at.
type combinations struct {
	slots  []combination
	used   int
	arena  []item
	result []verdict
	size   int
}

// item says that one column of the record satisfies one set of predicates.
type item struct {
	column int32
	set    setNumber
}

type combination struct {
	hash   uint64
	offset uint32
	length uint32
	result int32 // index into result plus one; 0 is a free slot
}

// verdict is what is known from a combination alone.
type verdict struct {
	fired []int32 // rules that are true
	open  []int32 // rules that must also look at the record itself
	tests []int32 // tests of patterns whose gates are open
	// probed says that some value holds an indicator.
	probed bool
}

func (c *combinations) clear() {
	*c = combinations{slots: make([]combination, 256), arena: c.arena[:0], result: c.result[:0]}
}

func hashItems(items []item) uint64 {
	h := uint64(len(items))
	for _, it := range items {
		h = (h ^ (uint64(uint32(it.column))<<32 | uint64(it.set))) * 0x9E3779B97F4A7C15
		h ^= h >> 29
	}
	return h
}

// find returns the verdict of a combination and the slot where it is or goes.
func (c *combinations) find(items []item, hash uint64) (*verdict, int) {
	mask := len(c.slots) - 1
	for i := int(hash) & mask; ; i = (i + 1) & mask {
		s := &c.slots[i]
		if s.result == 0 {
			return nil, i
		}
		if s.hash == hash && slices.Equal(c.arena[s.offset:s.offset+s.length], items) {
			return &c.result[s.result-1], i
		}
	}
}

func (c *combinations) add(items []item, hash uint64, slot int, v verdict) *verdict {
	c.result = append(c.result, v)
	c.slots[slot] = combination{
		hash: hash, offset: uint32(len(c.arena)), length: uint32(len(items)), result: int32(len(c.result)),
	}
	c.arena = append(c.arena, items...)
	c.size += 8*len(items) + 4*(len(v.fired)+len(v.open)+len(v.tests)) + 144
	if c.used++; 2*c.used > len(c.slots) {
		c.grow()
	}
	return &c.result[len(c.result)-1]
}

func (c *combinations) grow() {
	old := c.slots
	c.slots = make([]combination, 2*len(old))
	mask := len(c.slots) - 1
	for _, s := range old {
		if s.result == 0 {
			continue
		}
		i := int(s.hash) & mask
		for c.slots[i].result != 0 {
			i = (i + 1) & mask
		}
		c.slots[i] = s
	}
}

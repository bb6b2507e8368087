package detect

import (
	"hash/maphash"

	"github.com/dwell-project/dwell/event"
)

// maxMemoValue is the longest value, in bytes, that is remembered: longer ones
// would fill the arena.
const maxMemoValue = 16 << 10

// A memo remembers, for one column, which predicates a value satisfies, so that
// a value that comes again costs a hash and a comparison. What it remembers is
// a set number: the same predicates always give the same number.
//
// A memo stays within its share of the matcher's memory: its owner empties it
// when size passes a bound. Where values hardly repeat it stops remembering for
// a while, since filling it then costs more than it saves.
type memo struct {
	values *valueMatcher
	slots  []memoSlot // open addressing, linear probing
	used   int
	arena  []byte
	sets   predicateSets

	asked, missed int // in this sample
	skip          int // values to resolve without remembering
}

type memoSlot struct {
	hash   uint64
	offset uint32
	length uint16
	kind   event.Kind
	taken  bool
	set    setNumber
}

// setNumber names a set of predicates within one column; 0 is the empty set.
type setNumber uint32

const (
	memoSample  = 1024      // values between two looks at the miss rate
	memoTrust   = 8         // of which at least one in so many must repeat
	memoPause   = 16 * 1024 // values not remembered after a bad sample
	memoMinimum = 64        // slots
)

func newMemo(values *valueMatcher) *memo {
	m := &memo{values: values}
	m.clear()
	return m
}

func (m *memo) clear() {
	m.slots = make([]memoSlot, memoMinimum)
	m.used = 0
	m.arena = m.arena[:0]
	m.sets.clear()
}

// size returns the bytes that the memo holds.
func (m *memo) size() int { return len(m.slots)*32 + cap(m.arena) + m.sets.size }

// lookup returns the set of predicates that the value satisfies.
func (m *memo) lookup(f event.Field, seed maphash.Seed, work *scratch) setNumber {
	if m.skip > 0 {
		m.skip--
		return m.sets.number(m.values.resolve(f, work))
	}
	if len(f.Data) > maxMemoValue {
		return m.sets.number(m.values.resolve(f, work))
	}
	hash := maphash.Bytes(seed, f.Data) + uint64(f.Kind)
	mask := uint64(len(m.slots) - 1)
	i := hash & mask
	for ; m.slots[i].taken; i = (i + 1) & mask {
		s := &m.slots[i]
		if s.hash == hash && s.kind == f.Kind && string(m.arena[s.offset:int(s.offset)+int(s.length)]) == string(f.Data) {
			m.asked++
			return s.set
		}
	}
	return m.miss(f, hash, i, work)
}

func (m *memo) miss(f event.Field, hash, at uint64, work *scratch) setNumber {
	set := m.sets.number(m.values.resolve(f, work))
	m.asked, m.missed = m.asked+1, m.missed+1
	if m.asked >= memoSample {
		if m.asked-m.missed < m.asked/memoTrust {
			m.skip = memoPause
		}
		m.asked, m.missed = 0, 0
	}
	m.slots[at] = memoSlot{
		hash: hash, offset: uint32(len(m.arena)), length: uint16(len(f.Data)),
		kind: f.Kind, taken: true, set: set,
	}
	m.arena = append(m.arena, f.Data...)
	if m.used++; 2*m.used > len(m.slots) {
		m.grow()
	}
	return set
}

func (m *memo) grow() {
	old := m.slots
	m.slots = make([]memoSlot, 2*len(old))
	mask := uint64(len(m.slots) - 1)
	for _, s := range old {
		if !s.taken {
			continue
		}
		i := s.hash & mask
		for m.slots[i].taken {
			i = (i + 1) & mask
		}
		m.slots[i] = s
	}
}

// predicateSets numbers the sets of predicates that occur in one column.
type predicateSets struct {
	members [][]int32
	numbers map[string]setNumber
	key     []byte
	size    int
}

func (s *predicateSets) clear() {
	s.members = [][]int32{nil}
	s.numbers = map[string]setNumber{}
	s.size = 0
}

// number returns the number of a sorted set, keeping a copy if it is new.
func (s *predicateSets) number(set []int32) setNumber {
	if len(set) == 0 {
		return 0
	}
	s.key = s.key[:0]
	for _, p := range set {
		s.key = append(s.key, byte(p), byte(p>>8), byte(p>>16), byte(p>>24))
	}
	if n, ok := s.numbers[string(s.key)]; ok {
		return n
	}
	n := setNumber(len(s.members))
	s.members = append(s.members, append([]int32(nil), set...))
	s.numbers[string(s.key)] = n
	s.size += 8*len(set) + 64
	return n
}

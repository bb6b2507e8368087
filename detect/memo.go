package detect

import (
	"encoding/binary"
	"hash/maphash"

	"github.com/dwell-project/dwell/event"
)

// wholeValue is the longest value, in bytes, that is remembered by its bytes.
// Longer ones (script blocks) would fill the arena: of them a second hash with
// a seed of its own is kept. That two of 2^20 remembered values agree in both
// has a probability below 2^-88, and nobody outside the process knows the seeds.
const wholeValue = 512

// A memo remembers, for one column, which predicates a value satisfies, so that
// a value that comes again costs a hash and a comparison. What it remembers is
// a set number: the same predicates always give the same number.
//
// A memo stays within its share of the matcher's memory: its owner empties it
// when size passes a bound.
type memo struct {
	values *valueMatcher
	slots  []memoSlot // open addressing, linear probing
	used   int
	arena  []byte
	sets   predicateSets
}

// pace says, for the values of one field name, whether remembering pays. Where
// they hardly repeat it stops for a while, since filling a memo then costs more
// than it saves.
type pace struct {
	asked, missed int // in this sample
	skip          int // values to resolve without remembering
}

type memoSlot struct {
	hash   uint64
	offset uint32
	length uint32 // of the value
	kind   event.Kind
	taken  bool
	set    setNumber
}

// setNumber names a set of predicates within one column; 0 is the empty set.
type setNumber uint32

const (
	memoSample  = 512       // values between two looks at the miss rate
	memoTrust   = 4         // of which at least one in so many must repeat
	memoPause   = 32 * 1024 // values not remembered after a bad sample
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
func (m *memo) lookup(f event.Field, p *pace, seeds *seeds, work *scratch) setNumber {
	if p.skip > 0 {
		p.skip--
		return m.sets.number(m.values.resolve(f, work))
	}
	hash := maphash.Bytes(seeds[0], f.Data) + uint64(f.Kind)
	key := f.Data
	if len(key) > wholeValue {
		work.key = binary.LittleEndian.AppendUint64(work.key[:0], maphash.Bytes(seeds[1], f.Data))
		key = work.key
	}
	mask := uint64(len(m.slots) - 1)
	i := hash & mask
	for ; m.slots[i].taken; i = (i + 1) & mask {
		s := &m.slots[i]
		if s.hash == hash && s.kind == f.Kind && int(s.length) == len(f.Data) &&
			string(m.arena[s.offset:int(s.offset)+len(key)]) == string(key) {
			p.asked++
			return s.set
		}
	}
	p.missOne()
	return m.miss(f, key, memoSlot{hash: hash, length: uint32(len(f.Data)), kind: f.Kind, taken: true}, i, work)
}

// missOne counts a value that was not remembered.
func (p *pace) missOne() {
	p.asked, p.missed = p.asked+1, p.missed+1
	if p.asked < memoSample {
		return
	}
	if p.asked-p.missed < p.asked/memoTrust {
		p.skip = memoPause
	}
	p.asked, p.missed = 0, 0
}

// miss resolves the value and remembers it under key in slot at.
func (m *memo) miss(f event.Field, key []byte, s memoSlot, at uint64, work *scratch) setNumber {
	s.set = m.sets.number(m.values.resolve(f, work))
	s.offset = uint32(len(m.arena))
	m.arena = append(m.arena, key...)
	m.slots[at] = s
	if m.used++; 2*m.used > len(m.slots) {
		m.grow()
	}
	return s.set
}

// seeds are the keys of the two hashes by which values are remembered.
type seeds [2]maphash.Seed

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

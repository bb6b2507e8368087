package correlation

import (
	"encoding/binary"
	"errors"
	"math"

	"github.com/dwell-project/dwell/event"
)

// leaf is one base match as a hit lists it.
type leaf struct {
	t    int64 // Unix nanoseconds
	id   event.ID
	ref  uint64
	rule int32
}

// entry is one match in a window. For a correlation's hit, leaf.rule is -1 and
// extra.leaves are the base matches behind it.
type entry struct {
	leaf
	slot int32 // which of the correlation's rules matched
	x    *extra
}

// extra is what only some types of correlation need of a match.
type extra struct {
	keys    []string   // value_count: folded values, several fields joined
	numbers []float64  // sum, average, percentile, median
	exports [][]string // values of the fields that correlations above ask for
	leaves  []leaf
}

const leafBytes = 40

// size estimates the bytes that the entry holds in memory.
func (e *entry) size() int64 {
	n := int64(leafBytes + 16)
	if e.x == nil {
		return n
	}
	n += 96 + int64(len(e.x.numbers))*8 + int64(len(e.x.leaves))*leafBytes
	for _, k := range e.x.keys {
		n += 16 + int64(len(k))
	}
	for _, vs := range e.x.exports {
		n += 24
		for _, v := range vs {
			n += 16 + int64(len(v))
		}
	}
	return n
}

func appendLeaf(b []byte, l leaf) []byte {
	b = binary.AppendVarint(b, l.t)
	b = append(b, l.id[:]...)
	b = binary.AppendUvarint(b, l.ref)
	return binary.AppendVarint(b, int64(l.rule))
}

// appendEntry writes the entry as decoder reads it.
func appendEntry(b []byte, e *entry) []byte {
	b = appendLeaf(b, e.leaf)
	b = binary.AppendUvarint(b, uint64(e.slot))
	if e.x == nil {
		return append(b, 0)
	}
	b = append(b, 1)
	b = appendStrings(b, e.x.keys)
	b = binary.AppendUvarint(b, uint64(len(e.x.numbers)))
	for _, f := range e.x.numbers {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	b = appendValues(b, e.x.exports)
	b = binary.AppendUvarint(b, uint64(len(e.x.leaves)))
	for _, l := range e.x.leaves {
		b = appendLeaf(b, l)
	}
	return b
}

func appendStrings(b []byte, ss []string) []byte {
	b = binary.AppendUvarint(b, uint64(len(ss)))
	for _, s := range ss {
		b = binary.AppendUvarint(b, uint64(len(s)))
		b = append(b, s...)
	}
	return b
}

func appendValues(b []byte, vs [][]string) []byte {
	b = binary.AppendUvarint(b, uint64(len(vs)))
	for _, ss := range vs {
		b = appendStrings(b, ss)
	}
	return b
}

// errSpill says that the spill file does not hold what was written to it.
var errSpill = errors.New("reading spill file: contents were changed")

// decoder reads what the append functions wrote. After an overrun it gives
// zeroes and bad is set.
type decoder struct {
	b   []byte
	bad bool
}

func (d *decoder) uint() uint64 {
	v, n := binary.Uvarint(d.b)
	return v * uint64(d.skip(n))
}

func (d *decoder) int() int64 {
	v, n := binary.Varint(d.b)
	return v * int64(d.skip(n))
}

// skip steps over n bytes and returns 1, or marks the input as bad and returns 0.
func (d *decoder) skip(n int) int {
	if n <= 0 {
		d.bad, d.b = true, nil
		return 0
	}
	d.b = d.b[n:]
	return 1
}

func (d *decoder) bytes(n int) []byte {
	if n < 0 || n > len(d.b) {
		d.bad, d.b = true, nil
		return make([]byte, max(0, min(n, 16)))
	}
	b := d.b[:n]
	d.b = d.b[n:]
	return b
}

// length reads a count of things that take at least one byte each.
func (d *decoder) length() int {
	n := d.uint()
	if n > uint64(len(d.b)) {
		d.bad, d.b = true, nil
		return 0
	}
	return int(n)
}

func (d *decoder) leaf() leaf {
	var l leaf
	l.t = d.int()
	copy(l.id[:], d.bytes(len(l.id)))
	l.ref = d.uint()
	l.rule = int32(d.int())
	return l
}

func (d *decoder) entry() entry {
	e := entry{leaf: d.leaf(), slot: int32(d.uint())}
	if b := d.bytes(1); len(b) == 0 || b[0] == 0 {
		return e
	}
	e.x = &extra{keys: d.strings()}
	for range d.length() {
		if b := d.bytes(8); len(b) == 8 {
			e.x.numbers = append(e.x.numbers, math.Float64frombits(binary.LittleEndian.Uint64(b)))
		}
	}
	e.x.exports = d.values()
	for range d.length() {
		e.x.leaves = append(e.x.leaves, d.leaf())
	}
	return e
}

func (d *decoder) strings() []string {
	n := d.length()
	if n == 0 {
		return nil
	}
	ss := make([]string, 0, n)
	for range n {
		ss = append(ss, string(d.bytes(d.length())))
	}
	return ss
}

func (d *decoder) values() [][]string {
	n := d.length()
	if n == 0 {
		return nil
	}
	vs := make([][]string, 0, n)
	for range n {
		vs = append(vs, d.strings())
	}
	return vs
}

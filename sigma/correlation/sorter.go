package correlation

import (
	"container/heap"
	"slices"
)

// sorter puts arrivals into the order of (time, id, rule, ref), in memory as
// long as they fit, else through sorted runs in the spill file.
type sorter struct {
	pool  *pool
	limit int64
	data  []byte
	index []place
	runs  []run
}

// place is an arrival in sorter.data: its values are at off.
type place struct {
	leaf
	off int32
}

// run is a sorted series of arrivals in blocks.
type run []block

// runBlock is about how many bytes of a run are read at once.
const runBlock = 32 << 10

// minRun keeps runs from getting many and tiny under a tiny bound.
const minRun = 64 << 10

func newSorter(p *pool) *sorter {
	return &sorter{pool: p, limit: max(p.limit/2, minRun)}
}

const placeBytes = 48

func (s *sorter) add(l leaf, values [][]string) error {
	s.index = append(s.index, place{l, int32(len(s.data))})
	s.data = appendValues(s.data, values)
	if int64(len(s.data)+len(s.index)*placeBytes) < s.limit {
		return nil
	}
	return s.flush()
}

func (s *sorter) order() {
	slices.SortFunc(s.index, func(a, b place) int { return compareLeaves(a.leaf, b.leaf) })
}

// flush writes what is in memory as a run.
func (s *sorter) flush() error {
	s.order()
	var r run
	var b []byte
	for i, p := range s.index {
		b = appendLeaf(b, p.leaf)
		d := decoder{b: s.data[p.off:]}
		d.values()
		b = append(b, s.data[p.off:len(s.data)-len(d.b)]...)
		if len(b) >= runBlock || i == len(s.index)-1 {
			at, err := s.pool.put(b)
			if err != nil {
				return err
			}
			r, b = append(r, at), b[:0]
		}
	}
	s.runs = append(s.runs, r)
	s.data, s.index = s.data[:0], s.index[:0]
	return nil
}

// each calls f on every arrival in order. The sorter is empty afterwards.
func (s *sorter) each(f func(*arrival) error) error {
	if len(s.runs) == 0 {
		return s.eachInMemory(f)
	}
	if len(s.index) > 0 {
		if err := s.flush(); err != nil {
			return err
		}
	}
	s.data, s.index = nil, nil
	var m merge
	for _, r := range s.runs {
		c := &cursor{pool: s.pool, rest: r}
		if err := c.next(); err != nil {
			return err
		}
		if !c.done {
			m = append(m, c)
		}
	}
	s.runs = nil
	heap.Init(&m)
	for len(m) > 0 {
		if err := f(&m[0].head); err != nil {
			return err
		}
		if err := m[0].next(); err != nil {
			return err
		}
		if m[0].done {
			heap.Pop(&m)
		} else {
			heap.Fix(&m, 0)
		}
	}
	return nil
}

func (s *sorter) eachInMemory(f func(*arrival) error) error {
	s.order()
	var a arrival
	for _, p := range s.index {
		a = arrival{leaf: p.leaf, values: decodeValues(s.data[p.off:])}
		if err := f(&a); err != nil {
			return err
		}
	}
	s.data, s.index = nil, nil
	return nil
}

func decodeValues(b []byte) [][]string {
	d := decoder{b: b}
	return d.values()
}

// cursor reads a run.
type cursor struct {
	pool *pool
	rest run
	buf  []byte
	d    decoder
	head arrival
	done bool
}

func (c *cursor) next() error {
	if len(c.d.b) == 0 {
		if len(c.rest) == 0 {
			c.done = true
			return nil
		}
		b, err := c.pool.get(c.rest[0], c.buf)
		if err != nil {
			return err
		}
		c.pool.release(c.rest[0])
		c.rest, c.buf, c.d.b = c.rest[1:], b, b
	}
	c.head = arrival{leaf: c.d.leaf(), values: c.d.values()}
	if c.d.bad {
		return errSpill
	}
	return nil
}

type merge []*cursor

func (m merge) Len() int           { return len(m) }
func (m merge) Less(i, j int) bool { return compareLeaves(m[i].head.leaf, m[j].head.leaf) < 0 }
func (m merge) Swap(i, j int)      { m[i], m[j] = m[j], m[i] }
func (m *merge) Push(x any)        { *m = append(*m, x.(*cursor)) }
func (m *merge) Pop() any {
	last := (*m)[len(*m)-1]
	*m = (*m)[:len(*m)-1]
	return last
}

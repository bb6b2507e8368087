package entityday

import (
	"container/heap"
	"fmt"
	"iter"
	"slices"
)

// Merge returns the content that files of shorter periods, or of the same one,
// give together; [Write] writes it. A page of each file is held in memory. It
// returns [ErrTwice] if a run is in two of the files.
func Merge(p Period, files ...*File) (Content, error) {
	c := Content{Period: p}
	known := map[RunID]bool{}
	for _, f := range files {
		if f.Period.Level > p.Level || PeriodOf(p.Level, f.Period.First) != p {
			return c, fmt.Errorf("joining %s %s into %s %s: it is no part of it", f.Period.Level, f.Period, p.Level, p)
		}
		runs, err := f.Runs()
		if err != nil {
			return c, err
		}
		for _, id := range runs {
			if known[id] {
				return c, fmt.Errorf("joining %s: run %x: %w", f.Period, id, ErrTwice)
			}
			known[id] = true
		}
		c.Runs = append(c.Runs, runs...)
	}
	slices.SortFunc(c.Runs, func(a, b RunID) int { return slices.Compare(a[:], b[:]) })
	rows := make([]iter.Seq2[Row, error], len(files))
	for i, f := range files {
		rows[i] = f.Rows()
	}
	c.Rows = Together(rows...)
	return c, nil
}

// Together yields the rows of sequences that are sorted, in order; rows of one
// entity, dataset, role and host are added up. An error ends it.
func Together(rows ...iter.Seq2[Row, error]) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		m := merger{}
		defer m.close()
		m.run(rows, yield)
	}
}

// merger is a heap of the next row of each file.
type merger struct{ heads []*head }

type head struct {
	row  Row
	next func() (Row, error, bool)
	stop func()
}

func (m *merger) Len() int           { return len(m.heads) }
func (m *merger) Less(i, j int) bool { return compare(&m.heads[i].row, &m.heads[j].row) < 0 }
func (m *merger) Swap(i, j int)      { m.heads[i], m.heads[j] = m.heads[j], m.heads[i] }
func (m *merger) Push(x any)         { m.heads = append(m.heads, x.(*head)) }
func (m *merger) Pop() any {
	last := m.heads[len(m.heads)-1]
	m.heads = m.heads[:len(m.heads)-1]
	return last
}

func (m *merger) close() {
	for _, h := range m.heads {
		h.stop()
	}
}

func (m *merger) run(rows []iter.Seq2[Row, error], yield func(Row, error) bool) {
	for _, r := range rows {
		h := &head{}
		h.next, h.stop = iter.Pull2(r)
		row, err, ok := h.next()
		if err != nil {
			h.stop()
			yield(Row{}, fmt.Errorf("joining: %w", err))
			return
		}
		if h.row = row; ok {
			m.heads = append(m.heads, h)
		}
	}
	heap.Init(m)
	var current Row
	for n := 0; len(m.heads) > 0; n++ {
		h := m.heads[0]
		switch {
		case n == 0:
			current = h.row
		case compare(&current, &h.row) == 0:
			current.add(&h.row)
		default:
			if !yield(current, nil) {
				return
			}
			current = h.row
		}
		if err := m.advance(); err != nil {
			yield(Row{}, err)
			return
		}
		if len(m.heads) == 0 {
			yield(current, nil)
		}
	}
}

// advance takes the next row of the file that the least row came from.
func (m *merger) advance() error {
	h := m.heads[0]
	row, err, ok := h.next()
	switch {
	case err != nil:
		return fmt.Errorf("joining: %w", err)
	case !ok:
		h.stop()
		heap.Pop(m)
	default:
		h.row = row
		heap.Fix(m, 0)
	}
	return nil
}

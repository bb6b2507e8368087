package coverage

import (
	"cmp"
	"slices"
	"sort"
	"time"
)

// run is a range of integers that are all there, and the times of the records
// at its ends, in nanoseconds since 1970, 0 for none.
type run struct {
	from, to    int64
	first, last int64
}

// runs is a set of integers as ranges, ascending, with at least one integer
// between two of them.
type runs struct {
	all []run
	// closed counts the gaps that were forgotten to keep within a bound.
	closed int64
}

// maxRuns bounds the ranges of one set; up to twice as many are held between
// two tidyings.
const maxRuns = 64

// add takes a range in.
func (s *runs) add(x run) {
	n := len(s.all)
	if n > 0 && s.all[n-1].to < x.from-1 {
		s.all = append(s.all, x)
		s.tidy()
		return
	}
	i := sort.Search(n, func(i int) bool { return s.all[i].to >= x.from-1 })
	j := i
	for ; j < n && s.all[j].from <= x.to+1; j++ {
		x = x.join(s.all[j])
	}
	s.all = slices.Replace(s.all, i, j, x)
	s.tidy()
}

// join is the range over both. Where they end alike the earlier first and the
// later last time stay.
func (r run) join(o run) run {
	switch {
	case o.from < r.from:
		r.from, r.first = o.from, o.first
	case o.from == r.from && o.first != 0 && (r.first == 0 || o.first < r.first):
		r.first = o.first
	}
	switch {
	case o.to > r.to:
		r.to, r.last = o.to, o.last
	case o.to == r.to:
		r.last = max(r.last, o.last)
	}
	return r
}

// tidy closes the smallest gaps when the ranges have become too many: what is
// told are the largest, and a gap never grows.
func (s *runs) tidy() {
	if len(s.all) < 2*maxRuns {
		return
	}
	gaps := make([]int, len(s.all)-1) // by the range before each
	for i := range gaps {
		gaps[i] = i
	}
	slices.SortStableFunc(gaps, func(a, b int) int { return cmp.Compare(s.gap(b), s.gap(a)) })
	kept := make([]bool, len(gaps))
	for _, i := range gaps[:maxRuns-1] {
		kept[i] = true
	}
	joined := s.all[:1]
	for i, open := range kept {
		if open {
			joined = append(joined, s.all[i+1])
			continue
		}
		last := &joined[len(joined)-1]
		*last = last.join(s.all[i+1])
		s.closed++
	}
	s.all = joined
}

// gap returns how many integers are missing after the i-th range.
func (s *runs) gap(i int) int64 { return s.all[i+1].from - s.all[i].to - 1 }

// nanos is a time as a run has it.
func nanos(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixNano()
}

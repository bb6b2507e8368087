package store

import (
	"encoding/json"
	"slices"
	"sort"
)

// maxSpans bounds how many spans are kept of one series. Beyond it the nearest
// ones are joined, which costs looking up ids and nothing else.
const maxSpans = 1 << 12

// span is the numbers from From up to, but not including, To.
type span struct{ From, To int64 }

// MarshalJSON writes the span as a pair.
func (s span) MarshalJSON() ([]byte, error) { return json.Marshal([2]int64{s.From, s.To}) }

// UnmarshalJSON reads a pair.
func (s *span) UnmarshalJSON(b []byte) error {
	var pair [2]int64
	err := json.Unmarshal(b, &pair)
	s.From, s.To = pair[0], pair[1]
	return err
}

// spans is a set of numbers: sorted, apart from each other, none empty.
type spans []span

// meets says whether any number of s is in the set.
func (all spans) meets(s span) bool {
	i := sort.Search(len(all), func(i int) bool { return all[i].To > s.From })
	return i < len(all) && all[i].From < s.To
}

// extend adds s if it begins where the last span ends, as it mostly does, and
// says whether it did.
func (all spans) extend(s span) bool {
	if len(all) == 0 || all[len(all)-1].To != s.From {
		return false
	}
	all[len(all)-1].To = s.To
	return true
}

// add returns the set with the numbers of s.
func (all spans) add(s span) spans {
	if s.From >= s.To {
		return all
	}
	from := sort.Search(len(all), func(i int) bool { return all[i].To >= s.From })
	to := from
	for to < len(all) && all[to].From <= s.To {
		s.From, s.To = min(s.From, all[to].From), max(s.To, all[to].To)
		to++
	}
	if to == from+1 {
		all[from] = s
		return all
	}
	return slices.Replace(all, from, to, s).thin()
}

// thin joins neighbours with the smallest gap between them while there are too
// many spans.
func (all spans) thin() spans {
	if len(all) <= maxSpans {
		return all
	}
	gaps := make([]int64, 0, len(all)-1)
	for i := 1; i < len(all); i++ {
		gaps = append(gaps, all[i].From-all[i-1].To)
	}
	slices.Sort(gaps)
	bound := gaps[len(gaps)/2]
	kept := all[:1]
	for _, s := range all[1:] {
		if last := &kept[len(kept)-1]; s.From-last.To <= bound {
			last.To = s.To
		} else {
			kept = append(kept, s)
		}
	}
	return kept
}

package correlation

import (
	"math"
	"slices"
)

// tally is what a correlation remembers of a window besides its entries. It is
// kept up to date as entries come and go and can be made again from them.
type tally struct {
	n      int
	capped bool             // keys is not all: see condition.keep
	slots  []int32          // together, expression, alternatives: matches by rule
	keys   map[string]int32 // distinct: events by value
	sum    sum              // summing, averaging
	nums   int              // how many numbers are in sum
	starts [][]int64        // inOrder, alternatives; see advance
}

const never = math.MinInt64

func (c *condition) newTally() tally {
	var t tally
	switch c.kind {
	case distinct:
		t.keys = map[string]int32{}
	case together, expression:
		t.slots = make([]int32, c.rules)
	case inOrder:
		t.slots = make([]int32, c.rules)
		for range c.rules {
			t.starts = append(t.starts, nevers(c.rules))
		}
	case alternatives:
		t.slots = make([]int32, c.rules)
		for i := range c.chains {
			t.starts = append(t.starts, nevers(len(c.chains[i].rules)))
		}
	}
	return t
}

func nevers(n int) []int64 {
	s := make([]int64, n)
	for i := range s {
		s[i] = never
	}
	return s
}

// count adds (by = 1) or removes (by = -1) an entry.
func (c *condition) count(t *tally, e *entry, by int) {
	t.n += by
	if t.slots != nil {
		t.slots[e.slot] += int32(by)
	}
	if e.x == nil {
		return
	}
	for _, k := range e.x.keys {
		if t.keys == nil {
			break
		}
		if _, known := t.keys[k]; !known && len(t.keys) >= c.keep {
			t.capped = true
			continue
		}
		if t.keys[k] += int32(by); t.keys[k] == 0 {
			delete(t.keys, k)
		}
	}
	if c.kind == summing || c.kind == averaging {
		for _, f := range e.x.numbers {
			t.sum.add(f * float64(by))
			t.nums += by
		}
	}
}

// advance takes note, for ordered conditions, that at time at the rules in
// present matched. It keeps, for every beginning of a chain of rules, the
// latest time at which a chain that is complete up to there began; the longest
// chain within a window is then the longest that began in it. Matches of equal
// time are in order whichever way round they are listed, so rules are taken in
// the chain's own order.
func (c *condition) advance(t *tally, at int64, present []bool) {
	switch c.kind {
	case inOrder:
		c.advanceRuns(t, at, present)
	case alternatives:
		for i := range c.chains {
			began := at
			for k, slot := range c.chains[i].rules {
				if present[slot] {
					t.starts[i][k] = max(t.starts[i][k], began)
				}
				began = t.starts[i][k]
			}
		}
	}
}

// advanceRuns keeps in starts[n][k] the latest beginning of a run of n+1 rules
// in listed order that ends with rule k.
func (c *condition) advanceRuns(t *tally, at int64, present []bool) {
	for k := range c.rules {
		if !present[k] {
			continue
		}
		t.starts[0][k] = at
		for n := 1; n <= k; n++ {
			for j := n - 1; j < k; j++ {
				t.starts[n][k] = max(t.starts[n][k], t.starts[n-1][j])
			}
		}
	}
}

// figure returns what the bounds are about, for the window that begins at from,
// and whether the condition holds. An empty window satisfies nothing. For
// percentiles see engine.close.
func (c *condition) figure(t *tally, from int64) (float64, bool) {
	if t.n == 0 {
		return 0, false
	}
	var f float64
	switch c.kind {
	case counting:
		f = float64(t.n)
	case distinct:
		f = float64(len(t.keys))
	case summing:
		f = t.sum.value()
	case averaging:
		if t.nums == 0 {
			return 0, false
		}
		f = t.sum.value() / float64(t.nums)
	case inOrder:
		f = float64(longestRun(t.starts, from))
	default:
		for _, n := range t.slots {
			if n > 0 {
				f++
			}
		}
	}
	if c.kind == expression && !c.expr.holds(t.slots) || c.kind == alternatives && !c.chained(t, from) {
		return f, false
	}
	return f, c.meets(f)
}

func longestRun(starts [][]int64, from int64) int {
	for n, begun := range slices.Backward(starts) {
		for _, began := range begun {
			if began >= from {
				return n + 1
			}
		}
	}
	return 0
}

func (c *condition) chained(t *tally, from int64) bool {
	for i := range c.chains {
		ch := &c.chains[i]
		if last := len(ch.rules) - 1; last >= 0 && t.starts[i][last] < from {
			continue
		}
		free := true
		for _, slot := range ch.without {
			free = free && t.slots[slot] == 0
		}
		if free {
			return true
		}
	}
	return false
}

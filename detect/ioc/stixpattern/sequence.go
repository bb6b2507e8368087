package stixpattern

import (
	"bytes"
	"cmp"
	"slices"
	"time"
)

// Seen is an observation of which tests of a pattern hold.
type Seen struct {
	Time time.Time
	// ID tells observations apart: the same one is counted once.
	ID [16]byte
	// Tests are the numbers of the tests that hold of it, ascending.
	Tests []int
	// Ref is the caller's own handle on the observation.
	Ref any
}

// Sequence looks for a pattern in observations as they come, in the order of
// time and id. When a combination of them matches the pattern, all until then
// are used up and the search begins anew: so a series is found once.
//
// It keeps at most [MostKept] observations. Those of a pattern that a WITHIN
// bounds as a whole are kept for as long as it says; of others the oldest are
// forgotten, and counted, when they are too many.
type Sequence struct {
	pattern *Pattern
	kept    []Seen
	// window is how old an observation can be and still matter, 0 for any age.
	window time.Duration
	// thin says that of very many observations alike in a row those in the
	// middle make no difference.
	thin  bool
	slots int // most observations in a combination
	least int // and the fewest

	// Forgotten counts observations that were dropped although they could have
	// mattered, and searches that were given up.
	Forgotten int64

	over  *Seen // the last observation that is used up, nil if none is
	used  []int // how often, in the combination at hand
	steps int
}

const (
	// MostKept is how many observations a [Sequence] keeps.
	MostKept = 4096
	// maxSteps bounds the search at one observation.
	maxSteps = 200_000
)

// NewSequence returns a search for the pattern.
func NewSequence(p *Pattern) *Sequence {
	s := &Sequence{pattern: p, slots: slotsOf(p.Root), least: p.Least(), window: windowOf(p.Root)}
	s.thin = !boundsWithin(p.Root) && s.slots <= MostKept/4
	return s
}

// Single says whether one observation alone decides the pattern.
func (p *Pattern) Single() bool { return single(p.Root) }

func single(e Expr) bool {
	switch e := e.(type) {
	case *Test:
		return true
	case *Joined:
		return e.Joint == Or && single(e.X) && single(e.Y)
	case *Qualified:
		r, ok := e.Qualifier.(Repeats)
		return single(e.X) && (!ok || r.Times == 1)
	default:
		return false
	}
}

// Reach returns how long ago an observation can be and still have a part in a
// match, false if any time.
func (p *Pattern) Reach() (time.Duration, bool) {
	w := windowOf(p.Root)
	return w, w > 0 || p.Single()
}

// Least returns how many observations a match has at least.
func (p *Pattern) Least() int {
	if p.OneHost {
		return 1
	}
	return leastOf(p.Root)
}

func leastOf(e Expr) int {
	switch e := e.(type) {
	case *Joined:
		if e.Joint == Or {
			return min(leastOf(e.X), leastOf(e.Y))
		}
		return min(leastOf(e.X)+leastOf(e.Y), mostSlots)
	case *Qualified:
		if r, ok := e.Qualifier.(Repeats); ok {
			return int(min(int64(leastOf(e.X))*r.Times, mostSlots))
		}
		return leastOf(e.X)
	default:
		return 1
	}
}

// mostSlots bounds what is counted of the observations that a pattern asks for.
const mostSlots = 1 << 30

// slotsOf returns the most observations that a combination can have.
func slotsOf(e Expr) int {
	switch e := e.(type) {
	case *Joined:
		if e.Joint == Or {
			return max(slotsOf(e.X), slotsOf(e.Y))
		}
		return min(slotsOf(e.X)+slotsOf(e.Y), mostSlots)
	case *Qualified:
		if r, ok := e.Qualifier.(Repeats); ok {
			return int(min(int64(slotsOf(e.X))*r.Times, mostSlots))
		}
		return slotsOf(e.X)
	default:
		return 1
	}
}

// windowOf returns the time within which all of an expression must be, 0 if
// nothing bounds it.
func windowOf(e Expr) time.Duration {
	switch e := e.(type) {
	case *Joined:
		if x, y := windowOf(e.X), windowOf(e.Y); e.Joint == Or && x > 0 && y > 0 {
			return max(x, y)
		}
	case *Qualified:
		if w, ok := e.Qualifier.(Within); ok {
			return max(w.Duration(), 1)
		}
		if _, ok := e.Qualifier.(Repeats); !ok {
			return windowOf(e.X)
		}
	}
	return 0
}

// boundsWithin says whether a part of the expression, not all of it, is bounded
// in time.
func boundsWithin(e Expr) bool {
	if q, ok := e.(*Qualified); ok {
		if _, ok := q.Qualifier.(Within); ok {
			return bounded(q.X)
		}
	}
	return bounded(e)
}

func bounded(e Expr) bool {
	switch e := e.(type) {
	case *Joined:
		return bounded(e.X) || bounded(e.Y)
	case *Qualified:
		_, repeats := e.Qualifier.(Repeats)
		return !repeats || bounded(e.X)
	default:
		return false
	}
}

func before(a, b Seen) int {
	return cmp.Or(a.Time.Compare(b.Time), bytes.Compare(a.ID[:], b.ID[:]))
}

// Add takes the next observation and returns the combination that matches with
// it, in order, or nil. An observation that comes late is taken at its time,
// unless what was until then is used up.
func (s *Sequence) Add(o Seen) []Seen {
	if s.over != nil && before(o, *s.over) <= 0 {
		return nil
	}
	if _, known := slices.BinarySearchFunc(s.kept, o, before); known {
		return nil
	}
	s.forget(o.Time)
	at, _ := slices.BinarySearchFunc(s.kept, o, before)
	s.kept = slices.Insert(s.kept, at, o)
	if len(s.kept) < s.least {
		return nil
	}
	if found := s.search(at); found != nil {
		s.over = &Seen{Time: s.kept[len(s.kept)-1].Time, ID: s.kept[len(s.kept)-1].ID}
		clear(s.kept)
		s.kept = s.kept[:0]
		return found
	}
	s.thinOut(at)
	return nil
}

// forget drops what is too old to matter, and the oldest if there is no room.
func (s *Sequence) forget(now time.Time) {
	old := 0
	for s.window > 0 && old < len(s.kept) && now.Sub(s.kept[old].Time) > s.window {
		old++
	}
	if len(s.kept)-old >= MostKept {
		old++
		s.Forgotten++
	}
	s.kept = slices.Delete(s.kept, 0, old)
}

// thinOut drops an observation from the middle of a row of more alike than a
// combination can use from either end.
func (s *Sequence) thinOut(at int) {
	if !s.thin {
		return
	}
	alike := func(i int) bool { return slices.Equal(s.kept[i].Tests, s.kept[at].Tests) }
	from, to := at, at+1
	for from > 0 && alike(from-1) && to-from <= 2*s.slots {
		from--
	}
	for to < len(s.kept) && alike(to) && to-from <= 2*s.slots {
		to++
	}
	if to-from > 2*s.slots {
		s.kept = slices.Delete(s.kept, from+s.slots, from+s.slots+1)
	}
}

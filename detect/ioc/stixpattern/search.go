package stixpattern

import (
	"slices"
	"time"
)

// span is a choice's first and last time, and the bounds that further ones
// have.
type span struct{ first, last time.Time }

func (s span) with(o span) span {
	switch {
	case s.first.IsZero():
		return o
	case o.first.IsZero():
		return s
	}
	if o.first.Before(s.first) {
		s.first = o.first
	}
	if o.last.After(s.last) {
		s.last = o.last
	}
	return s
}

// limits bound the times of a choice; zero is no bound.
type limits struct{ from, to time.Time }

func (l limits) after(t time.Time) limits {
	if t.After(l.from) {
		l.from = t
	}
	return l
}

func (l limits) before(t time.Time) limits {
	if l.to.IsZero() || t.Before(l.to) {
		l.to = t
	}
	return l
}

func (l limits) admits(t time.Time) bool {
	return !t.Before(l.from) && (l.to.IsZero() || !t.After(l.to))
}

// must says what of the newest observation a choice has to do.
type must int

const (
	may must = iota // it was chosen already, or its turn comes elsewhere
	has             // it must be part of this choice
)

// next goes on with the rest of the pattern once a part is chosen; it returns
// whether all of it could be.
type next func(span) bool

// search returns a combination that the observation at the place completes, in
// order, or nil.
func (s *Sequence) search(at int) []Seen {
	s.used, s.steps = make([]int, len(s.kept)), 0
	if !s.choose(s.pattern.Root, at, has, limits{}, func(span) bool { return true }) {
		if s.steps > maxSteps {
			s.Forgotten++
		}
		return nil
	}
	var found []Seen
	for i, used := range s.used {
		if used > 0 {
			found = append(found, s.kept[i])
		}
	}
	return found
}

// choose tries every choice of observations for an expression, the newest
// first, until the rest can be chosen too.
func (s *Sequence) choose(e Expr, at int, m must, l limits, rest next) bool {
	if s.steps > maxSteps {
		return false
	}
	switch e := e.(type) {
	case *Test:
		return s.chooseOne(e, at, m, l, rest)
	case *Joined:
		return s.chooseJoined(e, at, m, l, rest)
	case *Qualified:
		switch q := e.Qualifier.(type) {
		case StartStop:
			return s.choose(e.X, at, m, l.after(q.Start).before(q.Stop.Add(-1)), rest)
		case Within:
			return s.choose(e.X, at, m, s.around(at, m, l, q), func(c span) bool {
				return c.last.Sub(c.first) <= q.Duration() && rest(c)
			})
		case Repeats:
			return s.repeat(repetition{x: e.X, times: q.Times, below: len(s.kept)}, at, m, l, rest)
		}
	}
	return false
}

// around bounds the times of a choice that has the newest observation.
func (s *Sequence) around(at int, m must, l limits, w Within) limits {
	if m == has {
		t, d := s.kept[at].Time, w.Duration()
		return l.after(t.Add(-d)).before(t.Add(d))
	}
	return l
}

func (s *Sequence) chooseOne(t *Test, at int, m must, l limits, rest next) bool {
	if m == has {
		return s.try(t, at, l, rest)
	}
	for i := len(s.kept) - 1; i >= 0 && s.steps <= maxSteps; i-- {
		if s.kept[i].Time.Before(l.from) {
			break
		}
		if (i != at || s.pattern.OneHost) && s.try(t, i, l, rest) {
			return true
		}
	}
	return false
}

// try chooses the observation at a place for a test.
func (s *Sequence) try(t *Test, i int, l limits, rest next) bool {
	s.steps++
	o := &s.kept[i]
	if _, holds := slices.BinarySearch(o.Tests, t.Number); s.used[i] > 0 && !s.pattern.OneHost || !holds || !l.admits(o.Time) {
		return false
	}
	s.used[i]++
	if rest(span{o.Time, o.Time}) {
		return true
	}
	s.used[i]--
	return false
}

func (s *Sequence) chooseJoined(e *Joined, at int, m must, l limits, rest next) bool {
	if e.Joint == Or {
		return s.choose(e.X, at, m, l, rest) || s.choose(e.Y, at, m, l, rest)
	}
	// The side that has the newest observation is chosen first: it bounds the
	// other. What cannot be there at all is looked at before that.
	yFirst := func(own must, other must) bool {
		return s.choose(e.Y, at, own, l, func(y span) bool {
			within := l
			if e.Joint == FollowedBy {
				within = l.before(y.first)
			}
			return s.choose(e.X, at, other, within, func(x span) bool { return rest(x.with(y)) })
		})
	}
	if m == may {
		return s.possible(e.X, l) && yFirst(may, may)
	}
	xWithin, yWithin := l, l
	if e.Joint == FollowedBy {
		xWithin, yWithin = l.before(s.kept[at].Time), l.after(s.kept[at].Time)
	}
	return s.possible(e.X, xWithin) && yFirst(has, may) || s.possible(e.Y, yWithin) && s.choose(e.X, at, has, l, func(x span) bool {
		within := l
		if e.Joint == FollowedBy {
			within = l.after(x.last)
		}
		return s.choose(e.Y, at, may, within, func(y span) bool { return rest(x.with(y)) })
	})
}

// possible says whether every test that an expression cannot do without holds
// of some observation within the limits.
func (s *Sequence) possible(e Expr, l limits) bool {
	switch e := e.(type) {
	case *Joined:
		if e.Joint == Or {
			return s.possible(e.X, l) || s.possible(e.Y, l)
		}
		return s.possible(e.X, l) && s.possible(e.Y, l)
	case *Qualified:
		return s.possible(e.X, l)
	case *Test:
		for i := len(s.kept) - 1; i >= 0 && !s.kept[i].Time.Before(l.from); i-- {
			if _, holds := slices.BinarySearch(s.kept[i].Tests, e.Number); holds && l.admits(s.kept[i].Time) {
				return true
			}
		}
	}
	return false
}

// repetition is an expression to be chosen so many more times, beside what was
// chosen of it.
type repetition struct {
	x      Expr
	times  int64
	chosen span
	// below is the place below which the next choice is, if x is a test: in
	// which order its observations are chosen makes no difference.
	below int
	// newest says that the choice has the newest observation.
	newest bool
}

// repeat chooses an expression several times; the choice that has the newest
// observation is made first.
func (s *Sequence) repeat(r repetition, at int, m must, l limits, rest next) bool {
	if r.times == 0 {
		return rest(r.chosen)
	}
	again := func(c span, below int) bool {
		return s.repeat(repetition{r.x, r.times - 1, r.chosen.with(c), below, r.newest || m == has}, at, may, l, rest)
	}
	t, one := r.x.(*Test)
	if !one {
		return s.choose(r.x, at, m, l, func(c span) bool { return again(c, 0) })
	}
	if m == has {
		return s.try(t, at, l, func(c span) bool { return again(c, r.below) })
	}
	for i := r.below - 1; i >= 0 && s.steps <= maxSteps; i-- {
		if i == at {
			continue
		}
		if s.try(t, i, l, func(c span) bool { return again(c, i) }) {
			return true
		}
		if s.replaceable(t, r, i, at, l) {
			return false
		}
	}
	return false
}

// replaceable says whether no older observation would do better than the one at
// a place that was tried: the newest ones are the closest to the newest, and
// this one is of no use to another test.
func (s *Sequence) replaceable(t *Test, r repetition, i, at int, l limits) bool {
	o := &s.kept[i]
	return at == len(s.kept)-1 && (r.newest || s.thin) && len(o.Tests) == 1 && o.Tests[0] == t.Number && l.admits(o.Time) && s.used[i] == 0
}

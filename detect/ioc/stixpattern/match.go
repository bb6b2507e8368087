package stixpattern

import (
	"slices"
	"time"
)

// Observation is what was seen at one time.
type Observation struct {
	Time    time.Time
	Objects []Object
}

// Match says whether observations in any order match the pattern. It tries all
// combinations, so it is for few observations: see [Sequence].
func Match(p *Pattern, observations []Observation) bool {
	m := matching{pattern: p, observations: observations}
	return len(m.bindings(p.Root)) > 0
}

// binding is observations by number, one for each test that took part.
type binding []int

type matching struct {
	pattern      *Pattern
	observations []Observation
}

// bindings returns every choice of observations that satisfies an expression.
func (m *matching) bindings(e Expr) []binding {
	var all []binding
	switch e := e.(type) {
	case *Test:
		for i, o := range m.observations {
			if _, ok := e.Roots(o.Objects); ok {
				all = append(all, binding{i})
			}
		}
	case *Joined:
		x, y := m.bindings(e.X), m.bindings(e.Y)
		if e.Joint == Or {
			return append(x, y...)
		}
		for _, a := range x {
			for _, b := range y {
				if (m.pattern.OneHost || disjoint(a, b)) && (e.Joint == And || !m.first(b).Before(m.last(a))) {
					all = append(all, append(append(binding{}, a...), b...))
				}
			}
		}
	case *Qualified:
		return m.qualified(m.bindings(e.X), e.Qualifier)
	}
	return all
}

func (m *matching) qualified(bindings []binding, q Qualifier) []binding {
	var all []binding
	switch q := q.(type) {
	case Repeats:
		return combinations(bindings, int(q.Times))
	case Within:
		for _, b := range bindings {
			if m.last(b).Sub(m.first(b)) <= q.Duration() {
				all = append(all, b)
			}
		}
	case StartStop:
		for _, b := range bindings {
			if !m.first(b).Before(q.Start) && m.last(b).Before(q.Stop) {
				all = append(all, b)
			}
		}
	}
	return all
}

// combinations returns the unions of n disjoint bindings.
func combinations(bindings []binding, n int) []binding {
	if n == 0 {
		return []binding{nil}
	}
	var all []binding
	for i, b := range bindings {
		for _, rest := range combinations(bindings[i+1:], n-1) {
			if disjoint(b, rest) {
				all = append(all, append(append(binding{}, b...), rest...))
			}
		}
	}
	return all
}

func disjoint(a, b binding) bool {
	for _, x := range a {
		if slices.Contains(b, x) {
			return false
		}
	}
	return true
}

func (m *matching) first(b binding) time.Time {
	first := m.observations[b[0]].Time
	for _, i := range b {
		if t := m.observations[i].Time; t.Before(first) {
			first = t
		}
	}
	return first
}

func (m *matching) last(b binding) time.Time {
	last := m.observations[b[0]].Time
	for _, i := range b {
		if t := m.observations[i].Time; t.After(last) {
			last = t
		}
	}
	return last
}

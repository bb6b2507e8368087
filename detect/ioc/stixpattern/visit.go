package stixpattern

import "time"

// EachPath calls visit with the path of every comparison.
func (t *Test) EachPath(visit func(Path)) {
	eachPropTest(t.Comparison, func(p *PropTest) { visit(p.Path) })
}

// EachWanted calls visit with every text that a comparison with = or IN asks
// for, and its path.
func (t *Test) EachWanted(visit func(path Path, text string)) {
	eachPropTest(t.Comparison, func(p *PropTest) {
		if p.Negated || p.Op != Equal && p.Op != In {
			return
		}
		for _, l := range p.Values {
			if l.Kind == String {
				visit(p.Path, l.Text)
			}
		}
	})
}

// HoldsOf says whether a [Pattern.Single] pattern matches an observation of
// which the tests with these numbers, ascending, hold. A zero time is within no
// bounds.
func (p *Pattern) HoldsOf(at time.Time, tests []int) bool {
	s := Sequence{pattern: p, kept: []Seen{{Time: at, Tests: tests}}, used: make([]int, 1)}
	return s.choose(p.Root, 0, has, limits{}, func(span) bool { return true })
}

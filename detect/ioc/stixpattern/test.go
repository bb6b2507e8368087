package stixpattern

import "slices"

// Found is a value that a test asked for.
type Found struct {
	Path  Path
	Value any
}

// Roots says, for each of the objects of one observation, whether the test
// holds of it. ok is whether it holds of one: then the observation matches.
func (t *Test) Roots(objects []Object) (roots []bool, ok bool) {
	roots = holds(t.Comparison, objects)
	return roots, slices.Contains(roots, true)
}

func holds(c Comparison, objects []Object) []bool {
	var result, other []bool
	switch c := c.(type) {
	case *Both:
		result, other = holds(c.X, objects), holds(c.Y, objects)
		for i := range result {
			result[i] = result[i] && other[i]
		}
	case *Either:
		result, other = holds(c.X, objects), holds(c.Y, objects)
		for i := range result {
			result[i] = result[i] || other[i]
		}
	case *PropTest:
		result = make([]bool, len(objects))
		for i, o := range objects {
			result[i] = o.Type() == c.Path.Type && c.holdsOf(o, objects)
		}
	}
	return result
}

// holdsOf says whether a value at the path satisfies the test.
func (t *PropTest) holdsOf(o Object, objects []Object) bool {
	found := false
	t.Path.eachValue(o, objects, func(v any) bool {
		found = t.Op == Exists || t.satisfiedBy(v) != t.Negated
		return !found
	})
	if t.Op == Exists {
		return found != t.Negated
	}
	return found
}

// Found returns the values that made the test hold of the objects that roots
// marks, in the order of the test: those that some comparison asks for, not
// those that it is content not to see.
func (t *Test) Found(objects []Object, roots []bool) []Found {
	var all []Found
	eachPropTest(t.Comparison, func(p *PropTest) {
		if p.Negated || p.Op == NotEqual {
			return
		}
		for i, o := range objects {
			if !roots[i] || o.Type() != p.Path.Type {
				continue
			}
			p.Path.eachValue(o, objects, func(v any) bool {
				if p.Op == Exists || p.satisfiedBy(v) {
					all = append(all, Found{p.Path, v})
				}
				return true
			})
		}
	})
	return all
}

// eachPropTest calls visit for the comparisons in the order of the text.
func eachPropTest(c Comparison, visit func(*PropTest)) {
	switch c := c.(type) {
	case *Both:
		eachPropTest(c.X, visit)
		eachPropTest(c.Y, visit)
	case *Either:
		eachPropTest(c.X, visit)
		eachPropTest(c.Y, visit)
	case *PropTest:
		visit(c)
	}
}

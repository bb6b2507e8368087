package correlation

import (
	"slices"

	"github.com/dwell-project/dwell/sigma"
)

// logic is a boolean condition over rules with negation moved to the leaves.
type logic struct {
	op   byte // '&', '|', '+' rule seen, '-' rule not seen
	args []logic
	slot int
}

// compileLogic moves negations inwards (De Morgan) and resolves references. An
// empty & is true, an empty | is false.
func compileLogic(x sigma.Expr, refs []reference, not bool) logic {
	both := func(members []sigma.Expr, op, negated byte) logic {
		l := logic{op: op}
		if not {
			l.op = negated
		}
		for _, m := range members {
			l.args = append(l.args, compileLogic(m, refs, not))
		}
		return l
	}
	switch x := x.(type) {
	case sigma.And:
		return both(x, '&', '|')
	case sigma.Or:
		return both(x, '|', '&')
	case sigma.Not:
		return compileLogic(x.X, refs, !not)
	case *sigma.Predicate:
		slot := slices.IndexFunc(refs, func(r reference) bool { return r.text == x.Text })
		if not {
			return logic{op: '-', slot: slot}
		}
		return logic{op: '+', slot: slot}
	case sigma.Const:
		if bool(x) != not {
			return logic{op: '&'}
		}
	}
	return logic{op: '|'}
}

// holds evaluates the condition for the numbers of matches by rule.
func (l *logic) holds(seen []int32) bool {
	switch l.op {
	case '&':
		for i := range l.args {
			if !l.args[i].holds(seen) {
				return false
			}
		}
		return true
	case '|':
		for i := range l.args {
			if l.args[i].holds(seen) {
				return true
			}
		}
		return false
	case '+':
		return seen[l.slot] > 0
	default:
		return seen[l.slot] == 0
	}
}

func (l *logic) negated() bool {
	return l.op == '-' || slices.ContainsFunc(l.args, func(a logic) bool { return a.negated() })
}

// chain is one alternative of an ordered condition: rules that must come one
// after the other and rules that must not come.
type chain struct{ rules, without []int }

// maxAlternatives bounds the alternatives that an ordered condition is taken
// apart into; brackets around many ors would make millions.
const maxAlternatives = 1024

// chains returns the disjunctive normal form.
func (l *logic) chains() ([]chain, bool) {
	switch l.op {
	case '+':
		return []chain{{rules: []int{l.slot}}}, true
	case '-':
		return []chain{{without: []int{l.slot}}}, true
	case '|':
		var all []chain
		for i := range l.args {
			some, ok := l.args[i].chains()
			if all = append(all, some...); !ok || len(all) > maxAlternatives {
				return nil, false
			}
		}
		return all, true
	}
	all := []chain{{}}
	for i := range l.args {
		some, ok := l.args[i].chains()
		if !ok || len(all)*len(some) > maxAlternatives {
			return nil, false
		}
		var joined []chain
		for _, a := range all {
			for _, b := range some {
				joined = append(joined, chain{slices.Concat(a.rules, b.rules), slices.Concat(a.without, b.without)})
			}
		}
		all = joined
	}
	return all, true
}

// orderChains sorts each alternative's rules into the order in which the
// condition first names them and drops alternatives that contradict themselves.
func orderChains(chains []chain, named []string, refs []reference) []chain {
	place := func(slot int) int { return slices.Index(named, refs[slot].text) }
	var out []chain
	for _, c := range chains {
		slices.SortFunc(c.rules, func(a, b int) int { return place(a) - place(b) })
		c.rules = slices.Compact(c.rules)
		if !slices.ContainsFunc(c.without, func(s int) bool { return slices.Contains(c.rules, s) }) {
			out = append(out, c)
		}
	}
	return out
}

package detect

import (
	"bytes"
	"regexp/syntax"
	"slices"
	"unicode/utf8"

	"github.com/dwell-project/dwell/sigma"
)

// needs is what every text that a regular expression matches has.
type needs struct {
	// groups are sets of folded literals: a matching text contains at least one
	// of each. The first is the one least likely to be there. With none the
	// expression must be tried on every text.
	groups [][][]byte
	// length in bytes that it has at least.
	length int
}

func needsOf(expr string) needs {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return needs{}
	}
	re = re.Simplify() // which leaves no OpRepeat
	n := needs{length: minLength(re)}
	for _, g := range conjuncts(re) {
		if usable(g) {
			n.groups = append(n.groups, least(g))
		}
	}
	slices.SortStableFunc(n.groups, func(a, b [][]byte) int { return shortest(b) - shortest(a) })
	return n
}

// met says whether a folded text has what the groups beyond the first ask.
func (n *needs) met(folded []byte) bool {
	for _, g := range n.groups[min(1, len(n.groups)):] {
		if !slices.ContainsFunc(g, func(l []byte) bool { return bytes.Contains(folded, l) }) {
			return false
		}
	}
	return true
}

// least leaves away literals that contain another one.
func least(literals [][]byte) (kept [][]byte) {
	literals = slices.Clone(literals)
	slices.SortStableFunc(literals, func(a, b []byte) int { return len(a) - len(b) })
	for _, l := range literals {
		if !slices.ContainsFunc(kept, func(k []byte) bool { return bytes.Contains(l, k) }) {
			kept = append(kept, l)
		}
	}
	return kept
}

// usable says whether a set of literals can stand for its part of an
// expression: an invalid byte of a text counts as U+FFFD there.
func usable(literals [][]byte) bool {
	return len(literals) > 0 && !slices.ContainsFunc(literals, func(l []byte) bool {
		return len(l) == 0 || bytes.ContainsRune(l, utf8.RuneError)
	})
}

// conjuncts returns sets of literals one of each of which is in every match.
func conjuncts(re *syntax.Regexp) [][][]byte {
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return conjuncts(re.Sub[0])
	case syntax.OpConcat:
		all := joined(re.Sub)
		for _, sub := range re.Sub {
			if exact(sub, maxAlternatives) == nil {
				all = append(all, conjuncts(sub)...)
			}
		}
		return all
	default:
		return [][][]byte{required(re)}
	}
}

// minLength returns the fewest bytes that a match can have.
func minLength(re *syntax.Regexp) int {
	switch re.Op {
	case syntax.OpLiteral:
		return len(re.Rune)
	case syntax.OpCharClass, syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		return 1
	case syntax.OpCapture, syntax.OpPlus:
		return minLength(re.Sub[0])
	case syntax.OpConcat:
		n := 0
		for _, sub := range re.Sub {
			n += minLength(sub)
		}
		return n
	case syntax.OpAlternate:
		n := minLength(re.Sub[0])
		for _, sub := range re.Sub[1:] {
			n = min(n, minLength(sub))
		}
		return n
	default:
		return 0
	}
}

// maxAlternatives bounds how many literals may stand for one expression.
const maxAlternatives = 48

// required returns a set of folded literals one of which is in every match.
func required(re *syntax.Regexp) [][]byte {
	if all := exact(re, maxAlternatives); shortest(all) > 0 {
		return all
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpConcat:
		return bestRequired(re.Sub)
	case syntax.OpAlternate:
		var all [][]byte
		for _, sub := range re.Sub {
			some := required(sub)
			if some == nil || len(all)+len(some) > maxAlternatives {
				return nil
			}
			all = append(all, some...)
		}
		return all
	default:
		return nil
	}
}

// bestRequired picks, among what the parts that must all match have, the set
// whose shortest literal is longest.
func bestRequired(parts []*syntax.Regexp) [][]byte {
	var best [][]byte
	for _, some := range joined(parts) {
		if shortest(some) > shortest(best) {
			best = some
		}
	}
	for _, part := range parts {
		if some := required(part); shortest(some) > shortest(best) {
			best = some
		}
	}
	return best
}

func shortest(literals [][]byte) int {
	if len(literals) == 0 {
		return 0
	}
	n := len(literals[0])
	for _, l := range literals[1:] {
		n = min(n, len(l))
	}
	return n
}

// globLiteral returns the longest literal of a pattern, folded unless the
// pattern is cased.
func globLiteral(p *sigma.Predicate) [][]byte {
	var longest string
	for _, part := range p.Pattern {
		if part.Wildcard == 0 && len(part.Literal) > len(longest) {
			longest = part.Literal
		}
	}
	if longest == "" {
		return nil
	}
	if p.Cased {
		return [][]byte{[]byte(longest)}
	}
	return [][]byte{sigma.Fold(nil, []byte(longest))}
}

package detect

import (
	"regexp/syntax"

	"github.com/dwell-project/dwell/sigma"
)

// requiredLiterals returns folded literals of which any text that the regular
// expression matches contains at least one, or none if there is no such set of
// use: then the expression must be tried on every text.
func requiredLiterals(expr string) [][]byte {
	re, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return nil
	}
	found := required(re.Simplify())
	for _, l := range found {
		if len(l) < 3 {
			return nil // so short a literal is in most texts
		}
	}
	return found
}

// maxAlternatives bounds how many literals may stand for one expression.
const maxAlternatives = 32

// required returns a set of folded literals one of which is in every match.
func required(re *syntax.Regexp) [][]byte {
	switch re.Op {
	case syntax.OpLiteral:
		return [][]byte{sigma.Fold(nil, []byte(string(re.Rune)))}
	case syntax.OpCapture, syntax.OpPlus:
		return required(re.Sub[0])
	case syntax.OpRepeat:
		if re.Min == 0 {
			return nil
		}
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

// bestRequired picks, among the parts that must all match, the one whose
// shortest literal is longest.
func bestRequired(parts []*syntax.Regexp) [][]byte {
	var best [][]byte
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

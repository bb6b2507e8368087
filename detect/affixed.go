package detect

import (
	"regexp/syntax"
	"slices"

	"github.com/dwell-project/dwell/sigma"
)

// What stands next to each other in an expression stands so in its matches:
// joined literals are longer, and rarer, than those of the parts.

// joined returns sets of folded literals, one of each of which is in every
// match of the parts one after another.
func joined(parts []*syntax.Regexp) (sets [][][]byte) {
	none := [][]byte{{}}
	ends := none // what a match has up to here, one of them
	flush := func() {
		if shortest(ends) > 0 {
			sets = append(sets, ends)
		}
	}
	for _, part := range parts {
		all := exact(part, maxAlternatives)
		if longer := cross(ends, all, maxAlternatives); longer != nil {
			ends = longer
			continue
		}
		begin, end := all, all
		if all == nil {
			begin, end = prefixes(part, maxAlternatives/len(ends)), none
		}
		if longer := cross(ends, begin, maxAlternatives); longer != nil {
			ends = longer
		}
		flush()
		ends = end
	}
	flush()
	return sets
}

// exact returns all texts that an expression matches, folded, nil if they are
// more than most. What matches no byte, as a word boundary, counts as empty.
func exact(re *syntax.Regexp, most int) [][]byte {
	switch re.Op {
	case syntax.OpLiteral:
		return [][]byte{sigma.Fold(nil, []byte(string(re.Rune)))}
	case syntax.OpCharClass:
		return classTexts(re.Rune)
	case syntax.OpEmptyMatch, syntax.OpBeginLine, syntax.OpEndLine, syntax.OpBeginText, syntax.OpEndText, syntax.OpWordBoundary, syntax.OpNoWordBoundary:
		return [][]byte{{}}
	case syntax.OpCapture:
		return exact(re.Sub[0], most)
	case syntax.OpQuest:
		return union([][]byte{{}}, exact(re.Sub[0], most), most)
	case syntax.OpConcat:
		all := [][]byte{{}}
		for _, sub := range re.Sub {
			if all = cross(all, exact(sub, most), most); all == nil {
				return nil
			}
		}
		return all
	case syntax.OpAlternate:
		var all [][]byte
		for _, sub := range re.Sub {
			if all = union(all, exact(sub, most), most); all == nil {
				return nil
			}
		}
		return all
	default:
		return nil
	}
}

// prefixes returns at most so many folded texts, with one of which every match
// begins; the empty text alone if there are no better ones.
func prefixes(re *syntax.Regexp, most int) [][]byte {
	if all := exact(re, most); all != nil {
		return all
	}
	switch re.Op {
	case syntax.OpCapture, syntax.OpPlus:
		return prefixes(re.Sub[0], most)
	case syntax.OpConcat:
		all := [][]byte{{}}
		for _, sub := range re.Sub {
			next := exact(sub, most)
			longer := cross(all, next, most)
			if longer == nil && next == nil {
				longer = cross(all, prefixes(sub, most/len(all)), most)
			}
			if longer != nil {
				all = longer
			}
			if longer == nil || next == nil {
				break
			}
		}
		return all
	case syntax.OpAlternate:
		var all [][]byte
		for _, sub := range re.Sub {
			if all = union(all, prefixes(sub, most/len(re.Sub)), most); all == nil {
				break
			}
		}
		if all != nil {
			return all
		}
	}
	return [][]byte{{}}
}

// maxClass is how many characters a class may have, cases apart, to be spelt
// out: more make many literals that are no rarer.
const maxClass = 3

// classTexts returns the characters of a class, folded, nil if there are many.
func classTexts(ranges []rune) (all [][]byte) {
	for i := 0; i < len(ranges); i += 2 {
		if ranges[i+1]-ranges[i] > maxClass {
			return nil
		}
		for r := ranges[i]; r <= ranges[i+1]; r++ {
			all = append(all, sigma.Fold(nil, []byte(string(r))))
		}
		if all = union(nil, all, maxClass); all == nil {
			return nil
		}
	}
	return all
}

// cross returns every text of a followed by every text of b, nil if they are
// more than most or if a or b has none.
func cross(a, b [][]byte, most int) (all [][]byte) {
	if len(a)*len(b) > most {
		return nil
	}
	for _, x := range a {
		for _, y := range b {
			all = append(all, slices.Concat(x, y))
		}
	}
	return all
}

// union returns the texts of a and b, each once, nil if they are more than most
// or if b has none.
func union(a, b [][]byte, most int) [][]byte {
	if len(b) == 0 {
		return nil
	}
	all := slices.SortedFunc(slices.Values(slices.Concat(a, b)), slices.Compare)
	if all = slices.CompactFunc(all, slices.Equal); len(all) > most {
		return nil
	}
	return all
}

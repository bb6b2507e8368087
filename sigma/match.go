package sigma

import (
	"bytes"
	"iter"
	"net/netip"

	"github.com/dwell-project/dwell/event"
)

// Record is one record as rules see it. The same field must give the same
// values each time.
type Record interface {
	// Values yields the values of a field, none if the record lacks it. The name
	// is a rule's, without blanks; the fields' own names are compared without
	// theirs.
	Values(field string) iter.Seq[event.Field]
	// All yields every value that keywords look at.
	All() iter.Seq[event.Field]
}

// Match says whether a record is one that the expression describes. It goes
// through the expression as it stands; package detect of dwell gives the same
// answer for many rules at once, faster.
func Match(e Expr, r Record) bool {
	switch e := e.(type) {
	case And:
		for _, x := range e {
			if !Match(x, r) {
				return false
			}
		}
		return true
	case Or:
		for _, x := range e {
			if Match(x, r) {
				return true
			}
		}
		return false
	case Not:
		return !Match(e.X, r)
	case Const:
		return bool(e)
	case *Predicate:
		_, ok := e.find(r)
		return ok
	default:
		return false
	}
}

// found is the value that satisfied a predicate and the bytes of its text that
// did, the whole text where no part of it is meant.
type found struct {
	value      event.Field
	text       []byte
	start, end int
}

// find returns the first value that satisfies the predicate. For IsNull and
// Exists there may be none and still be an answer.
func (p *Predicate) find(r Record) (found, bool) {
	switch p.Op {
	case Exists:
		for v := range r.Values(p.Field) {
			return found{value: v}, true
		}
		return found{}, false
	case IsNull:
		return p.findNull(r)
	}
	values := r.All()
	if p.Field != "" {
		values = r.Values(p.Field)
	}
	for v := range values {
		if !hasText(v.Kind) {
			continue
		}
		text := v.AppendText(nil)
		if p.Op == FieldRef {
			if p.matchesRef(text, r) {
				return found{v, text, 0, len(text)}, true
			}
			continue
		}
		if start, end, ok := p.matchText(text); ok {
			return found{v, text, start, end}, true
		}
	}
	return found{}, false
}

// findNull is true if the field is absent or null; a field that is repeated
// answers if any of its values is null.
func (p *Predicate) findNull(r Record) (found, bool) {
	absent := true
	for v := range r.Values(p.Field) {
		absent = false
		if v.Kind == event.Null || v.Kind == event.Absent {
			return found{value: v}, true
		}
	}
	return found{}, absent
}

// hasText says whether a value has a text that can be compared: null and the
// empty kinds have none.
func hasText(k event.Kind) bool { return k >= event.Text }

// MatchText says whether the text of one value satisfies the predicate. It is
// false for Exists, IsNull and FieldRef, which are not about one text.
func (p *Predicate) MatchText(text []byte) bool {
	_, _, ok := p.matchText(text)
	return ok
}

// matchText is MatchText with the place of the match.
func (p *Predicate) matchText(text []byte) (start, end int, ok bool) {
	switch p.Op {
	case Equals, Contains, StartsWith, EndsWith:
		return p.matchLiteral(p.Op, []byte(p.Text), text)
	case Glob:
		return 0, len(text), p.matchGlob(text)
	case Regex:
		if at := p.Regexp.FindIndex(text); at != nil {
			return at[0], at[1], true
		}
		return 0, 0, false
	case CIDR:
		return 0, len(text), p.matchCIDR(text)
	case Less, LessEqual, Greater, GreaterEqual:
		n, ok := ParseNumber(text)
		return 0, len(text), ok && compare(p.Op, n, p.Number)
	case TimePart:
		t, ok := ParseTime(text)
		if !ok {
			return 0, 0, false
		}
		n, ok := timePart(t, p.Part)
		return 0, len(text), ok && compare(p.Ref.Op, float64(n), p.Number)
	default:
		return 0, 0, false
	}
}

func compare(op Op, value, number float64) bool {
	switch op {
	case Less:
		return value < number
	case LessEqual:
		return value <= number
	case Greater:
		return value > number
	case GreaterEqual:
		return value >= number
	default:
		return value == number
	}
}

// matchLiteral compares a literal with a text and returns the place in the
// text.
func (p *Predicate) matchLiteral(op Op, literal, text []byte) (start, end int, ok bool) {
	value, origin := text, []int(nil)
	if !p.Cased {
		literal = Fold(nil, literal)
		value, origin = foldWithOrigin(text)
	}
	at, ok := literalAt(op, value, literal)
	if !ok {
		return 0, 0, false
	}
	start, end = at, at+len(literal)
	if origin != nil {
		start, end = origin[start], origin[end]
	}
	return start, end, true
}

func literalAt(op Op, value, literal []byte) (int, bool) {
	switch op {
	case Equals:
		return 0, bytes.Equal(value, literal)
	case StartsWith:
		return 0, bytes.HasPrefix(value, literal)
	case EndsWith:
		return len(value) - len(literal), bytes.HasSuffix(value, literal)
	default:
		at := bytes.Index(value, literal)
		return at, at >= 0
	}
}

// foldWithOrigin folds a text and says for every byte of the result, and its
// end, where it came from.
func foldWithOrigin(text []byte) (folded []byte, origin []int) {
	origin = make([]int, 0, len(text)+1)
	for i := 0; i < len(text); {
		size := runeSize(text[i:])
		folded = Fold(folded, text[i:i+size])
		for len(origin) < len(folded) {
			origin = append(origin, i)
		}
		i += size
	}
	return folded, append(origin, len(text))
}

func (p *Predicate) matchGlob(text []byte) bool {
	if p.Cased {
		return p.Pattern.Match(text)
	}
	return p.Pattern.Fold().Match(Fold(nil, text))
}

// matchCIDR reads the text as an address. An IPv4 address in IPv6 notation is
// the IPv4 address, and a zone does not matter.
func (p *Predicate) matchCIDR(text []byte) bool {
	a, err := netip.ParseAddr(string(text))
	return err == nil && p.Prefix.Contains(a.WithZone("").Unmap())
}

func (p *Predicate) matchesRef(text []byte, r Record) bool {
	for v := range r.Values(p.Ref.Field) {
		if !hasText(v.Kind) {
			continue
		}
		if _, _, ok := p.matchLiteral(p.Ref.Op, v.AppendText(nil), text); ok {
			return true
		}
	}
	return false
}

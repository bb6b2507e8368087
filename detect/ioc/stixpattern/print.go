package stixpattern

import (
	"encoding/base64"
	"encoding/hex"
	"strconv"
	"strings"
	"time"
)

// String writes the pattern so that [Parse] reads it as the same pattern.
func (p *Pattern) String() string { return string(p.Root.appendTo(nil, 0)) }

// String writes the path.
func (p Path) String() string { return string(p.appendTo(nil)) }

// String writes the literal as it stands in a pattern.
func (l Literal) String() string { return string(l.appendTo(nil)) }

// String returns the joint as it is written.
func (j Joint) String() string { return [...]string{"FOLLOWEDBY", "OR", "AND"}[j] }

// How tight expressions bind: what is looser than its place stands in
// parentheses.
const (
	loosest   = 0
	qualified = int(And) + 2
)

func (t *Test) appendTo(dst []byte, _ int) []byte {
	dst = append(dst, '[')
	dst = t.Comparison.appendTo(dst, loosest)
	return append(dst, ']')
}

func (j *Joined) appendTo(dst []byte, within int) []byte {
	own := int(j.Joint)
	if own < within {
		dst = append(dst, '(')
		return append(j.appendTo(dst, loosest), ')')
	}
	dst = j.X.appendTo(dst, own)
	dst = append(dst, ' ')
	dst = append(dst, j.Joint.String()...)
	dst = append(dst, ' ')
	return j.Y.appendTo(dst, own+1)
}

func (q *Qualified) appendTo(dst []byte, _ int) []byte {
	dst = q.X.appendTo(dst, qualified)
	return q.Qualifier.appendQualifier(append(dst, ' '))
}

func (w Within) appendQualifier(dst []byte) []byte {
	dst = append(dst, "WITHIN "...)
	dst = w.Seconds.appendTo(dst)
	return append(dst, " SECONDS"...)
}

func (r Repeats) appendQualifier(dst []byte) []byte {
	dst = append(dst, "REPEATS "...)
	dst = strconv.AppendInt(dst, r.Times, 10)
	return append(dst, " TIMES"...)
}

func (s StartStop) appendQualifier(dst []byte) []byte {
	dst = append(dst, "START "...)
	dst = Literal{Kind: Timestamp, Time: s.Start}.appendTo(dst)
	dst = append(dst, " STOP "...)
	return Literal{Kind: Timestamp, Time: s.Stop}.appendTo(dst)
}

func (e *Either) appendTo(dst []byte, within int) []byte {
	return pair{e.X, e.Y, Or}.appendTo(dst, within)
}

func (b *Both) appendTo(dst []byte, within int) []byte {
	return pair{b.X, b.Y, And}.appendTo(dst, within)
}

// pair is two comparisons joined by OR or AND.
type pair struct {
	x, y  Comparison
	joint Joint
}

func (p pair) appendTo(dst []byte, within int) []byte {
	own := int(p.joint)
	if own < within {
		dst = append(dst, '(')
		return append(p.appendTo(dst, loosest), ')')
	}
	dst = p.x.appendTo(dst, own)
	dst = append(dst, ' ')
	dst = append(dst, p.joint.String()...)
	dst = append(dst, ' ')
	return p.y.appendTo(dst, own+1)
}

func (t *PropTest) appendTo(dst []byte, _ int) []byte {
	if t.Op == Exists {
		if t.Negated {
			dst = append(dst, "NOT "...)
		}
		return t.Path.appendTo(append(dst, "EXISTS "...))
	}
	dst = append(t.Path.appendTo(dst), ' ')
	if t.Negated {
		dst = append(dst, "NOT "...)
	}
	dst = append(append(dst, t.Op.String()...), ' ')
	if t.Op != In {
		return t.Values[0].appendTo(dst)
	}
	dst = append(dst, '(')
	for i, v := range t.Values {
		if i > 0 {
			dst = append(dst, ", "...)
		}
		dst = v.appendTo(dst)
	}
	return append(dst, ')')
}

func (p Path) appendTo(dst []byte) []byte {
	dst = append(append(dst, p.Type...), ':')
	for i, s := range p.Steps {
		switch {
		case s.All:
			dst = append(dst, "[*]"...)
			continue
		case s.Index:
			dst = append(strconv.AppendInt(append(dst, '['), s.Place, 10), ']')
			continue
		case i > 0:
			dst = append(dst, '.')
		}
		if isName(s.Key) {
			dst = append(dst, s.Key...)
		} else {
			dst = appendQuoted(dst, s.Key)
		}
	}
	return dst
}

func appendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '\'')
	dst = append(dst, strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s)...)
	return append(dst, '\'')
}

func (l Literal) appendTo(dst []byte) []byte {
	switch l.Kind {
	case Int:
		return strconv.AppendInt(dst, l.Int, 10)
	case Float:
		text := strconv.FormatFloat(l.Float, 'f', -1, 64)
		if !strings.Contains(text, ".") {
			text += ".0"
		}
		return append(dst, text...)
	case Bool:
		return strconv.AppendBool(dst, l.Bool)
	case Timestamp:
		return append(dst, "t'"+l.Time.UTC().Format(time.RFC3339Nano)+"'"...)
	case Hex:
		return append(dst, "h'"+hex.EncodeToString(l.Bytes)+"'"...)
	case Binary:
		return append(dst, "b'"+base64.StdEncoding.EncodeToString(l.Bytes)+"'"...)
	default:
		return appendQuoted(dst, l.Text)
	}
}

package sigma

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// parsePattern reads a value by the rules of wildcards and escapes (Sigma rules
// specification, "String Wildcard" and "Escape Character"): * and ? are
// wildcards, a backslash before *, ? or a backslash makes that one plain, and
// any other backslash is itself.
func parsePattern(s string) Pattern {
	if strings.IndexByte(s, '*') < 0 && strings.IndexByte(s, '?') < 0 && !strings.Contains(s, `\\`) {
		return Pattern{{Literal: s}}
	}
	var out Pattern
	lit := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '\\' && i+1 < len(s) && isSpecial(s[i+1]):
			i++
			lit = append(lit, s[i])
		case c == '*' || c == '?':
			if len(lit) > 0 {
				out = append(out, PatternPart{Literal: string(lit)})
				lit = lit[:0]
			}
			out = append(out, PatternPart{Wildcard: c})
		default:
			lit = append(lit, c)
		}
	}
	if len(lit) > 0 {
		out = append(out, PatternPart{Literal: string(lit)})
	}
	return out
}

func isSpecial(c byte) bool { return c == '*' || c == '?' || c == '\\' }

// canonical joins neighbouring literals, and of neighbouring wildcards makes
// the question marks and then at most one star, which is the same.
func (p Pattern) canonical() Pattern {
	var out Pattern
	star := false
	flush := func() {
		if star {
			out = append(out, PatternPart{Wildcard: '*'})
			star = false
		}
	}
	for _, part := range p {
		switch {
		case part.Wildcard == '*':
			star = true
		case part.Wildcard == '?':
			out = append(out, part)
		case part.Literal == "":
		default:
			flush()
			if n := len(out); n > 0 && out[n-1].Wildcard == 0 {
				out[n-1].Literal += part.Literal
			} else {
				out = append(out, part)
			}
		}
	}
	flush()
	return out
}

// hasWildcard says whether anything in it is not literal.
func (p Pattern) hasWildcard() bool {
	for _, part := range p {
		if part.Wildcard != 0 {
			return true
		}
	}
	return false
}

// literal returns the text of a pattern without wildcards.
func (p Pattern) literal() string {
	if len(p) == 1 {
		return p[0].Literal
	}
	var b strings.Builder
	for _, part := range p {
		b.WriteString(part.Literal)
	}
	return b.String()
}

// String writes the pattern with wildcards and escapes as a rule has them.
func (p Pattern) String() string {
	var b strings.Builder
	for _, part := range p {
		if part.Wildcard != 0 {
			b.WriteByte(part.Wildcard)
			continue
		}
		for i := range len(part.Literal) {
			c := part.Literal[i]
			if isSpecial(c) {
				b.WriteByte('\\')
			}
			b.WriteByte(c)
		}
	}
	return b.String()
}

// classify finds the cheapest operator for a canonical pattern. Text is set for
// the operators that compare with a literal.
func (p Pattern) classify() (op Op, text string) {
	n := len(p)
	switch {
	case n == 0:
		return Equals, ""
	case n == 1 && p[0].Wildcard == 0:
		return Equals, p[0].Literal
	case n == 2 && p[0].Wildcard == 0 && p[1].Wildcard == '*':
		return StartsWith, p[0].Literal
	case n == 2 && p[0].Wildcard == '*' && p[1].Wildcard == 0:
		return EndsWith, p[1].Literal
	case n == 3 && p[0].Wildcard == '*' && p[1].Wildcard == 0 && p[2].Wildcard == '*':
		return Contains, p[1].Literal
	default:
		return Glob, ""
	}
}

// Match says whether value as a whole is one that the pattern describes. It
// compares bytes as they are: for a comparison without case, both the pattern's
// literals and the value must be folded before. A question mark stands for one
// character of UTF-8, or one byte where there is none.
//
// It walks back to the last star only, so it takes at most the product of the
// two lengths.
func (p Pattern) Match(value []byte) bool {
	at, v := 0, 0
	star, mark := -1, 0
	for {
		if at == len(p) {
			if v == len(value) {
				return true
			}
		} else if part := p[at]; part.Wildcard == '*' {
			star, mark = at, v
			at++
			continue
		} else if n := part.step(value[v:]); n >= 0 {
			at, v = at+1, v+n
			continue
		}
		if star < 0 || mark >= len(value) {
			return false
		}
		mark++
		for mark < len(value) && !utf8.RuneStart(value[mark]) {
			mark++
		}
		at, v = star+1, mark
	}
}

// step returns how many bytes of v the part takes, -1 if it does not match.
func (part PatternPart) step(v []byte) int {
	if part.Wildcard == '?' {
		if len(v) == 0 {
			return -1
		}
		_, n := utf8.DecodeRune(v)
		return n
	}
	if len(part.Literal) <= len(v) && bytes.HasPrefix(v, []byte(part.Literal)) {
		return len(part.Literal)
	}
	return -1
}

// Fold returns the pattern with its literals folded (see [Fold]).
func (p Pattern) Fold() Pattern {
	out := make(Pattern, len(p))
	for i, part := range p {
		out[i] = PatternPart{FoldString(part.Literal), part.Wildcard}
	}
	return out
}

// runeSize is how many bytes the first character takes, 1 where the bytes are
// not UTF-8.
func runeSize(b []byte) int {
	_, n := utf8.DecodeRune(b)
	return n
}

package sigma

import (
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"
)

// opWords are the operators as they are written.
var opWords = [...]string{
	Equals: "=", Contains: "contains", StartsWith: "startswith", EndsWith: "endswith", Glob: "like", Regex: "matches",
	CIDR: "in", Less: "<", LessEqual: "<=", Greater: ">", GreaterEqual: ">=", Exists: "exists", IsNull: "is null",
}

// String returns the operator as expressions are written with it.
func (o Op) String() string {
	if int(o) < len(opWords) {
		return opWords[o]
	}
	return "op " + strconv.Itoa(int(o))
}

// The expressions are written as
//
//	Image endswith '\cmd.exe' and not (User = 'SYSTEM' or User is null)
//
// where a field is a bare word, or in double quotes if it is not one; keyword
// stands for any field; a text is in single quotes, doubled within it, or in
// double quotes with Go's escapes if it has characters that cannot be seen;
// cased before an operator compares with case. like takes a Sigma pattern,
// matches a regular expression of Go, in a network; a field as the other side is
// field(Name); a part of a time is hour(Name). [ParseExpr] reads it back.
func (e And) String() string        { return join(e, " and ", "true") }
func (e Or) String() string         { return join(e, " or ", "false") }
func (e Not) String() string        { return "not " + operand(e.X) }
func (e Const) String() string      { return strconv.FormatBool(bool(e)) }
func (p *Predicate) String() string { return string(p.append(nil)) }

func join(list []Expr, word, none string) string {
	if len(list) == 0 {
		return none
	}
	parts := make([]string, len(list))
	for i, e := range list {
		parts[i] = operand(e)
	}
	if len(parts) == 1 {
		// A list of one is written so that it reads back as one.
		return parts[0]
	}
	return strings.Join(parts, word)
}

// operand puts lists in parentheses.
func operand(e Expr) string {
	s := e.String()
	switch e := e.(type) {
	case And:
		if len(e) > 1 {
			return "(" + s + ")"
		}
	case Or:
		if len(e) > 1 {
			return "(" + s + ")"
		}
	}
	return s
}

func (p *Predicate) append(b []byte) []byte {
	if p.Op == TimePart {
		b = append(append(b, p.Part...), '(')
		b = append(appendName(b, p.Field), ')', ' ')
		b = append(append(b, p.Ref.Op.String()...), ' ')
		return strconv.AppendFloat(b, p.Number, 'g', -1, 64)
	}
	b = append(appendName(b, p.Field), ' ')
	if p.Cased && p.Op != Regex {
		b = append(b, "cased "...)
	}
	if p.Op == FieldRef {
		b = append(append(b, p.Ref.Op.String()...), " field("...)
		return append(appendName(b, p.Ref.Field), ')')
	}
	b = append(b, p.Op.String()...)
	switch p.Op {
	case Exists, IsNull:
		return b
	case Less, LessEqual, Greater, GreaterEqual:
		return strconv.AppendFloat(append(b, ' '), p.Number, 'g', -1, 64)
	case Glob:
		return appendText(append(b, ' '), p.Pattern.String())
	case Regex:
		return appendText(append(b, ' '), p.Regexp.String())
	case CIDR:
		return p.Prefix.AppendTo(append(b, ' '))
	default:
		return appendText(append(b, ' '), p.Text)
	}
}

// appendName writes a field.
func appendName(b []byte, name string) []byte {
	switch {
	case name == "":
		return append(b, "keyword"...)
	case isBare(name):
		return append(b, name...)
	default:
		return strconv.AppendQuote(b, name)
	}
}

// isBare says whether a field can be written without quotes.
func isBare(name string) bool {
	switch name {
	case "", "keyword", "and", "or", "not", "true", "false":
		return false
	}
	for i := range len(name) {
		if !isBareByte(name[i]) {
			return false
		}
	}
	return true
}

func isBareByte(c byte) bool {
	return c == '_' || c == '.' || c == '-' || c == '@' || c >= '0' && c <= '9' || c|0x20 >= 'a' && c|0x20 <= 'z'
}

// appendText writes a literal.
func appendText(b []byte, s string) []byte {
	if !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }) {
		return strconv.AppendQuote(b, s)
	}
	b = append(b, '\'')
	for i := range len(s) {
		if s[i] == '\'' {
			b = append(b, '\'')
		}
		b = append(b, s[i])
	}
	return append(b, '\'')
}

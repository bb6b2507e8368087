package sigma

import (
	"fmt"
	"net/netip"
	"regexp"
	"strconv"
	"strings"
)

// ParseExpr reads an expression as its String method writes it.
func ParseExpr(s string) (Expr, error) {
	p := &exprParser{rest: s, whole: len(s)}
	e := p.list(0)
	p.space()
	if p.err == nil && p.rest != "" {
		p.fail("nothing more is expected here")
	}
	if p.err != nil {
		return nil, p.err
	}
	return e, nil
}

// exprParser reads by recursive descent; after an error everything is empty.
type exprParser struct {
	rest  string
	whole int
	depth int
	err   error
}

func (p *exprParser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("reading an expression: byte %d: %s", p.whole-len(p.rest), fmt.Sprintf(format, args...))
	}
	p.rest = ""
}

func (p *exprParser) space() { p.rest = strings.TrimLeft(p.rest, " \t\r\n") }

// word takes a bare word if it comes next.
func (p *exprParser) word(w string) bool {
	p.space()
	rest, ok := strings.CutPrefix(p.rest, w)
	if !ok || rest != "" && isBareByte(w[len(w)-1]) && isBareByte(rest[0]) {
		return false
	}
	p.rest = rest
	return true
}

// list reads members joined by or (level 0) or and (level 1).
func (p *exprParser) list(level int) Expr {
	if level == 2 {
		return p.member()
	}
	list := []Expr{p.list(level + 1)}
	for p.err == nil && p.word([...]string{"or", "and"}[level]) {
		list = append(list, p.list(level+1))
	}
	switch {
	case len(list) == 1:
		return list[0]
	case level == 0:
		return Or(list)
	default:
		return And(list)
	}
}

// maxExprDepth bounds nested parentheses and nots.
const maxExprDepth = 1000

func (p *exprParser) member() Expr {
	if p.depth++; p.depth > maxExprDepth {
		p.fail("nested deeper than %d", maxExprDepth)
		return nil
	}
	defer func() { p.depth-- }()
	switch {
	case p.word("not"):
		return Not{p.member()}
	case p.word("true"):
		return Const(true)
	case p.word("false"):
		return Const(false)
	case p.word("("):
		e := p.list(0)
		p.expect(")")
		return e
	default:
		return p.predicate()
	}
}

func (p *exprParser) expect(s string) {
	if p.err == nil && !p.word(s) {
		p.fail("%q is expected", s)
	}
}

// bare takes a bare word, which may be empty.
func (p *exprParser) bare() string {
	n := 0
	for n < len(p.rest) && isBareByte(p.rest[n]) {
		n++
	}
	w := p.rest[:n]
	p.rest = p.rest[n:]
	return w
}

// name reads a field.
func (p *exprParser) name() string {
	p.space()
	if strings.HasPrefix(p.rest, `"`) {
		return p.quoted()
	}
	w := p.bare()
	switch w {
	case "":
		p.fail("a field is expected")
	case "keyword":
		return ""
	}
	return w
}

func (p *exprParser) quoted() string {
	q, err := strconv.QuotedPrefix(p.rest)
	if err != nil {
		p.fail("the quotes are not closed")
		return ""
	}
	p.rest = p.rest[len(q):]
	s, err := strconv.Unquote(q)
	if err != nil {
		p.fail("%s is not quoted rightly", q)
	}
	return s
}

// literal reads a text in single or double quotes.
func (p *exprParser) literal() string {
	p.space()
	if strings.HasPrefix(p.rest, `"`) {
		return p.quoted()
	}
	if !strings.HasPrefix(p.rest, "'") {
		p.fail("a text in quotes is expected")
		return ""
	}
	var b strings.Builder
	for at := p.rest[1:]; ; {
		part, rest, ok := strings.Cut(at, "'")
		if !ok {
			p.fail("the quotes are not closed")
			return ""
		}
		b.WriteString(part)
		if !strings.HasPrefix(rest, "'") {
			p.rest = rest
			return b.String()
		}
		b.WriteByte('\'')
		at = rest[1:]
	}
}

func (p *exprParser) number() float64 {
	p.space()
	n := strings.IndexAny(p.rest, " \t\r\n)")
	if n < 0 {
		n = len(p.rest)
	}
	f, err := strconv.ParseFloat(p.rest[:n], 64)
	if err != nil || f-f != 0 {
		p.fail("a number is expected")
		return 0
	}
	p.rest = p.rest[n:]
	return f
}

// op reads an operator; longer ones are tried first.
func (p *exprParser) op() Op {
	for _, o := range [...]Op{
		LessEqual, GreaterEqual, Less, Greater, Equals, Contains, StartsWith, EndsWith, Glob, Regex, CIDR, Exists, IsNull,
	} {
		if p.word(o.String()) {
			return o
		}
	}
	p.fail("an operator is expected")
	return Equals
}

func (p *exprParser) predicate() Expr {
	q := new(Predicate)
	quoted := strings.HasPrefix(strings.TrimLeft(p.rest, " \t\r\n"), `"`)
	q.Field = p.name()
	if !quoted && strings.HasPrefix(p.rest, "(") {
		return p.part(q)
	}
	q.Cased = p.word("cased")
	q.Op = p.op()
	if p.word("field(") {
		q.Ref = Ref{p.name(), q.Op}
		q.Op = FieldRef
		p.expect(")")
		return q
	}
	switch q.Op {
	case Exists, IsNull:
	case Less, LessEqual, Greater, GreaterEqual:
		q.Number = p.number()
	case Glob:
		q.Pattern = parsePattern(p.literal()).canonical()
	case Regex:
		p.regex(q)
	case CIDR:
		p.prefix(q)
	default:
		q.Text = p.literal()
	}
	return q
}

func (p *exprParser) part(q *Predicate) Expr {
	q.Part = q.Field
	if _, ok := partRange[q.Part]; !ok {
		p.fail("%q is no part of a time", q.Part)
		return nil
	}
	p.expect("(")
	q.Field = p.name()
	p.expect(")")
	q.Op, q.Ref.Op = TimePart, p.op()
	q.Number = p.number()
	return q
}

func (p *exprParser) regex(q *Predicate) {
	text := p.literal()
	re, err := regexp.Compile(text)
	if err != nil {
		p.fail("%v", err)
		return
	}
	q.Cased, q.Regexp = true, re
}

func (p *exprParser) prefix(q *Predicate) {
	p.space()
	n := strings.IndexAny(p.rest, " \t\r\n)")
	if n < 0 {
		n = len(p.rest)
	}
	prefix, err := netip.ParsePrefix(p.rest[:n])
	if err != nil {
		p.fail("a network is expected")
		return
	}
	p.rest, q.Prefix = p.rest[n:], prefix
}

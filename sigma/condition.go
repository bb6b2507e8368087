package sigma

import (
	"fmt"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// clauseKind is what a node of a condition says.
type clauseKind uint8

const (
	nameClause clauseKind = iota
	andClause
	orClause
	notClause
	// ofClause is count of the identifiers that name describes, all of them if
	// count is 0.
	ofClause
)

// clause is a node of a parsed condition.
type clause struct {
	kind  clauseKind
	kids  []*clause
	name  string
	count int
	// offset and length are the place in the condition's text.
	offset, length int
}

// String writes the condition with as few parentheses as it needs.
func (c *clause) String() string {
	switch c.kind {
	case nameClause:
		return c.name
	case ofClause:
		if c.count == 0 {
			return "all of " + c.name
		}
		return strconv.Itoa(c.count) + " of " + c.name
	case notClause:
		return "not " + c.kids[0].within(notClause)
	}
	word := " and "
	if c.kind == orClause {
		word = " or "
	}
	parts := make([]string, len(c.kids))
	for i, k := range c.kids {
		parts[i] = k.within(c.kind)
	}
	return strings.Join(parts, word)
}

func (c *clause) within(outer clauseKind) string {
	s := c.String()
	loose := c.kind == orClause && outer != orClause || c.kind == andClause && outer == notClause || c.kind == outer && c.kind != notClause
	if loose {
		return "(" + s + ")"
	}
	return s
}

// token is a word, a parenthesis or a pipe.
type token struct {
	text   string
	offset int
}

// conditionParser reads conditions by recursive descent: or binds least, then
// and, then not, then "x of".
type conditionParser struct {
	tokens []token
	at     int
	depth  int
	end    int
	// fault is what is wrong, and where.
	fault string
	where token
	code  Code
	// upper are the operators in upper case.
	upper []token
}

// Limits on conditions: how deep parentheses and nots are nested, how many words
// the conditions of a document and how many search identifiers it may have, and
// how large what they come to may be. The work is at most the product of words
// and identifiers.
const (
	maxConditionDepth = 200
	maxWords          = 5_000
	maxIdentifiers    = 5_000
	maxExprSize       = 1_000_000
)

// tokenize splits a condition; the text after a pipe is left alone.
func tokenize(s string) (tokens []token, rest string, pipe int) {
	pipe = -1
	for i := 0; i < len(s); {
		switch c := s[i]; {
		case c == ' ' || c == '\t' || c == '\n' || c == '\r':
			i++
		case c == '|':
			return tokens, s[i+1:], i
		case c == '(' || c == ')':
			tokens = append(tokens, token{s[i : i+1], i})
			i++
		default:
			end := strings.IndexAny(s[i:], " \t\r\n|()")
			if end < 0 {
				end = len(s) - i
			}
			tokens = append(tokens, token{s[i : i+end], i})
			i += end
		}
	}
	return tokens, "", pipe
}

// parseCondition reads a condition without its aggregation.
func parseCondition(tokens []token, end int) (*clause, *conditionParser) {
	p := &conditionParser{tokens: tokens, end: end, code: CodeConditionSyntax}
	c := p.or()
	if p.fault == "" && p.at < len(p.tokens) {
		t := p.tokens[p.at]
		switch {
		case t.text == ")":
			p.fail(t, "this parenthesis closes nothing")
		default:
			p.fail(t, "an operator is missing before this")
		}
	}
	return c, p
}

func (p *conditionParser) fail(t token, message string) *clause {
	if p.fault == "" {
		p.fault, p.where = message, t
	}
	return nil
}

// word looks whether the next token is an operator, and takes it.
func (p *conditionParser) word(op string) bool {
	if p.at >= len(p.tokens) || !strings.EqualFold(p.tokens[p.at].text, op) {
		return false
	}
	if p.tokens[p.at].text != op {
		p.upper = append(p.upper, p.tokens[p.at])
	}
	p.at++
	return true
}

func (p *conditionParser) or() *clause  { return p.chain("or", orClause, p.and) }
func (p *conditionParser) and() *clause { return p.chain("and", andClause, p.not) }

func (p *conditionParser) chain(op string, kind clauseKind, operand func() *clause) *clause {
	first := operand()
	if p.fault != "" {
		return nil
	}
	kids := []*clause{first}
	for p.fault == "" && p.word(op) {
		kids = append(kids, operand())
	}
	if len(kids) == 1 {
		return first
	}
	return &clause{kind: kind, kids: kids, offset: first.offset}
}

func (p *conditionParser) not() *clause {
	at := p.at
	if !p.word("not") {
		return p.operand()
	}
	if p.depth++; p.depth > maxConditionDepth {
		p.code = CodeConditionTooDeep
		return p.fail(p.tokens[at], fmt.Sprintf("nested deeper than %d", maxConditionDepth))
	}
	defer func() { p.depth-- }()
	kid := p.not()
	if kid == nil {
		return nil
	}
	return &clause{kind: notClause, kids: []*clause{kid}, offset: p.tokens[at].offset}
}

func (p *conditionParser) operand() *clause {
	if p.at >= len(p.tokens) {
		return p.fail(token{"", p.end}, "the condition ends where an identifier is expected")
	}
	t := p.tokens[p.at]
	switch {
	case t.text == "(":
		return p.parentheses(t)
	case p.at+1 < len(p.tokens) && strings.EqualFold(p.tokens[p.at+1].text, "of"):
		return p.of(t)
	case t.text == ")" || isReserved(t.text):
		return p.fail(t, fmt.Sprintf("an identifier is expected before %q", t.text))
	case strings.Contains(t.text, "*"):
		return p.fail(t, fmt.Sprintf("a pattern needs a number: 1 of %s, or all of %s", t.text, t.text))
	}
	p.at++
	return &clause{kind: nameClause, name: t.text, offset: t.offset, length: len(t.text)}
}

func (p *conditionParser) parentheses(open token) *clause {
	if p.depth++; p.depth > maxConditionDepth {
		p.code = CodeConditionTooDeep
		return p.fail(open, fmt.Sprintf("nested deeper than %d", maxConditionDepth))
	}
	defer func() { p.depth-- }()
	p.at++
	inner := p.or()
	if p.fault != "" {
		return nil
	}
	if p.at >= len(p.tokens) || p.tokens[p.at].text != ")" {
		return p.fail(open, "this parenthesis is not closed")
	}
	p.at++
	return inner
}

// of reads "1 of them", "all of x*" and their kind.
func (p *conditionParser) of(t token) *clause {
	count := 0
	switch {
	case p.word("all"):
	case p.word("any"):
		count = 1
	default:
		n, err := strconv.Atoi(t.text)
		if err != nil || n < 1 {
			return p.fail(t, fmt.Sprintf("%q of: a number from 1, any or all is expected", t.text))
		}
		count = n
		p.at++
	}
	p.word("of")
	if p.at >= len(p.tokens) {
		return p.fail(t, "after of, them or a pattern is expected")
	}
	name := p.tokens[p.at]
	switch {
	case strings.EqualFold(name.text, "them"):
		name.text = "them"
	case name.text == "(" || name.text == ")" || isReserved(name.text):
		return p.fail(t, "after of, them or a pattern is expected")
	}
	p.at++
	return &clause{kind: ofClause, name: name.text, count: count, offset: name.offset, length: len(name.text)}
}

// isReserved says whether a word has a meaning of its own in conditions.
func isReserved(s string) bool {
	switch strings.ToLower(s) {
	case "and", "or", "not", "of", "them", "near":
		return true
	}
	return false
}

// matchesName says whether an identifier fits a pattern with stars; identifiers
// that begin with an underscore only fit a pattern that does so too.
func matchesName(pattern, name string) bool {
	if pattern == "them" {
		return !strings.HasPrefix(name, "_")
	}
	if strings.HasPrefix(name, "_") && !strings.HasPrefix(pattern, "_") {
		return false
	}
	var p Pattern
	for i, lit := range strings.Split(pattern, "*") {
		if i > 0 {
			p = append(p, PatternPart{Wildcard: '*'})
		}
		p = append(p, PatternPart{Literal: lit})
	}
	return p.canonical().Match([]byte(name))
}

// condition reads one condition and resolves its identifiers. rest is the
// aggregation after a pipe, pipe its place, -1 if there is none.
func (d *document) condition(n *yaml.Node, ids []compiled) (e Expr, rest string, pipe int) {
	if n.Kind != yaml.ScalarNode || n.Tag == "!!null" {
		d.report(CodeConditionSyntax, "a condition is text, this is "+kindName(n), d.at(n, ""))
		return nil, "", -1
	}
	tokens, rest, pipe := tokenize(n.Value)
	if !d.wordsLeft(n, len(tokens)) {
		return nil, rest, pipe
	}
	c, p := parseCondition(tokens, len(strings.TrimRight(n.Value, " \r\n\t")))
	for _, t := range p.upper {
		d.report(CodeOperatorCase, fmt.Sprintf("operators are written in lower case: %s", strings.ToLower(t.text)), d.within(n, t.offset, len(t.text), ""))
	}
	if p.fault != "" {
		d.report(p.code, p.fault, d.within(n, p.where.offset, len(p.where.text), ""))
		return nil, rest, pipe
	}
	return d.resolve(n, c, ids), rest, pipe
}

// wordsLeft counts the words of conditions against their limit.
func (d *document) wordsLeft(n *yaml.Node, words int) bool {
	if d.words += words; d.words <= maxWords {
		return true
	}
	d.report(CodeConditionTooDeep, fmt.Sprintf("the conditions have more than %d words", maxWords), d.at(n, ""))
	return false
}

// exprSize counts the predicates and operators of an expression, up to a limit.
func exprSize(e Expr, limit int) int {
	n := 1
	var list []Expr
	switch e := e.(type) {
	case And:
		list = e
	case Or:
		list = e
	case Not:
		list = []Expr{e.X}
	}
	for _, x := range list {
		if n >= limit {
			return n
		}
		n += exprSize(x, limit-n)
	}
	return n
}

// resolve puts the search identifiers into a condition.
func (d *document) resolve(n *yaml.Node, c *clause, ids []compiled) Expr {
	switch c.kind {
	case nameClause:
		for i := range ids {
			if ids[i].name == c.name {
				ids[i].used = true
				return ids[i].expr
			}
		}
		d.reportUndefined(n, c, ids)
		return nil
	case ofClause:
		return d.resolveOf(n, c, ids)
	case notClause:
		if e := d.resolve(n, c.kids[0], ids); e != nil {
			return Not{e}
		}
		return nil
	}
	list := make([]Expr, 0, len(c.kids))
	for _, k := range c.kids {
		if e := d.resolve(n, k, ids); e != nil {
			list = append(list, e)
		}
	}
	switch {
	case len(list) == 0:
		return nil
	case c.kind == andClause:
		return and(list)
	default:
		return or(list)
	}
}

func (d *document) reportUndefined(n *yaml.Node, c *clause, ids []compiled) {
	marks := []Mark{d.within(n, c.offset, c.length, "")}
	help := ""
	for i := range ids {
		if nearName(ids[i].name, c.name) {
			marks = append(marks, d.at(ids[i].key, "this is close"))
			help = fmt.Sprintf("is %s meant?", ids[i].name)
			ids[i].used = true
			break
		}
	}
	d.advise(CodeUndefined, help, fmt.Sprintf("the search identifier %q is not defined", c.name), marks...)
}

// nearName says whether two names differ by case, by one character, or by two
// neighbours that changed places.
func nearName(a, b string) bool {
	if strings.EqualFold(a, b) {
		return true
	}
	if len(a) > len(b) {
		a, b = b, a
	}
	if len(b)-len(a) > 1 || len(a) < 3 {
		return false
	}
	i := 0
	for i < len(a) && a[i] == b[i] {
		i++
	}
	if len(a) < len(b) {
		return a[i:] == b[i+1:]
	}
	swapped := i+1 < len(a) && a[i] == b[i+1] && a[i+1] == b[i] && a[i+2:] == b[i+2:]
	return swapped || a[i+1:] == b[i+1:]
}

func (d *document) resolveOf(n *yaml.Node, c *clause, ids []compiled) Expr {
	var list []Expr
	found := 0
	for i := range ids {
		if !matchesName(c.name, ids[i].name) {
			continue
		}
		found++
		ids[i].used = true
		if ids[i].expr != nil {
			list = append(list, ids[i].expr)
		}
	}
	switch {
	case found == 0:
		d.report(CodePatternEmpty, fmt.Sprintf("no search identifier fits %q", c.name), d.within(n, c.offset, c.length, ""))
		return nil
	case c.count > found:
		d.report(CodeThreshold, fmt.Sprintf("%d of %s: only %d search identifiers fit", c.count, c.name, found), d.within(n, c.offset, c.length, ""))
		return nil
	case len(list) == 0:
		return nil
	case c.count == 0:
		return and(list)
	case c.count == 1:
		return or(list)
	case combinations(len(list), c.count) > maxCombinations:
		d.report(CodeThreshold, fmt.Sprintf("%d of %d search identifiers can be chosen in more than %d ways", c.count, len(list), maxCombinations), d.within(n, c.offset, c.length, ""))
		return nil
	default:
		return atLeast(list, c.count)
	}
}

// maxCombinations bounds "N of", which is written out.
const maxCombinations = 10_000

func combinations(n, k int) int {
	k = min(k, n-k)
	c := 1
	for i := 1; i <= k; i++ {
		if c = c * (n - k + i) / i; c > maxCombinations {
			return c
		}
	}
	return c
}

// atLeast is true if k of the list are: the first and k-1 of the others, or k
// of the others.
func atLeast(list []Expr, k int) Expr {
	if k >= len(list) {
		return and(list)
	}
	if k == 1 || len(list) == 0 {
		return or(list)
	}
	first, others := list[0], list[1:]
	return Or{And{first, atLeast(others, k-1)}, atLeast(others, k)}
}

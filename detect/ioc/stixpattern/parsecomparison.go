package stixpattern

import (
	"slices"
	"strings"
)

// comparison reads comparisons joined by OR.
func (p *parser) comparison() (Comparison, *Error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	x, err := p.conjunction()
	for err == nil && p.at("OR") {
		if err = p.advance(); err != nil {
			break
		}
		var y Comparison
		y, err = p.conjunction()
		x = &Either{X: x, Y: y}
	}
	return x, err
}

func (p *parser) conjunction() (Comparison, *Error) {
	x, err := p.factor()
	for err == nil && p.at("AND") {
		if err = p.advance(); err != nil {
			break
		}
		var y Comparison
		y, err = p.factor()
		x = &Both{X: x, Y: y}
	}
	return x, err
}

func (p *parser) factor() (Comparison, *Error) {
	open, err := p.accept("(")
	if err != nil {
		return nil, err
	}
	if !open {
		return p.propTest()
	}
	c, err := p.comparison()
	if err != nil {
		return nil, err
	}
	return c, p.expect(")")
}

// propTest reads one comparison.
func (p *parser) propTest() (*PropTest, *Error) {
	t := &PropTest{}
	start := p.token.offset
	not, err := p.accept("NOT")
	if err != nil {
		return nil, err
	}
	exists, err := p.accept("EXISTS")
	if err != nil {
		return nil, err
	}
	if not && !exists {
		return nil, p.unexpected("EXISTS (NOT stands behind the path)")
	}
	if t.Path, err = p.path(); err != nil {
		return nil, err
	}
	if exists {
		t.Op, t.Negated = Exists, not
		return t, nil
	}
	if t.Negated, err = p.accept("NOT"); err != nil {
		return nil, err
	}
	if err = p.operator(t); err == nil {
		err = p.operands(t)
	}
	if err == nil {
		err = p.compile(t, start)
	}
	return t, err
}

func (p *parser) operator(t *PropTest) *Error {
	written := p.token.text
	switch written {
	case "==":
		written = "="
	case "<>":
		written = "!="
	}
	for op := range Exists {
		if p.token.kind != tokenLiteral && written == op.String() {
			t.Op = op
			return p.advance()
		}
	}
	return p.unexpected("an operator (=, !=, <, <=, >, >=, IN, LIKE, MATCHES, ISSUBSET, ISSUPERSET)")
}

func (p *parser) operands(t *PropTest) *Error {
	if t.Op != In {
		return p.operand(t)
	}
	err := p.expect("(")
	if err != nil {
		return err
	}
	for len(t.Values) > 0 || !p.at(")") {
		if err = p.operand(t); err != nil {
			return err
		}
		if comma, err := p.accept(","); err != nil {
			return err
		} else if !comma {
			break
		}
	}
	return p.expect(")")
}

func (p *parser) operand(t *PropTest) *Error {
	wanted := "a constant"
	fits := p.token.kind == tokenLiteral
	switch t.Op {
	case Less, LessEqual, Greater, GreaterEqual:
		wanted = "a number, text, time or bytes"
		fits = fits && p.token.literal.Kind != Bool
	case Like, Matches, IsSubset, IsSuperset:
		wanted = "a text in quotes"
		fits = fits && p.token.literal.Kind == String
	}
	if !fits {
		return p.unexpected(wanted)
	}
	t.Values = append(t.Values, p.token.literal)
	return p.advance()
}

// path reads an object path.
func (p *parser) path() (Path, *Error) {
	if p.token.kind != tokenName {
		return Path{}, p.unexpected("an object path as file:name")
	}
	path := Path{Type: p.token.text}
	if err := p.advance(); err != nil {
		return path, err
	}
	if err := p.expect(":"); err != nil {
		return path, err
	}
	err := p.key(&path)
	for err == nil {
		switch {
		case p.at("."):
			if err = p.advance(); err == nil {
				err = p.key(&path)
			}
		case p.at("["):
			err = p.index(&path)
		default:
			return path, nil
		}
	}
	return path, err
}

func (p *parser) key(path *Path) *Error {
	switch {
	case p.token.kind == tokenName && !strings.Contains(p.token.text, "-"):
		path.Steps = append(path.Steps, Step{Key: p.token.text})
	case p.token.kind == tokenName:
		return errorAt(p.text, p.token.offset, "the property %s has a hyphen and must stand in quotes", p.token.text)
	case p.token.kind == tokenLiteral && p.token.literal.Kind == String:
		path.Steps = append(path.Steps, Step{Key: p.token.literal.Text})
	default:
		return p.unexpected("the name of a property")
	}
	return p.advance()
}

func (p *parser) index(path *Path) *Error {
	if err := p.advance(); err != nil {
		return err
	}
	switch {
	case p.at("*"):
		path.Steps = append(path.Steps, Step{Index: true, All: true})
	case p.token.kind == tokenLiteral && p.token.literal.Kind == Int:
		path.Steps = append(path.Steps, Step{Index: true, Place: p.token.literal.Int})
	default:
		return p.unexpected("a place in a list or *")
	}
	return p.expectNext("]")
}

// isName says whether a key can stand without quotes.
func isName(s string) bool {
	return s != "" && isNameStart(s[0]) && !keywords[s] && !slices.ContainsFunc([]byte(s), func(c byte) bool {
		return !isNameStart(c) && !isDigit(c)
	})
}

package stixpattern

import "slices"

// Limits on one pattern: its text in bytes, how deep parentheses and
// qualifiers nest, how often something repeats.
const (
	maxText    = 1 << 20
	maxDepth   = 100
	maxRepeats = 1_000_000
)

// Parse reads a pattern. An error is an [*Error].
func Parse(text string) (*Pattern, error) {
	if len(text) > maxText {
		return nil, errorAt(text, 0, "the pattern has %d bytes; up to %d are read", len(text), maxText)
	}
	p := &parser{lexer: lexer{text: text}, pattern: &Pattern{}}
	if err := p.parse(); err != nil {
		return nil, err
	}
	return p.pattern, nil
}

type parser struct {
	lexer
	token   token
	pattern *Pattern
	depth   int
}

func (p *parser) parse() *Error {
	if err := p.advance(); err != nil {
		return err
	}
	root, err := p.joined(FollowedBy)
	if err == nil && p.token.kind != tokenEnd {
		err = p.unexpected("the end of the pattern, or AND, OR, FOLLOWEDBY or a qualifier")
	}
	p.pattern.Root = root
	return err
}

func (p *parser) advance() *Error {
	t, err := p.lexer.next()
	p.token = t
	return err
}

func (p *parser) at(text string) bool {
	return p.token.text == text && (p.token.kind == tokenKeyword || p.token.kind == tokenSign)
}

// accept passes a keyword or sign if it is next.
func (p *parser) accept(text string) (bool, *Error) {
	if !p.at(text) {
		return false, nil
	}
	return true, p.advance()
}

func (p *parser) expect(text string) *Error {
	if !p.at(text) {
		return p.unexpected(text)
	}
	return p.advance()
}

func (p *parser) unexpected(wanted string) *Error {
	if p.token.kind == tokenEnd {
		return errorAt(p.text, p.token.offset, "the pattern ends where %s is expected", wanted)
	}
	return errorAt(p.text, p.token.offset, "%s where %s is expected", p.token.text, wanted)
}

// enter counts nesting until the function it returns is called.
func (p *parser) enter() *Error {
	if p.depth++; p.depth > maxDepth {
		return errorAt(p.text, p.token.offset, "the pattern nests deeper than %d", maxDepth)
	}
	return nil
}

// joined reads observation expressions joined by j, or by what binds tighter.
func (p *parser) joined(j Joint) (Expr, *Error) {
	operand := func() (Expr, *Error) {
		if j == And {
			return p.qualified()
		}
		return p.joined(j + 1)
	}
	x, err := operand()
	for err == nil && p.at(j.String()) {
		if err = p.advance(); err != nil {
			break
		}
		var y Expr
		y, err = operand()
		x = &Joined{Joint: j, X: x, Y: y}
	}
	return x, err
}

// qualified reads a test or parentheses, and the qualifiers behind it.
func (p *parser) qualified() (Expr, *Error) {
	x, err := p.observation()
	depth := p.depth
	defer func() { p.depth = depth }()
	for err == nil {
		var q Qualifier
		if q, err = p.qualifier(); q == nil || err != nil {
			break
		}
		if err = p.enter(); err == nil {
			x = &Qualified{X: x, Qualifier: q}
		}
	}
	return x, err
}

func (p *parser) observation() (Expr, *Error) {
	if err := p.enter(); err != nil {
		return nil, err
	}
	defer func() { p.depth-- }()
	switch {
	case p.at("["):
		if err := p.advance(); err != nil {
			return nil, err
		}
		c, err := p.comparison()
		if err != nil {
			return nil, err
		}
		t := &Test{Comparison: c, Number: len(p.pattern.Tests)}
		p.pattern.Tests = append(p.pattern.Tests, t)
		return t, p.expect("]")
	case p.at("("):
		if err := p.advance(); err != nil {
			return nil, err
		}
		x, err := p.joined(FollowedBy)
		if err != nil {
			return nil, err
		}
		return x, p.expect(")")
	default:
		return nil, p.unexpected("[ or (")
	}
}

// qualifier reads a qualifier, nil if there is none.
func (p *parser) qualifier() (Qualifier, *Error) {
	switch {
	case p.at("WITHIN"):
		n, err := p.argument("a number of seconds", Int, Float)
		if err == nil && n.Int <= 0 && n.Float <= 0 {
			err = errorAt(p.text, p.token.offset, "WITHIN takes a number of seconds above 0")
		}
		if err == nil {
			err = p.expectNext("SECONDS")
		}
		return Within{Seconds: n}, err
	case p.at("REPEATS"):
		n, err := p.argument("a whole number", Int)
		if err == nil && (n.Int < 1 || n.Int > maxRepeats) {
			err = errorAt(p.text, p.token.offset, "REPEATS takes a number from 1 to %d", maxRepeats)
		}
		if err == nil {
			err = p.expectNext("TIMES")
		}
		return Repeats{Times: n.Int}, err
	case p.at("START"):
		start, err := p.argument("a time as t'2024-01-31T12:00:00Z'", Timestamp)
		if err == nil {
			err = p.advance()
		}
		if err == nil && !p.at("STOP") {
			err = p.unexpected("STOP")
		}
		if err != nil {
			return nil, err
		}
		stop, err := p.argument("a time as t'2024-01-31T12:00:00Z'", Timestamp)
		if err == nil && !start.Time.Before(stop.Time) {
			err = errorAt(p.text, p.token.offset, "STOP must be after START")
		}
		if err == nil {
			err = p.advance()
		}
		return StartStop{Start: start.Time, Stop: stop.Time}, err
	default:
		return nil, nil
	}
}

// argument reads the literal behind the token at hand and leaves it the token.
func (p *parser) argument(wanted string, kinds ...Kind) (Literal, *Error) {
	if err := p.advance(); err != nil {
		return Literal{}, err
	}
	if p.token.kind != tokenLiteral || !slices.Contains(kinds, p.token.literal.Kind) {
		return Literal{}, p.unexpected(wanted)
	}
	return p.token.literal, nil
}

func (p *parser) expectNext(text string) *Error {
	if err := p.advance(); err != nil {
		return err
	}
	return p.expect(text)
}

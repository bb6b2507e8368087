package ioc

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// errNotUnderstood is for the parts of the STIX pattern language that need more
// than one record or more than a comparison: see readPattern.
var errNotUnderstood = errors.New("not yet understood")

// valueError says that a comparison is understood and its value of no use.
type valueError struct{ error }

// patternTokens cuts a pattern (STIX 2.1, section 9) into its tokens.
var patternTokens = regexp.MustCompile(`^\s*(?:('(?:[^'\\]|\\.)*')|([A-Za-z0-9_-]+:(?:[A-Za-z0-9_.-]|\[[0-9*]+\]|'(?:[^'\\]|\\.)*')+)|([A-Za-z]+)|(!=|<=|>=|<>|==|[][()=<>,])|(-?[0-9.]+))`)

// maxAlternatives bounds what one pattern may come to, since alternatives
// within conjunctions multiply.
const maxAlternatives = 10_000

// parsePattern reads a pattern of comparisons with =, IN, LIKE and, for
// networks, ISSUBSET, joined by OR and, within one observation, by AND. Each
// alternative is a conjunction whose terms must be in one record.
func parsePattern(s string) ([]Pattern, error) {
	p := &patternParser{}
	for rest := s; strings.TrimSpace(rest) != ""; {
		m := patternTokens.FindStringSubmatch(rest)
		if m == nil {
			return nil, fmt.Errorf("%s is no part of a STIX pattern", shown(strings.TrimSpace(rest)))
		}
		p.tokens = append(p.tokens, m[1]+m[2]+m[3]+m[4]+m[5])
		rest = rest[len(m[0]):]
	}
	all, err := p.observations()
	if err == nil && p.peek() != "" {
		err = p.unexpected()
	}
	for i := range all {
		if all[i] = essential(all[i]); len(all[i]) == 0 && err == nil {
			err = errNotUnderstood
		}
	}
	return all, err
}

// essential leaves out the terms that say nothing of their own: dst_ref.type =
// 'ipv4-addr' beside an address. A port goes with the term beside it.
func essential(p Pattern) Pattern {
	kept := p[:0]
	var ports []uint16
	for _, t := range p {
		switch t.Type {
		case Unknown:
		case portOnly:
			ports = append(ports, t.Port)
		default:
			kept = append(kept, t)
		}
	}
	for _, port := range ports {
		for i := range kept {
			if kept[i].Port == 0 {
				kept[i].Port = port
				break
			}
		}
	}
	return kept
}

type patternParser struct {
	tokens []string
	depth  int
}

func (p *patternParser) peek() string {
	if len(p.tokens) == 0 {
		return ""
	}
	return p.tokens[0]
}

func (p *patternParser) next() string {
	t := p.peek()
	if t != "" {
		p.tokens = p.tokens[1:]
	}
	return t
}

// is takes the token if it is the word, in any case.
func (p *patternParser) is(word string) bool {
	if !strings.EqualFold(p.peek(), word) {
		return false
	}
	p.next()
	return true
}

func (p *patternParser) unexpected() error {
	switch t := p.peek(); strings.ToUpper(t) {
	case "":
		return errors.New("the pattern ends too early")
	case "AND", "FOLLOWEDBY", "WITHIN", "REPEATS", "START", "STOP", "NOT", "MATCHES", "EXISTS", "ISSUPERSET",
		"!=", "<", ">", "<=", ">=", "<>":
		return fmt.Errorf("%s is %w", t, errNotUnderstood)
	default:
		return fmt.Errorf("%s is not expected here", shown(t))
	}
}

// observations reads "[…] OR […]", with parentheses.
func (p *patternParser) observations() ([]Pattern, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("the pattern nests deeper than %d", maxDepth)
	}
	defer func() { p.depth-- }()
	var all []Pattern
	for {
		var some []Pattern
		var err error
		switch {
		case p.is("("):
			if some, err = p.observations(); err == nil && !p.is(")") {
				err = p.unexpected()
			}
		case p.is("["):
			if some, err = p.disjunction(); err == nil && !p.is("]") {
				err = p.unexpected()
			}
		default:
			err = p.unexpected()
		}
		if err != nil {
			return nil, err
		}
		all = append(all, some...)
		if !p.is("OR") {
			return all, nil
		}
	}
}

func (p *patternParser) disjunction() ([]Pattern, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, fmt.Errorf("the pattern nests deeper than %d", maxDepth)
	}
	defer func() { p.depth-- }()
	var all []Pattern
	for {
		some, err := p.conjunction()
		if err != nil {
			return nil, err
		}
		if all = append(all, some...); len(all) > maxAlternatives {
			return nil, fmt.Errorf("the pattern has more than %d alternatives", maxAlternatives)
		}
		if !p.is("OR") {
			return all, nil
		}
	}
}

func (p *patternParser) conjunction() ([]Pattern, error) {
	all := []Pattern{nil}
	for {
		some, err := p.factor()
		if err != nil {
			return nil, err
		}
		if len(all)*len(some) > maxAlternatives {
			return nil, fmt.Errorf("the pattern has more than %d alternatives", maxAlternatives)
		}
		var product []Pattern
		for _, a := range all {
			for _, b := range some {
				product = append(product, append(append(Pattern{}, a...), b...))
			}
		}
		if all = product; !p.is("AND") {
			return all, nil
		}
	}
}

func (p *patternParser) factor() ([]Pattern, error) {
	if !p.is("(") {
		return p.comparison()
	}
	all, err := p.disjunction()
	if err == nil && !p.is(")") {
		err = p.unexpected()
	}
	return all, err
}

// comparison reads one comparison; IN gives one alternative a value.
func (p *patternParser) comparison() ([]Pattern, error) {
	path := p.next()
	if !strings.Contains(path, ":") || strings.HasPrefix(path, "'") {
		return nil, fmt.Errorf("%s is not expected here", shown(path))
	}
	var values []string
	wild := false
	switch {
	case p.is("="), p.is("=="):
		values = []string{p.next()}
	case p.is("LIKE"):
		values, wild = []string{p.next()}, true
	case strings.HasSuffix(path, "addr:value") && p.is("ISSUBSET"), strings.HasSuffix(path, "_ref.value") && p.is("ISSUBSET"):
		values = []string{p.next()}
	case p.is("IN"):
		if !p.is("(") {
			return nil, p.unexpected()
		}
		for {
			values = append(values, p.next())
			if p.is(")") {
				break
			}
			if !p.is(",") {
				return nil, p.unexpected()
			}
		}
	default:
		return nil, p.unexpected()
	}
	var all []Pattern
	for _, v := range values {
		t, err := pathTerm(path, literalText(v), wild)
		if err != nil && !errors.Is(err, errNotUnderstood) {
			err = &valueError{err}
		}
		if err != nil {
			return nil, err
		}
		all = append(all, Pattern{t})
	}
	return all, nil
}

// literalText returns the text of a string literal or a number.
func literalText(token string) string {
	if len(token) < 2 || token[0] != '\'' {
		return token
	}
	var b strings.Builder
	body := token[1 : len(token)-1]
	for i := 0; i < len(body); i++ {
		if body[i] == '\\' && i+1 < len(body) {
			i++
		}
		b.WriteByte(body[i])
	}
	return b.String()
}

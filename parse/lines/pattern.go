package lines

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
)

// class is what a capture of a pattern may hold.
type class uint8

const (
	anyText  class = iota // as little as possible
	lastText              // as much as possible
	word                  // no blank in it, as little as possible
	integer
	decimal
	hexadecimal
	address // IPv4 or IPv6
	hostname
	quoted // inside quotes, which do not belong to the value
	blanks
	literal
	optional
)

// classNames are the types that a pattern may name.
func classNamed(name string) (class, bool) {
	switch name {
	case "":
		return anyText, true
	case "last":
		return lastText, true
	case "word":
		return word, true
	case "int":
		return integer, true
	case "number":
		return decimal, true
	case "hex":
		return hexadecimal, true
	case "ip":
		return address, true
	case "host":
		return hostname, true
	case "quoted":
		return quoted, true
	case "blank":
		return blanks, true
	}
	return 0, false
}

// token is one part of a pattern.
type token struct {
	class   class
	text    string // of a literal
	bytes   []byte // the same
	capture int    // number of the capture, -1 if it is not kept
	end     int    // of an optional group: the token after it
	through int    // of an optional group: the capture after its last
}

// pattern takes a text apart: literals, captures and optional groups, as in
//
//	Accepted {method} for {user:last} from {ip:ip} port {port:int}{? ssh2?}
//
// It matches the whole text.
type pattern struct {
	tokens  []token
	names   []string // of the captures
	classes []class
	// literals is how many bytes of literals it has outside optional groups.
	literals int
}

// maxCaptures bounds the captures of a pattern.
const maxCaptures = 48

var errPattern = errors.New("pattern")

// compilePattern reads a pattern. In it {name:type} is a capture, {:type} or {}
// one that is not kept, {? and ?} are around an optional part, and {{ and }}
// are the braces themselves.
func compilePattern(text string) (*pattern, error) {
	p := &pattern{}
	var open []int
	var lit strings.Builder
	flush := func() {
		if lit.Len() > 0 {
			p.tokens = append(p.tokens, token{class: literal, text: lit.String(), bytes: []byte(lit.String()), capture: -1})
			if len(open) == 0 {
				p.literals += lit.Len()
			}
			lit.Reset()
		}
	}
	for len(text) > 0 {
		switch {
		case strings.HasPrefix(text, "{{"), strings.HasPrefix(text, "}}"):
			lit.WriteByte(text[0])
			text = text[2:]
		case strings.HasPrefix(text, "{?"):
			flush()
			open = append(open, len(p.tokens))
			p.tokens = append(p.tokens, token{class: optional, capture: len(p.names)})
			text = text[2:]
		case strings.HasPrefix(text, "?}"):
			if flush(); len(open) == 0 {
				return nil, fmt.Errorf("%w: ?} without {?", errPattern)
			}
			group := &p.tokens[open[len(open)-1]]
			group.end, group.through = len(p.tokens), len(p.names)
			open, text = open[:len(open)-1], text[2:]
		case text[0] == '{':
			flush()
			rest, err := p.addCapture(text)
			if err != nil {
				return nil, err
			}
			text = rest
		default:
			lit.WriteByte(text[0])
			text = text[1:]
		}
	}
	if flush(); len(open) > 0 {
		return nil, fmt.Errorf("%w: {? without ?}", errPattern)
	}
	return p, nil
}

// addCapture reads the capture at the start of text and returns what follows.
func (p *pattern) addCapture(text string) (string, error) {
	inner, rest, ok := strings.Cut(text[1:], "}")
	if !ok {
		return "", fmt.Errorf("%w: { without }", errPattern)
	}
	name, kind, _ := strings.Cut(inner, ":")
	c, ok := classNamed(kind)
	if !ok {
		return "", fmt.Errorf("%w: {%s}: no type %q", errPattern, inner, kind)
	}
	t := token{class: c, capture: -1}
	if name != "" {
		if len(p.names) == maxCaptures {
			return "", fmt.Errorf("%w: more than %d captures", errPattern, maxCaptures)
		}
		t.capture = len(p.names)
		p.names, p.classes = append(p.names, name), append(p.classes, c)
	}
	p.tokens = append(p.tokens, t)
	return rest, nil
}

// maxTries bounds how often one text is tried against a pattern, so that no
// text makes a pattern slow.
const maxTries = 4096

// matcher matches patterns. spans are the captures of the last match: from, to,
// from of -1 for those in a group that was left out.
type matcher struct {
	tokens []token
	data   []byte
	spans  [2 * maxCaptures]int
	tries  int
}

// match says whether the whole of data is what the pattern describes.
func (m *matcher) match(p *pattern, data []byte) bool {
	if t := &p.tokens; len(*t) > 0 && (*t)[0].class == literal {
		if lit := (*t)[0].text; len(data) < len(lit) || string(data[:len(lit)]) != lit {
			return false
		}
	}
	m.tokens, m.data, m.tries = p.tokens, data, maxTries
	for i := range 2 * len(p.names) {
		m.spans[i] = -1
	}
	return m.rest(0, 0)
}

// rest matches the tokens from i at data[at:].
func (m *matcher) rest(i, at int) bool {
	for i < len(m.tokens) {
		t := &m.tokens[i]
		switch t.class {
		case literal:
			if len(m.data)-at < len(t.text) || string(m.data[at:at+len(t.text)]) != t.text {
				return false
			}
			at += len(t.text)
			i++
		case optional:
			if m.tries--; m.tries < 0 {
				return false
			}
			if m.rest(i+1, at) {
				return true
			}
			for c := t.capture; c < t.through; c++ {
				m.spans[2*c] = -1
			}
			i = t.end
		default:
			return m.capture(t, i, at)
		}
	}
	return at == len(m.data)
}

// capture tries the ends that a capture may have, best first.
func (m *matcher) capture(t *token, i, at int) bool {
	switch t.class {
	case anyText:
		return m.shortest(t, i, at, len(m.data))
	case word:
		n := wordRun(m.data[at:])
		return n > 0 && m.shortest(t, i, at, at+n)
	case lastText:
		return m.longest(t, i, at, len(m.data))
	case quoted:
		return m.inQuotes(t, i, at)
	case blanks:
		return m.longest(t, i, at, at+blankRun(m.data[at:]))
	default:
		n := runOf(t.class, m.data[at:])
		return n > 0 && m.longest(t, i, at, at+n)
	}
}

func (m *matcher) take(t *token, i, from, to int) bool {
	if m.tries--; m.tries < 0 {
		return false
	}
	if t.capture >= 0 {
		m.spans[2*t.capture], m.spans[2*t.capture+1] = from, to
	}
	return m.rest(i+1, to)
}

// shortest tries ends up to limit from the front. Where a literal follows, only
// its places are tried.
func (m *matcher) shortest(t *token, i, at, limit int) bool {
	least := at
	if t.class == word {
		least++
	}
	if i+1 == len(m.tokens) {
		return limit == len(m.data) && m.take(t, i, at, limit)
	}
	if next := &m.tokens[i+1]; next.class == literal {
		for from := least; from <= limit; {
			n := bytes.Index(m.data[from:], next.bytes)
			if n < 0 || from+n > limit {
				return false
			}
			if m.take(t, i, at, from+n) {
				return true
			}
			if m.tries < 0 {
				return false
			}
			from += n + 1
		}
		return false
	}
	for end := least; end <= limit && m.tries >= 0; end++ {
		if !inCharacter(m.data, end) && m.take(t, i, at, end) {
			return true
		}
	}
	return false
}

// longest tries ends from limit down.
func (m *matcher) longest(t *token, i, at, limit int) bool {
	for end := limit; end >= at && m.tries >= 0; end-- {
		if i+1 < len(m.tokens) && m.tokens[i+1].class == literal {
			next := m.tokens[i+1].bytes
			n := bytes.LastIndex(m.data[at:min(end+len(next), len(m.data))], next)
			if n < 0 {
				return false
			}
			end = at + n
		}
		if end == at && t.class != lastText && t.class != blanks {
			return false
		}
		if !inCharacter(m.data, end) && valid(t.class, m.data[at:end]) && m.take(t, i, at, end) {
			return true
		}
	}
	return false
}

// inQuotes matches a text in double or single quotes; a backslash keeps the
// quote after it from ending the text.
func (m *matcher) inQuotes(t *token, i, at int) bool {
	if at >= len(m.data) || m.data[at] != '"' && m.data[at] != '\'' {
		return false
	}
	end := quoteEnd(m.data, at)
	if end < 0 {
		return false
	}
	if m.tries--; m.tries < 0 {
		return false
	}
	if t.capture >= 0 {
		m.spans[2*t.capture], m.spans[2*t.capture+1] = at+1, end
	}
	return m.rest(i+1, end+1)
}

// quoteEnd returns the place of the quote that ends the text begun at data[at],
// -1 if there is none.
func quoteEnd(data []byte, at int) int {
	mark := data[at]
	for i := at + 1; i < len(data); i++ {
		switch data[i] {
		case '\\':
			i++
		case mark:
			return i
		}
	}
	return -1
}

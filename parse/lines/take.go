package lines

import (
	"bytes"

	"github.com/dwell-project/dwell/event"
)

// take finds the parser of a record and fills the event with what it reads.
func (d *decoder) take(raw []byte) bool {
	if d.envelope.found {
		d.header()
	}
	base := len(d.fields)
	body := d.envelope.body
	if d.framed(body, base) {
		return true
	}
	var named []*Parser
	if d.envelope.found {
		named = d.programs(d.envelope.program)
		for _, p := range named {
			if d.tryAll(p, body, base, false) {
				return true
			}
		}
	}
	if d.last != nil && !d.last.General && d.tryBare(d.last, body, base) {
		return true
	}
	if d.trySpecific(body, base) {
		return true
	}
	if len(named) > 0 {
		return d.plain(named[0], body)
	}
	if d.envelope.found && d.wholeRecord(raw) {
		return true
	}
	for _, p := range d.set.general {
		if d.tryBare(p, body, base) {
			return true
		}
	}
	if d.envelope.found && d.set.syslog != nil {
		return d.plain(d.set.syslog, body)
	}
	return false
}

// framed asks the parsers whose texts show by their first bytes whose they are,
// unless a parser of the user's is there, which are all asked first.
func (d *decoder) framed(body []byte, base int) bool {
	for _, p := range d.set.framed {
		for _, prefix := range p.compiled.prefixes {
			if !bytes.HasPrefix(body, prefix) {
				continue
			}
			for _, own := range d.set.parsers[:d.set.own] {
				if d.tryBare(own, body, base) {
					return true
				}
			}
			if d.tryAll(p, body, base, false) {
				return true
			}
		}
	}
	return false
}

// wholeRecord asks the parsers whether the record begins with what only looks
// like a header.
func (d *decoder) wholeRecord(raw []byte) bool {
	kept, header := d.envelope, len(d.fields)
	d.envelope, d.sieve.ready = envelope{body: raw}, false
	if d.trySpecific(raw, 0) {
		return true
	}
	d.envelope, d.sieve.ready = kept, false
	d.fields = d.fields[:header]
	if header > 0 {
		d.fields = d.fields[:0]
		d.header()
	}
	return false
}

// programs returns the parsers of a program; "postfix/smtpd" is one of
// "postfix/", "/usr/sbin/cron" is cron.
func (d *decoder) programs(name []byte) []*Parser {
	if p, ok := d.set.programs[string(name)]; ok {
		return p
	}
	if n := bytes.LastIndexByte(name, '/'); n >= 0 && name[0] == '/' {
		return d.set.programs[string(name[n+1:])]
	}
	if n := bytes.IndexByte(name, '/'); n > 0 {
		return d.set.programs[string(name[:n+1])]
	}
	return nil
}

// plain takes a body as it stands.
func (d *decoder) plain(p *Parser, body []byte) bool {
	d.finish(p, body, true)
	return true
}

func (d *decoder) tryBare(p *Parser, body []byte, base int) bool {
	if !d.sieve.ready {
		d.sieve.fill(body)
	}
	return p.compiled.mayHave(body, &d.sieve) && d.tryAll(p, body, base, true)
}

// mayHave says whether a text has the literals without which it is not the
// parser's, and none of those that only others have.
func (c *compiled) mayHave(body []byte, s *sieve) bool {
	for _, w := range c.without {
		if bytes.Contains(body, w) {
			return false
		}
	}
	if len(c.literals) == 0 {
		return true
	}
	for i, all := range c.literals {
		if s.mayHave(c.grams[i]) && hasAll(body, all) {
			return true
		}
	}
	return false
}

func hasAll(body []byte, parts [][]byte) bool {
	for _, p := range parts {
		if !bytes.Contains(body, p) {
			return false
		}
	}
	return true
}

// tryAll tries the messages of a parser in their order.
func (d *decoder) tryAll(p *Parser, body []byte, base int, bare bool) bool {
	for i := range p.Messages {
		cm := &p.compiled.messages[i]
		if bare && (!cm.bare || !d.sieve.mayHave(cm.grams)) {
			continue
		}
		d.fields, d.scratch = d.fields[:base], d.scratch[:0]
		if d.message1(p, i, body) {
			m := &p.Messages[i]
			d.constants(p, i)
			d.finish(p, body, cm.names != nil && m.Columns == nil || m.Pattern != "" && m.Of != "")
			return true
		}
	}
	d.fields = d.fields[:base]
	return false
}

// message1 takes a body apart by one message of a parser.
func (d *decoder) message1(p *Parser, i int, body []byte) bool {
	m, cm := &p.Messages[i], &p.compiled.messages[i]
	names := d.captures[p][i]
	switch {
	case cm.pattern != nil:
		if !d.matcher.match(cm.pattern, body) {
			return false
		}
		for c := range cm.names {
			if from := d.matcher.spans[2*c]; from >= 0 {
				d.add(p, names[c], body[from:d.matcher.spans[2*c+1]])
			}
		}
	case cm.regexp != nil:
		spans := cm.regexp.FindSubmatchIndex(body)
		if spans == nil {
			return false
		}
		for c, name := range cm.names {
			if name != "" && spans[2*c] >= 0 {
				d.add(p, names[c], body[spans[2*c]:spans[2*c+1]])
			}
		}
	}
	return d.split(p, m, body)
}

// split takes the body, or the field that the message names, apart into pairs
// or columns.
func (d *decoder) split(p *Parser, m *Message, body []byte) bool {
	if m.Of != "" {
		n := d.own[m.Of]
		for i, f := range d.fields {
			if f.Name == n {
				body = f.Data
				d.fields = append(d.fields[:i], d.fields[i+1:]...)
				break
			}
		}
	}
	if m.Data {
		if len(d.envelope.data) < 2 {
			return false
		}
		d.structured(p, d.envelope.data)
	}
	switch {
	case m.Pairs != nil:
		return d.pairs(p, m, body)
	case m.Columns != nil:
		return d.columns(p, m.Columns, body)
	case m.CEF:
		return d.cef(p, body)
	case m.LEEF:
		return d.leef(p, body)
	}
	return true
}

// add adds a field with the type that the parser gives it.
func (d *decoder) add(p *Parser, n event.Name, value []byte) {
	kind := event.Text
	if p.compiled.missing[string(value)] {
		kind = event.Null
	} else if declared, ok := d.types[p][n]; ok {
		kind = kindOf(declared, value)
	}
	d.fields = append(d.fields, event.Field{Name: n, Kind: kind, Data: value})
}

func (d *decoder) constants(p *Parser, message int) {
	d.fields = append(d.fields, d.set1[p][message]...)
}

// kept copies a value that does not stand in the record; it is valid as long as
// the event.
func (d *decoder) kept(from int) []byte { return d.scratch[from:len(d.scratch):len(d.scratch)] }

package lines

import (
	"bytes"
	"regexp"
)

// starts says how the records of a source begin.
type starts struct {
	// expression is for the first lines of records, if the source's parser says
	// so.
	expression *regexp.Regexp
	// indented says that the source itself begins with a blank, as texts do that
	// a syslog daemon wrote without their header.
	indented bool
}

// maxIndent is how many blanks there may be before a record. What is indented
// further belongs to the record before.
const maxIndent = 3

// record says whether a line, which data begins with, is the first of a record.
// Of a line that begins with a blank known says whether it is a record by
// itself.
func (s starts) record(data []byte, known func(line []byte) bool) bool {
	switch data[0] {
	case '\t', '}', ']', '\r', '\n':
		return false
	case ' ':
		if indent(data) == 0 {
			return false
		}
		line, _, _ := bytes.Cut(data[:min(len(data), 4096)], []byte{'\n'})
		return s.expression == nil && (s.indented || known(line))
	}
	if s.expression == nil {
		return true
	}
	line, _, _ := bytes.Cut(data[:min(len(data), 4096)], []byte{'\n'})
	return s.expression.Match(line)
}

// end returns the place after the record that begins at data[i]: after its line
// and the lines that continue it.
func (s starts) end(data []byte, i int, known func(line []byte) bool) int {
	for {
		n := bytes.IndexByte(data[i:], '\n')
		if n < 0 {
			return len(data)
		}
		i += n + 1
		if i == len(data) || s.record(data[i:], known) {
			return i
		}
	}
}

// indent returns how many blanks, up to [maxIndent], a line begins with before a
// word; 0 if something else follows them.
func indent(line []byte) int {
	n := 0
	for n < len(line) && n <= maxIndent && line[n] == ' ' {
		n++
	}
	if n > maxIndent || n == len(line) || !isDigit(line[n]) && !isLetter(line[n]) && line[n] != '%' && line[n] != '[' {
		return 0
	}
	return n
}

// known says whether a parser that is not a general one knows a line by itself.
func (d *decoder) known(line []byte) bool {
	last := d.last
	d.event.Reset()
	d.event.Source = d.block.Source
	d.fields, d.scratch, d.last, d.sieve.ready = d.fields[:0], d.scratch[:0], nil, false
	d.open(bytes.TrimRight(line, "\r"))
	took := d.take(line) && (d.last == nil || !d.last.General)
	d.last = last
	return took
}

// open takes the envelope off a record and the blanks off what has none.
func (d *decoder) open(raw []byte) {
	d.envelope.open(bytes.TrimLeft(raw, " "))
}

// sourceStarts reads what [rules.head] wrote.
func (d *decoder) sourceStarts(head []byte) (s starts) {
	name, indented := bytes.CutPrefix(head, []byte{' '})
	s.indented = indented
	if len(name) == 0 {
		return s
	}
	for _, p := range d.set.parsers {
		if p.Name == string(name) {
			s.expression = p.compiled.begins
		}
	}
	return s
}

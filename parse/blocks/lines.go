package blocks

import "bytes"

// Lines are the rules of formats with one record a line, whose header lines
// begin with "#" and a directive: of each directive the last line is in force.
type Lines struct {
	restart string
	force   []directive
	head    []byte
}

// directive is one header line in force.
type directive struct{ name, line []byte }

// maxDirectives bounds the header lines that are kept; real formats have ten.
const maxDirectives = 64

// NewLines returns rules under which the directive restart, as "#separator",
// puts all earlier header lines out of force; none does if it is empty.
func NewLines(restart string) *Lines { return &Lines{restart: restart} }

// Start implements [Rules]: the first record is the first line that is no
// header line, or else the first line.
func (l *Lines) Start(head []byte) []byte {
	var first []byte
	for line := range bytes.Lines(head) {
		line = bytes.TrimRight(line, "\r\n")
		if len(line) > 0 && !IsHeader(line) {
			return line
		}
		if len(first) == 0 {
			first = line
		}
	}
	return first
}

// Cut implements [Rules].
func (l *Lines) Cut(data []byte, _, _ bool) int { return bytes.LastIndexByte(data, '\n') + 1 }

// Pass implements [Headed].
func (l *Lines) Pass(block []byte) []byte {
	changed := false
	for at := 0; at < len(block); {
		n := bytes.IndexByte(block[at:], '#')
		if n < 0 {
			break
		}
		start := bytes.LastIndexByte(block[:at+n], '\n') + 1
		at = lineEnd(block, at+n)
		if line := block[start:at]; IsHeader(line) {
			l.set(bytes.TrimSpace(line))
			changed = true
		}
	}
	if changed {
		l.head = nil
		for _, d := range l.force {
			l.head = append(append(l.head, d.line...), '\n')
		}
	}
	return l.head
}

// set puts a header line in force.
func (l *Lines) set(line []byte) {
	line = bytes.Clone(line)
	name := line
	if n := bytes.IndexAny(line, "\t :,"); n > 0 {
		name = line[:n]
	}
	if l.restart != "" && string(name) == l.restart {
		l.force = l.force[:0]
	}
	for i, d := range l.force {
		if bytes.Equal(d.name, name) {
			l.force[i] = directive{name, line}
			return
		}
	}
	if len(l.force) < maxDirectives {
		l.force = append(l.force, directive{name, line})
	}
}

func lineEnd(data []byte, at int) int {
	if n := bytes.IndexByte(data[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(data)
}

// IsHeader says whether a line begins with "#". White space before it is passed
// over where a directive of Zeek or of the W3C follows, as in logs that a person
// has pasted; else the line is a record whose first value begins so.
func IsHeader(line []byte) bool {
	for i, c := range line {
		if c != ' ' && c != '\t' {
			return c == '#' && (i == 0 || isDirective(line[i+1:]))
		}
	}
	return false
}

// isDirective says whether a text begins with the name of a directive that
// Zeek's writer (src/logging/writers/ascii/Ascii.cc) or Extended Log File Format
// (W3C WD-logfile-960323) has, or Exchange.
func isDirective(text []byte) bool {
	if n := bytes.IndexAny(text, "\t :,\r\n"); n >= 0 {
		text = text[:n]
	}
	switch string(bytes.ToLower(text)) {
	case "separator", "set_separator", "empty_field", "unset_field", "path", "open", "close", "fields", "types",
		"version", "software", "start-date", "end-date", "date", "remark", "log-type", "time":
		return true
	}
	return false
}

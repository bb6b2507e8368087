package lines

import (
	"bytes"
	"time"
)

// envelope is the header that a transport put before a record's text.
type envelope struct {
	found    bool
	priority []byte // digits
	stamp    []byte // the time as written
	host     []byte
	program  []byte
	pid      []byte
	msgid    []byte
	level    []byte // in words
	repeated []byte // how often the text came, if more than once
	data     []byte // RFC 5424 structured data, with its brackets
	body     []byte

	time   time.Time
	zoned  bool // the time names its zone
	yeared bool // the time names its year
}

// open takes the header off a record: RFC 5424, RFC 3164 with its usual
// variants (a year, milliseconds, a zone, an RFC 3339 time, no host, no
// program), and the prefix of container logs (CRI). The body is the whole
// record if there is none.
//
// "message repeated 3 times: [ text]", as rsyslog writes, is text.
func (e *envelope) open(record []byte) {
	e.header(record)
	rest, ok := bytes.CutPrefix(e.body, []byte("message repeated "))
	if !ok {
		return
	}
	n := runOf(integer, rest)
	if inner, ok := bytes.CutPrefix(rest[n:], []byte(" times: [")); ok && n > 0 && bytes.HasSuffix(inner, []byte("]")) {
		e.repeated, e.body = rest[:n], bytes.TrimLeft(inner[:len(inner)-1], " ")
	}
}

func (e *envelope) header(record []byte) {
	*e = envelope{body: record}
	rest := e.takePriority(record)
	switch {
	case len(e.priority) > 0 && len(rest) > 2 && rest[0] == '1' && rest[1] == ' ':
		if e.modern(rest[2:]) {
			return
		}
	case len(rest) > 20 && (rest[4] == '-' && rest[10] == 'T'):
		if e.isoStamp(rest) {
			return
		}
	case len(rest) > 15 && isLetter(rest[0]):
		if e.oldStamp(rest) {
			return
		}
	}
	if len(e.priority) > 0 {
		e.found, e.body = true, rest
	} else {
		e.process(record)
	}
}

// process reads "name[pid]: text", which is left where time and host were taken
// off.
func (e *envelope) process(b []byte) {
	n := wordRun(b[:min(len(b), 80)])
	name, pid, ok := tag(b[:n])
	if !ok || len(pid) == 0 || runOf(integer, pid) != len(pid) || n == len(b) || !isLetter(name[0]) && name[0] != '/' {
		return
	}
	e.found, e.program, e.pid, e.body = true, name, pid, bytes.TrimLeft(b[n:], " ")
}

// takePriority reads <PRI>, 0 to 191, and returns what follows.
func (e *envelope) takePriority(b []byte) []byte {
	if len(b) < 3 || b[0] != '<' {
		return b
	}
	n, value := 1, 0
	for n < len(b) && n < 4 && isDigit(b[n]) {
		value = 10*value + int(b[n]-'0')
		n++
	}
	if n == 1 || n >= len(b) || b[n] != '>' || value > 191 {
		return b
	}
	e.priority = b[1:n]
	return b[n+1:]
}

// modern reads what follows the version of RFC 5424 section 6.
func (e *envelope) modern(b []byte) bool {
	var parts [5][]byte
	for i := range parts {
		n := bytes.IndexByte(b, ' ')
		if n <= 0 {
			return false
		}
		parts[i], b = b[:n], b[n+1:]
	}
	n := structuredEnd(b)
	if n < 0 {
		return false
	}
	e.found = true
	e.stamp, e.host, e.program, e.pid, e.msgid = parts[0], parts[1], bytes.TrimSuffix(parts[2], []byte(":")), parts[3], parts[4]
	e.data, e.body = b[:n], bytes.TrimPrefix(bytes.TrimLeft(b[n:], " "), []byte("\xef\xbb\xbf"))
	if len(e.body) == 0 && bytes.Contains(e.data, []byte(`:"`)) && !bytes.Contains(e.data, []byte(`="`)) {
		e.body, e.data = e.data, nil // Check Point: a text in brackets of its own kind
	}
	var ok bool
	e.time, e.zoned, ok = zonedTime(e.stamp)
	e.yeared = ok
	return true
}

// structuredEnd returns the length of the structured data at the start of b, -1
// if there is none; "-" is none of it, said so.
func structuredEnd(b []byte) int {
	if len(b) > 0 && b[0] == '-' {
		return 1
	}
	n := 0
	for n < len(b) && b[n] == '[' {
		inQuotes := false
		for n++; ; n++ {
			if n >= len(b) {
				return -1
			}
			if b[n] == '\\' && inQuotes {
				n++
			} else if b[n] == '"' {
				inQuotes = !inQuotes
			} else if b[n] == ']' && !inQuotes {
				break
			}
		}
		n++
	}
	if n == 0 {
		return -1
	}
	return n
}

// isoStamp reads a header that begins with an RFC 3339 time.
func (e *envelope) isoStamp(b []byte) bool {
	n := bytes.IndexByte(b, ' ')
	if n < 0 || n > 40 {
		return false
	}
	t, zoned, ok := zonedTime(b[:n])
	if !ok {
		return false
	}
	rest := b[n+1:]
	if body, ok := containerPrefix(rest); ok {
		e.found, e.stamp, e.time, e.zoned, e.yeared, e.body = true, b[:n], t, zoned, true, body
		return true
	}
	if !e.sender(rest) {
		return false
	}
	e.stamp, e.time, e.zoned, e.yeared = b[:n], t, zoned, true
	return true
}

// containerPrefix takes off "stdout F " and the like, as the container runtime
// interface of Kubernetes writes after the time.
func containerPrefix(b []byte) ([]byte, bool) {
	for _, stream := range []string{"stdout ", "stderr "} {
		if rest, ok := bytes.CutPrefix(b, []byte(stream)); ok && len(rest) > 1 && (rest[0] == 'F' || rest[0] == 'P') && rest[1] == ' ' {
			return rest[2:], true
		}
	}
	return nil, false
}

// oldStamp reads a header that begins with "Jan  2 15:04:05" or one of its
// variants.
func (e *envelope) oldStamp(b []byte) bool {
	s, n := readStamp(b)
	if n == 0 {
		return false
	}
	rest := b[n:]
	if len(rest) == 0 {
		return false
	}
	if rest[0] == ':' { // Cisco: no host, the text follows
		e.found, e.body = true, bytes.TrimLeft(rest[1:], " ")
	} else if rest[0] != ' ' || !e.sender(bytes.TrimLeft(rest, " ")) {
		return false
	}
	if e.yeared { // a relay's time stands before the record's own
		return true
	}
	e.stamp, e.time, e.zoned, e.yeared = b[:n], s.time, s.zoned, s.yeared
	return true
}

// sender reads host and program before the text.
func (e *envelope) sender(b []byte) bool {
	n := wordRun(b)
	if n == 0 || n == len(b) {
		return false
	}
	first, rest := b[:n], bytes.TrimLeft(b[n:], " ")
	if name, pid, ok := tag(first); ok && !isCode(rest) {
		e.found, e.program, e.pid, e.body = true, name, pid, rest
		return true
	}
	first = bytes.TrimSuffix(first, []byte(":"))
	if !isHost(first) {
		return false
	}
	if e.relayed(first, rest) {
		return true
	}
	e.found, e.host, e.body = true, first, rest
	if after, ok := bytes.CutPrefix(rest, []byte(": ")); ok { // Cisco: "host : %ASA-…"
		e.body = after
		return true
	}
	if e.loose(rest) {
		return true
	}
	if level, after, ok := bytes.Cut(rest, []byte{' '}); ok && isLevel(level) {
		if _, _, ok := tag(after[:wordRun(after)]); ok { // F5: "host notice tmm[1]: "
			e.level, rest = level, after
			e.body = rest
		}
	}
	n = wordRun(rest)
	if name, pid, ok := tag(rest[:n]); ok {
		e.program, e.pid, e.body = name, pid, bytes.TrimLeft(rest[n:], " ")
	} else if name, pid, ok := tag(append(rest[:n:n], ':')); ok && len(pid) > 0 && n+1 < len(rest) && rest[n+1] == ':' {
		e.program, e.pid, e.body = name, pid, bytes.TrimLeft(rest[n+2:], " ")
	}
	return true
}

// relayed reads a header of RFC 5424 without its priority, which a relay put its
// own before: "Nov 24 10:00:00 relay 1 2026-11-24T10:00:00Z host program - - - text".
func (e *envelope) relayed(relay, b []byte) bool {
	rest, ok := bytes.CutPrefix(b, []byte("1 "))
	if !ok || len(rest) < 20 || rest[4] != '-' || rest[10] != 'T' || !e.modern(rest) {
		return false
	}
	e.host = relay
	return true
}

// loose reads what RFC 5424 puts after the host, where the rest of the header is
// not that of RFC 5424: "program pid - - text".
func (e *envelope) loose(b []byte) bool {
	if e.looseParts(b) {
		return true
	}
	before, after, ok := bytes.Cut(b, []byte(" - - "))
	name, pid, two := bytes.Cut(before, []byte{' '})
	if !ok || !two || len(before) > 64 || runOf(hostname, name) != len(name) || runOf(integer, pid) != len(pid) && string(pid) != "-" {
		return false
	}
	e.program, e.pid, e.body = name, pid, after
	return true
}

// looseParts is loose for all four parts of RFC 5424: "program pid msgid - text"
// and "program pid msgid [data] text".
func (e *envelope) looseParts(b []byte) bool {
	var parts [3][]byte
	rest := b
	for i := range parts {
		n := wordRun(rest)
		if n == 0 || n > 64 || n+1 >= len(rest) || rest[n] != ' ' {
			return false
		}
		parts[i], rest = rest[:n], rest[n+1:]
	}
	if pid := parts[1]; runOf(integer, pid) != len(pid) && string(pid) != "-" || runOf(hostname, parts[0]) != len(parts[0]) {
		return false
	}
	n := structuredEnd(rest)
	if n < 0 || n < len(rest) && rest[n] != ' ' || n == 1 && string(parts[1]) != "-" && string(parts[2]) != "-" {
		return false
	}
	e.program, e.pid, e.msgid, e.data = parts[0], parts[1], parts[2], rest[:n]
	e.body = bytes.TrimLeft(rest[n:], " ")
	return true
}

// tag reads "name[pid]:" or "name:".
func tag(b []byte) (name, pid []byte, ok bool) {
	if len(b) < 2 || b[len(b)-1] != ':' {
		return nil, nil, false
	}
	b = b[:len(b)-1]
	if b[len(b)-1] == ']' {
		n := bytes.LastIndexByte(b, '[')
		if n <= 0 {
			return nil, nil, false
		}
		b, pid = b[:n], b[n+1:len(b)-1]
	}
	if len(b) == 0 || runOf(integer, b) == len(b) || b[0] == '%' || b[0] == '[' || bytes.IndexByte(b, '=') >= 0 || bytes.IndexByte(b, '"') >= 0 {
		return nil, nil, false
	}
	if bytes.HasPrefix(b, []byte("CEF:")) || bytes.HasPrefix(b, []byte("LEEF:")) {
		return nil, nil, false
	}
	return b, pid, true
}

// isCode says whether a text begins with a message code of Cisco's.
func isCode(b []byte) bool { return len(b) > 2 && b[0] == '%' && b[1] >= 'A' && b[1] <= 'Z' }

// isHost says whether a word may be the name of a machine. The level words
// stand where a host would in the logs of many programs.
func isHost(b []byte) bool {
	if runOf(hostname, b) != len(b) {
		return false
	}
	if isLevel(b) {
		return false
	}
	switch string(b) {
	case "INFO", "WARN", "WARNING", "ERROR", "DEBUG", "FATAL", "TRACE", "CRITICAL", "NOTICE", "fatal", "trace", "critical", "verbose":
		return false
	}
	return true
}

// isLevel says whether a word is a severity of syslog in words.
func isLevel(b []byte) bool {
	switch string(b) {
	case "emerg", "alert", "crit", "err", "error", "warning", "warn", "notice", "info", "debug":
		return true
	}
	return false
}

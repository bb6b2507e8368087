package ioc

import (
	"bytes"
	"strings"
	"unicode/utf8"
)

// readText reads one value a line. What follows " #" is a comment; a line of a
// hosts file names its second word.
func (r *reader) readText() {
	line := 0
	for l := range bytes.Lines(r.text) {
		line++
		s := strings.TrimSpace(string(l))
		if s == "" || isComment(s) {
			continue
		}
		s, comment := cutComment(s)
		if first, second, ok := strings.Cut(s, " "); ok && (first == "0.0.0.0" || first == "127.0.0.1") {
			s = strings.TrimSpace(second)
		}
		r.plain(line, strings.Trim(s, `"',`), comment)
	}
}

func cutComment(s string) (value, comment string) {
	for _, mark := range []string{" #", "\t#", " // "} {
		if at := strings.Index(s, mark); at >= 0 {
			return strings.TrimSpace(s[:at]), strings.TrimSpace(strings.TrimLeft(s[at:], " \t#/"))
		}
	}
	return s, ""
}

// plain takes a value whose type its form tells.
func (r *reader) plain(line int, s, description string) {
	if !utf8.ValidString(s) {
		r.say(line, "this is no UTF-8")
		return
	}
	t, value := guess(s)
	if t == Unknown {
		r.say(line, "%s is of no known type", shown(s))
		return
	}
	r.value(line, t, value, &Indicator{Description: description, Confidence: -1})
}

// value completes an indicator of one value and takes it.
func (r *reader) value(line int, t Type, value string, i *Indicator) {
	term, err := newTerm(t, value)
	if err != nil {
		r.say(line, "%s is not used as %s: %v", shown(value), t, err)
		return
	}
	i.Line = line
	i.Patterns = []Pattern{{term}}
	r.add(i)
}

// shown quotes a value for a message.
func shown(s string) string {
	const most = 80
	if len(s) > most {
		s = strings.ToValidUTF8(s[:most], "") + "…"
	}
	return `"` + s + `"`
}

package detect

import (
	"regexp"
	"strings"

	"github.com/dwell-project/dwell/sigma"
)

// Exception says that matches of a rule are known to be harmless where the
// record is of a certain kind. Such matches are counted, not reported.
type Exception struct {
	// Rule is the id, name or title of the rule, "*" for all.
	Rule string
	// When must hold of the record; nil is every record.
	When sigma.Expr
	// Text must be found in the record written as "Name: value" pairs with two
	// blanks between them; nil is found everywhere.
	Text *regexp.Regexp
	// Reason is why, for people. Source says where the exception stands.
	Reason string
	Source sigma.Position
}

func (e *Exception) concerns(m *sigma.Meta) bool { return e.Rule == "*" || names(e.Rule, m) }

// Exception returns the first exception that explains the match of a rule on
// the event that [Matcher.Match] looked at last, nil if none does.
func (m *Matcher) Exception(rule int32) *Exception {
	for _, e := range m.program.exceptionsOf(rule) {
		if e.When != nil && !sigma.Match(e.When, m.Record()) {
			continue
		}
		if e.Text == nil || e.Text.Match(m.line()) {
			return e
		}
	}
	return nil
}

// line writes the event as "Name: value  Name: value".
func (m *Matcher) line() []byte {
	var line []byte
	for _, f := range m.event.Fields {
		name := m.program.names.Text(f.Name)
		line = append(line, name[strings.LastIndexByte(name, '.')+1:]...)
		line = append(line, ": "...)
		line = append(f.AppendText(line), "  "...)
	}
	return line
}

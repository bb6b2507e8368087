package lines

import (
	"fmt"
	"maps"
	"slices"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// Failure is a test of a parser that did not come out as it says.
type Failure struct {
	Parser string
	Test   int // from 1
	Line   string
	Why    []string
}

// String says what failed, for people.
func (f Failure) String() string {
	s := fmt.Sprintf("%s: test %d: %s", f.Parser, f.Test, f.Line)
	for _, w := range f.Why {
		s += "\n\t" + w
	}
	return s
}

// testWritten is when the records of tests were written, for those that name
// no year.
func testWritten() time.Time { return time.Date(2026, time.December, 31, 0, 0, 0, 0, time.UTC) }

// Check runs the tests of one of the set's parsers and returns those that fail.
func (s *Set) Check(p *Parser) []Failure {
	var failures []Failure
	for i, t := range p.Tests {
		if why := s.checkOne(p, &t); len(why) > 0 {
			failures = append(failures, Failure{Parser: p.Name, Test: i + 1, Line: t.Line, Why: why})
		}
	}
	return failures
}

func (s *Set) checkOne(p *Parser, t *Test) (why []string) {
	names := event.NewNames()
	d := newDecoder(s, names, nil)
	n := 0
	b := &parse.Block{Data: []byte(t.Line), Record: 1, Source: &event.Source{Written: testWritten()}}
	d.Decode(b, func(e *event.Event) bool {
		n++
		if n > 1 {
			return true
		}
		want := p.Name
		if t.Parser != "" {
			want = t.Parser
		}
		if e.Schema != want {
			why = append(why, fmt.Sprintf("taken by %s, not by %s", e.Schema, want))
		}
		if at := e.Time.Format(time.RFC3339Nano); t.Time != "" && at != t.Time {
			why = append(why, fmt.Sprintf("time is %s, not %s", at, t.Time))
		}
		native := Values(e, names, nil)
		why = append(why, compare("native", t.Native, native)...)
		why = append(why, compare("ecs", t.ECS, Values(e, names, p.Mapping()))...)
		return true
	}, func(parse.Problem) {})
	if n != 1 {
		why = append(why, fmt.Sprintf("%d records, not 1", n))
	}
	return why
}

// Values returns the first value of each field of an event as text, by its own
// name or, with a mapping, by the name that the mapping gives it; fields that
// say nothing, or that the mapping does not have, are left out.
func Values(e *event.Event, names *event.Names, mapping map[string]string) map[string]string {
	all := map[string]string{}
	for _, f := range e.Fields {
		name := names.Text(f.Name)
		if mapping != nil {
			name = mapping[name]
		}
		if _, ok := all[name]; ok || name == "" || f.Kind == event.Null || len(f.Data) == 0 {
			continue
		}
		all[name] = f.Text()
	}
	return all
}

// compare says where got differs from what is wanted. A wanted value of "-"
// means that the field is not there.
func compare(what string, want, got map[string]string) (why []string) {
	for _, name := range slices.Sorted(maps.Keys(want)) {
		value, ok := got[name]
		switch {
		case want[name] == absent && !ok:
		case !ok:
			why = append(why, fmt.Sprintf("%s %s is missing, wanted %q", what, name, want[name]))
		case value != want[name]:
			why = append(why, fmt.Sprintf("%s %s is %q, wanted %q", what, name, value, want[name]))
		}
	}
	return why
}

// absent is what a test says of a field that must not be there.
const absent = "-"

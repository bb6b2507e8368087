package lines

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
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

// Check runs the tests of the given parsers of the set and returns those that
// fail.
func (s *Set) Check(parsers ...*Parser) ([]Failure, error) {
	table, err := s.Table()
	if err != nil {
		return nil, err
	}
	tables, err := ecs.Load(table)
	if err != nil {
		return nil, err
	}
	var failures []Failure
	for _, p := range parsers {
		for i, t := range p.Tests {
			if why := s.checkOne(p, &t, tables); len(why) > 0 {
				failures = append(failures, Failure{Parser: p.Name, Test: i + 1, Line: t.Line, Why: why})
			}
		}
	}
	return failures, nil
}

func (s *Set) checkOne(p *Parser, t *Test, tables *ecs.Tables) (why []string) {
	names := event.NewNames()
	mapper := ecs.NewMapper(tables, names)
	d := newDecoder(s, names, nil)
	n := 0
	b := &parse.Block{Data: []byte(t.Line), Record: 1, Source: &event.Source{Written: testWritten()}}
	if p.compiled.begins != nil {
		b.Head = []byte(p.Name)
	}
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
		why = append(why, compare("native", t.Native, nativeValues(e, names))...)
		why = append(why, compare("ecs", t.ECS, ecsValues(mapper.Append(nil, e)))...)
		return true
	}, func(parse.Problem) {})
	if n != 1 {
		why = append(why, fmt.Sprintf("%d records, not 1", n))
	}
	return why
}

// nativeValues returns the first value of each field as text; fields that say
// nothing are left out.
func nativeValues(e *event.Event, names *event.Names) map[string]string {
	all := map[string]string{}
	for _, f := range e.Fields {
		name := names.Text(f.Name)
		if _, ok := all[name]; !ok && f.Kind != event.Null {
			all[name] = f.Text()
		}
	}
	return all
}

// ecsValues returns the values of a nested JSON object by their dotted names;
// of lists the first.
func ecsValues(text []byte) map[string]string {
	all := map[string]string{}
	var object map[string]any
	dec := json.NewDecoder(bytes.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&object); err == nil {
		flatten(all, "", object)
	}
	return all
}

func flatten(all map[string]string, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for k, inner := range v {
			flatten(all, strings.TrimPrefix(name+"."+k, "."), inner)
		}
	case []any:
		if len(v) > 0 {
			flatten(all, name, v[0])
		}
	case nil:
	default:
		all[name] = fmt.Sprint(v)
	}
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

package correlation_test

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/correlation"
)

// suiteCase is one file of ../testdata/correlation; its README says how they
// are written.
type suiteCase struct {
	set      *correlation.Set
	rules    []*sigma.Rule
	problems []string
	events   []suiteEvent
	sections map[string]string
}

type suiteEvent struct {
	time   time.Time
	fields map[string][]string
}

// wanted is one line of want.
type wanted struct {
	Rule   string             `json:"rule"`
	Time   string             `json:"time"`
	Group  map[string]*string `json:"group,omitempty"`
	Figure float64            `json:"figure"`
	Events []int              `json:"events"`
	Early  bool               `json:"early,omitempty"`
	Late   bool               `json:"late,omitempty"`
}

func TestSuite(t *testing.T) {
	files, err := filepath.Glob("../testdata/correlation/*.txtar")
	if err != nil || len(files) < 60 {
		t.Fatalf("the suite has %d files, %v; want 60 or more", len(files), err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			c := loadCase(t, file)
			if want, ok := c.sections["problems"]; ok {
				compareText(t, "problems", strings.Join(c.problems, ""), want)
			} else if len(c.problems) > 0 {
				t.Fatalf("problems: %v", c.problems)
			}
			c.checkRules(t)
			c.checkBatch(t)
			c.checkStream(t)
		})
	}
}

func loadCase(t *testing.T, file string) *suiteCase {
	t.Helper()
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	c := &suiteCase{sections: map[string]string{}}
	for _, f := range txtar.Parse(data).Files {
		c.sections[f.Name] = string(f.Data)
	}
	read := sigma.Parse("rules.yml", []byte(c.sections["rules.yml"]))
	var problems []sigma.Problem
	c.rules = read.Rules
	c.set, problems = correlation.Compile(read.Rules, read.Correlations)
	for _, p := range slices.Concat(read.Problems, problems) {
		if p.Severity() == sigma.Error {
			c.problems = append(c.problems, fmt.Sprintf("%s %s\n", p.Code, p.Rule))
		}
	}
	for line := range bytes.Lines([]byte(c.sections["events.jsonl"])) {
		c.events = append(c.events, readEvent(t, line))
	}
	return c
}

func readEvent(t *testing.T, line []byte) suiteEvent {
	t.Helper()
	d := json.NewDecoder(bytes.NewReader(line))
	d.UseNumber()
	var raw map[string]any
	if err := d.Decode(&raw); err != nil {
		t.Fatalf("event %s: %v", line, err)
	}
	e := suiteEvent{fields: map[string][]string{}}
	for name, v := range raw {
		switch v := v.(type) {
		case nil:
		case []any:
			for _, one := range v {
				e.fields[name] = append(e.fields[name], fmt.Sprint(one))
			}
		default:
			e.fields[name] = []string{fmt.Sprint(v)}
		}
	}
	if at := e.fields["time"]; at != nil {
		var err error
		if e.time, err = time.Parse(time.RFC3339Nano, at[0]); err != nil {
			t.Fatalf("event %s: %v", line, err)
		}
	}
	return e
}

// matches evaluates the little of the language that the suite uses.
func matches(x sigma.Expr, e *suiteEvent) bool {
	switch x := x.(type) {
	case sigma.And:
		for _, m := range x {
			if !matches(m, e) {
				return false
			}
		}
		return true
	case sigma.Or:
		return slices.ContainsFunc(x, func(m sigma.Expr) bool { return matches(m, e) })
	case sigma.Not:
		return !matches(x.X, e)
	case sigma.Const:
		return bool(x)
	case *sigma.Predicate:
		return slices.ContainsFunc(e.fields[x.Field], func(v string) bool {
			return x.Op == sigma.Equals && strings.EqualFold(v, x.Text)
		})
	}
	return false
}

func numberedID(n int) event.ID {
	var id event.ID
	binary.BigEndian.PutUint64(id[8:], uint64(n))
	return id
}

// matchesOf returns the base matches of the n-th event, counted from 1.
func (c *suiteCase) matchesOf(n int) []correlation.Match {
	var ms []correlation.Match
	e := &c.events[n-1]
	for i, r := range c.rules {
		if !matches(r.Expr, e) {
			continue
		}
		m := correlation.Match{Time: e.time, ID: numberedID(n), Rule: i, Ref: uint64(n)}
		for _, f := range c.set.Wants(i) {
			m.Values = append(m.Values, e.fields[f])
		}
		ms = append(ms, m)
	}
	return ms
}

// checkRules compares what rules say by themselves.
func (c *suiteCase) checkRules(t *testing.T) {
	t.Helper()
	var got strings.Builder
	for n := range c.events {
		for _, m := range c.matchesOf(n + 1) {
			if !c.set.Silent(m.Rule) {
				fmt.Fprintf(&got, "%s %d\n", c.rules[m.Rule].Name, n+1)
			}
		}
	}
	compareText(t, "rules that speak", got.String(), c.sections["want.rules"])
}

func (c *suiteCase) checkBatch(t *testing.T) {
	t.Helper()
	var forward []correlation.Match
	for n := range c.events {
		forward = append(forward, c.matchesOf(n+1)...)
	}
	backward := slices.Clone(forward)
	slices.Reverse(backward)
	for _, way := range []struct {
		name string
		ms   []correlation.Match
		o    correlation.Options
	}{
		{"in order", forward, correlation.Options{}},
		{"backwards, twice", slices.Concat(backward, forward), correlation.Options{}},
		{"spilled", backward, correlation.Options{Memory: 1}},
	} {
		var hits []wanted
		b := correlation.NewBatch(c.set, way.o)
		for _, m := range way.ms {
			if err := b.Add(m); err != nil {
				t.Fatal(err)
			}
		}
		if err := b.Finish(func(h *correlation.Hit) error { hits = append(hits, describe(h)); return nil }); err != nil {
			t.Fatal(err)
		}
		compareHits(t, way.name, hits, c.sections["want"])
	}
}

func (c *suiteCase) checkStream(t *testing.T) {
	t.Helper()
	var how struct {
		Lateness string
		Announce bool
	}
	want, order := c.sections["want"], make([]int, len(c.events))
	for i := range order {
		order[i] = i + 1
	}
	if s, ok := c.sections["stream.json"]; ok {
		if err := json.Unmarshal([]byte(s), &how); err != nil {
			t.Fatal(err)
		}
		want = c.sections["want.stream"]
	} else {
		how.Lateness = "0s"
		slices.SortStableFunc(order, func(a, b int) int { return c.events[a-1].time.Compare(c.events[b-1].time) })
	}
	bound, err := time.ParseDuration(how.Lateness)
	if err != nil {
		t.Fatal(err)
	}
	var hits []wanted
	s := correlation.NewStream(c.set, correlation.Options{Lateness: bound, Announce: how.Announce}, func(h *correlation.Hit) error {
		hits = append(hits, describe(h))
		return nil
	})
	for _, n := range order {
		for _, m := range c.matchesOf(n) {
			if err := s.Add(m); err != nil {
				t.Fatal(err)
			}
		}
		if e := &c.events[n-1]; !e.time.IsZero() {
			if err := s.Advance(e.time); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	compareHits(t, "stream", hits, want)
}

func describe(h *correlation.Hit) wanted {
	w := wanted{Rule: h.Correlation.Name, Time: h.Time.Format(time.RFC3339Nano), Figure: h.Figure, Early: h.Early, Late: h.Late}
	if h.Rule != nil {
		w.Rule = h.Rule.Name
	}
	for _, g := range h.Group {
		if w.Group == nil {
			w.Group = map[string]*string{}
		}
		if w.Group[g.Field] = nil; !g.Absent {
			w.Group[g.Field] = &g.Value
		}
	}
	for e := range h.Events() {
		w.Events = append(w.Events, int(e.Ref))
	}
	return w
}

func compareHits(t *testing.T, what string, got []wanted, want string) {
	t.Helper()
	var hits []wanted
	for line := range strings.Lines(want) {
		var w wanted
		if err := json.Unmarshal([]byte(line), &w); err != nil {
			t.Fatalf("want: %s: %v", line, err)
		}
		hits = append(hits, w)
	}
	if diff := cmp.Diff(hits, got); diff != "" {
		t.Errorf("%s: (-want +got)\n%s", what, diff)
	}
}

func compareText(t *testing.T, what, got, want string) {
	t.Helper()
	if got != want {
		t.Errorf("%s: got\n%s\nwant\n%s", what, got, want)
	}
}

package main

import (
	"io"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/sigma"
)

// tallied is what surroundings come to, for comparison.
type tallied struct {
	Records     []int64 // by value
	Hosts       [][]string
	First, Last []time.Time
	Near        [][]event.ID // by moments
	Others      []int64
}

// slowly counts by definition: every value is asked of every record, and every
// record is kept.
func slowly(t *testing.T, x *surroundings, inputs *inputs, rules *ruleset) tallied {
	t.Helper()
	none, _ := detect.Compile(nil, nil, rules.tables, rules.names, detect.Options{})
	n := len(x.values)
	c := tallied{make([]int64, n), make([][]string, n), make([]time.Time, n), make([]time.Time, n), make([][]event.ID, len(x.moments)), make([]int64, len(x.moments))}
	look := func(m *detect.Matcher, ev *event.Event) {
		m.Match(ev)
		for i := range x.values {
			v := &x.values[i]
			if !sigma.Match(&sigma.Predicate{Field: v.Field, Op: sigma.Equals, Text: v.Text()}, m.Record()) {
				continue
			}
			c.Records[i]++
			if h := strings.ToLower(ev.HostName()); h != "" && !slices.Contains(c.Hosts[i], h) {
				c.Hosts[i] = append(c.Hosts[i], h)
			}
			if c.First[i].IsZero() || ev.Time.Before(c.First[i]) {
				c.First[i] = ev.Time
			}
			if ev.Time.After(c.Last[i]) {
				c.Last[i] = ev.Time
			}
		}
		for i, around := range x.moments {
			ref := m.Ref()
			near := slices.ContainsFunc(around.at, func(at time.Time) bool { return ref.Time.Sub(at).Abs() <= around.around })
			switch {
			case !near || !strings.EqualFold(ref.Host, around.host):
			case around.ofAccount(ref.Account) || around.own[ref.ID]:
				c.Near[i] = append(c.Near[i], ref.ID)
			default:
				c.Others[i]++
			}
		}
	}
	err := parse.Run(t.Context(), inputs.all(), parse.Options{Workers: 1, Names: rules.names}, func() parse.Work[int] {
		m := none.NewMatcher()
		return func(b *parse.Block, d parse.Decoder) int {
			d.Decode(b, func(ev *event.Event) bool { look(m, ev); return true }, func(parse.Problem) {})
			return 0
		}
	}, parse.Results[int]{Take: func(int) error { return nil }, Report: func(parse.Problem) {}})
	if err != nil {
		t.Fatal(err)
	}
	return c.sorted()
}

func (c tallied) sorted() tallied {
	for _, h := range c.Hosts {
		slices.Sort(h)
	}
	for _, ids := range c.Near {
		slices.SortFunc(ids, func(a, b event.ID) int { return slices.Compare(a[:], b[:]) })
	}
	return c
}

// tallied sums the surroundings up.
func (x *surroundings) tallied() tallied {
	var c tallied
	for i := range x.prevalences {
		p := &x.prevalences[i]
		c.Records = append(c.Records, p.records)
		c.Hosts = append(c.Hosts, slices.Collect(maps.Keys(p.hosts)))
		c.First, c.Last = append(c.First, p.first), append(c.Last, p.last)
	}
	for i := range x.near {
		var ids []event.ID
		for _, n := range x.near[i].records {
			ids = append(ids, n.id)
		}
		c.Near, c.Others = append(c.Near, ids), append(c.Others, x.near[i].others)
	}
	return c.sorted()
}

// TestSurroundingsAgreeWithSlowCount explains every hit of the sample; none has
// more around it than is shown.
func TestSurroundingsAgreeWithSlowCount(t *testing.T) {
	w := &world{
		env: func(string) string { return "" }, stdin: strings.NewReader(""), stdout: io.Discard, stderr: io.Discard,
		now: time.Now, screen: func(io.Writer) (int, bool) { return 0, false },
	}
	s, in := newSession(t.Context(), w), &inputFlags{Quiet: true, Workers: 3}
	paths := []string{"../../testdata/sample"}
	f, err := scan(s, &job{paths: paths, rules: &ruleFlags{}, indicators: &indicatorFlags{}, in: in}, func(*detect.Detection) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	values, records := 0, 0
	for _, g := range f.book.Ranked() {
		x := newSurroundings(&g.Example, "", 5*time.Minute)
		if err := x.look(s, paths, in, f.rules); err != nil {
			t.Fatal(err)
		}
		again, err := s.newInputs(paths, in, false)
		if err != nil {
			t.Fatal(err)
		}
		got := x.tallied()
		if diff := cmp.Diff(slowly(t, x, again, f.rules), got); diff != "" {
			t.Errorf("%s: %s", g.Rule.Title, diff)
		}
		values += len(x.values)
		for _, ids := range got.Near {
			records += len(ids)
		}
	}
	if values < 15 || records < 50 {
		t.Errorf("%d values and %d records compared; the sample has more", values, records)
	}
}

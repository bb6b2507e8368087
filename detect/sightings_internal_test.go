package detect

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/detect/ioc"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// patternProgram compiles two patterns of several records.
func patternProgram(t testing.TB) *Program {
	t.Helper()
	var c ioc.Collection
	c.Read("f", []byte(`{"type":"bundle","id":"bundle--1","objects":[
{"type":"indicator","id":"indicator--a","pattern_type":"stix","pattern":"[file:size = 1] FOLLOWEDBY [file:size = 2]"},
{"type":"indicator","id":"indicator--b","pattern_type":"stix","pattern":"[file:size = 1] REPEATS 2 TIMES"}]}`))
	tables, err := taxonomy.Load()
	if err != nil {
		t.Fatal(err)
	}
	p, problems := Compile(nil, nil, tables, event.NewNames(), Options{Indicators: c.Indicators})
	if len(problems) > 0 || len(p.patterns.tests) != 3 {
		t.Fatalf("%v, %d tests", problems, len(p.patterns.tests))
	}
	return p
}

func drawSighting(t *rapid.T) sighting {
	n := rapid.IntRange(0, 20).Draw(t, "n")
	return sighting{
		indicator: int32(rapid.IntRange(0, 1).Draw(t, "indicator")), tests: []int{0},
		ref: EventRef{
			ID: event.ID{byte(n)}, Time: time.Date(1601, 1, 1, 0, 0, rapid.IntRange(0, 5).Draw(t, "second"), n, time.UTC), Host: fmt.Sprint("h", n),
			Dataset: "d", File: "f", Record: int64(n), Offset: int64(n),
		},
		matched: []Matched{{Field: "a", JSON: `"b"`}},
	}
}

func TestSightingsComeInOrderHoweverManyStayInMemory(t *testing.T) {
	p := patternProgram(t)
	rapid.Check(t, func(r *rapid.T) {
		all := rapid.SliceOfN(rapid.Custom(drawSighting), 0, 30).Draw(r, "sightings")
		var results [2][]string
		for i, most := range []int{1 << 10, rapid.IntRange(1, 5).Draw(r, "most")} {
			s := newSightingSorter(p, t.TempDir())
			s.most = most
			for k := range all {
				if err := s.add(&all[k]); err != nil {
					r.Fatal(err)
				}
			}
			if err := s.each(func(g *sighting) error {
				results[i] = append(results[i], fmt.Sprintf("%+v", *g))
				return nil
			}); err != nil {
				r.Fatal(err)
			}
			if err := s.close(); err != nil {
				r.Fatal(err)
			}
		}
		if diff := cmp.Diff(results[0], results[1]); diff != "" {
			r.Fatalf("(-in memory +on disk):\n%s", diff)
		}
	})
}

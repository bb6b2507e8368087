package correlation_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/correlation"
)

// arrivals orders matches by their time plus a delay of at most the bound.
func arrivals(t *rapid.T, ms []correlation.Match, bound int) []correlation.Match {
	ms = slices.Clone(ms)
	slices.SortStableFunc(ms, func(a, b correlation.Match) int { return a.Time.Compare(b.Time) })
	delays := rapid.SliceOfN(rapid.IntRange(0, bound), len(ms), len(ms)).Draw(t, "delays")
	order := make([]int, len(ms))
	for i := range order {
		order[i] = i
	}
	at := func(i int) int { return int(ms[i].Time.Unix()) + delays[i] }
	slices.SortStableFunc(order, func(a, b int) int { return at(a) - at(b) })
	var out []correlation.Match
	for _, i := range order {
		out = append(out, ms[i])
	}
	return out
}

// given is a hit as a stream gave it.
type given struct {
	text, group string
	at          time.Time
	early       bool
}

func runStream(t failer, s *correlation.Stream, ms []correlation.Match) {
	for _, m := range ms {
		if err := s.Add(m); err != nil {
			t.Fatalf("Add: %v", err)
		}
	}
	if err := s.Finish(); err != nil {
		t.Fatalf("Finish: %v", err)
	}
}

func record(to *[]given) func(*correlation.Hit) error {
	return func(h *correlation.Hit) error {
		told := tell(h)
		*to = append(*to, given{told.String(), fmt.Sprint(h.Correlation.Name, told.key), h.Time, h.Early})
		return nil
	}
}

func TestEveryHitIsGivenOnceAnnouncedOrNot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		set, ms := w.compiled(t)
		const bound = 5
		var got []given
		o := correlation.Options{Lateness: bound * time.Second, Announce: true, Once: true}
		runStream(t, correlation.NewStream(set, o, record(&got)), arrivals(t, ms, bound))
		var want []given
		runStream(t, correlation.NewStream(set, correlation.Options{Lateness: time.Hour}, record(&want)), ms)
		used := make([]bool, len(got))
		claim := func(fits func(given) bool) bool {
			i := slices.IndexFunc(got, func(g given) bool {
				return fits(g) && !used[slices.IndexFunc(got, func(x given) bool { return x == g })]
			})
			if i >= 0 {
				used[slices.IndexFunc(got, func(x given) bool { return x == got[i] })] = true
			}
			return i >= 0
		}
		// The later hits have the first say in which announcement is theirs.
		for _, h := range slices.Backward(want) {
			if claim(func(g given) bool { return g.text == h.text }) {
				continue
			}
			if !claim(func(g given) bool { return g.early && g.group == h.group && !g.at.Before(h.at) }) {
				t.Fatalf("hit %v was neither announced nor given; given: %v", h, got)
			}
		}
		for i, g := range got {
			if !g.early && !used[i] {
				t.Fatalf("%v was given again; want %v; given: %v", g, want, got)
			}
		}
	})
}

func TestHeldMatchesAreNotLateForOneAnother(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		set, ms := w.compiled(t)
		var got []string
		s := correlation.NewStream(set, correlation.Options{Memory: 1}, func(h *correlation.Hit) error {
			got = append(got, tell(h).String())
			return nil
		})
		s.Hold()
		for _, m := range rapid.Permutation(ms).Draw(t, "arrival") {
			if err := s.Add(m); err != nil {
				t.Fatalf("Add: %v", err)
			}
			if err := s.Advance(m.Time); err != nil {
				t.Fatalf("Advance: %v", err)
			}
		}
		if err := s.Release(); err != nil {
			t.Fatalf("Release: %v", err)
		}
		if late := s.Stats().Late; late > 0 {
			t.Fatalf("%d matches are late", late)
		}
		if err := s.Finish(); err != nil {
			t.Fatalf("Finish: %v", err)
		}
		same(t, "held", got, runBatch(t, set, ms, correlation.Options{}))
	})
}

func TestCeilingKeepsAWrongClockFromMakingOthersLate(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		set, ms := w.compiled(t)
		s := correlation.NewStream(set, correlation.Options{}, func(*correlation.Hit) error { return nil })
		s.Ceiling(seconds(0))
		for _, m := range ms {
			if err := s.Add(m); err != nil {
				t.Fatalf("Add: %v", err)
			}
		}
		if late := s.Stats().Late; late > 0 || s.Watermark().After(seconds(0)) {
			t.Fatalf("%d matches are late, the watermark is %v", late, s.Watermark())
		}
	})
}

func TestReachAddsUpTheTimespansOfChains(t *testing.T) {
	w := &world{fields: baseFields}
	for i, rules := range [][]string{{"r0"}, {"c0"}, {"r1"}} {
		w.correlations = append(w.correlations, &sigma.Correlation{
			Meta: sigma.Meta{Name: fmt.Sprintf("c%d", i)}, Type: sigma.EventCount, Rules: rules,
			Timespan:  sigma.Timespan(time.Duration(i+2) * time.Second),
			Condition: sigma.CorrelationCondition{Bounds: []sigma.Bound{{Op: sigma.GreaterEqual, Number: 2}}},
		})
	}
	set, _ := w.compiled(t)
	if got := set.Reach(); got != 5*time.Second {
		t.Errorf("Reach() = %v; want c1 over c0, 5s", got)
	}
}

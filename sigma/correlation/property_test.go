package correlation_test

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/correlation"
)

const ruleCount = 4

var baseFields = []string{"user", "host", "n"}

// baseRules are r0 … r3; what they match is decided by the test.
func baseRules() []*sigma.Rule {
	rules := make([]*sigma.Rule, ruleCount)
	for i := range rules {
		rules[i] = &sigma.Rule{Meta: sigma.Meta{Name: fmt.Sprintf("r%d", i)}}
	}
	return rules
}

func drawWorld(t *rapid.T) *world {
	w := &world{fields: baseFields}
	for i := range rapid.IntRange(1, 4).Draw(t, "correlations") {
		w.correlations = append(w.correlations, drawCorrelation(t, i))
	}
	drawMatches(t, w)
	return w
}

func drawMatches(t *rapid.T, w *world) {
	value := func(of ...string) *rapid.Generator[[]string] {
		return rapid.SliceOfN(rapid.SampledFrom(of), 0, 2)
	}
	values := map[event.ID][][]string{}
	for range rapid.IntRange(0, 40).Draw(t, "matches") {
		n := rapid.IntRange(0, 30).Draw(t, "time")
		id := event.ID{byte(rapid.IntRange(0, 3).Draw(t, "id")), byte(n)}
		if values[id] == nil {
			values[id] = [][]string{
				value("anna", "Anna", "bert").Draw(t, "user"), value("h1", "h2").Draw(t, "host"),
				value("1", "2.5", "10", "-3", "0.1", "x").Draw(t, "n"),
			}
		}
		w.matches = append(w.matches, correlation.Match{Time: seconds(n), ID: id, Rule: rapid.IntRange(0, ruleCount-1).Draw(t, "rule")})
		w.values = append(w.values, values[id])
	}
}

func drawCorrelation(t *rapid.T, i int) *sigma.Correlation {
	c := &sigma.Correlation{
		Meta:     sigma.Meta{Name: fmt.Sprintf("c%d", i), ID: fmt.Sprintf("id-%d", i)},
		Type:     rapid.SampledFrom(types).Draw(t, "type"),
		Timespan: sigma.Timespan(time.Duration(rapid.IntRange(1, 12).Draw(t, "span")) * time.Second),
		GroupBy:  rapid.SliceOfNDistinct(rapid.SampledFrom([]string{"user", "host"}), 0, 2, rapid.ID).Draw(t, "group"),
		Generate: rapid.Bool().Draw(t, "generate"),
	}
	names := []string{"r0", "r1", "r2", "r3"}
	for k := range i {
		names = append(names, fmt.Sprintf("c%d", k))
	}
	c.Rules = rapid.SliceOfNDistinct(rapid.SampledFrom(names), 1, 3, rapid.ID).Draw(t, "rules")
	if rapid.IntRange(0, 3).Draw(t, "alias") == 0 {
		c.Aliases = map[string]map[string]string{"user": {c.Rules[0]: "host"}}
	}
	drawCondition(t, c)
	return c
}

var types = []sigma.CorrelationType{
	sigma.EventCount, sigma.ValueCount, sigma.Temporal, sigma.TemporalOrdered, sigma.TemporalExtended,
	sigma.TemporalOrderedExtended, sigma.ValueSum, sigma.ValueAvg, sigma.ValuePercentile, sigma.ValueMedian,
}

func drawCondition(t *rapid.T, c *sigma.Correlation) {
	k := &c.Condition
	bound := rapid.Custom(func(t *rapid.T) sigma.Bound {
		b := sigma.Bound{
			Op:     rapid.SampledFrom([]sigma.Op{sigma.GreaterEqual, sigma.Greater, sigma.Less, sigma.LessEqual, sigma.Equals}).Draw(t, "op"),
			Number: float64(rapid.IntRange(0, 5).Draw(t, "bound")),
		}
		b.Not = b.Op == sigma.Equals && rapid.Bool().Draw(t, "neq")
		return b
	})
	switch c.Type {
	case sigma.TemporalExtended, sigma.TemporalOrderedExtended:
		k.Expr = drawExpr(t, c.Rules, 3)
		return
	case sigma.Temporal, sigma.TemporalOrdered:
		k.Bounds = rapid.SliceOfN(bound, 0, 2).Draw(t, "bounds")
		return
	case sigma.EventCount:
	case sigma.ValueCount:
		k.Fields = rapid.SampledFrom([][]string{{"user"}, {"host"}, {"n", "user"}}).Draw(t, "fields")
	default:
		k.Fields = []string{"n"}
		k.Percentile = float64(rapid.SampledFrom([]int{0, 10, 50, 95, 100}).Draw(t, "percentile"))
	}
	k.Bounds = rapid.SliceOfN(bound, 1, 2).Draw(t, "bounds")
}

func drawExpr(t *rapid.T, rules []string, depth int) sigma.Expr {
	if depth == 0 || rapid.IntRange(0, 2).Draw(t, "leaf") == 0 {
		return &sigma.Predicate{Text: rapid.SampledFrom(rules).Draw(t, "ref")}
	}
	switch rapid.IntRange(0, 4).Draw(t, "op") {
	case 0:
		return sigma.Not{X: drawExpr(t, rules, depth-1)}
	case 1, 2:
		return sigma.And{drawExpr(t, rules, depth-1), drawExpr(t, rules, depth-1)}
	default:
		return sigma.Or{drawExpr(t, rules, depth-1), drawExpr(t, rules, depth-1)}
	}
}

// compiled compiles the world and gives each match the values it must carry.
func (w *world) compiled(t failer) (*correlation.Set, []correlation.Match) {
	set, problems := correlation.Compile(baseRules(), w.correlations)
	for _, p := range problems {
		t.Fatalf("Compile: %s", p.Message)
	}
	ms := slices.Clone(w.matches)
	for i := range ms {
		ms[i].Ref = uint64(i)
		for _, want := range set.Wants(ms[i].Rule) {
			at := slices.Index(w.fields, want)
			if at < 0 {
				t.Fatalf("Wants names %q", want)
			}
			ms[i].Values = append(ms[i].Values, w.values[i][at])
		}
	}
	return set, ms
}

type failer interface {
	Fatalf(format string, args ...any)
}

func runBatch(t failer, set *correlation.Set, ms []correlation.Match, o correlation.Options) []string {
	b := correlation.NewBatch(set, o)
	for _, m := range ms {
		if err := b.Add(m); err != nil {
			t.Fatalf("Add: %v", err)
		}
	}
	var hits []string
	if err := b.Finish(func(h *correlation.Hit) error { hits = append(hits, tell(h).String()); return nil }); err != nil {
		t.Fatalf("Finish: %v", err)
	}
	return hits
}

func same(t failer, what string, got, want []string) {
	if len(got)+len(want) > 0 && !slices.Equal(got, want) {
		t.Fatalf("%s: (-want +got)\n%s", what, cmp.Diff(want, got))
	}
}

func TestBatchAgreesWithTheDefinition(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		set, ms := w.compiled(t)
		want, _ := w.oracle()
		same(t, "batch", runBatch(t, set, ms, correlation.Options{}), want)
	})
}

func TestResultDoesNotDependOnArrivalDuplicatesOrMemory(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		set, ms := w.compiled(t)
		want := runBatch(t, set, ms, correlation.Options{})
		shuffled := rapid.Permutation(append(slices.Clone(ms), ms...)).Draw(t, "arrival")
		same(t, "shuffled, everything twice", runBatch(t, set, shuffled, correlation.Options{}), want)
		same(t, "no memory", runBatch(t, set, shuffled, correlation.Options{Memory: 1}), want)
	})
}

func TestStreamWithinItsBoundAgreesWithBatch(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		set, ms := w.compiled(t)
		want, held := w.oracle()
		const bound = 5
		slices.SortStableFunc(ms, func(a, b correlation.Match) int { return a.Time.Compare(b.Time) })
		// Each match comes at its time plus a delay of at most the bound.
		delays := rapid.SliceOfN(rapid.IntRange(0, bound), len(ms), len(ms)).Draw(t, "delays")
		order := make([]int, len(ms))
		for i := range order {
			order[i] = i
		}
		arrives := func(i int) int { return int(ms[i].Time.Unix()) + delays[i] }
		slices.SortStableFunc(order, func(a, b int) int { return arrives(a) - arrives(b) })
		var hits, early []string
		s := correlation.NewStream(set, correlation.Options{Lateness: bound * time.Second, Announce: true, Memory: 1}, func(h *correlation.Hit) error {
			if h.Early {
				early = append(early, fmt.Sprint(h.Correlation.Name, tell(h).key, " ", h.Time.UnixNano()))
			} else {
				hits = append(hits, tell(h).String())
			}
			return nil
		})
		for _, i := range order {
			if err := s.Add(ms[i]); err != nil {
				t.Fatalf("Add: %v", err)
			}
		}
		if err := s.Finish(); err != nil {
			t.Fatalf("Finish: %v", err)
		}
		same(t, "stream", hits, want)
		for _, e := range early {
			if !held[e] {
				t.Fatalf("announced %s, when the condition does not hold", e)
			}
		}
		if st := s.Stats(); st.Late != 0 {
			t.Fatalf("Late = %d; want 0", st.Late)
		}
	})
}

func TestWhatIsAnnouncedInOrderIsWhatFires(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		w := drawWorld(t)
		for _, c := range w.correlations { // conditions that can be announced, over rules
			c.Type, c.Condition = sigma.EventCount, sigma.CorrelationCondition{Bounds: []sigma.Bound{{Op: sigma.GreaterEqual, Number: 2}}}
			c.Rules = []string{"r0", "r1"}
		}
		set, ms := w.compiled(t)
		slices.SortStableFunc(ms, func(a, b correlation.Match) int { return a.Time.Compare(b.Time) })
		// One match an instant: what enters together cannot be told apart early.
		ms = slices.CompactFunc(ms, func(a, b correlation.Match) bool { return a.Time.Equal(b.Time) })
		var early, hits []string
		s := correlation.NewStream(set, correlation.Options{Lateness: time.Hour, Announce: true}, func(h *correlation.Hit) error {
			if h.Early {
				early = append(early, tell(h).String())
			} else {
				hits = append(hits, tell(h).String())
			}
			return nil
		})
		for _, m := range ms {
			if err := s.Add(m); err != nil {
				t.Fatalf("Add: %v", err)
			}
		}
		if len(hits) > 0 {
			t.Fatalf("%d hits before the bound has passed", len(hits))
		}
		if err := s.Finish(); err != nil {
			t.Fatalf("Finish: %v", err)
		}
		same(t, "announced", early, hits)
	})
}

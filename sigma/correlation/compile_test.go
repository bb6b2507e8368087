package correlation_test

import (
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/correlation"
)

func count(name string, rules ...string) *sigma.Correlation {
	return &sigma.Correlation{
		Meta: sigma.Meta{Name: name}, Type: sigma.EventCount, Rules: rules, Timespan: sigma.Timespan(time.Minute),
		Condition: sigma.CorrelationCondition{Bounds: atLeast(2)},
	}
}

func with(c *sigma.Correlation, change func(*sigma.Correlation)) *sigma.Correlation {
	change(c)
	return c
}

func TestCompileSaysWhyACorrelationIsLeftOut(t *testing.T) {
	for _, tc := range []struct {
		name string
		cs   []*sigma.Correlation
		want []sigma.Code
		left int
	}{
		{"no such rule", []*sigma.Correlation{count("c", "nobody")}, []sigma.Code{sigma.CodeUnknownRule}, 0},
		{"no rule", []*sigma.Correlation{count("c")}, []sigma.Code{sigma.CodeCorrelationRules}, 0},
		{"the same rule by id and name", []*sigma.Correlation{count("c", "r0", "ID-0")}, []sigma.Code{sigma.CodeCorrelationRules}, 0},
		{"a circle of two", []*sigma.Correlation{count("c", "d"), count("d", "c"), count("e", "r0")}, []sigma.Code{sigma.CodeCycle}, 1},
		{"a circle of one", []*sigma.Correlation{count("c", "c")}, []sigma.Code{sigma.CodeCycle}, 0},
		{"who rests on what is left out", []*sigma.Correlation{count("c", "d"), count("d", "nobody")}, []sigma.Code{sigma.CodeUnknownRule, sigma.CodeUnknownRule}, 0},
		{"unknown type", []*sigma.Correlation{with(count("c", "r0"), func(c *sigma.Correlation) { c.Type = "value_mode" })}, []sigma.Code{sigma.CodeCorrelationType}, 0},
		{"no timespan", []*sigma.Correlation{with(count("c", "r0"), func(c *sigma.Correlation) { c.Timespan = 0 })}, []sigma.Code{sigma.CodeTimespan}, 0},
		{"no bounds", []*sigma.Correlation{with(count("c", "r0"), func(c *sigma.Correlation) { c.Condition.Bounds = nil })}, []sigma.Code{sigma.CodeBounds}, 0},
		{"value_count of nothing", []*sigma.Correlation{with(count("c", "r0"), func(c *sigma.Correlation) { c.Type = sigma.ValueCount })}, []sigma.Code{sigma.CodeConditionField}, 0},
		{"condition over rules for a count", []*sigma.Correlation{with(count("c", "r0"), func(c *sigma.Correlation) {
			c.Condition.Expr = &sigma.Predicate{Text: "r0"}
		})}, []sigma.Code{sigma.CodeCorrelationCondition}, 0},
		{"condition over a rule not listed", []*sigma.Correlation{with(count("c", "r0"), func(c *sigma.Correlation) {
			c.Type, c.Condition.Expr = sigma.Temporal, &sigma.Predicate{Text: "r1"}
		})}, []sigma.Code{sigma.CodeExtendedRules}, 0},
		{"more alternatives than can be kept", []*sigma.Correlation{with(count("c", "r0", "r1"), func(c *sigma.Correlation) {
			either := sigma.Or{&sigma.Predicate{Text: "r0"}, &sigma.Predicate{Text: "r1"}}
			all := sigma.And{}
			for range 12 {
				all = append(all, either)
			}
			c.Type, c.Condition.Expr = sigma.TemporalOrdered, all
		})}, []sigma.Code{sigma.CodeCorrelationCondition}, 0},
	} {
		t.Run(tc.name, func(t *testing.T) {
			rules := baseRules()
			rules[0].ID = "id-0"
			set, problems := correlation.Compile(rules, tc.cs)
			var got []sigma.Code
			for _, p := range problems {
				got = append(got, p.Code)
			}
			if diff := cmp.Diff(tc.want, got); diff != "" || set.Len() != tc.left {
				t.Errorf("%d correlations run, want %d; problems %v: (-want +got)\n%s", set.Len(), tc.left, problems, diff)
			}
		})
	}
}

func TestWantsNamesWhatCorrelationsLookAtAndNoMore(t *testing.T) {
	c := count("c", "r0", "r1")
	c.GroupBy = []string{"ip", "User Name"}
	c.Aliases = map[string]map[string]string{"ip": {"r0": "source", "r1": "destination"}}
	set, problems := correlation.Compile(baseRules(), []*sigma.Correlation{c})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	for rule, want := range [][]string{{"source", "UserName"}, {"destination", "UserName"}, nil} {
		if diff := cmp.Diff(want, set.Wants(rule)); diff != "" || set.Wanted(rule) != (want != nil) {
			t.Errorf("Wants(%d), Wanted %v: (-want +got)\n%s", rule, set.Wanted(rule), diff)
		}
	}
}

func TestARunThatIsFinishedTakesNothingMore(t *testing.T) {
	set, _ := correlation.Compile(baseRules(), []*sigma.Correlation{count("c", "r0")})
	none := func(*correlation.Hit) error { return nil }
	b := correlation.NewBatch(set, correlation.Options{})
	if err := b.Finish(none); err != nil {
		t.Fatal(err)
	}
	s := correlation.NewStream(set, correlation.Options{}, none)
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	for what, err := range map[string]error{
		"Batch.Add": b.Add(correlation.Match{}), "Batch.Finish": b.Finish(none),
		"Stream.Add": s.Add(correlation.Match{}), "Stream.Finish": s.Finish(), "Stream.Advance": s.Advance(seconds(1)),
	} {
		if !errors.Is(err, correlation.ErrFinished) {
			t.Errorf("%s after the end = %v; want ErrFinished", what, err)
		}
	}
}

func TestAnErrorOfTheReceiverEndsTheRun(t *testing.T) {
	set, _ := correlation.Compile(baseRules(), []*sigma.Correlation{count("c", "r0")})
	b := correlation.NewBatch(set, correlation.Options{})
	for i := range 2 {
		if err := b.Add(correlation.Match{Time: seconds(i + 1), ID: numberedID(i)}); err != nil {
			t.Fatal(err)
		}
	}
	full := errors.New("disk full")
	if err := b.Finish(func(*correlation.Hit) error { return full }); !errors.Is(err, full) {
		t.Errorf("Finish = %v; want %v", err, full)
	}
}

func TestRedeliveredEventsCountOnceThoughLate(t *testing.T) {
	set, _ := correlation.Compile(baseRules(), []*sigma.Correlation{with(count("c", "r0"), func(c *sigma.Correlation) {
		c.Condition.Bounds = atLeast(3)
	})})
	hits := 0
	s := correlation.NewStream(set, correlation.Options{Lateness: time.Second}, func(*correlation.Hit) error { hits++; return nil })
	for _, at := range []int{1, 2, 20, 1, 2, 21, 1} { // two events before 20 s, delivered again and again
		rule := 0
		if at >= 20 {
			rule = 1 // moves time on
		}
		if err := s.Add(correlation.Match{Time: seconds(at), ID: numberedID(at), Rule: rule}); err != nil {
			t.Fatal(err)
		}
		if err := s.Advance(seconds(at)); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	if st := s.Stats(); hits != 0 || st.Late != 3 || st.Duplicate != 3 {
		t.Errorf("%d hits, %+v; want none, 3 late, 3 duplicate", hits, st)
	}
}

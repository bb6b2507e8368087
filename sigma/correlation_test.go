package sigma_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dwell-project/dwell/sigma"
)

const referred = `
title: One
name: one
id: 4d0a2c83-c62c-4ed4-b475-c7e23a9269b8
logsource: {category: test}
detection: {selection: {F: 1}, condition: selection}
---
title: Two
name: two
logsource: {category: test}
detection: {selection: {F: 2}, condition: selection}
---
`

// readCorrelation reads the last of the documents, which follows two rules
// called one and two.
func readCorrelation(t *testing.T, text string) *sigma.Correlation {
	t.Helper()
	c := sigma.Parse("test.yml", []byte(referred+text))
	for i := range c.Problems {
		t.Error(c.Problems[i].Render())
	}
	if len(c.Correlations) != 1 {
		t.Fatalf("%d correlations", len(c.Correlations))
	}
	return c.Correlations[0]
}

func TestEventCountIsReadWithAllItsAttributes(t *testing.T) {
	got := readCorrelation(t, `title: Many
id: 5d0a2c83-c62c-4ed4-b475-c7e23a9269b8
level: high
correlation:
    type: event_count
    rules:
        - one
        - 4D0A2C83-c62c-4ed4-b475-c7e23a9269b8
    group-by: [Target User, host]
    timespan: 90m
    generate: true
    aliases:
        host:
            one: src_host
    condition:
        gt: 100
        lte: 200
`)
	want := &sigma.Correlation{
		Meta:     sigma.Meta{Title: "Many", ID: "5d0a2c83-c62c-4ed4-b475-c7e23a9269b8", Level: sigma.High},
		Type:     sigma.EventCount,
		Rules:    []string{"one", "4D0A2C83-c62c-4ed4-b475-c7e23a9269b8"},
		GroupBy:  []string{"TargetUser", "host"},
		Timespan: sigma.Timespan(90 * time.Minute),
		Aliases:  map[string]map[string]string{"host": {"one": "src_host"}},
		Generate: true,
		Condition: sigma.CorrelationCondition{Bounds: []sigma.Bound{
			{Op: sigma.Greater, Number: 100}, {Op: sigma.LessEqual, Number: 200},
		}},
	}
	if diff := cmp.Diff(want, got, cmpopts.IgnoreFields(sigma.Meta{}, "Position", "Digest")); diff != "" {
		t.Errorf("correlation (-want +got):\n%s", diff)
	}
}

func TestEveryOperatorOfACorrelationIsRead(t *testing.T) {
	for op, want := range map[string]sigma.Bound{
		"lt": {Op: sigma.Less}, "lte": {Op: sigma.LessEqual}, "gt": {Op: sigma.Greater}, "gte": {Op: sigma.GreaterEqual},
		"eq": {Op: sigma.Equals}, "neq": {Op: sigma.Equals, Not: true},
	} {
		want.Number = 2.5
		c := readCorrelation(t, "title: C\ncorrelation:\n    type: value_avg\n    rules: one\n    timespan: 1h\n    condition:\n        field: bytes\n        "+op+": 2.5\n")
		if len(c.Condition.Bounds) != 1 || c.Condition.Bounds[0] != want {
			t.Errorf("%s reads as %+v, want %+v", op, c.Condition.Bounds, want)
		}
	}
}

func TestValueTypesKeepTheirFieldsAndPercentile(t *testing.T) {
	c := readCorrelation(t, "title: C\ncorrelation:\n    type: value_percentile\n    rules: [one]\n    timespan: 1d\n    condition: {field: 'Bytes Out', percentile: 99.5, gte: 10}\n")
	if c.Condition.Percentile != 99.5 || strings.Join(c.Condition.Fields, " ") != "BytesOut" {
		t.Errorf("fields %q, percentile %v", c.Condition.Fields, c.Condition.Percentile)
	}
	c = readCorrelation(t, "title: C\ncorrelation:\n    type: value_count\n    rules: [one]\n    timespan: 1w\n    condition: {field: [a, b], gte: 10}\n")
	if len(c.Condition.Fields) != 2 || c.Timespan != sigma.Timespan(7*24*time.Hour) {
		t.Errorf("fields %q, timespan %v", c.Condition.Fields, c.Timespan)
	}
}

func TestATemporalConditionInTextIsExtended(t *testing.T) {
	for kind, want := range map[string]sigma.CorrelationType{
		"temporal": sigma.TemporalExtended, "temporal_ordered": sigma.TemporalOrderedExtended, "temporal_extended": sigma.TemporalExtended,
	} {
		c := readCorrelation(t, "title: C\ncorrelation:\n    type: "+kind+"\n    timespan: 5m\n    condition: two and not one\n")
		if c.Type != want || strings.Join(c.Rules, " ") != "two one" {
			t.Errorf("%s is read as %s over %q", kind, c.Type, c.Rules)
		}
		if got := c.Condition.Expr.String(); got != "keyword cased = 'two' and not keyword cased = 'one'" {
			t.Errorf("%s has the condition %s", kind, got)
		}
	}
	c := readCorrelation(t, "title: C\ncorrelation:\n    type: temporal\n    rules: [one, two]\n    timespan: 5m\n")
	if c.Type != sigma.Temporal || c.Condition.Expr != nil || len(c.Condition.Bounds) != 0 {
		t.Errorf("without a condition it is %s with %+v", c.Type, c.Condition)
	}
}

func TestCorrelationsCanBeChained(t *testing.T) {
	c := sigma.Parse("test.yml", []byte("title: Outer\ncorrelation:\n    type: temporal_ordered\n    rules: [inner, two]\n    timespan: 1h\n---\ntitle: Inner\nname: inner\ncorrelation:\n    type: event_count\n    rules: one\n    timespan: 5m\n    condition: {gte: 3}\n---"+referred))
	if len(c.Correlations) != 2 || len(c.Problems) != 0 {
		t.Fatalf("%d correlations, problems %v", len(c.Correlations), c.Problems)
	}
}

func TestOldAggregationsBecomeCorrelations(t *testing.T) {
	for text, want := range map[string]sigma.Correlation{
		"selection | count() > 5":                      {Type: sigma.EventCount, Condition: sigma.CorrelationCondition{Bounds: []sigma.Bound{{Op: sigma.Greater, Number: 5}}}},
		"selection | count(User) by Src Ip, Dst >= 10": {Type: sigma.ValueCount, GroupBy: []string{"SrcIp", "Dst"}, Condition: sigma.CorrelationCondition{Bounds: []sigma.Bound{{Op: sigma.GreaterEqual, Number: 10}}, Fields: []string{"User"}}},
		"selection | count() by Host < 3":              {Type: sigma.EventCount, GroupBy: []string{"Host"}, Condition: sigma.CorrelationCondition{Bounds: []sigma.Bound{{Op: sigma.Less, Number: 3}}}},
		"selection | sum(bytes) by Host > 1000":        {Type: sigma.ValueSum, GroupBy: []string{"Host"}, Condition: sigma.CorrelationCondition{Bounds: []sigma.Bound{{Op: sigma.Greater, Number: 1000}}, Fields: []string{"bytes"}}},
		"selection | avg(bytes) > 1.5":                 {Type: sigma.ValueAvg, Condition: sigma.CorrelationCondition{Bounds: []sigma.Bound{{Op: sigma.Greater, Number: 1.5}}, Fields: []string{"bytes"}}},
		"selection | min(bytes) < 2":                   {Type: sigma.ValuePercentile, Condition: sigma.CorrelationCondition{Bounds: []sigma.Bound{{Op: sigma.Less, Number: 2}}, Fields: []string{"bytes"}}},
		"selection | max(bytes) != 2":                  {Type: sigma.ValuePercentile, Condition: sigma.CorrelationCondition{Bounds: []sigma.Bound{{Op: sigma.Equals, Not: true, Number: 2}}, Fields: []string{"bytes"}, Percentile: 100}},
	} {
		c := sigma.Parse("test.yml", []byte("title: Old\nlogsource: {category: test}\ndetection:\n    selection: {F: 1}\n    timeframe: 5m\n    condition: "+text+"\n"))
		if len(c.Rules) != 1 || c.Rules[0].Count == nil {
			t.Errorf("%s: %v", text, c.Problems)
			continue
		}
		want.Rules, want.Timespan = []string{"Old"}, sigma.Timespan(5*time.Minute)
		if diff := cmp.Diff(&want, c.Rules[0].Count, cmpopts.IgnoreFields(sigma.Correlation{}, "Meta"), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", text, diff)
		}
		if got := c.Rules[0].Expr.String(); got != "F = '1'" {
			t.Errorf("%s: the rule is %s", text, got)
		}
	}
}

func TestTimespansReadBack(t *testing.T) {
	for text, want := range map[string]string{"90s": "90s", "60s": "1m", "5m": "5m", "24h": "1d", "36h": "36h", "7d": "7d", "1w": "7d", "1M": "30d", "1y": "365d"} {
		got, ok := sigma.ParseTimespan(text)
		if !ok || got.String() != want {
			t.Errorf("ParseTimespan(%q) = %v, %v; want %s", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "5", "m", "0m", "-5m", "5 m", "5min", "1h30m", "99999999999d", "5D"} {
		if got, ok := sigma.ParseTimespan(text); ok {
			t.Errorf("ParseTimespan(%q) = %v; want none", text, got)
		}
	}
}

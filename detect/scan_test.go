package detect_test

import (
	"context"
	"io"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// compile compiles rule text, failing on any problem.
func compile(t testing.TB, rules string, opt detect.Options) (*detect.Program, *event.Names) {
	t.Helper()
	c := sigma.Parse("rules.yml", []byte(rules))
	for i := range c.Problems {
		if c.Problems[i].Severity() == sigma.Error {
			t.Fatal(c.Problems[i].Render())
		}
	}
	tables, err := taxonomy.Load()
	if err != nil {
		t.Fatal(err)
	}
	names := event.NewNames()
	program, problems := detect.Compile(c.Rules, c.Correlations, tables, names, opt)
	if len(problems) > 0 {
		t.Fatal(problems[0].Render())
	}
	return program, names
}

// scanText runs rules over JSON lines.
func scanText(t testing.TB, rules, events string, opt detect.Options) []detect.Detection {
	t.Helper()
	program, names := compile(t, rules, opt)
	scan := detect.Scan{Program: program, Names: names, Workers: 2}
	var found []detect.Detection
	_, err := scan.Run(context.Background(), textInput(events), detect.Sink{
		Detection: func(d *detect.Detection) error {
			found = append(found, *d)
			return nil
		},
		Problem: func(p parse.Problem) { t.Errorf("unreadable: %v", p) },
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func textInput(events string) func(func(parse.Input, error) bool) {
	return func(yield func(parse.Input, error) bool) {
		yield(parse.Input{
			Path: "events.jsonl", Format: jsonl.Format{},
			Open: func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(events)), nil },
		}, nil)
	}
}

const sprayRules = `
title: Failed logon
id: 0b4e4b57-93f0-4a6f-9a15-6f1a5f3f1c01
name: failed
level: low
logsource: {product: windows, service: security}
detection: {selection: {EventID: 4625}, condition: selection}
---
title: Spray
id: 0b4e4b57-93f0-4a6f-9a15-6f1a5f3f1c02
level: high
correlation:
  type: value_count
  rules: [failed]
  group-by: [IpAddress]
  timespan: 5m
  condition: {gte: 3, field: TargetUserName}
`

const sprayEvents = `{"@timestamp":"2024-05-01T10:00:00Z","Channel":"Security","EventID":4625,"Computer":"dc","IpAddress":"192.0.2.7","TargetUserName":"ann"}
{"@timestamp":"2024-05-01T10:00:02Z","Channel":"Security","EventID":4625,"Computer":"dc","IpAddress":"192.0.2.7","TargetUserName":"carl"}
{"@timestamp":"2024-05-01T10:00:01Z","Channel":"Security","EventID":4625,"Computer":"dc","IpAddress":"192.0.2.7","TargetUserName":"ben"}
{"@timestamp":"2024-05-01T10:00:03Z","Channel":"Security","EventID":4625,"Computer":"dc","IpAddress":"192.0.2.8","TargetUserName":"dora"}
`

func TestACorrelationListsItsEventsAndSilencesItsRules(t *testing.T) {
	found := scanText(t, sprayRules, sprayEvents, detect.Options{})
	if len(found) != 1 || found[0].Rule.Title != "Spray" {
		t.Fatalf("found %d detections, want the correlation alone: %+v", len(found), found)
	}
	d := found[0]
	var records []int64
	for _, e := range d.Events {
		records = append(records, e.Record)
	}
	if len(records) != 3 || records[0] != 1 || records[1] != 3 || records[2] != 2 {
		t.Errorf("events are records %v; want 1 3 2, in order of time", records)
	}
	if d.Event.Record != 2 || d.Event.Host != "dc" || d.Event.File != "events.jsonl" {
		t.Errorf("event = %+v; want the last one, record 2 of events.jsonl", d.Event)
	}
}

func TestARuleBelowTheLevelStillFeedsItsCorrelation(t *testing.T) {
	found := scanText(t, sprayRules, sprayEvents, detect.Options{MinLevel: sigma.High})
	if len(found) != 1 || found[0].Rule.Title != "Spray" {
		t.Fatalf("found %+v; want the correlation alone", found)
	}
}

func TestEndlessHostAndAccountAreCutInReferences(t *testing.T) {
	long := strings.Repeat("ž", 1<<19)
	line := `{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Computer":"` + long + `","User":"` + long + `","Image":"C:\\whoami.exe"}`
	const rule = "title: Any\nlogsource: {product: windows, category: process_creation}\ndetection:\n    s: {User|startswith: 'ž'}\n    condition: s\n"
	found := scanText(t, rule, line+"\n", detect.Options{})
	if len(found) != 1 {
		t.Fatalf("%d detections, want 1", len(found))
	}
	want := strings.Repeat("ž", 512) + "…"
	if e := found[0].Event; e.Host != want || e.Account != want {
		t.Errorf("host of %d bytes, account of %d; want both cut to %d", len(e.Host), len(e.Account), len(want))
	}
	if got := found[0].Matched[0].Text(); got != long {
		t.Errorf("the value that matched has %d bytes, want all %d", len(got), len(long))
	}
}

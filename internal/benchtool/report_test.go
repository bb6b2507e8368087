package main

import (
	"strings"
	"testing"
	"time"
)

// planted is a report whose figures can be worked out by hand.
func planted() *report {
	one := func(cpu, wall float64, mb int64) []usage {
		return []usage{{cpu: seconds(cpu), wall: seconds(wall), maxRSS: mb << 20}}
	}
	return &report{
		machine: "Measured on nothing", rounds: 1,
		in: inputs{
			FlatEvents: 400_000, FlatBytes: 236_000_000, UniqueEvents: 100_000, UniqueBytes: 59_000_000,
			JoinedEvents: 40_000, RepeatedEvents: 80_000, UniqueEVTXEvents: 60_000, CountAll: 3700, CountSome: 100, Flat: "flat.jsonl",
		},
		got: results{
			dwellAll:             one(1.5, 0.8, 120),
			dwellAll + load:      one(0.5, 0.4, 100),
			rsigmaAll:            one(9, 9, 270),
			rsigmaAll + load:     one(1, 1, 260),
			rsigmaSome:           one(2.5, 2, 270),
			rsigmaSome + load:    one(0.5, 1, 260),
			dwellUnique:          one(1, 0.6, 130),
			dwellSome:            one(1.0, 0.6, 60),
			dwellSome + load:     one(0.2, 0.1, 50),
			dwellNone:            one(0.7, 0.4, 50),
			dwellNone + load:     one(0.1, 0.1, 40),
			dwellOneCore:         one(1.4, 1.6, 110),
			dwellAllCores:        one(1.5, 0.8, 110),
			dwellEVTX:            one(0.7, 0.5, 140),
			dwellLog:             one(0.8, 0.5, 150),
			dwellDecode:          one(0.2, 0.1, 30),
			dumpDecode:           one(0.16, 0.2, 10),
			dwellRepeat:          one(1.5, 0.8, 30),
			dumpRepeat:           one(2, 2, 10),
			"something not used": nil,
		},
		stream: usage{maxRSS: 125 << 20}, streamBytes: 5e9,
		tasks: []task{
			onOneCore(tools{dwell: "/opt/dwell"}.scan(dwellOneCore, "rules", "flat.jsonl")),
			stream(inputs{RulesAll: "rules", Flat: "flat.jsonl"}, tools{dwell: "/opt/dwell"}, 5e9),
		},
	}
}

func TestDocumentHoldsTheFigures(t *testing.T) {
	doc := planted().document()
	for _, want := range []string{
		"3700 rules of SigmaHQ over 400,000 events as flat JSON lines of 590 bytes",
		"| dwell, all rules | 400,000 (400,000–400,000) | 1.50 (1.50–1.50) | 0.50 (0.50–0.50) | 120 (120–120) |",
		"| rsigma, all rules | 50,000 (50,000–50,000) |",
		"dwell ÷ rsigma, net of load: **8.0 (8.0–8.0)**",
		"| dwell, all rules, unique | 200,000 (200,000–200,000) | 0.50 (0.50–0.50) |",
		"| dwell, all rules | 3,700 | 1.50 (1.50–1.50) | 0.50 (0.50–0.50) | 1.00 (1.00–1.00) |",
		"| dwell, few rules | 100 | 1.00 (1.00–1.00) | 0.20 (0.20–0.20) | 0.50 (0.50–0.50) |",
		"dwell, all rules ÷ dwell, few rules, net of load: 1.25 (1.25–1.25). rsigma, all rules ÷ rsigma, few rules, net of load: 4.00",
		"| dwell, decode EVTX | 40,000 | 0.200 (0.200–0.200) | 200,000 (200,000–200,000) | 30 (30–30) |",
		"dwell ÷ evtx_dump, CPU: **1.25 (1.25–1.25)**; repeated: **0.75 (0.75–0.75)**.",
		"| dwell, all rules, EVTX | 80,000 | 400,000 (400,000–400,000) |",
		"| dwell, all rules, EVTX, unique | 60,000 | 200,000 (200,000–200,000) |",
		"Unique ÷ repeated, net of load: **0.50 (0.50–0.50)**",
		"Wall time on all ÷ on one: **0.50 (0.50–0.50)**",
		"| the JSON lines over and over, on standard input | 5.00 | 125 |",
		"GOMAXPROCS=1 dwell scan --rules rules -o jsonl flat.jsonl\n",
		"dwell scan --rules rules -o jsonl - # fed with flat.jsonl until 5000000000 bytes\n",
	} {
		if !strings.Contains(doc, want) {
			t.Errorf("the document lacks %q", want)
		}
	}
	if strings.Contains(doc, "NaN") || strings.Contains(doc, "rsigma, all rules, unique") {
		t.Error("the document speaks of what was not measured")
	}
	if t.Failed() {
		t.Log(doc)
	}
}

func TestHeadlineLeavesOutWhatWasNotMeasured(t *testing.T) {
	r := planted()
	if got := r.headline(); !strings.Contains(got, "| ÷ rsigma, same events and rules | 8.0 × |") {
		t.Errorf("headline lacks the ratio:\n%s", got)
	}
	delete(r.got, rsigmaAll)
	delete(r.got, dumpDecode)
	if got := r.headline(); strings.Contains(got, "rsigma") || strings.Contains(got, "evtx_dump") {
		t.Errorf("headline speaks of absent peers:\n%s", got)
	}
}

func TestPlanLeavesAbsentPeersOut(t *testing.T) {
	for _, task := range plan(inputs{}, tools{dwell: "dwell"}) {
		if task.args[0] != "dwell" {
			t.Errorf("%s runs %q", task.id, task.args)
		}
	}
	ids := map[string]bool{}
	for _, task := range plan(inputs{}, tools{"dwell", "rsigma", "evtx_dump"}) {
		if ids[task.id] {
			t.Errorf("two tasks are called %q", task.id)
		}
		ids[task.id] = true
	}
	for _, id := range []string{dwellAll, dwellAll + load, rsigmaAll, rsigmaUnique, dumpDecode, dwellNone + load} {
		if !ids[id] {
			t.Errorf("no task is called %q", id)
		}
	}
}

func TestSecondsAreTheInverseOfDurations(t *testing.T) {
	if got := seconds(1.25); got != 1250*time.Millisecond {
		t.Errorf("seconds(1.25) = %v", got)
	}
}

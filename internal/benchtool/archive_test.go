package main

import (
	"encoding/xml"
	"errors"
	"io"
	"strings"
	"testing"
	"time"
)

func cost(what string, events int64, rules int, cpu time.Duration) point {
	return point{what: what, events: events, rules: rules, took: usage{cpu: cpu, wall: cpu}}
}

func TestThePlotIsXMLWithALineForEachQuestion(t *testing.T) {
	b := archiveBench{growth: []point{
		cost(askRules, 2000, 0, time.Second), cost(askRules, 20000, 0, 10*time.Second),
		cost(askSubstring, 2000, 0, time.Second), cost(askSeen, 2000, 0, 0),
		cost(askRules, 0, 100, time.Second), cost(askRules, 20000, 100, 2*time.Second),
	}}
	svg := b.plot()
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		if _, err := d.Token(); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
	}
	// What took no time has no place on a logarithmic axis.
	for name, want := range map[string]bool{askRules: true, askSubstring: true, askSeen: false, "reading rules": true} {
		if got := strings.Contains(svg, ">"+name+"<"); got != want {
			t.Errorf("%q is in the plot: %t; want %t", name, got, want)
		}
	}
	if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
		t.Error("the plot has a coordinate that is no number")
	}
}

func TestWhatBeginningTakesIsSubtracted(t *testing.T) {
	b := archiveBench{asked: results{
		question("duckdb", askNothing):   {{cpu: time.Second}},
		question("duckdb", askSubstring): {{cpu: 3 * time.Second}},
		question(us, askRulesLoad):       {{cpu: time.Second}},
		question(us, askRules):           {{cpu: 5 * time.Second}},
		question(us, askSubstring):       {{cpu: 2 * time.Second}},
	}}
	for _, c := range []struct {
		engine, what string
		want         time.Duration
	}{{"duckdb", askSubstring, 2 * time.Second}, {us, askRules, 4 * time.Second}, {us, askSubstring, 2 * time.Second}} {
		if got := b.net(c.engine, c.what); len(got) != 1 || got[0].cpu != c.want {
			t.Errorf("net of %s, %s: %v; want %s", c.engine, c.what, got, c.want)
		}
	}
}

func TestArchiveSizesEndWithTheOneAskedFor(t *testing.T) {
	b := archiveBench{options: options{archive: archiveOptions{events: 1000, sizes: "500,100,2000,500"}}}
	got, err := b.archiveSizes()
	if err != nil || len(got) != 3 || got[0] != 100 || got[2] != 1000 {
		t.Errorf("sizes: %v, %v; want 100, 500, 1000", got, err)
	}
	b.archive.sizes = "many"
	if _, err := b.archiveSizes(); err == nil {
		t.Error("no error for sizes that are no numbers")
	}
}

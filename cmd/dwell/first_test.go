package main

import (
	"bytes"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/sigma"
)

func TestFirstHitOfEachRuleIsNamedWhileAScanReads(t *testing.T) {
	var out bytes.Buffer
	a := newAnnouncer(func() io.Writer { return &out })
	rules := []*sigma.Meta{{Title: "A", Level: sigma.Medium}, {Title: "B\x1b[2J", Level: sigma.High}, {Title: "C", Level: sigma.Low}}
	for range 3 {
		for _, r := range rules {
			a.add(&detect.Detection{Rule: r, Event: detect.EventRef{Host: "ws1", Time: time.Date(2026, 2, 3, 4, 5, 6, 0, time.UTC)}})
		}
	}
	a.add(&detect.Detection{Rule: &sigma.Meta{Title: "D", Level: sigma.Critical}})
	want := "found  medium  2026-02-03 04:05:06  A on ws1\nfound  high  2026-02-03 04:05:06  B\\x1b[2J on ws1\nfound  critical  D\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("named (-want +got):\n%s", diff)
	}
}

func TestNoMoreThanTenRulesAreNamedWhileAScanReads(t *testing.T) {
	var out bytes.Buffer
	a := newAnnouncer(func() io.Writer { return &out })
	for range 30 {
		a.add(&detect.Detection{Rule: &sigma.Meta{Title: "R", Level: sigma.High}})
	}
	if n := strings.Count(out.String(), "\n"); n != 11 || !strings.HasSuffix(out.String(), "all of it is shown at the end\n") {
		t.Errorf("%d lines: %q", n, out.String())
	}
	var none *announcer
	none.add(&detect.Detection{Rule: &sigma.Meta{Level: sigma.High}})
}

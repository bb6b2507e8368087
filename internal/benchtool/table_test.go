package main

import (
	"math"
	"testing"
)

func TestTableIsMarkdown(t *testing.T) {
	table := table{head: []string{"tool", "events"}}
	table.add("a|b", "1")
	want := "| tool | events |\n|---|---:|\n| a\\|b | 1 |\n"
	if got := table.String(); got != want {
		t.Errorf("String() = %q; want %q", got, want)
	}
}

func TestNumbersAreGroupedByThree(t *testing.T) {
	for v, want := range map[float64]string{
		0: "0", 999: "999", 1000: "1,000", 1234567.4: "1,234,567", -12345: "-12,345", math.Inf(1): "–",
	} {
		if got := grouped(v); got != want {
			t.Errorf("grouped(%v) = %q; want %q", v, got, want)
		}
	}
}

func TestFiguresShowTheirRange(t *testing.T) {
	f := figure{median: 1234.56, low: 1200, high: 1300.25}
	if got, want := f.whole(), "1,235 (1,200–1,300)"; got != want {
		t.Errorf("whole() = %q; want %q", got, want)
	}
	if got, want := f.with(1), "1234.6 (1200.0–1300.2)"; got != want {
		t.Errorf("with(1) = %q; want %q", got, want)
	}
	if got, want := summarise(nil).with(1), "–"; got != want {
		t.Errorf("with(1) of nothing = %q; want %q", got, want)
	}
}

func TestReplaceBetweenLeavesTheRestAlone(t *testing.T) {
	doc := "a\n<!-- x: begin -->\nold\n<!-- x: end -->\nb\n"
	got, err := replaceBetween([]byte(doc), "x", "new\n")
	if want := "a\n<!-- x: begin -->\nnew\n<!-- x: end -->\nb\n"; err != nil || string(got) != want {
		t.Errorf("replaceBetween = %q, %v; want %q", got, err, want)
	}
	for _, broken := range []string{"", "<!-- x: begin -->\nno end"} {
		if _, err := replaceBetween([]byte(broken), "x", "new"); err == nil {
			t.Errorf("replaceBetween(%q) gives no error", broken)
		}
	}
}

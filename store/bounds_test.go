package store

import (
	"testing"
	"time"
)

// TestSegmentsAreLeftOutByTheirDay is also about days whose times have no place
// in nanoseconds since 1970, of which a run knows nothing.
func TestSegmentsAreLeftOutByTheirDay(t *testing.T) {
	at := func(text string) time.Time {
		v, err := time.Parse(time.RFC3339, text)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	for _, c := range []struct {
		day    string
		bounds Bounds
		want   bool
	}{
		{"1601-01-01", Bounds{}, true},
		{"1601-01-01", Bounds{To: at("2020-01-01T00:00:00Z")}, true},
		{"1601-01-01", Bounds{From: at("2020-01-01T00:00:00Z")}, false},
		{"9999-12-31", Bounds{From: at("2020-01-01T00:00:00Z")}, true},
		{"9999-12-31", Bounds{To: at("2020-01-01T00:00:00Z")}, false},
		{"2020-01-02", Bounds{To: at("2020-01-02T00:00:00Z")}, false},
		{"2020-01-02", Bounds{To: at("2020-01-02T00:00:01Z")}, true},
		{"2020-01-02", Bounds{From: at("2020-01-02T23:59:59Z")}, true},
		{"2020-01-02", Bounds{From: at("2020-01-03T00:00:00Z")}, false},
		{Undated, Bounds{}, true},
		{Undated, Bounds{To: at("2020-01-02T00:00:00Z")}, false},
	} {
		if got := c.bounds.Admits(&Segment{Dataset: "d", Day: c.day}); got != c.want {
			t.Errorf("%s within %v to %v: %v", c.day, c.bounds.From, c.bounds.To, got)
		}
	}
}

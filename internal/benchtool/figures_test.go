package main

import (
	"math"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func cpu(seconds ...float64) []usage {
	var runs []usage
	for _, s := range seconds {
		runs = append(runs, usage{cpu: time.Duration(s * float64(time.Second))})
	}
	return runs
}

func TestSummariseGivesTheMiddleAndTheRange(t *testing.T) {
	tests := []struct {
		values []float64
		want   figure
	}{
		{[]float64{7}, figure{7, 7, 7}},
		{[]float64{3, 1, 2}, figure{2, 1, 3}},
		{[]float64{4, 1, 3, 2}, figure{2.5, 1, 4}},
	}
	for _, test := range tests {
		values := append([]float64(nil), test.values...)
		if got := summarise(values); got != test.want {
			t.Errorf("summarise(%v) = %v; want %v", test.values, got, test.want)
		}
		if diff := cmp.Diff(test.values, values); diff != "" {
			t.Errorf("summarise changed its argument:\n%s", diff)
		}
	}
	if got := summarise(nil); !math.IsNaN(got.median) {
		t.Errorf("summarise(nil) = %v; want NaN", got)
	}
}

func TestNetRatesLeaveTheMedianLoadOut(t *testing.T) {
	got := netRates(1000, cpu(1.5, 2.5, 0.4), cpu(0.4, 0.5, 9))
	if want := []float64{1000, 500}; cmp.Diff(want, got[:2]) != "" {
		t.Errorf("netRates = %v; want %v first", got, want)
	}
	if !math.IsNaN(got[2]) {
		t.Errorf("a run shorter than its load has rate %v; want NaN", got[2])
	}
}

func TestPairsDivideWithinARound(t *testing.T) {
	got := pairs([]float64{10, 9, 8}, []float64{5, 3})
	if diff := cmp.Diff([]float64{2, 3}, got); diff != "" {
		t.Errorf("pairs (-want +got):\n%s", diff)
	}
}

func TestPerEventIsInMicroseconds(t *testing.T) {
	got := perEvent(1_000_000, cpu(5, 8), cpu(2, 2))
	if diff := cmp.Diff([]float64{3, 6}, got); diff != "" {
		t.Errorf("perEvent (-want +got):\n%s", diff)
	}
}

package main

import (
	"math"
	"slices"
	"time"
)

// figure is a measured number: the median over the rounds and the range.
type figure struct{ median, low, high float64 }

// summarise returns the median of values, the mean of the two middle ones if
// their number is even. It is NaN for none.
func summarise(values []float64) figure {
	if len(values) == 0 {
		return figure{math.NaN(), math.NaN(), math.NaN()}
	}
	s := slices.Sorted(slices.Values(values))
	mid := len(s) / 2
	median := s[mid]
	if len(s)%2 == 0 {
		median = (s[mid-1] + s[mid]) / 2
	}
	return figure{median: median, low: s[0], high: s[len(s)-1]}
}

// each applies f to every run.
func each(runs []usage, f func(usage) float64) []float64 {
	values := make([]float64, len(runs))
	for i, u := range runs {
		values[i] = f(u)
	}
	return values
}

func cpuSeconds(u usage) float64  { return u.cpu.Seconds() }
func wallSeconds(u usage) float64 { return u.wall.Seconds() }
func megabytes(u usage) float64   { return float64(u.maxRSS) / (1 << 20) }

// pairs divides the i-th of a by the i-th of b, as measured in one round.
func pairs(a, b []float64) []float64 {
	n := min(len(a), len(b))
	ratios := make([]float64, n)
	for i := range n {
		ratios[i] = a[i] / b[i]
	}
	return ratios
}

// netRates returns for each round how many events a CPU-second handled, once
// the CPU of the same command on one event, taken as its load, is subtracted.
// The load is the median over the rounds: it is small, and its noise would
// else count twice. A round no longer than its load has no rate (NaN).
func netRates(events int, runs, load []usage) []float64 {
	base := summarise(each(load, cpuSeconds)).median
	return each(runs, func(u usage) float64 {
		net := u.cpu.Seconds() - base
		if net <= 0 {
			return math.NaN()
		}
		return float64(events) / net
	})
}

// perEvent returns the CPU in microseconds that a run took per event beyond
// another run on the same events, round by round.
func perEvent(events int, runs, without []usage) []float64 {
	n := min(len(runs), len(without))
	values := make([]float64, n)
	for i := range n {
		extra := runs[i].cpu - without[i].cpu
		values[i] = float64(extra) / float64(time.Microsecond) / float64(events)
	}
	return values
}

func seconds(s float64) time.Duration { return time.Duration(s * float64(time.Second)) }

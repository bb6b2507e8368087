package correlation

import (
	"math"
	"slices"
)

// maxNumber is the greatest magnitude taken for a number: a window of a hundred
// million of them has a finite sum.
const maxNumber = 1e300

// sum adds floats exactly, so that a window's sum does not depend on what
// passed through it before, nor on the order of adding. It keeps partials that
// do not overlap (Shewchuk 1997, section 2.4). Subtracting is adding -x.
type sum struct{ parts []float64 }

func (s *sum) add(x float64) {
	kept := s.parts[:0]
	for _, y := range s.parts {
		if math.Abs(x) < math.Abs(y) {
			x, y = y, x
		}
		hi := x + y
		if lo := y - (hi - x); lo != 0 {
			kept = append(kept, lo)
		}
		x = hi
	}
	if x != 0 {
		kept = append(kept, x)
	}
	s.parts = kept
}

// value returns the sum rounded once, to the nearest float, ties to even.
func (s *sum) value() float64 {
	n := len(s.parts) - 1
	if n < 0 {
		return 0
	}
	hi, lo := s.parts[n], 0.0
	for n > 0 {
		n--
		x, y := hi, s.parts[n]
		hi = x + y
		if lo = y - (hi - x); lo != 0 {
			break
		}
	}
	// Half-way cases are decided by the next partial.
	if n > 0 && (lo < 0) == (s.parts[n-1] < 0) {
		if y := lo * 2; y == hi+y-hi {
			hi += y
		}
	}
	return hi
}

// percentile returns the value below which p per cent of the values lie, with
// linear interpolation between the two nearest: the value at rank (n-1)·p/100
// of the sorted values, as SQL's PERCENTILE_CONT. It sorts values.
func percentile(values []float64, p float64) float64 {
	slices.Sort(values)
	lower, fraction := rank(len(values), p)
	if fraction == 0 {
		return values[lower]
	}
	return interpolate(values[lower], values[lower+1], fraction)
}

// rank returns the index of the value at or below percentile p of n values, and
// how far the percentile lies towards the next.
func rank(n int, p float64) (int, float64) {
	at := min(max(p, 0), 100) * float64(n-1) / 100
	lower := math.Floor(at)
	return int(lower), at - lower
}

func interpolate(a, b, fraction float64) float64 {
	return a*(1-fraction) + b*fraction
}

package coverage

import "time"

// Cells counts the dataset's records in n spans of the given length from a time
// on, both whole hours.
func (d *Dataset) Cells(from time.Time, step time.Duration, n int) []int64 {
	cells := make([]int64, n)
	first, hours := from.Unix()/3600, int64(step/time.Hour)
	if hours < 1 {
		return cells
	}
	for h, count := range d.hours {
		if i := (h - first) / hours; h >= first && i < int64(n) {
			cells[i] += count
		}
	}
	return cells
}

// Span returns from when to when any dataset has records, zero times if none has
// one with a time.
func (r *Report) Span() (first, last time.Time) {
	for _, d := range r.Datasets {
		if d.First.IsZero() && d.Last.IsZero() {
			continue
		}
		if first.IsZero() || d.First.Before(first) {
			first = d.First
		}
		if d.Last.After(last) {
			last = d.Last
		}
	}
	return first, last
}

package page

import (
	"maps"
	"slices"
	"time"

	"github.com/dwell-project/dwell/sigma"
)

// widths are the buckets that a [Histogram] may have, finest first.
func widths() []time.Duration {
	const day = 24 * time.Hour
	return []time.Duration{
		time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour, 6 * time.Hour,
		day, 7 * day, 30 * day, 365 * day,
	}
}

// maxBuckets bounds a histogram: what has more is made coarser.
const maxBuckets = 240

// Histogram counts events over time by level, in buckets that grow with the
// time spanned, so that a minute's incident and years of logs both fit.
type Histogram struct {
	width  int
	counts map[int64]*[sigma.Critical + 1]int64 // by start in units of the width
}

// NewHistogram returns an empty histogram.
func NewHistogram() *Histogram { return &Histogram{counts: map[int64]*[sigma.Critical + 1]int64{}} }

// Add counts an event; one without time is not in the picture.
func (h *Histogram) Add(t time.Time, l sigma.Level) {
	if t.IsZero() {
		return
	}
	n := len(h.counts)
	h.bucket(h.index(t))[l]++
	if len(h.counts) == n {
		return
	}
	for h.span() > maxBuckets && h.width+1 < len(widths()) {
		h.coarsen()
	}
}

func (h *Histogram) index(t time.Time) int64 {
	return floorDiv(t.Unix(), int64(widths()[h.width]/time.Second))
}

func floorDiv(a, b int64) int64 {
	q := a / b
	if a%b < 0 {
		q--
	}
	return q
}

func (h *Histogram) bucket(i int64) *[sigma.Critical + 1]int64 {
	b := h.counts[i]
	if b == nil {
		b = new([sigma.Critical + 1]int64)
		h.counts[i] = b
	}
	return b
}

// span is how many buckets there are from the first to the last.
func (h *Histogram) span() int64 {
	if len(h.counts) == 0 {
		return 0
	}
	first, last := h.ends()
	return last - first + 1
}

func (h *Histogram) ends() (first, last int64) {
	keys := slices.Collect(maps.Keys(h.counts))
	return slices.Min(keys), slices.Max(keys)
}

func (h *Histogram) coarsen() {
	old, unit := h.counts, int64(widths()[h.width]/time.Second)
	h.width++
	h.counts = map[int64]*[sigma.Critical + 1]int64{}
	for i, from := range old {
		to := h.bucket(h.index(time.Unix(i*unit, 0)))
		for l, n := range from {
			to[l] += n
		}
	}
}

// Bar is one bucket.
type Bar struct {
	Start  time.Time
	Levels [sigma.Critical + 1]int64
}

// Total is the bar's height.
func (b *Bar) Total() (n int64) {
	for _, c := range b.Levels {
		n += c
	}
	return n
}

// Bars returns all buckets from the first to the last, empty ones included,
// and their width.
func (h *Histogram) Bars() ([]Bar, time.Duration) {
	width := widths()[h.width]
	if len(h.counts) == 0 {
		return nil, width
	}
	first, last := h.ends()
	var bars []Bar
	for i := first; i <= last && len(bars) < 4*maxBuckets; i++ {
		b := Bar{Start: time.Unix(i*int64(width/time.Second), 0).UTC()}
		if c := h.counts[i]; c != nil {
			b.Levels = *c
		}
		bars = append(bars, b)
	}
	return bars, width
}

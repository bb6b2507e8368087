package coverage

import (
	"cmp"
	"maps"
	"slices"
	"time"
)

// Report says when an archive was looking.
type Report struct {
	Datasets []*Dataset `json:"datasets"`
}

// Dataset is what a report says of one dataset.
type Dataset struct {
	Dataset string `json:"dataset"`
	Records int64  `json:"records"`
	// Undated counts the records without a time.
	Undated int64 `json:"undated,omitempty"`
	// First is the start of the first hour with a record, Last the end of the
	// last, both zero if none has a time.
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
	// Hosts are sorted by name.
	Hosts []*Host `json:"hosts"`
	// Silent are the times in which no host has a record, longest first.
	Silent []Gap `json:"silent,omitempty"`
	// MissedBytes and Loss are what Zeek says it missed.
	MissedBytes int64   `json:"missed_bytes,omitempty"`
	Loss        float64 `json:"percent_lost,omitempty"`

	hours map[int64]int64 // records by hours since 1970
}

// Host is what a report says of one host in one dataset.
type Host struct {
	Host    string    `json:"host"`
	Records int64     `json:"records"`
	First   time.Time `json:"first,omitzero"`
	Last    time.Time `json:"last,omitzero"`
	// Silent are the times in which it has no record though others have, of at
	// least the report's patience, longest first.
	Silent []Gap `json:"silent,omitempty"`
	// Missing counts the EventRecordIDs between the lowest and the highest that
	// are not there, Restarts how often the numbers began anew, as they do when
	// a log is cleared.
	Missing  int64 `json:"missing_records,omitempty"`
	Restarts int64 `json:"restarts,omitempty"`
	// Ahead is by how much its clock is at least wrong.
	Ahead time.Duration `json:"ahead,omitempty"`

	hours []int64 // with records, ascending, since 1970
	days  []*Row
}

// Gap is a time without records, From ≤ time < To.
type Gap struct {
	From time.Time `json:"from"`
	To   time.Time `json:"to"`
}

// Length returns how long the gap is.
func (g Gap) Length() time.Duration { return g.To.Sub(g.From) }

// Builder makes a report of rows in any order.
type Builder struct {
	// Patience is how long a host may be silent without being called so. A
	// dataset's own silence is told from one hour on.
	Patience time.Duration
	// Wants says which rows count; nil means all.
	Wants func(*Row) bool

	datasets map[string]*Dataset
	hosts    map[key]*Host
}

// Add takes in a row, which may be one of many of the same day.
func (b *Builder) Add(r *Row) {
	if b.Wants != nil && !b.Wants(r) {
		return
	}
	if b.datasets == nil {
		b.datasets, b.hosts = map[string]*Dataset{}, map[key]*Host{}
	}
	d, ok := b.datasets[r.Dataset]
	if !ok {
		d = &Dataset{Dataset: r.Dataset, hours: map[int64]int64{}}
		b.datasets[r.Dataset] = d
	}
	k := key{dataset: r.Dataset, host: r.Host}
	h, ok := b.hosts[k]
	if !ok {
		h = &Host{Host: r.Host}
		b.hosts[k] = h
		d.Hosts = append(d.Hosts, h)
	}
	n := r.Records()
	d.Records, h.Records = d.Records+n, h.Records+n
	d.MissedBytes, d.Loss = d.MissedBytes+r.MissedBytes, max(d.Loss, r.Loss)
	h.Ahead = max(h.Ahead, time.Duration(r.Ahead)*time.Millisecond)
	start, dated := r.hour(0)
	if !dated {
		d.Undated += n
		return
	}
	first := start.Unix() / 3600
	for i, n := range r.Hours {
		if n > 0 {
			d.hours[first+int64(i)] += int64(n)
			h.hours = append(h.hours, first+int64(i))
		}
	}
	if r.Numbered > 0 {
		h.days = append(h.days, &Row{Day: r.Day, First: r.First, Last: r.Last, Numbered: r.Numbered})
	}
}

// Report returns the report of what was added.
func (b *Builder) Report() *Report {
	report := &Report{Datasets: []*Dataset{}}
	for _, name := range slices.Sorted(maps.Keys(b.datasets)) {
		d := b.datasets[name]
		hours := slices.Sorted(maps.Keys(d.hours))
		d.First, d.Last = bounds(hours)
		d.Silent = gaps(hours, nil, time.Hour)
		slices.SortFunc(d.Hosts, func(a, b *Host) int { return cmp.Compare(a.Host, b.Host) })
		for _, h := range d.Hosts {
			slices.Sort(h.hours)
			h.hours = slices.Compact(h.hours)
			h.First, h.Last = bounds(h.hours)
			h.Silent = gaps(h.hours, hours, max(b.Patience, time.Hour))
			h.numbers()
		}
		report.Datasets = append(report.Datasets, d)
	}
	return report
}

func bounds(hours []int64) (first, last time.Time) {
	if len(hours) == 0 {
		return
	}
	return hourStart(hours[0]), hourStart(hours[len(hours)-1] + 1)
}

func hourStart(h int64) time.Time { return time.Unix(h*3600, 0).UTC() }

// gaps returns where hours leave out at least so much, longest first. If others
// is given, only hours that it has count as left out.
func gaps(hours, others []int64, least time.Duration) (found []Gap) {
	for i := 1; i < len(hours); i++ {
		from, to := hours[i-1]+1, hours[i]
		silent := to - from
		if others != nil {
			low, _ := slices.BinarySearch(others, from)
			high, _ := slices.BinarySearch(others, to)
			silent = int64(high - low)
		}
		if silent > 0 && time.Duration(silent)*time.Hour >= least {
			found = append(found, Gap{hourStart(from), hourStart(to)})
		}
	}
	slices.SortStableFunc(found, func(a, b Gap) int { return cmp.Compare(b.Length(), a.Length()) })
	return found
}

// numbers compares the EventRecordIDs of the days in their order.
func (h *Host) numbers() {
	byDay := map[string]*Row{}
	for _, r := range h.days {
		if before, ok := byDay[r.Day]; ok {
			before.add(r)
		} else {
			byDay[r.Day] = r
		}
	}
	h.days = nil
	var before *Row
	for _, day := range slices.Sorted(maps.Keys(byDay)) {
		r := byDay[day]
		h.Missing += max(0, r.Last-r.First+1-r.Numbered)
		switch {
		case before == nil:
		case r.First > before.Last:
			h.Missing += r.First - before.Last - 1
		case r.Last < before.First:
			h.Restarts++
		}
		before = r
	}
}

package hunt

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/store/coverage"
)

// Report is the answer to a hunt as a whole: what was seen, what was not though
// it could have been, what could not have been, and what was looked at.
type Report struct {
	Seen []SeenThing `json:"seen"`
	// NotSeen are the rules and indicators that could have matched and did not.
	NotSeen []Thing `json:"not_seen"`
	// Blind are the rules that no record could have made match.
	Blind  []Thing  `json:"could_not_be_seen"`
	Looked LookedAt `json:"looked_at"`
}

// Thing is a rule or an indicator that was asked for.
type Thing struct {
	ID    string `json:"id,omitempty"`
	Title string `json:"title"`
	Level string `json:"level,omitempty"`
	// Why says why it could not be seen.
	Why string `json:"why,omitempty"`
}

// SeenThing is one that was seen: since when and where.
type SeenThing struct {
	Thing
	Count   int64     `json:"count"`
	Undated int64     `json:"undated,omitempty"`
	First   time.Time `json:"first,omitzero"`
	Last    time.Time `json:"last,omitzero"`
	// Dwell is the time from the first to the last, in seconds.
	Dwell int64       `json:"dwell_seconds"`
	Hosts []HostCount `json:"hosts"`
	// Elsewhere counts what was seen on hosts that are too many to be told apart.
	Elsewhere int64 `json:"elsewhere,omitempty"`
}

// HostCount is how often a thing was seen on a host.
type HostCount struct {
	Host  string `json:"host"`
	Count int64  `json:"count"`
}

// LookedAt is what the answer rests on.
type LookedAt struct {
	Records  int64           `json:"records"`
	First    time.Time       `json:"first,omitzero"`
	Last     time.Time       `json:"last,omitzero"`
	Datasets []LookedDataset `json:"datasets"`
}

// LookedDataset is what was looked at of one dataset, and what of it was not
// there.
type LookedDataset struct {
	Dataset string    `json:"dataset"`
	Records int64     `json:"records"`
	First   time.Time `json:"first,omitzero"`
	Last    time.Time `json:"last,omitzero"`
	// Hosts is how many have sealed records. Without are the others of which
	// there are records of the same kind: they never had one in this dataset.
	Hosts   int      `json:"hosts"`
	Without []string `json:"hosts_without,omitempty"`
	// Silent are the times without a sealed record of any host, longest first.
	Silent  []coverage.Gap `json:"silent,omitempty"`
	Missing int64          `json:"missing_records,omitempty"`
	Loss    float64        `json:"percent_lost,omitempty"`
}

// Report returns the answer as a whole. tally is what the hunt of the program
// looked at, covered the archive's coverage of the same bounds.
func (a *Answer) Report(p *detect.Program, tally *detect.Tally, covered *coverage.Report) *Report {
	r := &Report{Seen: []SeenThing{}, NotSeen: []Thing{}, Blind: []Thing{}, Looked: lookedAt(tally, covered)}
	seen := map[Thing]bool{}
	for _, s := range a.Sightings() {
		t := thing(s.Rule)
		seen[t] = true
		r.Seen = append(r.Seen, SeenThing{
			Thing: t, Count: s.Count, Undated: s.Undated, First: s.First, Last: s.Last,
			Dwell: int64(s.Dwell() / time.Second), Hosts: s.hostCounts(), Elsewhere: s.Elsewhere,
		})
	}
	blind := map[*sigma.Rule]bool{}
	for _, i := range p.Idle(tally) {
		blind[i.Rule] = true
		t := thing(&i.Rule.Meta)
		t.Why = i.Reason
		r.Blind = append(r.Blind, t)
	}
	for _, rule := range p.Rules() {
		if t := thing(&rule.Meta); !blind[rule] && !seen[t] {
			r.NotSeen = append(r.NotSeen, t)
		}
	}
	if set := p.Indicators(); set != nil {
		for i := range set.Len() {
			if t := thing(set.Meta(int32(i))); !seen[t] {
				r.NotSeen = append(r.NotSeen, t)
			}
		}
	}
	return r
}

func thing(m *sigma.Meta) Thing { return Thing{ID: m.ID, Title: m.Title, Level: m.Level.String()} }

// hostCounts returns the hosts with their counts, the most frequent first.
func (s *Sighting) hostCounts() []HostCount {
	all := make([]HostCount, 0, len(s.Hosts))
	for h, n := range s.Hosts {
		all = append(all, HostCount{h, n})
	}
	slices.SortFunc(all, func(a, b HostCount) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Host, b.Host))
	})
	return all
}

// lookedAt joins what the hunt counted with what the coverage map knows.
func lookedAt(tally *detect.Tally, covered *coverage.Report) LookedAt {
	l := LookedAt{Records: tally.Events}
	byName := map[string]*LookedDataset{}
	for kind, t := range tally.Sources {
		d, ok := byName[kind.Dataset]
		if !ok {
			d = &LookedDataset{Dataset: kind.Dataset}
			byName[kind.Dataset] = d
		}
		d.Records += t.Events
		d.First, d.Last = widen(d.First, d.Last, t.First, t.Last)
		l.First, l.Last = widen(l.First, l.Last, t.First, t.Last)
	}
	families := map[string]map[string]bool{}
	for _, c := range covered.Datasets {
		family, _, _ := strings.Cut(c.Dataset, ".")
		if families[family] == nil {
			families[family] = map[string]bool{}
		}
		for _, h := range c.Hosts {
			families[family][h.Host] = true
		}
	}
	for _, c := range covered.Datasets {
		if d, ok := byName[c.Dataset]; ok {
			family, _, _ := strings.Cut(c.Dataset, ".")
			d.cover(c, families[family])
		}
	}
	l.Datasets = make([]LookedDataset, 0, len(byName))
	for _, name := range slices.Sorted(maps.Keys(byName)) {
		l.Datasets = append(l.Datasets, *byName[name])
	}
	return l
}

// cover takes in what the map knows of the dataset; family are the hosts with
// records of the same kind.
func (d *LookedDataset) cover(c *coverage.Dataset, family map[string]bool) {
	here := map[string]bool{}
	for _, h := range c.Hosts {
		here[h.Host] = true
		d.Missing += h.Missing
	}
	d.Hosts, d.Silent, d.Loss = len(c.Hosts), c.Silent, c.Loss
	for _, h := range slices.Sorted(maps.Keys(family)) {
		if h != "" && !here[h] {
			d.Without = append(d.Without, h)
		}
	}
}

// widen returns the span of two spans, of which either may be empty.
func widen(first, last, otherFirst, otherLast time.Time) (from, to time.Time) {
	if first.IsZero() || !otherFirst.IsZero() && otherFirst.Before(first) {
		first = otherFirst
	}
	if otherLast.After(last) {
		last = otherLast
	}
	return first, last
}

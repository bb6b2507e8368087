package hunt

import (
	"cmp"
	"slices"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/sigma"
)

// maxHosts bounds the hosts that an answer tells apart for one rule.
const maxHosts = 1 << 14

// Answer gathers, for each rule and indicator, since when and where it was seen.
type Answer struct {
	sightings map[*sigma.Meta]*Sighting
}

// Sighting is what was seen of one rule or indicator.
type Sighting struct {
	Rule *sigma.Meta
	// Count is how many detections there are, Undated how many of them have no
	// time.
	Count, Undated int64
	// First and Last are the times of the earliest and the latest detection, zero
	// if none has one.
	First, Last time.Time
	// Hosts counts detections by host. Those beyond the first 16,384 hosts are
	// in Elsewhere.
	Hosts     map[string]int64
	Elsewhere int64
}

// NewAnswer returns an empty answer.
func NewAnswer() *Answer { return &Answer{sightings: map[*sigma.Meta]*Sighting{}} }

// Add takes in a detection.
func (a *Answer) Add(d *detect.Detection) {
	s, ok := a.sightings[d.Rule]
	if !ok {
		s = &Sighting{Rule: d.Rule, Hosts: map[string]int64{}}
		a.sightings[d.Rule] = s
	}
	s.Count++
	if _, known := s.Hosts[d.Event.Host]; known || len(s.Hosts) < maxHosts {
		s.Hosts[d.Event.Host]++
	} else {
		s.Elsewhere++
	}
	first, last := d.Event.Time, d.Event.Time
	for i := range d.Events {
		if t := d.Events[i].Time; !t.IsZero() && (first.IsZero() || t.Before(first)) {
			first = t
		}
	}
	if last.IsZero() {
		s.Undated++
		return
	}
	if s.First.IsZero() || first.Before(s.First) {
		s.First = first
	}
	if last.After(s.Last) {
		s.Last = last
	}
}

// Dwell is the time from the first to the last detection.
func (s *Sighting) Dwell() time.Duration { return s.Last.Sub(s.First) }

// Sightings returns what was seen: the gravest first, then what began earliest.
func (a *Answer) Sightings() []*Sighting {
	all := make([]*Sighting, 0, len(a.sightings))
	for _, s := range a.sightings {
		all = append(all, s)
	}
	slices.SortFunc(all, func(x, y *Sighting) int {
		return cmp.Or(cmp.Compare(y.Rule.Level, x.Rule.Level), x.First.Compare(y.First),
			cmp.Compare(x.Rule.Title, y.Rule.Title), cmp.Compare(x.Rule.ID, y.Rule.ID))
	})
	return all
}

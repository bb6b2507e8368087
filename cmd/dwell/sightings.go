package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/hunt"
)

// How much of an answer is shown.
const (
	shownSightings = 50
	shownHosts     = 5
)

// sightings says since when and where each thing was seen.
func (l *looks) sightings(all []*hunt.Sighting) {
	if len(all) == 0 {
		return
	}
	l.line("")
	l.line("Since when and where:")
	for i, s := range all {
		if i == shownSightings {
			l.line("… and %s more", many(int64(len(all)-i), "rule"))
			return
		}
		l.line("  %s: %s", table.Clean(s.Rule.Title), sightingText(s))
	}
}

// sightingText writes a sighting as a sentence.
func sightingText(s *hunt.Sighting) string {
	var b strings.Builder
	b.WriteString(many(s.Count, "hit"))
	if !s.First.IsZero() {
		b.WriteString(", first " + clock(s.First) + ", last " + clock(s.Last) + " UTC")
		if dwell := s.Dwell(); dwell > 0 {
			b.WriteString(" (" + dwellText(dwell) + ")")
		}
	}
	if s.Undated > 0 {
		b.WriteString(", " + thousands(s.Undated) + " without a time")
	}
	hosts := slices.SortedFunc(maps.Keys(s.Hosts), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Hosts[b], s.Hosts[a]), cmp.Compare(a, b))
	})
	b.WriteString("; " + many(int64(len(hosts)), "host") + ": ")
	for i, h := range hosts {
		if i == shownHosts {
			b.WriteString(" …")
			break
		}
		if i > 0 {
			b.WriteString(", ")
		}
		b.WriteString(table.Clean(cmp.Or(h, "-")) + " (" + thousands(s.Hosts[h]) + ")")
	}
	return b.String()
}

// dwellText writes a length of time as days, or less if it is less.
func dwellText(d time.Duration) string {
	if days := int64(d / (24 * time.Hour)); days > 0 {
		return many(days, "day")
	}
	return d.Round(time.Second).String()
}

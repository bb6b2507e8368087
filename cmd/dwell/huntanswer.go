package main

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/hunt"
	"github.com/dwell-project/dwell/store"
	"github.com/dwell-project/dwell/store/coverage"
)

// answered is what a hunt came to beside its findings.
type answered struct {
	answer  *hunt.Answer
	covered *coverage.Report
}

// covered returns the coverage map of what was asked.
func (c *huntCommand) covered(s *store.Snapshot) (*coverage.Report, error) {
	only := coverageCommand{Host: c.Host, From: c.From, To: dayAfter(c.To)}
	report, err := s.Coverage(patience, only.wants)
	if err != nil {
		return &coverage.Report{}, fmt.Errorf("saying what could have been seen: %w", err)
	}
	return report, nil
}

// dayAfter is the end of the day that a time is in: maps are of whole days.
func dayAfter(at instant) instant {
	if at.IsZero() || at.Equal(at.Truncate(24*time.Hour)) {
		return at
	}
	return instant{at.Truncate(24 * time.Hour).Add(24 * time.Hour)}
}

// writeAnswer writes since when and where each thing was seen, and what could
// not have been seen.
func (c *huntCommand) writeAnswer(s *session, out *bufio.Writer, f *findings, a *answered) error {
	if c.Output != "table" && c.Output != "answers" || f.tally == nil {
		return nil
	}
	r := a.answer.Report(f.rules.program, f.tally, a.covered)
	if c.Output == "answers" {
		return errors.Join(indented(out, r), out.Flush())
	}
	look := &looks{out: out, width: s.width(), colour: s.colour(s.stdout)}
	look.sightings(a.answer.Sightings())
	look.line("")
	for _, line := range answerLines(r) {
		look.line("%s", table.Clean(line))
	}
	return errors.Join(look.err, out.Flush())
}

// How much of what could not be seen is told.
const (
	shownBlindReasons = 5
	shownSilent       = 5
	shownWithout      = 3
)

// answerLines says what an answer rests on.
func answerLines(r *hunt.Report) (lines []string) {
	l := &r.Looked
	where := fmt.Sprintf("%s of %s", many(l.Records, "record"), many(int64(len(l.Datasets)), "dataset"))
	if !l.Last.IsZero() {
		where += " from " + clock(l.First) + " to " + clock(l.Last) + " UTC"
	}
	if len(r.Seen) == 0 {
		lines = append(lines, "Not seen in "+where+".")
	} else {
		lines = append(lines, "Looked at "+where+"; "+thousands(int64(len(r.NotSeen)))+" of what was asked for could have been seen and was not.")
	}
	blind := append(idleLines(r.Blind), datasetLines(l.Datasets)...)
	if len(blind) > 0 {
		lines = append(lines, "Could not have been seen:")
		for _, b := range blind {
			lines = append(lines, "  "+b)
		}
	}
	return lines
}

// idleLines counts the rules that could not fire by why.
func idleLines(idle []hunt.Thing) (lines []string) {
	type reason struct {
		why   string
		count int64
		first string
	}
	var reasons []*reason
	for _, t := range idle {
		i := slices.IndexFunc(reasons, func(r *reason) bool { return r.why == t.Why })
		if i < 0 {
			i = len(reasons)
			reasons = append(reasons, &reason{why: t.Why, first: t.Title})
		}
		reasons[i].count++
	}
	slices.SortStableFunc(reasons, func(a, b *reason) int { return cmp.Compare(b.count, a.count) })
	for i, r := range reasons {
		if i == shownBlindReasons {
			return append(lines, "… and rules for "+many(int64(len(reasons)-i), "more reason")+"; -o answers lists all")
		}
		what := many(r.count, "rule")
		if r.count == 1 {
			what = "the rule " + r.first
		}
		lines = append(lines, what+": "+r.why)
	}
	return lines
}

// datasetLines says where datasets that were looked at have holes, the longest
// silences first.
func datasetLines(all []hunt.LookedDataset) (lines []string) {
	sorted := slices.Clone(all)
	slices.SortStableFunc(sorted, func(a, b hunt.LookedDataset) int {
		return cmp.Compare(longest(b.Silent), longest(a.Silent))
	})
	more := 0
	for i := range sorted {
		text := holesText(&sorted[i])
		switch {
		case text == "":
		case len(lines) == shownSilent:
			more++
		default:
			lines = append(lines, sorted[i].Dataset+": "+text)
		}
	}
	if more > 0 {
		lines = append(lines, "… and holes in "+many(int64(more), "more dataset")+"; dwell coverage shows all")
	}
	return lines
}

// holesText says what of a dataset is missing, "" if nothing is known to be.
func holesText(d *hunt.LookedDataset) string {
	var parts []string
	if longest(d.Silent) >= patience {
		parts = append(parts, "no record "+gapsText(d.Silent[:1])+" UTC")
		if n := len(d.Silent) - 1; n > 0 {
			parts[0] += " and " + many(int64(n), "more time")
		}
	}
	if d.Missing > 0 {
		parts = append(parts, many(d.Missing, "record number")+" missing")
	}
	if d.Loss > 0 {
		parts = append(parts, fmt.Sprintf("Zeek lost up to %.1f %% of packets", d.Loss))
	}
	if n := len(d.Without); n > 0 {
		names := strings.Join(d.Without[:min(n, shownWithout)], ", ")
		if n > shownWithout {
			names += fmt.Sprintf(" and %d more", n-shownWithout)
		}
		parts = append(parts, "never a record of "+names)
	}
	return strings.Join(parts, "; ")
}

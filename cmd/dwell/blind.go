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
	"github.com/dwell-project/dwell/store"
	"github.com/dwell-project/dwell/store/coverage"
)

// coverageCommand shows when an archive was looking.
type coverageCommand struct {
	Dataset []string `sep:"none" placeholder:"NAME" help:"Only this dataset; a * at the end stands for any rest. Repeatable."`
	Host    string   `placeholder:"NAME" help:"Only this host, in any case."`
	From    instant  `placeholder:"DAY" help:"Only days from this one on (UTC)."`
	To      instant  `placeholder:"DAY" help:"Only days before this one."`
	Output  string   `short:"o" enum:"text,svg,json" default:"text" placeholder:"FORM" help:"text (a map and what is missing, in words), svg (the map) or json."`

	archiveFlags `embed:""`
}

// patience is how long a host may be silent, while others of its dataset speak,
// before it is named.
const patience = 24 * time.Hour

// Run runs the command.
func (c *coverageCommand) Run(s *session) (err error) {
	s.roomy()
	snapshot, err := openSnapshot(c.Archive, store.Options{Secrets: c.Secrets, Now: s.now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	report, err := snapshot.Coverage(patience, c.wants)
	if err != nil {
		return err
	}
	if snapshot.HasHead() {
		tell(s.notes, "dwell: records that are not sealed yet are not in this map\n")
	}
	out := newOutput(s.stdout)
	switch c.Output {
	case "json":
		err = indented(out, report)
	case "svg":
		err = writeMap(out, report)
	default:
		err = c.text(s, out, report)
	}
	return errors.Join(err, out.Flush())
}

// wants says whether a row was asked for.
func (c *coverageCommand) wants(r *coverage.Row) bool {
	if c.Host != "" && !strings.EqualFold(c.Host, r.Host) {
		return false
	}
	named := func(d string) bool {
		prefix, open := strings.CutSuffix(d, "*")
		return strings.EqualFold(d, r.Dataset) || open && strings.HasPrefix(r.Dataset, prefix)
	}
	if len(c.Dataset) > 0 && !slices.ContainsFunc(c.Dataset, named) {
		return false
	}
	if c.From.IsZero() && c.To.IsZero() {
		return true
	}
	day, err := time.Parse(time.DateOnly, r.Day)
	return err == nil && !day.Before(c.From.Truncate(24*time.Hour)) && (c.To.IsZero() || day.Before(c.To.Time))
}

// text draws the map and says in words what is missing.
func (c *coverageCommand) text(s *session, out *bufio.Writer, r *coverage.Report) error {
	l := &looks{out: out, width: s.width(), colour: s.colour(s.stdout)}
	if len(r.Datasets) == 0 {
		l.line("There are no sealed records that were asked for: nothing could have been seen.")
		return l.err
	}
	drawMap(l, r, s.blocks())
	for _, d := range r.Datasets {
		l.line("")
		l.line("%s", table.Clean(datasetText(d)))
		for _, line := range missingLines(d) {
			l.line("  %s", table.Clean(line))
		}
	}
	return l.err
}

// datasetText says how much there is of a dataset, and when.
func datasetText(d *coverage.Dataset) string {
	text := d.Dataset + ": " + many(d.Records, "record") + " of " + many(int64(len(d.Hosts)), "host")
	if !d.Last.IsZero() {
		text += ", " + hourText(d.First) + " to " + hourText(d.Last) + " UTC"
	}
	if d.Undated > 0 {
		text += ", " + thousands(d.Undated) + " without a time"
	}
	return text
}

// How much of what is missing is told of each dataset.
const (
	shownGaps      = 3
	shownBlindHost = 5
)

// missingLines says what of a dataset is missing.
func missingLines(d *coverage.Dataset) (lines []string) {
	if n := len(d.Silent); n > 0 {
		var total time.Duration
		for _, g := range d.Silent {
			total += g.Length()
		}
		text := "no host had a record in " + many(int64(total/time.Hour), "hour") + ": " + gapsText(d.Silent)
		lines = append(lines, text)
	}
	if d.Loss > 0 {
		lines = append(lines, fmt.Sprintf("Zeek says that it lost up to %.1f %% of packets", d.Loss))
	}
	if d.MissedBytes > 0 {
		lines = append(lines, "Zeek says that it missed "+many(d.MissedBytes, "byte")+" of connections")
	}
	hosts := slices.Clone(d.Hosts)
	slices.SortStableFunc(hosts, func(a, b *coverage.Host) int {
		return cmp.Or(cmp.Compare(b.Missing, a.Missing), cmp.Compare(longest(b.Silent), longest(a.Silent)))
	})
	told, more := 0, 0
	for _, h := range hosts {
		text := hostText(h)
		switch {
		case text == "":
		case told == shownBlindHost:
			more++
		default:
			told++
			lines = append(lines, cmp.Or(h.Host, "unnamed hosts")+": "+text)
		}
	}
	if more > 0 {
		lines = append(lines, "… and "+many(int64(more), "more host")+" with something missing; -o json lists all")
	}
	return lines
}

func longest(gaps []coverage.Gap) time.Duration {
	if len(gaps) == 0 {
		return 0
	}
	return gaps[0].Length()
}

// hostText says what is missing of a host, "" if nothing is known to be.
func hostText(h *coverage.Host) string {
	var parts []string
	if h.Missing > 0 {
		parts = append(parts, many(h.Missing, "record number")+" missing")
	}
	if h.Restarts > 0 {
		parts = append(parts, "record numbers began anew "+many(h.Restarts, "time")+", as when a log is cleared")
	}
	if len(h.Silent) > 0 {
		parts = append(parts, "silent while others were not: "+gapsText(h.Silent))
	}
	if h.Ahead > 0 {
		parts = append(parts, "its clock is ahead by at least "+dwellText(h.Ahead))
	}
	return strings.Join(parts, "; ")
}

// gapsText lists the longest of gaps.
func gapsText(gaps []coverage.Gap) string {
	var parts []string
	for _, g := range gaps[:min(len(gaps), shownGaps)] {
		parts = append(parts, hourText(g.From)+" to "+hourText(g.To))
	}
	text := strings.Join(parts, ", ")
	if n := len(gaps) - shownGaps; n > 0 {
		text += " and " + many(int64(n), "more time")
	}
	return text
}

package main

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/cmd/dwell/hits"
	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/sigma"
)

// defaultTop is how many groups a table on a terminal shows, so that the worst
// stay in sight.
const defaultTop = 50

// colour says whether a writer gets colours: a terminal, unless NO_COLOR is set
// (no-color.org).
func (s *session) colour(w io.Writer) bool {
	_, terminal := s.screen(w)
	return terminal && s.env("NO_COLOR") == "" && s.env("TERM") != "dumb"
}

// levelStyle is how a level looks on a terminal.
func levelStyle(l sigma.Level) table.Style {
	switch l {
	case sigma.Critical:
		return table.Alarm
	case sigma.High:
		return table.Red
	case sigma.Medium:
		return table.Yellow
	case sigma.Low:
		return table.Cyan
	default:
		return table.Dim
	}
}

// writeTable writes what a person reads: what was looked at, what was found,
// and, if nothing was found, why.
func (c *scanCommand) writeTable(s *session, out *bufio.Writer, f *findings) error {
	width, _ := s.screen(s.stdout)
	look := &looks{out: out, width: width, colour: s.colour(s.stdout)}
	if c.All && f.book.Total() > 0 {
		look.line("")
	}
	look.sources(f)
	look.found(f)
	if f.book.Total() > 0 {
		look.stories(f)
	}
	if !c.All && f.book.Total() > 0 {
		look.groups(f.book.Ranked(), c.Top, f.book.Full())
		if c.Why {
			look.line("")
		}
	}
	if f.book.Total() == 0 || c.Why {
		look.why(f)
	}
	if look.err != nil {
		return fmt.Errorf("writing to standard output: %w", look.err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing to standard output: %w", err)
	}
	return nil
}

// looks writes text for people and keeps the first error.
type looks struct {
	out    *bufio.Writer
	width  int
	colour bool
	err    error
}

func (l *looks) line(format string, args ...any) {
	if _, err := fmt.Fprintf(l.out, format+"\n", args...); l.err == nil {
		l.err = err
	}
}

func (l *looks) table(t *table.Table) {
	if err := t.Write(l.out, l.width, l.colour); l.err == nil {
		l.err = err
	}
}

// sources says what was read.
func (l *looks) sources(f *findings) {
	first, last := span(f.tally)
	l.line("%s in %s%s", many(f.tally.Events, "record"), many(f.inputs.sources(), "source"), between(first, last))
	if parts := f.unread.parts(); len(parts) > 0 {
		l.line("%s; standard error has the names", strings.Join(parts, ", "))
	}
	if text := f.plain.plainText(); text != "" {
		l.line("%s (--unknown shows them)", text)
	}
	if len(f.tally.Sources) == 0 {
		return
	}
	t := &table.Table{Columns: []table.Column{
		{Title: "records", Right: true}, {Title: "dataset", Least: 16}, {Title: "fields as in"}, {Title: "first (UTC)"}, {Title: "last (UTC)"},
	}}
	kinds := sortedKinds(f.tally)
	for i, k := range kinds {
		if i == shownKinds {
			break
		}
		n := f.tally.Sources[k]
		t.Add(table.Cell{Text: thousands(n.Events)}, table.Cell{Text: k.Dataset}, table.Cell{Text: k.Schema},
			table.Cell{Text: clock(n.First), Style: table.Dim}, table.Cell{Text: clock(n.Last), Style: table.Dim})
	}
	l.table(t)
	if n := len(kinds) - shownKinds; n > 0 {
		l.line("… and %s more (dwell stats lists them)", many(int64(n), "dataset"))
	}
	l.covered(f.cover.Report())
	l.line("")
}

// sortedKinds returns the kinds of records, the most frequent first.
func sortedKinds(t *detect.Tally) []detect.SourceKind {
	return slices.SortedFunc(maps.Keys(t.Sources), func(a, b detect.SourceKind) int {
		return cmp.Or(
			cmp.Compare(t.Sources[b].Events, t.Sources[a].Events),
			strings.Compare(a.Dataset, b.Dataset), strings.Compare(a.Schema, b.Schema))
	})
}

// shownKinds bounds the lines of the list of sources.
const shownKinds = 12

func span(t *detect.Tally) (first, last time.Time) {
	for _, n := range t.Sources {
		if !n.First.IsZero() && (first.IsZero() || n.First.Before(first)) {
			first = n.First
		}
		if n.Last.After(last) {
			last = n.Last
		}
	}
	return first, last
}

func between(first, last time.Time) string {
	if first.IsZero() {
		return ""
	}
	return ", " + clock(first) + " to " + clock(last) + " UTC"
}

// found says how many hits there were, in one line or two.
func (l *looks) found(f *findings) {
	rules := f.rules.program.Rules()
	idle := int64(len(f.rules.program.Idle(f.tally)))
	text := many(int64(len(rules)), "rule")
	if n := int64(len(f.rules.collection.Correlations)); n > 0 {
		text += ", " + many(n, "correlation")
	}
	if idle > 0 {
		text += fmt.Sprintf("; %s could not fire here for want of their log sources", thousands(idle))
		if f.book.Total() > 0 {
			text += " (--why lists them)"
		}
	}
	l.line("%s", text)
	var excepted int64
	for _, n := range f.tally.Excepted {
		excepted += n
	}
	if excepted > 0 {
		l.line("%s left out by exceptions", many(excepted, "match"))
	}
	if f.book.Total() == 0 {
		return
	}
	var levels []string
	for level := sigma.Critical; ; level-- {
		if n := f.book.Detections(level); n > 0 {
			name := cmp.Or(level.String(), "no level")
			levels = append(levels, table.Paint(name, levelStyle(level), l.colour)+" "+thousands(n))
		}
		if level == sigma.LevelNone {
			break
		}
	}
	l.line("%s of %s: %s", many(f.book.Total(), "hit"), many(int64(f.book.Rules()), "rule"), strings.Join(levels, ", "))
	l.line("")
}

// groups lists the groups, numbered as dwell explain takes them.
func (l *looks) groups(groups []*hits.Group, top int, full bool) {
	t := &table.Table{Columns: []table.Column{
		{Title: "#", Right: true},
		{Title: "level"},
		{Title: "first seen (UTC)"},
		{Title: "hits", Right: true},
		{Title: "rule", Least: 24},
		{Title: "host", Least: 12},
		{Title: "account", Least: 10},
		{Title: "ATT&CK", Least: 9},
	}}
	for i, g := range groups {
		if top > 0 && i == top {
			break
		}
		host, account := cmp.Or(g.Host, "-"), cmp.Or(g.Account, "-")
		if g.Rest {
			host, account = "(others)", "(others)"
		}
		t.Add(
			table.Cell{Text: fmt.Sprint(i + 1)},
			table.Cell{Text: cmp.Or(g.Rule.Level.String(), "-"), Style: levelStyle(g.Rule.Level)},
			table.Cell{Text: clock(g.First)},
			table.Cell{Text: thousands(g.Count)},
			table.Cell{Text: g.Rule.Title}, table.Cell{Text: host}, table.Cell{Text: account},
			table.Cell{Text: techniques(g.Rule), Style: table.Dim})
	}
	l.table(t)
	if n := len(groups) - t.Len(); n > 0 {
		l.line("… and %s more (--top 0 shows all, --min-level less)", many(int64(n), "group"))
	}
	if full {
		l.line("Groups beyond %s are counted as (others) of their rule; --host, --min-level or -o jsonl tell them apart.", thousands(hits.MaxGroups))
	}
}

// summarise writes one line about the run to standard error.
func (s *session) summarise(f *findings) {
	took := s.now().Sub(s.started).Round(10 * time.Millisecond)
	text := fmt.Sprintf("%s, %s, %s", many(f.tally.Events, "record"), many(f.book.Total(), "hit"), took)
	if n := f.tally.Forgotten; n > 0 {
		text += fmt.Sprintf(", %s too many for patterns to remember", many(n, "record"))
	}
	if f.tally.Unparsed > 0 {
		text += fmt.Sprintf(", %s not parsed", many(f.tally.Unparsed, "record"))
	}
	tell(s.notes, "%s\n", strings.Join(append([]string{text}, s.trouble.parts()...), ", "))
}

// summariseInputs writes to standard error what a table says of the inputs.
func (s *session) summariseInputs(f *findings) {
	if text := f.plain.plainText(); text != "" {
		tell(s.notes, "%s (--unknown shows them)\n", text)
	}
	if f.tally.Events > 0 {
		tell(s.notes, "%s\n", table.Clean(coverageNote(f.cover.Report())))
	}
}

// writeUnknown lists what was not recognised after a table, else on standard
// error.
func (s *session) writeUnknown(beside bool, f *findings) error {
	if beside {
		return s.listUnknown(s.stdout, f)
	}
	return s.listUnknown(s.stderr, f)
}

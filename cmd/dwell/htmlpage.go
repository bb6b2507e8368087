package main

import (
	"bufio"
	"fmt"
	"strings"
	"time"

	"github.com/dwell-project/dwell/cmd/dwell/hits"
	"github.com/dwell-project/dwell/cmd/dwell/page"
	"github.com/dwell-project/dwell/detect"
)

// Bounds of the page, so that a browser opens it at once.
const (
	pageStories = 200
	pageGroups  = 2000
	pageIdle    = 12 // reasons
)

// writePage writes the scan as one HTML file.
func (c *scanCommand) writePage(s *session, out *bufio.Writer, f *findings) error {
	groups, stories := f.book.Ranked(), f.stories.Ranked()
	p := &page.Page{
		Title: strings.Join(c.Paths, " "), Version: thisVersion().Version, Made: s.now(),
		Summary: pageSummary(f), Blind: pageBlind(f), Histogram: f.over,
		Stories:     stories[:min(len(stories), pageStories)],
		MoreStories: max(len(stories)-pageStories, 0), MoreGroups: max(len(groups)-pageGroups, 0),
	}
	for _, k := range sortedKinds(f.tally) {
		n := f.tally.Sources[k]
		p.Sources = append(p.Sources, page.Source{Dataset: k.Dataset, Schema: k.Schema, Records: n.Events, First: n.First, Last: n.Last})
	}
	for _, g := range groups[:min(len(groups), pageGroups)] {
		p.Groups = append(p.Groups, pageGroup(g))
	}
	if err := page.Write(out, p); err != nil {
		return fmt.Errorf("writing the page: %w", err)
	}
	if err := out.Flush(); err != nil {
		return fmt.Errorf("writing to standard output: %w", err)
	}
	return nil
}

func pageGroup(g *hits.Group) page.Group {
	e := &g.Example.Event
	out := page.Group{
		Rule: g.Rule, Host: g.Host, Account: g.Account, Count: g.Count, First: g.First, Last: g.Last,
		EventID: e.ID.String(), File: e.File, Record: e.Record,
	}
	if g.Rest {
		out.Host, out.Account = "(others)", "(others)"
	}
	for i := range g.Example.Matched {
		m := &g.Example.Matched[i]
		name := m.Field
		if name == "" {
			name = "keyword in"
		}
		out.Matched = append(out.Matched, page.Value{Field: name, Text: shorten(m.Text(), 2000)})
	}
	return out
}

// shorten cuts a text to n bytes or a little less.
func shorten(s string, n int) string {
	if len(s) <= n {
		return s
	}
	return strings.ToValidUTF8(s[:n], "") + "…"
}

// pageSummary says in sentences what was read and found.
func pageSummary(f *findings) []string {
	first, last := span(f.tally)
	said := []string{fmt.Sprintf("%s in %s%s.", many(f.tally.Events, "record"), many(int64(len(f.inputs.read)), "source"), between(first, last))}
	said = append(said, fmt.Sprintf("%s of %s; %s ran.", many(f.book.Total(), "hit"), many(int64(f.book.Rules()), "rule"),
		many(int64(len(f.rules.program.Rules())), "rule")))
	if n := excepted(f.tally); n > 0 {
		said = append(said, many(n, "match")+" left out by exceptions.")
	}
	return said
}

func excepted(t *detect.Tally) (n int64) {
	for _, c := range t.Excepted {
		n += c
	}
	return n
}

// pageBlind says what the scan could not have seen.
func pageBlind(f *findings) []string {
	var said []string
	said = append(said, f.unread.parts()...)
	if f.tally.Unparsed > 0 {
		said = append(said, many(f.tally.Unparsed, "record")+" that no parser took: only keywords were looked for in them")
	}
	if f.tally.Events > 0 {
		said = append(said, pageGaps(f.cover.Report())...)
	}
	counts := map[string]int64{}
	var reasons []string
	for _, i := range f.rules.program.Idle(f.tally) {
		if counts[i.Reason] == 0 {
			reasons = append(reasons, i.Reason)
		}
		counts[i.Reason]++
	}
	for k, r := range reasons {
		if k == pageIdle {
			said = append(said, fmt.Sprintf("rules idle for %d more reasons (dwell scan --why)", len(reasons)-k))
			break
		}
		said = append(said, fmt.Sprintf("%s could not fire: %s", many(counts[r], "rule"), r))
	}
	if first, last := span(f.tally); !first.IsZero() {
		said = append(said, fmt.Sprintf("anything before %s and after %s UTC", first.Format(time.DateTime), last.Format(time.DateTime)))
	}
	return said
}

package main

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// statsCommand shows what logs hold.
type statsCommand struct {
	Paths    []string `arg:"" sep:"none" name:"path" help:"Log files, folders, or - for standard input."`
	Output   string   `short:"o" enum:",table,json" default:"" placeholder:"FORM" help:"table or json (default: table on a terminal, else json)."`
	Top      int      `default:"-1" placeholder:"N" help:"In a table, show the first N lines of each part, 0 for all (default: 50 on a terminal, else all)."`
	Taxonomy []string `sep:"none" placeholder:"FILE" help:"Log sources and field names beside the built-in ones. Repeatable."`

	filterFlags `embed:""`
	inputFlags  `embed:""`
}

// Run runs the command.
func (c *statsCommand) Run(s *session) error {
	if err := s.begin(&c.inputFlags); err != nil {
		return err
	}
	in, err := s.newInputs(c.Paths, &c.inputFlags, false)
	if err != nil {
		return err
	}
	tables, err := (&ruleFlags{Taxonomy: c.Taxonomy}).tables()
	if err != nil {
		return err
	}
	all := &stats{tables: tables, names: event.NewNames(), filter: c.filter()}
	done := s.showProgress(in, c.Quiet)
	sum := newCounts()
	err = parse.Run(s.ctx, in.all(), parse.Options{Workers: c.Workers, Names: all.names}, all.newWork, parse.Results[*blockCounts]{
		Take: func(b *blockCounts) error {
			for _, p := range b.problems {
				s.trouble.source(p)
			}
			sum.add(b)
			return nil
		},
		Report: s.trouble.source,
	})
	done()
	return errors.Join(err, c.write(s, summed(sum)))
}

func (c *statsCommand) write(s *session, sum *statsSum) error {
	_, terminal := s.screen(s.stdout)
	form, top := c.Output, max(c.Top, 0)
	if form == "" && terminal {
		form = "table"
	}
	if c.Top < 0 && terminal {
		top = defaultTop
	}
	out := newOutput(s.stdout)
	if form != "table" {
		return errors.Join(indented(out, sum), out.Flush())
	}
	look := &looks{out: out, width: s.width(), colour: s.colour(s.stdout)}
	look.stats(sum, top)
	return errors.Join(look.err, out.Flush())
}

// stats is what the workers of a run share.
type stats struct {
	tables *taxonomy.Tables
	names  *event.Names
	filter detect.Filter
}

func (s *stats) newWork() parse.Work[*blockCounts] {
	logons := newLogons(s.tables, s.names)
	keys := newRecordKeys()
	return func(b *parse.Block, d parse.Decoder) *blockCounts {
		own := &blockCounts{}
		records, logged := gather[recordKey]{}, gather[logonKey]{}
		d.Decode(b, func(ev *event.Event) bool {
			if !s.filter.Admits(ev) {
				return true
			}
			one := seen{n: 1, first: ev.Time, last: ev.Time}
			records.add(keys.of(ev), one)
			if k, ok := logons.of(ev); ok {
				logged.add(k, one)
			}
			return true
		}, func(p parse.Problem) { own.problems = append(own.problems, p) })
		own.records, own.logons = records.list, logged.list
		return own
	}
}

// statsSum is the output.
type statsSum struct {
	Records int64        `json:"records"`
	First   *time.Time   `json:"first"`
	Last    *time.Time   `json:"last"`
	Events  []statsEvent `json:"events"`
	Logons  []statsLogon `json:"logons"`
}

type statsEvent struct {
	Host    string     `json:"host"`
	Dataset string     `json:"dataset"`
	Code    string     `json:"event_code"`
	Count   int64      `json:"count"`
	First   *time.Time `json:"first"`
	Last    *time.Time `json:"last"`
}

type statsLogon struct {
	Outcome string     `json:"outcome"` // success or failure
	Host    string     `json:"host"`
	Type    string     `json:"type"`
	Account string     `json:"account"`
	Source  string     `json:"source"`
	Count   int64      `json:"count"`
	First   *time.Time `json:"first"`
	Last    *time.Time `json:"last"`
}

// summed returns the counts sorted: by host, then the most frequent first.
func summed(all *counts) *statsSum {
	total := seen{}
	for _, n := range all.records.at {
		total.add(*n)
	}
	sum := &statsSum{Records: total.n, First: timeOrNull(total.first), Last: timeOrNull(total.last), Events: []statsEvent{}, Logons: []statsLogon{}}
	for k, n := range all.records.at {
		sum.Events = append(sum.Events, statsEvent{k.host, k.dataset, k.code, n.n, timeOrNull(n.first), timeOrNull(n.last)})
	}
	for k, n := range all.logons.at {
		sum.Logons = append(sum.Logons, statsLogon{k.outcome, k.host, k.kind, k.account, k.source, n.n, timeOrNull(n.first), timeOrNull(n.last)})
	}
	slices.SortFunc(sum.Events, func(a, b statsEvent) int {
		return cmp.Or(strings.Compare(a.Host, b.Host), cmp.Compare(b.Count, a.Count), strings.Compare(a.Dataset, b.Dataset), strings.Compare(a.Code, b.Code))
	})
	slices.SortFunc(sum.Logons, func(a, b statsLogon) int {
		return cmp.Or(strings.Compare(a.Outcome, b.Outcome), cmp.Compare(b.Count, a.Count), strings.Compare(a.Host, b.Host),
			strings.Compare(a.Account, b.Account), strings.Compare(a.Type, b.Type), strings.Compare(a.Source, b.Source))
	})
	return sum
}

// stats writes the sum for people.
func (l *looks) stats(sum *statsSum, top int) {
	times := ""
	if sum.First != nil {
		times = between(*sum.First, *sum.Last)
	}
	l.line("%s%s", many(sum.Records, "record"), times)
	l.line("")
	t := &table.Table{Columns: []table.Column{
		{Title: "host", Least: 12}, {Title: "dataset", Least: 16}, {Title: "event", Right: true}, {Title: "records", Right: true}, {Title: "first (UTC)"}, {Title: "last (UTC)"},
	}}
	for _, e := range sum.Events[:upTo(len(sum.Events), top)] {
		t.Add(table.Cell{Text: cmp.Or(e.Host, "-")}, table.Cell{Text: e.Dataset}, table.Cell{Text: cmp.Or(e.Code, "-")},
			table.Cell{Text: thousands(e.Count)}, when(e.First), when(e.Last))
	}
	l.part(t, len(sum.Events))
	if len(sum.Logons) == 0 {
		return
	}
	l.line("")
	t = &table.Table{Columns: []table.Column{
		{Title: "logon"},
		{Title: "host", Least: 12},
		{Title: "account", Least: 12},
		{Title: "type"},
		{Title: "source", Least: 12},
		{Title: "count", Right: true},
		{Title: "first (UTC)"},
		{Title: "last (UTC)"},
	}}
	for _, e := range sum.Logons[:upTo(len(sum.Logons), top)] {
		style := table.Plain
		if e.Outcome == "failure" {
			style = table.Yellow
		}
		t.Add(table.Cell{Text: e.Outcome, Style: style}, table.Cell{Text: cmp.Or(e.Host, "-")}, table.Cell{Text: cmp.Or(e.Account, "-")},
			table.Cell{Text: logonType(e.Type)}, table.Cell{Text: cmp.Or(e.Source, "-")},
			table.Cell{Text: thousands(e.Count)}, when(e.First), when(e.Last))
	}
	l.part(t, len(sum.Logons))
}

// part writes a table that shows some of all lines.
func (l *looks) part(t *table.Table, all int) {
	l.table(t)
	if n := all - t.Len(); n > 0 {
		l.line("… and %s more (--top 0 shows all)", many(int64(n), "line"))
	}
}

func upTo(n, top int) int {
	if top > 0 {
		return min(n, top)
	}
	return n
}

func when(t *time.Time) table.Cell {
	if t == nil {
		return table.Cell{Text: "-", Style: table.Dim}
	}
	return table.Cell{Text: fmt.Sprint(clock(*t)), Style: table.Dim}
}

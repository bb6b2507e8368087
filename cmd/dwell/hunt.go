package main

import (
	"errors"
	"fmt"

	"github.com/dwell-project/dwell/cmd/dwell/coverage"
	"github.com/dwell-project/dwell/cmd/dwell/hits"
	"github.com/dwell-project/dwell/cmd/dwell/page"
	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/hunt"
	"github.com/dwell-project/dwell/scope"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/store"
)

// huntCommand asks an archive.
type huntCommand struct {
	Match  []string `sep:"none" placeholder:"TEXT" help:"A comparison \"field op value\" instead of rules; op is =, !=, <, <=, >, >=, contains, startswith, endswith, re, cidr or exists. Repeatable: then all must hold."`
	SQL    string   `name:"sql" placeholder:"QUERY" help:"A question in SQL instead of rules: one SELECT over the archive's views, one for each dataset (docs/reference/archive-sql.md)."`
	Reason string   `placeholder:"TEXT" help:"Why; it is kept in the archive's log of hunts (dwell hunts log)."`
	Output string   `short:"o" enum:",table,html,jsonl,json,csv,timesketch,navigator,answers" default:"" placeholder:"FORM" help:"As in scan (default: table on a terminal, else jsonl), or answers: one JSON object that says of everything asked for since when and where it was seen, or whether it could have been."`
	All    bool     `help:"In a table, list every hit instead of groups of rule, host and account."`
	Top    int      `default:"-1" placeholder:"N" help:"In a table, show the first N groups, 0 for all (default: 50 on a terminal, else all)."`

	archiveFlags   `embed:""`
	ruleFlags      `embed:""`
	indicatorFlags `embed:""`
	filterFlags    `embed:""`
	inputFlags     `embed:""`
}

// Run runs the command.
func (c *huntCommand) Run(s *session) error {
	if c.SQL != "" {
		return c.runSQL(s)
	}
	_, terminal := s.screen(s.stdout)
	if c.Output == "" {
		c.Output = "jsonl"
		if terminal {
			c.Output = "table"
		}
	}
	if c.Top < 0 && terminal {
		c.Top = defaultTop
	}
	view := &scanCommand{Paths: []string{c.Archive}, Output: c.Output, All: c.All, Top: c.Top}
	out := newOutput(s.stdout)
	w := view.writer(s, out)
	f, answer, err := c.hunt(s, w.write)
	if f == nil {
		return err
	}
	if !f.unwritable {
		err = errors.Join(err, w.end())
		err = errors.Join(err, view.writeWhole(s, out, f))
		err = errors.Join(err, c.writeAnswer(s, out, f, answer))
	}
	if !c.Quiet {
		s.summarise(f)
		s.summariseIndicators(f)
	}
	return err
}

// rules returns what is asked.
func (c *huntCommand) rules(s *session) (*ruleset, error) {
	if len(c.Match) == 0 {
		return c.loadWith(s, &c.indicatorFlags)
	}
	if len(c.Rules) > 0 || len(c.IOC) > 0 {
		return nil, usageError("--match is asked alone, without --rules and --ioc")
	}
	rule, err := hunt.MatchRule(c.Match)
	if err != nil {
		return nil, usageError(err.Error())
	}
	return c.compile(s, &sigma.Collection{Rules: []*sigma.Rule{rule}}, &indicatorFlags{})
}

// hunt runs the rules over the archive. Unless nothing was begun, it returns
// what was found also with an error.
func (c *huntCommand) hunt(s *session, write func(*detect.Detection) error) (_ *findings, _ *answered, err error) {
	if err := s.begin(&c.inputFlags); err != nil {
		return nil, nil, err
	}
	opt, err := c.archiveOptions(s, &c.inputFlags)
	if err != nil {
		return nil, nil, err
	}
	archive, err := store.Open(c.Archive, opt)
	if err != nil {
		return nil, nil, err
	}
	rules, err := c.rules(s)
	if err != nil {
		return nil, nil, err
	}
	snapshot, err := archive.Snapshot()
	if err != nil {
		return nil, nil, err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	f := &findings{
		rules: rules, inputs: archiveInputs(snapshot), book: hits.NewBook(), filter: c.filter(), unread: s.trouble,
		cover: coverage.NewBook(), plain: &plainBook{}, stories: scope.NewBook(), over: page.NewHistogram(),
	}
	l, err := c.logHunt(s, snapshot, rules)
	if err != nil {
		return nil, nil, err
	}
	answer := hunt.NewAnswer()
	q := hunt.Query{
		Program: rules.program, Names: rules.names, Filter: c.filter(), Workers: c.Workers,
		Bounds: store.Bounds{From: c.From.Time, To: c.To.Time}, Encode: c.Output == "jsonl" || c.Output == "json",
	}
	f.tally, err = q.Run(s.ctx, snapshot, detect.Sink{
		Detection: func(d *detect.Detection) error {
			f.add(d)
			answer.Add(d)
			if err := write(d); err != nil {
				f.unwritable = true
				return fmt.Errorf("writing to standard output: %w", err)
			}
			return nil
		},
		Problem: s.trouble.source,
	})
	s.trouble.fieldNames(rules.names)
	var records int64
	if f.tally != nil {
		records = f.tally.Events
	}
	err = errors.Join(err, l.end(s, records, f.book.Total(), err))
	a := &answered{answer: answer}
	if c.Output == "table" || c.Output == "answers" {
		var mapped error
		a.covered, mapped = c.covered(snapshot)
		err = errors.Join(err, mapped)
	}
	return f, a, err
}

// archiveInputs are the segments of an archive as what was read.
func archiveInputs(s *store.Snapshot) *inputs {
	i := &inputs{paths: []string{s.Folder()}, archive: -1}
	for k := range s.Segments {
		seg := &s.Segments[k]
		i.read = append(i.read, source{Path: seg.Path, Format: "archive segment", Bytes: seg.Size, Digest: seg.Digest})
	}
	return i
}

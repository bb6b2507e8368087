package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"

	"github.com/dwell-project/dwell/cmd/dwell/coverage"
	"github.com/dwell-project/dwell/cmd/dwell/hits"
	"github.com/dwell-project/dwell/cmd/dwell/page"
	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/scope"
)

// scanCommand finds what the rules match.
type scanCommand struct {
	Paths    []string `arg:"" sep:"none" name:"path" help:"Log files, folders, or - for standard input."`
	Output   string   `short:"o" enum:",table,html,jsonl,json,csv,ocsf,timesketch,navigator" default:"" placeholder:"FORM" help:"table, html (one page for a browser), jsonl, json, csv, ocsf (JSON lines of Detection Findings), timesketch (JSON lines to import there) or navigator (an ATT&CK layer). jsonl, json, csv, ocsf and timesketch give every hit (default: table on a terminal, else jsonl)."`
	All      bool     `help:"In a table, list every hit in the order of the input instead of groups of rule, host and account."`
	Top      int      `default:"-1" placeholder:"N" help:"In a table, show the first N groups, 0 for all (default: 50 on a terminal, else all)."`
	Why      bool     `help:"In a table, list which rules could not fire on these logs and why, also if there are hits."`
	Unknown  bool     `help:"List and quote what was not recognised, after everything else: files in no known format, records that no parser took, records whose general form alone is known."`
	Manifest string   `placeholder:"FILE" help:"Write what was read with which rules, as JSON with SHA-256 digests."`

	ruleFlags      `embed:""`
	indicatorFlags `embed:""`
	filterFlags    `embed:""`
	inputFlags     `embed:""`
}

// findings is what a scan ends with.
type findings struct {
	rules  *ruleset
	inputs *inputs
	tally  *detect.Tally
	book   *hits.Book
	filter detect.Filter
	unread *trouble
	// cover and plain are what was seen of the inputs beside hits.
	cover *coverage.Book
	plain *plainBook
	// unwritable says that standard output takes no more.
	unwritable bool
	// stories and over are only made for who shows them.
	stories *scope.Book
	over    *page.Histogram
	first   *announcer // nil if detections are shown as they come
}

// Run runs the command.
func (c *scanCommand) Run(s *session) error {
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
	out := newOutput(s.stdout)
	w := c.writer(s, out)
	f, err := scan(s, &job{
		paths: c.Paths, rules: &c.ruleFlags, indicators: &c.indicatorFlags, filter: c.filter(), in: &c.inputFlags, digests: c.Manifest != "",
		encode: c.Output == "jsonl" || c.Output == "json", stories: c.Output == "table" || c.Output == "html",
		atEnd: w == detectionWriter(nothing{}),
		quote: c.Unknown,
	}, w.write)
	if f == nil {
		return err
	}
	// What was found is printed whatever ended the scan, unless it was that it
	// cannot be printed.
	if !f.unwritable {
		err = errors.Join(err, w.end())
		err = errors.Join(err, c.writeWhole(s, out, f))
	}
	if !c.Quiet {
		s.summarise(f)
		s.summariseIndicators(f)
		if c.Output != "table" {
			s.summariseInputs(f)
		}
	}
	if c.Unknown {
		err = errors.Join(err, s.writeUnknown(c.Output == "table" && !f.unwritable, f))
	}
	if c.Manifest != "" {
		err = errors.Join(err, s.writeManifest(c.Manifest, f, err))
	}
	return err
}

func (c *scanCommand) writer(s *session, out *bufio.Writer) detectionWriter {
	switch c.Output {
	case "json":
		return &jsonWriter{out: out}
	case "csv":
		return newCSVWriter(out)
	case "ocsf":
		return newOCSFWriter(out)
	case "timesketch":
		return &timesketchWriter{out: out}
	case "table":
		if c.All {
			return &listWriter{out: out, colour: s.colour(s.stdout)}
		}
		return nothing{}
	case "html", "navigator", "answers":
		return nothing{}
	default:
		return &jsonlWriter{out: out}
	}
}

// writeWhole writes the forms that are about the whole scan.
func (c *scanCommand) writeWhole(s *session, out *bufio.Writer, f *findings) error {
	switch c.Output {
	case "table":
		return c.writeTable(s, out, f)
	case "html":
		return c.writePage(s, out, f)
	case "navigator":
		return writeNavigator(s, out, f)
	default:
		return nil
	}
}

// nothing is for forms about the whole scan: they are written at the end.
type nothing struct{}

func (nothing) write(*detect.Detection) error { return nil }
func (nothing) end() error                    { return nil }

// job is what a scan is made of.
type job struct {
	paths      []string
	rules      *ruleFlags
	indicators *indicatorFlags
	filter     detect.Filter
	in         *inputFlags
	digests    bool
	// encode says that write asks every detection for its JSON.
	encode bool
	// stories says that stories and the histogram are wanted.
	stories bool
	// atEnd says that what is found is shown when everything is read.
	atEnd bool
	// quote says that records that were not understood are kept to be quoted.
	quote bool
}

// scan runs the rules over the inputs, hands each detection to write, and
// groups them. Unless nothing was begun, it returns what was found also with
// an error.
func scan(s *session, j *job, write func(*detect.Detection) error) (*findings, error) {
	if err := s.begin(j.in); err != nil {
		return nil, err
	}
	in, err := s.newInputs(j.paths, j.in, j.digests)
	if err != nil {
		return nil, err
	}
	rules, err := j.rules.loadWith(s, j.indicators)
	if err != nil {
		return nil, err
	}
	f := &findings{
		rules: rules, inputs: in, book: hits.NewBook(), filter: j.filter, unread: s.trouble,
		cover: coverage.NewBook(), plain: &plainBook{},
	}
	if j.stories {
		f.stories, f.over = scope.NewBook(), page.NewHistogram()
	}
	run := detect.Scan{Program: rules.program, Names: rules.names, Workers: j.in.Workers, Filter: j.filter, Encode: j.encode}
	run.Observe = func() detect.Observer { return newObserver(j.quote) }
	done := s.showProgress(in, j.in.Quiet)
	defer done()
	if _, terminal := s.screen(s.stderr); terminal && j.atEnd && !j.in.Quiet {
		f.first = newAnnouncer(func() io.Writer { return s.notes })
	}
	f.tally, err = run.Run(s.ctx, in.all(), detect.Sink{
		Detection: func(d *detect.Detection) error {
			f.add(d)
			if err := write(d); err != nil {
				f.unwritable = true
				return fmt.Errorf("writing to standard output: %w", err)
			}
			return nil
		},
		Problem:  s.trouble.source,
		Observed: f.observed,
	})
	f.plain.end()
	s.trouble.fieldNames(rules.names)
	return f, err
}

// observed takes what was seen of the inputs beside hits.
func (f *findings) observed(seen any) {
	o := seen.(*observed)
	f.cover.Add(o.cover)
	f.plain.add(o.plain)
}

// add takes a detection into what is shown of the whole scan.
func (f *findings) add(d *detect.Detection) {
	f.book.Add(d)
	f.first.add(d)
	if f.stories != nil {
		f.stories.Add(d)
		f.over.Add(d.Event.Time, d.Rule.Level)
	}
}

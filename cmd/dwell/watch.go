package main

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"os"
	"strings"
	"time"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/ingest"
	"github.com/dwell-project/dwell/ingest/tail"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	textlog "github.com/dwell-project/dwell/parse/lines"
)

// watchCommand finds what the rules match in logs that are being written.
type watchCommand struct {
	Paths     []string      `arg:"" sep:"none" name:"path" help:"Log files, folders, or - for standard input. A file need not exist yet if its folder does."`
	Output    string        `short:"o" enum:",table,jsonl" default:"" placeholder:"FORM" help:"table (a line for each hit) or jsonl (default: table on a terminal, else jsonl)."`
	FromStart bool          `help:"Begin with what is in the files already, instead of at their ends."`
	State     string        `placeholder:"FILE" help:"Note in this file how far the logs were read, and go on from there if it exists. A folder FILE.matches beside it holds what correlations still need."`
	Lateness  time.Duration `default:"10m" placeholder:"TIME" help:"How much older than the latest record another may be and still count as in time (default: 10m). Correlations that later records can undo wait for it."`
	Idle      time.Duration `default:"2s" placeholder:"TIME" help:"Take a last line without line end as it is when its file has not changed for this long (default: 2s)."`

	ruleFlags      `embed:""`
	indicatorFlags `embed:""`
	filterFlags    `embed:""`
	inputFlags     `embed:""`
}

// Run runs the command. To be asked to stop is how it ends: that is no
// interruption.
func (c *watchCommand) Run(s *session) (err error) {
	if c.Lateness < 0 || c.Idle <= 0 {
		return usageError("--lateness is not negative and --idle is above 0")
	}
	if err := s.begin(&c.inputFlags); err != nil {
		return err
	}
	if n := count(c.Paths, formats.Stdin); n > 1 {
		return usageError("- can be named once")
	}
	recognise, err := c.recogniser()
	if err != nil {
		return err
	}
	if err := c.exist(); err != nil {
		return err
	}
	rules, err := c.loadWith(s, &c.indicatorFlags)
	if err != nil {
		return err
	}
	out := newOutput(s.stdout)
	write := c.writer(s, out)
	scan := detect.Scan{Program: rules.program, Names: rules.names, Workers: c.Workers, Filter: c.filter(), Encode: true}
	live := scan.NewLive(c.Lateness, detect.Sink{
		Detection: func(d *detect.Detection) error { return outputError(write.write(d)) },
		Problem:   s.watchProblem,
	})
	defer func() { err = errors.Join(err, live.Close()) }()
	w := &ingest.Watch{Live: live, Batch: 2 * c.Workers, Flush: func() error { return outputError(out.Flush()) }, Problem: s.watchProblem}
	if err := c.follow(s, w, rules.program, recognise); err != nil {
		return err
	}
	if !c.Quiet {
		tell(s.notes, "dwell: watching %s with %s\n", quoted(c.Paths), many(int64(len(rules.program.Rules())), "rule"))
	}
	return errors.Join(c.watch(s, w), c.summary(s, live))
}

// watchProblem reports what could not be read. That the run does not follow its
// own output is none.
func (s *session) watchProblem(p parse.Problem) {
	if errors.Is(p.Err, tail.ErrOwn) {
		tell(s.notes, "dwell: %s: %v\n", table.Clean(p.Path), p.Err)
		return
	}
	s.trouble.source(p)
}

// exist refuses paths that cannot come to be: a file may be made later, its
// folder is there now.
func (c *watchCommand) exist() error {
	for _, p := range c.Paths {
		if p == formats.Stdin {
			continue
		}
		if _, err := os.Stat(p); err == nil {
			continue
		}
		dir := "."
		if i := strings.LastIndexByte(strings.TrimRight(p, "/"), '/'); i >= 0 {
			dir = p[:i+1]
		}
		if _, err := os.Stat(dir); err != nil {
			return fmt.Errorf("watching %s: %w", p, err)
		}
	}
	return nil
}

// follow opens the sources, where the state says if there is one.
func (c *watchCommand) follow(s *session, w *ingest.Watch, program *detect.Program, recognise func([]byte) (parse.Format, error)) error {
	o := tail.Options{Recognise: recognise, FromStart: c.FromStart, Idle: c.Idle, Skip: regular(s.stdout)}
	if c.State != "" {
		state, err := ingest.OpenState(c.State, program)
		if err != nil {
			return err
		}
		s.closers = append(s.closers, state.Close)
		same, err := state.Continue(w.Live, s.now())
		if err != nil {
			return err
		}
		if !same {
			tell(s.notes, "dwell: the correlations are not those of %s: they begin anew\n", c.State)
		}
		w.State, o.Resume = state, state.Files()
	}
	if count(c.Paths, formats.Stdin) > 0 {
		pump := tail.NewPump(s.stdin)
		s.closers = append(s.closers, pump.Close)
		w.Wake, o.Stdin = pump.Ready(), pump
	}
	w.Follow = tail.New(c.Paths, o)
	s.closers = append(s.closers, w.Follow.Close)
	return nil
}

func (c *watchCommand) watch(s *session, w *ingest.Watch) error {
	err := w.Run(s.ctx, s.now)
	if errors.Is(err, context.Canceled) {
		return nil
	}
	return err
}

func (c *watchCommand) writer(s *session, out *bufio.Writer) detectionWriter {
	if c.Output == "" {
		c.Output = "jsonl"
		if _, terminal := s.screen(s.stdout); terminal {
			c.Output = "table"
		}
	}
	if c.Output == "table" {
		return &listWriter{out: out, colour: s.colour(s.stdout)}
	}
	return &jsonlWriter{out: out}
}

// summary says on standard error what was seen.
func (c *watchCommand) summary(s *session, live *detect.Live) error {
	if c.Quiet {
		return nil
	}
	t, stats := live.Tally(), live.Stats()
	text := many(t.Events, "record")
	if t.Unparsed > 0 {
		text += fmt.Sprintf(" (%s unparsed)", thousands(t.Unparsed))
	}
	if n := stats.Matches.Late; n > 0 {
		text += fmt.Sprintf("; %s of correlations came late", many(n, "match"))
		if out := stats.Matches.Outside; out > 0 {
			text += fmt.Sprintf(", for %s of their windows too late", thousands(out))
		}
	}
	tell(s.notes, "dwell: %s\n", text)
	return nil
}

// recogniser tells formats by content, or takes the one that --format names.
func (c *watchCommand) recogniser() (func([]byte) (parse.Format, error), error) {
	given, err := formatFlag(c.Format)
	if err != nil {
		return nil, err
	}
	text, err := textOptions(&c.inputFlags)
	if err != nil {
		return nil, err
	}
	if _, ok := given.(textlog.Format); ok {
		given = textlog.Format{Options: text}
	}
	if given != nil {
		return func([]byte) (parse.Format, error) { return given, nil }, nil
	}
	return formats.Options{Text: text}.Recognise, nil
}

// outputError says what an error of standard output is about.
func outputError(err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing to standard output: %w", err)
}

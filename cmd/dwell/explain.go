package main

import (
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strconv"
	"time"

	"github.com/dwell-project/dwell/cmd/dwell/hits"
	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/sigma"
)

// explainCommand shows why a rule matched, or why it did not.
type explainCommand struct {
	Hit   string   `arg:"" name:"n" help:"The number of a hit as the table of dwell scan has it with the same flags. With --rule and --event there is no number, only paths."`
	Paths []string `arg:"" optional:"" sep:"none" name:"path" help:"Log files and folders."`
	Rule  string   `placeholder:"RULE" help:"Id, name or title of the rule to explain, with --event."`
	Event string   `placeholder:"ID" help:"Id of the event to explain it on."`

	Around time.Duration `default:"5m" placeholder:"TIME" help:"Show what the same host and account did so long before and after, and how common the values are that matched; 0 leaves both away. Reads the input once more."`

	ruleFlags      `embed:""`
	indicatorFlags `embed:""`
	filterFlags    `embed:""`
	inputFlags     `embed:""`
}

// Run runs the command.
func (c *explainCommand) Run(s *session) error {
	if c.Rule != "" || c.Event != "" {
		return c.explainPair(s)
	}
	n, err := strconv.Atoi(c.Hit)
	if err != nil || n < 1 || len(c.Paths) == 0 {
		return usageError("explain takes the number of a hit and then paths, or --rule, --event and paths")
	}
	paths := c.Paths
	if slices.ContainsFunc(paths, isStream) {
		return usageError("a hit can be explained in files only: standard input and pipes cannot be read twice")
	}
	f, err := scan(s, &job{paths: paths, rules: &c.ruleFlags, indicators: &c.indicatorFlags, filter: c.filter(), in: &c.inputFlags},
		func(*detect.Detection) error { return nil })
	if err != nil {
		return err
	}
	groups := f.book.Ranked()
	if n > len(groups) {
		return fmt.Errorf("there is no hit %d: the table has %d", n, len(groups))
	}
	return c.explainGroup(s, f, groups[n-1])
}

// explainGroup explains a group by its first detection.
func (c *explainCommand) explainGroup(s *session, f *findings, g *hits.Group) error {
	out := newOutput(s.stdout)
	look := &looks{out: out, width: s.width(), colour: s.colour(s.stdout)}
	host, account := cmp.Or(g.Host, "-"), cmp.Or(g.Account, "-")
	look.line("%s of this rule, host %s, account %s; first and last %s, %s UTC. This is the first.",
		many(g.Count, "hit"), table.Clean(host), table.Clean(account), clock(g.First), clock(g.Last))
	look.line("")
	if correlation := findCorrelation(f.rules.collection, g.Rule); correlation != nil {
		look.correlated(correlation, &g.Example)
		return errors.Join(c.surround(s, look, &seenHit{f.rules, c.Paths, &g.Example, ""}), look.err, out.Flush())
	}
	rule := findRule(f.rules.collection.Rules, g.Rule)
	if rule == nil && f.rules.program.Indicators().Len() == 0 {
		return fmt.Errorf("the rule %q is not among those loaded", g.Rule.Title)
	}
	at := &g.Example.Event
	v := visit{
		paths: c.Paths, only: at.File, in: &c.inputFlags, rules: f.rules, rule: rule, indicator: g.Rule,
		report: func(parse.Problem) {}, // the scan has reported them
		wanted: func(ev *event.Event) bool {
			return ev.Offset == at.Offset && ev.Record == at.Record && ev.ID(f.rules.names) == at.ID
		},
	}
	seen, err := v.run(s, look)
	if err == nil && seen == nil {
		err = fmt.Errorf("%s has changed: record %d is no longer in it", at.File, at.Record)
	}
	if seen != nil {
		_, _ = out.Write(seen.text) // Flush reports it
		err = errors.Join(err, c.surround(s, look, &seenHit{f.rules, c.Paths, &g.Example, seen.address}))
	}
	return errors.Join(err, look.err, out.Flush())
}

// seenHit is a hit that was explained, with where it was found.
type seenHit struct {
	rules *ruleset
	paths []string
	*detect.Detection
	address string // that it comes from, "" if unknown
}

// surround shows what is around a hit, unless that is not wanted.
func (c *explainCommand) surround(s *session, look *looks, h *seenHit) error {
	if c.Around == 0 || look.err != nil {
		return look.err
	}
	if err := look.out.Flush(); err != nil { // reading once more takes its time
		return err
	}
	x := newSurroundings(h.Detection, h.address, c.Around)
	if err := x.look(s, h.paths, &c.inputFlags, h.rules); err != nil {
		return err
	}
	look.surroundings(x, len(x.moments) > 0)
	return look.err
}

// explainPair explains one rule on one event.
func (c *explainCommand) explainPair(s *session) error {
	id, ok := event.ParseID(c.Event)
	if !ok || c.Rule == "" {
		return usageError("--rule names a rule and --event has the 32 digits of an event id as scan writes them; both are needed")
	}
	if err := s.begin(&c.inputFlags); err != nil {
		return err
	}
	paths := append([]string{c.Hit}, c.Paths...)
	flags := c.ruleFlags
	flags.MinLevel, flags.Status, flags.Disable = levelFlag{}, nil, nil // the rule is named, so it is wanted
	rules, err := flags.load(s)
	if err != nil {
		return err
	}
	out := newOutput(s.stdout)
	look := &looks{out: out, width: s.width(), colour: s.colour(s.stdout)}
	var rule *sigma.Rule
	for _, r := range rules.collection.Rules {
		if rule == nil && isCalled(&r.Meta, c.Rule) {
			rule = r
		}
	}
	if rule == nil {
		return noSuchRule(rules.collection, c.Rule)
	}
	rules.program, _ = detect.Compile([]*sigma.Rule{rule}, nil, rules.tables, rules.names, rules.options)
	v := visit{
		paths: paths, in: &c.inputFlags, rules: rules, rule: rule, report: s.trouble.source,
		wanted: func(ev *event.Event) bool { return ev.ID(rules.names) == id },
	}
	seen, err := v.run(s, look)
	if err == nil && seen == nil {
		err = fmt.Errorf("no event of %s has the id %s", quoted(paths), c.Event)
	}
	if seen != nil {
		_, _ = out.Write(seen.text) // Flush reports it
		err = errors.Join(err, c.surroundPair(s, look, &seenHit{rules, paths, &detect.Detection{Event: seen.ref, Matched: seen.matched}, seen.address}))
	}
	return errors.Join(err, look.err, out.Flush())
}

// surroundPair is surround where the input may be a stream.
func (c *explainCommand) surroundPair(s *session, look *looks, h *seenHit) error {
	if c.Around > 0 && slices.ContainsFunc(h.paths, isStream) {
		look.line("")
		look.line("What is around the record is not shown: a stream cannot be read twice.")
		return look.err
	}
	return c.surround(s, look, h)
}

// isStream says whether a path can be read once.
func isStream(path string) bool {
	if path == formats.Stdin {
		return true
	}
	info, err := os.Stat(path)
	return err == nil && info.Mode()&fs.ModeNamedPipe != 0
}

// Validate implements kong's hook.
func (c *explainCommand) Validate() error {
	if c.Around < 0 {
		return usageError("--around is a time before and after, as 5m or 2h; 0 leaves it away")
	}
	return nil
}

// noSuchRule says why a name is no rule that can be explained on an event.
func noSuchRule(all *sigma.Collection, name string) error {
	for _, r := range all.Correlations {
		if isCalled(&r.Meta, name) {
			return fmt.Errorf("%q is a correlation; explain the rules that it counts: %s", name, quoted(r.Rules))
		}
	}
	return fmt.Errorf("there is no rule %q that can run", name)
}

// findCorrelation returns the correlation, or the count in a rule, with the
// metadata; nil if it is a plain rule's.
func findCorrelation(all *sigma.Collection, m *sigma.Meta) *sigma.Correlation {
	for _, c := range all.Correlations {
		if &c.Meta == m {
			return c
		}
	}
	for _, r := range all.Rules {
		if r.Count != nil && (&r.Count.Meta == m || &r.Meta == m) {
			return r.Count
		}
	}
	return nil
}

func findRule(rules []*sigma.Rule, m *sigma.Meta) *sigma.Rule {
	for _, r := range rules {
		if &r.Meta == m {
			return r
		}
	}
	return nil
}

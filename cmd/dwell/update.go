package main

import (
	"cmp"
	"errors"
	"fmt"

	"github.com/dwell-project/dwell/cmd/dwell/release"
	"github.com/dwell-project/dwell/cmd/dwell/table"
)

// updateCommand brings a release of rules into a folder. It is the only command
// that uses a network.
type updateCommand struct {
	Dir    string `required:"" placeholder:"DIR" help:"The folder for the rules: a new one, an empty one, or one that an update made. Then scan with --rules DIR."`
	URL    string `name:"url" placeholder:"URL" help:"Fetch this zip, by https, or by http from this machine itself. Without it nothing is fetched: dwell says which release DIR holds and whether it is as the update left it."`
	SHA256 string `name:"sha256" placeholder:"HEX" help:"What the SHA-256 of the zip must be, as its publisher says or you found it when you read it. Goes with --url."`
	Quiet  bool   `short:"q" help:"List no rules; what cannot be used is still named."`
}

// Run runs the command.
func (c *updateCommand) Run(s *session) error {
	if c.URL == "" && c.SHA256 == "" {
		return c.inspect(s)
	}
	if c.URL == "" || c.SHA256 == "" {
		return usageError("--url and --sha256 go together: what comes over a network is used only if it is what you asked for")
	}
	src := release.Source{URL: c.URL, SHA256: c.SHA256}
	if err := src.Validate(); err != nil {
		return usageError(err.Error())
	}
	u := &release.Updater{Now: s.now}
	changes, err := u.Update(s.ctx, src, c.Dir)
	if err != nil {
		if s.ctx.Err() != nil {
			return errors.New("interrupted; " + c.Dir + " is as it was")
		}
		return err
	}
	s.trouble.rulesLeftOut(changes.Problems)
	return c.report(s, changes)
}

// inspect says what the folder holds.
func (c *updateCommand) inspect(s *session) error {
	note, err := release.Inspect(c.Dir)
	if err != nil {
		return err
	}
	if note == nil {
		return fmt.Errorf("%s holds no release: fetch one with --url and --sha256", c.Dir)
	}
	_, err = fmt.Fprintf(s.stdout, "%s holds, unchanged, %s\nfetched %s UTC from %s\nSHA-256 %s\n",
		table.Clean(c.Dir), many(int64(len(note.Files)), "file"), clock(note.FetchedAt), table.Clean(note.URL), table.Clean(note.SHA256))
	return err
}

// report says what an update changed.
func (c *updateCommand) report(s *session, changes *release.Changes) error {
	out := newOutput(s.stdout)
	look := &looks{out: out, colour: s.colour(s.stdout)}
	rules := many(int64(changes.Rules), "rule")
	switch {
	case changes.Same:
		look.line("%s holds this release already: %s", table.Clean(c.Dir), rules)
	case changes.First:
		look.line("%s holds %s", table.Clean(c.Dir), rules)
	default:
		look.line("%s holds %s: %s added, %s changed, %s removed", table.Clean(c.Dir), rules, thousands(int64(len(changes.Added))),
			thousands(int64(len(changes.Changed))), thousands(int64(len(changes.Removed))))
		if !c.Quiet {
			look.rules("added", changes.Added)
			look.rules("changed", changes.Changed)
			look.rules("removed", changes.Removed)
		}
	}
	return errors.Join(look.err, out.Flush())
}

func (l *looks) rules(what string, rules []release.Rule) {
	for _, r := range rules {
		level := table.Paint(fmt.Sprintf("%-13s", cmp.Or(r.Level.String(), "-")), levelStyle(r.Level), l.colour)
		l.line("%-8s %s %s  %s", what, level, table.Clean(cmp.Or(r.ID, "-")), table.Clean(r.Title))
	}
}

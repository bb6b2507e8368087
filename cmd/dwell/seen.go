package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/dwell-project/dwell/store"
	"github.com/dwell-project/dwell/store/entityday"
)

// seenCommand says what an archive knows of values.
type seenCommand struct {
	Values []string `arg:"" sep:"none" name:"value" help:"Addresses, domains, hashes, accounts, hosts, URLs, mail addresses …; what each is, its text says."`
	From   instant  `placeholder:"DAY" help:"Only days from this one on (UTC)."`
	To     instant  `placeholder:"DAY" help:"Only days before this one."`
	Exact  bool     `help:"Leave out what belongs to a value: the domains under a domain, the full names of a host."`
	Output string   `short:"o" enum:"text,json" default:"text" placeholder:"FORM" help:"text or json (one line for each value)."`

	archiveFlags `embed:""`
}

// Run runs the command.
func (c *seenCommand) Run(s *session) (err error) {
	s.roomy()
	snapshot, err := openSnapshot(c.Archive, store.Options{Secrets: c.Secrets, Now: s.now})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	looking, err := snapshot.Looking()
	if err != nil {
		return err
	}
	answers, err := snapshot.Seen(s.ctx, entityday.Question{Values: c.Values, Bounds: c.bounds(), Exact: c.Exact, Coverage: looking})
	if err != nil {
		return err
	}
	s.setAside(snapshot.SetAside())
	if snapshot.HasHead() {
		tell(s.notes, "dwell: records that are not sealed yet are not in this answer; dwell hunt looks at them\n")
	}
	return c.write(s, answers)
}

func (c *seenCommand) bounds() (b entityday.Bounds) {
	if c.From.IsZero() && c.To.IsZero() {
		return b
	}
	b = entityday.Bounds{From: entityday.DayOf(time.Date(1, 1, 1, 0, 0, 0, 0, time.UTC)), Before: entityday.DayOf(time.Date(10000, 1, 1, 0, 0, 0, 0, time.UTC))}
	if !c.From.IsZero() {
		b.From = entityday.DayOf(c.From.Time)
	}
	if !c.To.IsZero() {
		b.Before = entityday.DayOf(c.To.Time)
	}
	return b
}

func (c *seenCommand) write(s *session, answers []entityday.Answer) error {
	out := newOutput(s.stdout)
	for i := range answers {
		var err error
		if c.Output == "json" {
			err = json.NewEncoder(out).Encode(&answers[i])
		} else {
			if i > 0 {
				_, err = fmt.Fprintln(out)
			}
			err = errors.Join(err, answers[i].WriteText(out))
		}
		if err != nil {
			return fmt.Errorf("writing to standard output: %w", err)
		}
	}
	return out.Flush()
}

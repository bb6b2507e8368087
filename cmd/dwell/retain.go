package main

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/store"
)

// retainCommand takes old records out of an archive, and holds others.
type retainCommand struct {
	Keep    days        `placeholder:"DAYS" help:"How long after its day a record stays, as 400d. Whole segments go, with the secrets of their runs; tombstones stay, and so does what dwell seen knows."`
	For     forDatasets `placeholder:"NAME=DAYS" help:"Another time for one dataset; 0d is for ever. Repeatable."`
	DryRun  bool        `help:"Only say what would go."`
	Hold    string      `placeholder:"CASE" help:"Keep records for a case, whatever the policy: all, or those that --only, --run, --from and --to name."`
	Reason  string      `placeholder:"TEXT" help:"Why they are held."`
	Only    string      `placeholder:"DATASET" help:"Hold records of this dataset."`
	RunID   string      `name:"run" placeholder:"ID" help:"Hold the segment with this run."`
	From    instant     `placeholder:"DAY" help:"Hold records from this day on (UTC)."`
	To      instant     `placeholder:"DAY" help:"Hold records up to this day, included."`
	Release string      `placeholder:"CASE" help:"Give up the holds of a case."`
	By      string      `placeholder:"NAME" help:"Who does this, for the books (default: the user's name)."`

	Archive string `required:"" placeholder:"DIR" help:"The folder of the archive."`
	Secrets string `placeholder:"DIR" help:"The folder of the archive's secrets (default: beside the archive)."`
}

// days is a flag with a number of days.
type days struct{ time.Duration }

// UnmarshalText reads "400d".
func (d *days) UnmarshalText(text []byte) error {
	digits, ok := strings.CutSuffix(string(text), "d")
	n, err := strconv.ParseUint(digits, 10, 16)
	if !ok || err != nil {
		return fmt.Errorf("%q is no number of days: write 400d", text)
	}
	d.Duration = time.Duration(n) * 24 * time.Hour
	return nil
}

// forDatasets is a flag with days for datasets.
type forDatasets map[string]days

// Validate implements kong's hook.
func (c *retainCommand) Validate() error {
	asked := 0
	for _, is := range []bool{c.Keep.Duration > 0 || len(c.For) > 0, c.Hold != "", c.Release != ""} {
		if is {
			asked++
		}
	}
	switch {
	case asked != 1:
		return usageError("say one of --keep (or --for), --hold and --release")
	case c.Hold != "" && c.Reason == "":
		return usageError("--hold needs a --reason")
	}
	return nil
}

// Run runs the command.
func (c *retainCommand) Run(s *session) (err error) {
	archive, err := store.Open(c.Archive, store.Options{Secrets: c.Secrets, Now: s.now, Format: formats.ByName})
	if err != nil {
		return err
	}
	w, err := archive.Write(event.NewNames())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	by := cmp.Or(c.By, s.env("USER"), s.env("USERNAME"))
	switch {
	case c.Hold != "":
		return w.Hold(store.Hold{
			Case: c.Hold, Reason: c.Reason, Dataset: c.Only, Run: c.RunID, From: dayOf(c.From), To: dayOf(c.To), By: by,
		})
	case c.Release != "":
		n, err := w.Release(c.Release)
		if err == nil {
			tell(s.notes, "dwell: %s given up\n", many(int64(n), "hold"))
		}
		return err
	}
	policy := store.Policy{Keep: c.Keep.Duration, Datasets: map[string]time.Duration{}, Text: c.policy(), By: by}
	for name, d := range c.For {
		policy.Datasets[name] = d.Duration
	}
	apply := w.Retain
	if c.DryRun {
		apply = w.Plan
	}
	r, err := apply(policy)
	if r == nil {
		return err
	}
	return errors.Join(err, c.say(s, r))
}

func dayOf(i instant) string {
	if i.IsZero() {
		return ""
	}
	return i.Format(time.DateOnly)
}

// policy says the policy in words.
func (c *retainCommand) policy() string {
	var parts []string
	if c.Keep.Duration > 0 {
		parts = append(parts, "keep "+c.Keep.text())
	}
	for _, name := range slices.Sorted(maps.Keys(c.For)) {
		parts = append(parts, name+" "+c.For[name].text())
	}
	return strings.Join(parts, ", ")
}

func (d days) text() string { return strconv.Itoa(int(d.Hours())/24) + "d" }

// say lists what went and what is held.
func (c *retainCommand) say(s *session, r *store.Retention) error {
	out := newOutput(s.stdout)
	var records int64
	for i := range r.Removed {
		seg := &r.Removed[i]
		records += seg.Rows()
		if _, err := fmt.Fprintf(out, "%s\t%s\t%d records\n", seg.Dataset, seg.Day, seg.Rows()); err != nil {
			return fmt.Errorf("writing to standard output: %w", err)
		}
	}
	for i := range r.Held {
		h := &r.Held[i]
		tell(s.notes, "dwell: %s of %s is held for %s: %s\n", h.Segment.Dataset, h.Segment.Day, h.By.Case, h.By.Reason)
	}
	verb := "removed"
	if c.DryRun {
		verb = "would be removed"
	}
	tell(s.notes, "dwell: %s in %s %s\n", many(records, "record"), many(int64(len(r.Removed)), "segment"), verb)
	return out.Flush()
}

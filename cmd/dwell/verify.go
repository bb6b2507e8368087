package main

import (
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/store"
)

// verifyCommand checks that an archive is as it was sealed.
type verifyCommand struct {
	Archive string `arg:"" name:"archive" help:"The folder of the archive."`
	Secrets string `placeholder:"DIR" help:"The folder of the archive's secrets (default: beside the archive). Without them the digests and roots are checked, and what could not be recomputed is said."`
	Repair  bool   `help:"Make damaged tables of entities and of coverage again from the sealed records, before the check."`
	Output  string `short:"o" enum:"text,json" default:"text" placeholder:"FORM" help:"text or json."`
}

// errRefused says that something is not as it was sealed.
var errRefused = errors.New("the archive is not as it was sealed")

// Run runs the command.
func (c *verifyCommand) Run(s *session) (err error) {
	archive, err := store.Open(c.Archive, store.Options{Secrets: c.Secrets, Now: s.now, Format: formats.ByName})
	if err != nil {
		return err
	}
	if c.Repair {
		if err := c.repair(s, archive); err != nil {
			return err
		}
	}
	snapshot, err := archive.Snapshot()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	v, err := snapshot.Verify(nil)
	if err != nil {
		return err
	}
	if c.Output == "json" {
		err = json.NewEncoder(s.stdout).Encode(v)
	} else {
		err = c.say(s, v)
	}
	if err == nil && len(v.Faults) > 0 {
		return fmt.Errorf("%w: %s", errRefused, many(int64(len(v.Faults)), "fault"))
	}
	return err
}

// repair makes damaged tables again.
func (c *verifyCommand) repair(s *session, archive *store.Archive) (err error) {
	w, err := archive.Write(event.NewNames())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	damaged, err := w.Rebuild()
	if err == nil {
		_, err = w.RollUp(true)
	}
	s.setAside(w.SetAside())
	for _, path := range damaged {
		tell(s.notes, "dwell: %s was damaged and is made again\n", path)
	}
	return err
}

// say writes the result in sentences.
func (c *verifyCommand) say(s *session, v *store.Verification) error {
	look := &looks{out: newOutput(s.stdout)}
	for _, f := range v.Faults {
		what := f.Path
		if f.Run != "" {
			what += ", run " + f.Run
		}
		look.line("Refused: %s: %s", table.Clean(what), table.Clean(f.Why))
	}
	look.line("%s in %s and %s checked; %s derived from them.", many(v.Records, "record"), many(int64(v.Segments), "segment"),
		many(int64(v.Runs), "run"), many(int64(v.Tables), "table"))
	if v.Recomputed > 0 {
		look.line("%s recomputed from the records: unaltered since they were sealed, but for what is refused above.", many(int64(v.Recomputed), "run"))
	}
	if v.Unproved > 0 {
		look.line("%s could not be recomputed, since the secret is not at hand: digests of files and roots of trees were compared.", many(int64(v.Unproved), "run"))
	}
	if v.Removed > 0 {
		look.line("%s removed by policy; tombstones with their roots are in the manifest.", many(v.Removed, "record"))
	}
	if v.Unsealed {
		look.line("There are records that are not sealed yet: nothing proves them.")
	}
	return errors.Join(look.err, look.out.Flush())
}

package main

import (
	"errors"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/store"
)

// compactCommand joins the files of an archive.
type compactCommand struct {
	Size int64 `default:"256" placeholder:"MB" help:"How large a joined file may become, in MB (default: 256)."`

	archiveFlags `embed:""`
	inputFlags   `embed:""`
}

// Run runs the command.
func (c *compactCommand) Run(s *session) (err error) {
	if c.Size < 1 {
		return usageError("--size is at least 1")
	}
	if err := s.begin(&c.inputFlags); err != nil {
		return err
	}
	opt, err := c.archiveOptions(s, &c.inputFlags)
	if err != nil {
		return err
	}
	archive, err := store.Open(c.Archive, opt)
	if err != nil {
		return err
	}
	w, err := archive.Write(event.NewNames())
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	before, after, err := w.Compact(store.Compaction{Size: c.Size << 20})
	tables := 0
	if err == nil {
		tables, err = w.RollUp(true)
	}
	s.setAside(w.SetAside())
	if err == nil && !c.Quiet {
		tell(s.notes, "dwell: %s joined into %s; %s of entities written\n", many(int64(before), "file"), thousands(int64(after)), many(int64(tables), "table"))
	}
	return err
}

package main

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/store"
)

// ingestCommand takes logs into an archive.
type ingestCommand struct {
	Paths []string `arg:"" sep:"none" name:"path" help:"Log files, folders, or - for standard input."`

	archiveFlags `embed:""`
	inputFlags   `embed:""`
}

// taking is one run of ingest.
type taking struct {
	archive                *store.Archive
	writer                 *store.Writer
	inputs                 *inputs
	taken, known, unparsed int64
	skipped                int64 // files that were there as a whole
	own                    int64 // files of the archive itself
	trouble                *trouble
}

// Run runs the command.
func (c *ingestCommand) Run(s *session) (err error) {
	if err := s.begin(&c.inputFlags); err != nil {
		return err
	}
	in, err := s.newInputs(c.Paths, &c.inputFlags, true)
	if err != nil {
		return err
	}
	opt, err := c.archiveOptions(s, &c.inputFlags)
	if err != nil {
		return err
	}
	archive, err := store.OpenOrCreate(c.Archive, opt)
	if err != nil {
		return err
	}
	names := event.NewNames()
	w, err := archive.Write(names)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, w.Close()) }()
	t := &taking{archive: archive, writer: w, inputs: in, trouble: s.trouble}
	if n := w.Held(); n > 0 && !c.Quiet {
		tell(s.notes, "dwell: %s of an earlier run are taken up\n", many(n, "record"))
	}
	in.opt.Skip = func(path string) bool { return t.isOwn(path) || t.isKnown(path) }
	done := s.showProgress(in, c.Quiet)
	err = parse.Run(s.ctx, w.Note(in.all()), parse.Options{Workers: c.Workers, Names: names}, w.NewWork, parse.Results[*store.Taken]{
		Take: t.take, Report: s.trouble.source,
	})
	done()
	if err == nil {
		t.noteWhole()
	}
	// What was taken in is sealed whatever ended the run, unless it was the
	// archive itself.
	if err == nil || s.ctx.Err() != nil {
		err = errors.Join(err, w.Seal())
		if s.ctx.Err() == nil && err == nil {
			_, err = w.RollUp(false)
		}
	}
	s.trouble.fieldNames(names)
	s.setAside(w.SetAside())
	if !c.Quiet {
		t.summarise(s, c.Archive)
	}
	return err
}

func (t *taking) take(taken *store.Taken) error {
	for _, p := range taken.Problems {
		t.trouble.source(p)
	}
	t.taken, t.known, t.unparsed = t.taken+taken.New, t.known+taken.Known, t.unparsed+taken.Unparsed
	return t.writer.Take(taken)
}

// isOwn says whether the file is one of the archive's, which may lie among the
// logs.
func (t *taking) isOwn(path string) bool {
	if !t.archive.Owns(path) {
		return false
	}
	t.inputs.skipped = true
	t.own++
	return true
}

// isKnown says whether the file, as it lies on disk, was taken in before. Only
// files whose size was seen before are read for that.
func (t *taking) isKnown(path string) bool {
	info, err := os.Stat(path)
	if err != nil || !t.writer.IsSize(info.Size()) {
		return false
	}
	f, err := os.Open(path)
	if err != nil {
		return false // the walk reports it
	}
	defer f.Close()
	h := sha256.New()
	n, err := io.Copy(h, f)
	if err != nil || !t.writer.IsWhole(hex.EncodeToString(h.Sum(nil))) {
		return false
	}
	t.inputs.onBytes(n)
	t.inputs.skipped = true
	t.skipped++
	return true
}

// noteWhole notes the files that were read to their ends, by what they are on
// disk.
func (t *taking) noteWhole() {
	for _, s := range t.inputs.read {
		if s.Digest != "" {
			t.writer.Whole(s.Path, s.Format, s.Digest, s.Bytes)
		}
	}
}

func (t *taking) summarise(s *session, archive string) {
	tell(s.notes, "dwell: %s taken into %s", many(t.taken, "record"), archive)
	if t.unparsed > 0 {
		tell(s.notes, ", %s of them as plain text", thousands(t.unparsed))
	}
	if t.known > 0 {
		tell(s.notes, "; %s already there", thousands(t.known))
	}
	if t.skipped > 0 {
		tell(s.notes, "; %s unchanged", many(t.skipped, "file"))
	}
	if t.own > 0 {
		tell(s.notes, "; %s of the archive itself passed over", many(t.own, "file"))
	}
	tell(s.notes, "\n")
}

package store

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// Snapshot is what an archive holds at one moment: all of every seal, or
// nothing of it.
type Snapshot struct {
	*Manifest
	archive *Archive
	heads   []openHeadFile
	aside   faults
}

// openHeadFile is a file of the head as long as it was at that moment. It is
// open, so that it can be read although its records are sealed meanwhile.
type openHeadFile struct {
	file *os.File
	size int64
}

// Snapshot returns what the archive holds now, to be closed. Segments of it that
// are replaced meanwhile stay for an hour.
func (a *Archive) Snapshot() (*Snapshot, error) {
	// A seal moves records from the head to segments: if the manifest is the
	// same before and after the head was opened, nothing was missed.
	for {
		m, err := a.Manifest()
		if err != nil {
			return nil, err
		}
		s := &Snapshot{Manifest: m, archive: a}
		if err := s.openHeads(); err != nil {
			return nil, errors.Join(err, s.Close())
		}
		again, err := a.Manifest()
		if err == nil && again.Generation == m.Generation {
			return s, nil
		}
		if err := errors.Join(err, s.Close()); err != nil {
			return nil, err
		}
	}
}

func (s *Snapshot) openHeads() error {
	numbers, err := headFiles(s.archive.folder)
	if err != nil {
		return err
	}
	for _, n := range numbers {
		if n < s.HeadFrom {
			continue
		}
		f, err := os.Open(headPath(s.archive.folder, n))
		if errors.Is(err, fs.ErrNotExist) {
			continue // sealed meanwhile: the manifest has changed
		}
		if err != nil {
			return fmt.Errorf("reading the head: %w", err)
		}
		size, err := f.Seek(0, io.SeekEnd)
		if err != nil {
			return fmt.Errorf("reading the head: %w", errors.Join(err, f.Close()))
		}
		s.heads = append(s.heads, openHeadFile{f, size})
	}
	return nil
}

// SetAside returns the files that were found damaged by what this snapshot was
// asked so far: answers are without them. Damaged segments are reported by those
// who read [Snapshot.Inputs].
func (s *Snapshot) SetAside() []Fault { return s.aside.list() }

// Folder returns where the archive is.
func (s *Snapshot) Folder() string { return s.archive.folder }

// HasHead says whether there are records that are not sealed.
func (s *Snapshot) HasHead() bool {
	return slices.ContainsFunc(s.heads, func(h openHeadFile) bool { return h.size > 0 })
}

// Close lets go of the files of the head.
func (s *Snapshot) Close() (err error) {
	for _, h := range s.heads {
		err = errors.Join(err, h.file.Close())
	}
	s.heads = nil
	return err
}

// Bounds say which part of an archive is asked for. Zero values mean all.
type Bounds struct {
	// From and To bound the time of records: From ≤ time < To. They only leave
	// out whole segments; who wants no other record at all filters events.
	From, To time.Time
	// Datasets are the only ones asked, if any are named; "*" at the end stands
	// for any rest.
	Datasets []string
}

func (b *Bounds) admits(s *Segment) bool {
	if !b.admitsDataset(s.Dataset) {
		return false
	}
	if b.From.IsZero() && b.To.IsZero() {
		return true
	}
	if s.Day == Undated {
		return false
	}
	// The day says it, not the runs: they know no times that nanoseconds since
	// 1970 cannot count. A day beyond the calendar is read to be sure.
	day, err := time.Parse(time.DateOnly, s.Day)
	return err != nil || (b.To.IsZero() || day.Before(b.To)) && day.AddDate(0, 0, 1).After(b.From)
}

func (b *Bounds) admitsDataset(dataset string) bool {
	for _, d := range b.Datasets {
		if prefix, open := strings.CutSuffix(d, "*"); d == dataset || open && strings.HasPrefix(dataset, prefix) {
			return true
		}
	}
	return len(b.Datasets) == 0
}

// Inputs returns the records of the snapshot as inputs for package parse: the
// sealed segments, then what is not sealed yet. So all that works on logs works
// on an archive.
//
// wants makes, for each goroutine that reads, what says which fields are asked
// for; nil means all. An event with others left out has Partial set, which fills
// in the rest.
func (s *Snapshot) Inputs(b Bounds, wants func() *Wants) iter.Seq2[parse.Input, error] {
	return func(yield func(parse.Input, error) bool) {
		format := &sealedFormat{archive: s.archive, wants: wants, of: map[*event.Source]*Segment{}}
		for i := range s.Segments {
			seg := &s.Segments[i]
			if !b.admits(seg) {
				continue
			}
			path := s.archive.path(seg.Path)
			in := parse.Input{Path: path, Stored: path, Format: format, Open: func() (io.ReadCloser, error) {
				return &sealedSource{segment: seg}, nil
			}}
			if !yield(in, nil) {
				return
			}
		}
		s.headInputs(yield)
	}
}

func (s *Snapshot) headInputs(yield func(parse.Input, error) bool) {
	for _, h := range s.heads {
		path := h.file.Name()
		if err := checkHead(h); err != nil && !yield(parse.Input{Path: path, Stored: path}, parse.Problem{Path: path, Err: err}) {
			return
		}
		in := parse.Input{Path: path, Stored: path, Format: newHeadFormat(s.archive.opt.Format), Open: func() (io.ReadCloser, error) {
			return io.NopCloser(io.NewSectionReader(h.file, 0, h.size)), nil
		}}
		if !yield(in, nil) {
			return
		}
	}
}

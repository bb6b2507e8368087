package ingest

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/ingest/tail"
)

// StateFile is where a [Watch] notes how far it came. Beside it, in a folder
// called as the file with ".matches" after it, lies the journal of matches that
// correlations may still need.
type StateFile struct {
	path    string
	program *detect.Program
	state   state
	journal *os.File
	out     *bufio.Writer
	size    int64 // of the journal, with what is in out
	compact int64 // size at which it is compacted
	saved   time.Time
	last    state // what the file holds
}

// state is the file's content.
type state struct {
	Version int `json:"version"`
	// Program is the identity of the correlations that the journal is for.
	Program string       `json:"program"`
	Clock   detect.Clock `json:"clock"`
	// Journal names the journal's file, JournalSize is how much of it counts.
	Journal     string       `json:"journal"`
	JournalSize int64        `json:"journal_size"`
	Files       []tail.State `json:"files"`
}

const (
	stateVersion   = 1
	compactFrom    = 16 << 20
	journalSuffix  = ".matches"
	firstJournal   = "1.jsonl"
	secondJournal  = "2.jsonl"
	saveEvery      = time.Second
	ownerMayRead   = 0o600
	ownerMaySearch = 0o700
)

// ErrState reports a file that is no state of a watch.
var ErrState = errors.New("not the state of a watch")

// OpenState reads a state file, which need not exist yet.
func OpenState(path string, p *detect.Program) (*StateFile, error) {
	s := &StateFile{path: path, program: p, compact: compactFrom}
	text, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		s.state = state{Version: stateVersion, Program: p.Identity(), Journal: firstJournal}
	case err != nil:
		return nil, fmt.Errorf("reading the state: %w", err)
	case json.Unmarshal(text, &s.state) != nil || s.state.Version != stateVersion || s.state.Journal != filepath.Base(s.state.Journal):
		return nil, fmt.Errorf("reading the state: %s: %w", path, ErrState)
	}
	s.last = s.state
	if err := s.openJournal(); err != nil {
		return nil, errors.Join(err, s.Close())
	}
	return s, nil
}

// openJournal opens the journal at the end of what counts.
func (s *StateFile) openJournal() error {
	if err := os.MkdirAll(s.path+journalSuffix, ownerMaySearch); err != nil {
		return fmt.Errorf("opening the journal of matches: %w", err)
	}
	j, err := os.OpenFile(s.journalPath(), os.O_RDWR|os.O_CREATE, ownerMayRead)
	if err != nil {
		return fmt.Errorf("opening the journal of matches: %w", err)
	}
	s.journal = j
	info, err := j.Stat()
	if err == nil && info.Size() < s.state.JournalSize {
		err = fmt.Errorf("%s is shorter than it was: %w", s.journalPath(), ErrState)
	}
	if err == nil {
		err = j.Truncate(s.state.JournalSize)
	}
	if err != nil {
		return fmt.Errorf("opening the journal of matches: %w", err)
	}
	s.size, s.out = s.state.JournalSize, bufio.NewWriter(journalWriter{s})
	return nil
}

func (s *StateFile) journalPath() string { return filepath.Join(s.path+journalSuffix, s.state.Journal) }

// journalWriter writes at the end of the journal.
type journalWriter struct{ s *StateFile }

// Write implements [io.Writer].
func (w journalWriter) Write(p []byte) (int, error) {
	n, err := w.s.journal.WriteAt(p, w.s.size)
	w.s.size += int64(n)
	return n, err
}

// Files returns what [tail.Options.Resume] takes: nil if there was no state.
func (s *StateFile) Files() []tail.State { return s.state.Files }

// Continue brings a run to where the state says. It returns false if the
// correlations are not those of the state: then they begin anew.
func (s *StateFile) Continue(l *detect.Live, now time.Time) (same bool, err error) {
	l.Journal(s.out)
	if s.state.Program != s.program.Identity() {
		s.state.Program, s.state.JournalSize, s.size = s.program.Identity(), 0, 0
		return false, nil
	}
	old := io.NewSectionReader(s.journal, 0, s.state.JournalSize)
	return true, l.Replay(old, s.state.Clock, now)
}

// save writes the state if it changed, so that a crash leaves the old one or
// the new one; until the last time once a second at most.
func (s *StateFile) save(now time.Time, files []tail.State, clock detect.Clock, last bool) error {
	s.state.Files, s.state.Clock = files, clock
	if err := s.out.Flush(); err != nil {
		return fmt.Errorf("writing the journal of matches: %w", err)
	}
	s.state.JournalSize = s.size
	if reflect.DeepEqual(s.state, s.last) || !last && now.Sub(s.saved) < saveEvery {
		return nil
	}
	return s.write(now)
}

func (s *StateFile) write(now time.Time) error {
	old := s.journalPath()
	if s.size > s.compact {
		if err := s.compactJournal(); err != nil {
			return fmt.Errorf("compacting the journal of matches: %w", err)
		}
	}
	if err := s.journal.Sync(); err != nil {
		return fmt.Errorf("writing the journal of matches: %w", err)
	}
	text, err := json.Marshal(&s.state)
	if err == nil {
		err = replaceFile(s.path, append(text, '\n'))
	}
	if err != nil {
		return fmt.Errorf("writing the state: %w", err)
	}
	s.saved, s.last = now, s.state
	if old != s.journalPath() {
		return os.Remove(old)
	}
	return nil
}

// compactJournal copies what may still matter to another file.
func (s *StateFile) compactJournal() error {
	old := s.journal
	next := firstJournal
	if s.state.Journal == firstJournal {
		next = secondJournal
	}
	j, err := os.OpenFile(filepath.Join(s.path+journalSuffix, next), os.O_RDWR|os.O_CREATE|os.O_TRUNC, ownerMayRead)
	if err != nil {
		return err
	}
	out := bufio.NewWriter(j)
	err = s.program.CompactJournal(out, io.NewSectionReader(old, 0, s.size), s.state.Clock)
	if err = errors.Join(err, out.Flush()); err != nil {
		return errors.Join(err, j.Close())
	}
	info, err := j.Stat()
	if err != nil {
		return errors.Join(err, j.Close())
	}
	s.journal, s.size, s.state.Journal, s.state.JournalSize = j, info.Size(), next, info.Size()
	s.compact = max(s.compact, 2*s.size)
	return old.Close()
}

// replaceFile writes a file whole or not at all.
func replaceFile(path string, text []byte) error {
	f, err := os.CreateTemp(filepath.Dir(path), strings.TrimPrefix(filepath.Base(path), ".")+".new-*")
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	err = errors.Join(err, f.Sync(), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil {
		return errors.Join(err, os.Remove(f.Name()))
	}
	return nil
}

// Close closes the journal.
func (s *StateFile) Close() error {
	if s.journal == nil {
		return nil
	}
	return s.journal.Close()
}

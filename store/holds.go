package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"time"
)

// holdsName is the file of the holds: a line of JSON for each, with a checksum as
// the manifest has one. No retention happens while a line of it is damaged.
const holdsName = "holds.jsonl"

// Hold keeps records from retention.
type Hold struct {
	// Case names what the records are needed for, Reason says why.
	Case   string `json:"case"`
	Reason string `json:"reason"`
	// Dataset and Run are all if "". From and To are UTC days, both included,
	// as in [Segment.Day]; "" is open. Undated records are held by holds without
	// days alone.
	Dataset string    `json:"dataset,omitempty"`
	Run     string    `json:"run,omitempty"`
	From    string    `json:"from,omitempty"`
	To      string    `json:"to,omitempty"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

// holds says whether the hold is on a segment.
func (h *Hold) holds(s *Segment) bool {
	if h.Dataset != "" && h.Dataset != s.Dataset {
		return false
	}
	if h.Run != "" && !slices.ContainsFunc(s.Runs, func(r Run) bool { return r.ID == h.Run }) {
		return false
	}
	if h.From == "" && h.To == "" {
		return true
	}
	return s.Day != Undated && h.From <= s.Day && (h.To == "" || s.Day <= h.To)
}

// Holds returns the holds on the archive.
func (a *Archive) Holds() ([]Hold, error) {
	text, err := os.ReadFile(filepath.Join(a.folder, holdsName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("reading holds: %w", err)
	}
	var all []Hold
	for n, line := range bytes.SplitAfter(text, []byte("\n")) {
		if len(line) == 0 {
			continue
		}
		var h Hold
		if err := readSummed(line, &h); err != nil {
			return nil, fmt.Errorf("reading holds: %s: line %d: %w: %w", holdsName, n+1, ErrDamaged, err)
		}
		all = append(all, h)
	}
	return all, nil
}

// Hold adds a hold.
func (w *Writer) Hold(h Hold) error {
	all, err := w.archive.Holds()
	if err != nil {
		return err
	}
	h.At = w.archive.opt.Now().UTC()
	return w.writeHolds(append(all, h))
}

// Release takes away the holds of a case and returns how many there were.
func (w *Writer) Release(name string) (n int, err error) {
	all, err := w.archive.Holds()
	if err != nil {
		return 0, err
	}
	kept := slices.DeleteFunc(slices.Clone(all), func(h Hold) bool { return h.Case == name })
	return len(all) - len(kept), w.writeHolds(kept)
}

func (w *Writer) writeHolds(all []Hold) error {
	var text []byte
	for i := range all {
		line, err := json.Marshal(&all[i])
		if err != nil {
			return fmt.Errorf("writing holds: %w", err)
		}
		text = append(text, summed(line)...)
	}
	if err := w.archive.files.replace(filepath.Join(w.archive.folder, holdsName), text); err != nil {
		return fmt.Errorf("writing holds: %w", err)
	}
	return nil
}

package store

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Policy says how long records are kept.
type Policy struct {
	// Keep is how long after its day a record stays, 0 for ever; Datasets says it
	// for some of them. Undated records count from when they were sealed.
	Keep     time.Duration
	Datasets map[string]time.Duration
	// Text is the policy in words and By who applies it, for the tombstones.
	Text, By string
}

// Retention is what a policy does.
type Retention struct {
	// Removed are the segments that went, Held those that a hold keeps.
	Removed []Segment
	Held    []HeldSegment
}

// HeldSegment is a segment that a policy would take away, and what keeps it.
type HeldSegment struct {
	Segment Segment
	By      Hold
}

// ErrClock reports a clock that says a time before what is in the archive.
var ErrClock = errors.New("the clock says a time before the archive's last seal")

// Plan says what a policy would do now.
func (w *Writer) Plan(p Policy) (*Retention, error) {
	holds, err := w.archive.Holds()
	if err != nil {
		return nil, err
	}
	now := w.archive.opt.Now().UTC()
	r := &Retention{}
	for i := range w.manifest.Segments {
		s := &w.manifest.Segments[i]
		for k := range s.Runs {
			if s.Runs[k].Sealed.After(now) {
				return nil, fmt.Errorf("applying a policy at %s: %w at %s", now.Format(time.RFC3339), ErrClock, s.Runs[k].Sealed.Format(time.RFC3339))
			}
		}
		keep, ok := p.Datasets[s.Dataset]
		if !ok {
			keep = p.Keep
		}
		if keep <= 0 || s.ends().Add(keep).After(now) {
			continue
		}
		if k := slices.IndexFunc(holds, func(h Hold) bool { return h.holds(s) }); k >= 0 {
			r.Held = append(r.Held, HeldSegment{*s, holds[k]})
			continue
		}
		r.Removed = append(r.Removed, *s)
	}
	return r, nil
}

// ends is when the segment's records begin to be old.
func (s *Segment) ends() (end time.Time) {
	if day, err := time.Parse(time.DateOnly, s.Day); err == nil {
		return day.AddDate(0, 0, 1)
	}
	for i := range s.Runs {
		if s.Runs[i].Sealed.After(end) {
			end = s.Runs[i].Sealed
		}
	}
	return end
}

// Retain applies a policy: whole segments go, with the secrets of their runs, and
// tombstones stay in the manifest. What the tables of entities and of coverage
// say of their records stays: that something was seen, when and where. A record
// that is taken in again comes back.
func (w *Writer) Retain(p Policy) (*Retention, error) {
	w.gate.Lock()
	defer w.gate.Unlock()
	if w.failed != nil {
		return nil, w.failed
	}
	r, err := w.Plan(p)
	if err != nil || len(r.Removed) == 0 {
		return r, err
	}
	next := w.manifest.clone()
	gone := map[string]bool{}
	var paths []string
	for _, s := range r.Removed {
		gone[s.Path] = true
		paths = append(paths, s.Path)
		next.Tombstones = append(next.Tombstones, Tombstone{Segment: s, Policy: p.Text, By: p.By, At: w.archive.opt.Now().UTC()})
	}
	next.Segments = slices.DeleteFunc(next.Segments, func(s Segment) bool { return gone[s.Path] })
	if err := next.write(w.archive.folder, w.archive.files); err != nil {
		w.failed = err
		return nil, err
	}
	w.manifest = next
	for _, part := range w.partitions {
		part.sealed = nil
	}
	return r, errors.Join(w.drop(paths), w.forget())
}

// forget destroys the secrets of runs that are gone, also where the writer that
// took them away died before it did.
func (w *Writer) forget() error {
	live := map[string]bool{}
	for i := range w.manifest.Segments {
		for _, r := range w.manifest.Segments[i].Runs {
			live[r.ID] = true
		}
	}
	var runs []string
	for i := range w.manifest.Tombstones {
		for _, r := range w.manifest.Tombstones[i].Segment.Runs {
			if _, err := w.secrets.get(r.ID); err == nil && !live[r.ID] {
				runs = append(runs, r.ID)
			}
		}
	}
	if len(runs) == 0 {
		return nil
	}
	return w.secrets.destroy(runs)
}

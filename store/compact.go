package store

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"

	"github.com/dwell-project/dwell/store/segment"
)

// Compaction says which segments are joined.
type Compaction struct {
	// Runs is how many runs of one dataset and day are few enough to stay apart;
	// 0 means 1.
	Runs int
	// Size is how large, in bytes, a joined file may become; 0 means
	// DefaultSegment.
	Size int64
}

// DefaultSegment bounds a joined file, in bytes.
const DefaultSegment = 256 << 20

// Compact joins the runs of each dataset and day into fewer files. Runs stay
// whole, and so do their proofs. It returns how many files became how many.
func (w *Writer) Compact(c Compaction) (before, after int, err error) {
	w.gate.Lock()
	defer w.gate.Unlock()
	if w.failed != nil {
		return 0, 0, w.failed
	}
	next := w.manifest.clone()
	var made []string
	for i, group := range c.groups(next.Segments) {
		var joined Segment
		group, joined, err = w.join(group, fmt.Sprintf("%09d-%05d", next.Generation+1, i+1))
		made = append(made, joined.Path)
		if err != nil {
			return 0, 0, errors.Join(err, w.drop(made))
		}
		if len(group) > 0 {
			next.replace(group, joined, w.archive.opt.Now().UTC())
			before, after = before+len(group), after+1
		}
	}
	if after == 0 {
		return 0, 0, nil
	}
	if err := next.write(w.archive.folder, w.archive.files); err != nil {
		return 0, 0, w.undo(err, made)
	}
	w.manifest = next
	return before, after, nil
}

// groups returns the segments that are to be joined.
func (c Compaction) groups(all []Segment) (groups [][]Segment) {
	size := cmp.Or(c.Size, DefaultSegment)
	byPlace := map[place][]Segment{}
	for i := range all {
		s := &all[i]
		if s.Size < size/2 {
			at := place{s.Dataset, s.Day}
			byPlace[at] = append(byPlace[at], *s)
		}
	}
	places := make([]place, 0, len(byPlace))
	for at, segments := range byPlace {
		if len(segments) > max(c.Runs, 1) {
			places = append(places, at)
		}
	}
	slices.SortFunc(places, place.compare)
	for _, at := range places {
		var group []Segment
		var held int64
		for _, s := range byPlace[at] {
			if held+s.Size > size && len(group) > 1 {
				groups, group, held = append(groups, group), nil, 0
			}
			group, held = append(group, s), held+s.Size
		}
		if len(group) > 1 {
			groups = append(groups, group)
		}
	}
	return groups
}

// replace puts one segment in the place of others, whose files stay a while.
func (m *Manifest) replace(old []Segment, by Segment, now time.Time) {
	gone := map[string]bool{}
	for i := range old {
		gone[old[i].Path] = true
		m.Retired = append(m.Retired, Retired{Path: old[i].Path, At: now})
	}
	m.Segments = append(slices.DeleteFunc(m.Segments, func(s Segment) bool { return gone[s.Path] }), by)
}

// join writes the runs of a group into one file, and returns which it joined:
// damaged ones stay as they are.
func (w *Writer) join(group []Segment, name string) (joined []Segment, s Segment, err error) {
	at := place{group[0].Dataset, group[0].Day}
	s = Segment{Path: segmentPath(at, name), Dataset: at.dataset, Day: at.day}
	parts := make([]*segment.Segment, 0, len(group))
	for i := range group {
		part, file, err := w.archive.openSegment(&group[i], w.names)
		if errors.Is(err, ErrDamaged) {
			w.setAside(group[i].Path, err)
			continue
		}
		if err != nil {
			return nil, s, err
		}
		defer file.Close()
		defer part.Close()
		parts = append(parts, part)
		joined, s.Runs = append(joined, group[i]), append(s.Runs, group[i].Runs...)
	}
	if len(joined) < 2 {
		return nil, s, nil
	}
	f, err := w.file(s.Path, func(out io.Writer) error {
		_, err := segment.Join(out, parts...)
		return err
	})
	s.Size, s.Digest = f.Size, f.Digest
	if err != nil {
		return nil, s, fmt.Errorf("joining segments of %s of %s: %w", at.dataset, at.day, err)
	}
	return joined, s, nil
}

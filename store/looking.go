package store

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"time"

	"github.com/dwell-project/dwell/entity"
	"github.com/dwell-project/dwell/store/coverage"
	"github.com/dwell-project/dwell/store/entityday"
)

// Coverage reports when the archive was looking. What a damaged file said is not
// in it: see [Snapshot.SetAside]. Records that are not sealed are
// not in it. wants says which rows count, nil means all.
func (s *Snapshot) Coverage(patience time.Duration, wants func(*coverage.Row) bool) (*coverage.Report, error) {
	b := coverage.Builder{Patience: patience, Wants: wants}
	for i := range s.Tables {
		t := &s.Tables[i]
		if t.Kind != KindCoverage {
			continue
		}
		err := s.coverageTable(t, &b)
		if errors.Is(err, ErrDamaged) {
			s.aside.add(t.Path, err)
			continue
		}
		if err != nil {
			return nil, fmt.Errorf("reading %s: %w", t.Path, err)
		}
	}
	return b.Report(), nil
}

func (s *Snapshot) coverageTable(t *Table, b *coverage.Builder) error {
	if err := s.archive.checkFile(t.Path, t.Size, t.Digest); err != nil {
		return err
	}
	f, err := os.Open(s.archive.path(t.Path))
	if err != nil {
		return err
	}
	defer f.Close()
	return coverage.Read(f, t.Size, func(r *coverage.Row) error { b.Add(r); return nil })
}

// Looking answers package entityday when a snapshot was looking.
type Looking struct{ report *coverage.Report }

// Looking returns what a snapshot knows of when it was looking.
func (s *Snapshot) Looking() (*Looking, error) {
	report, err := s.Coverage(silence, nil)
	return &Looking{report}, err
}

// silence is how long a host or a dataset may be silent before an answer names
// it as blind.
const silence = 24 * time.Hour

var _ entityday.Coverage = &Looking{}

// Looking implements [entityday.Coverage].
func (l *Looking) Looking(_ context.Context, b entityday.Bounds) (first, last time.Time, err error) {
	for _, d := range l.report.Datasets {
		from, to := cutTo(b, coverage.Gap{From: d.First, To: d.Last})
		if d.First.IsZero() || !from.Before(to) {
			continue
		}
		if first.IsZero() || from.Before(first) {
			first = from
		}
		if to.After(last) {
			last = to
		}
	}
	return first, last, nil
}

// Blind implements [entityday.Coverage]: it names the silence of whole datasets,
// and what Zeek says that it missed.
func (l *Looking) Blind(_ context.Context, b entityday.Bounds, _ []entity.Kind) ([]entityday.Blind, error) {
	var blind []entityday.Blind
	for _, d := range l.report.Datasets {
		for _, g := range d.Silent {
			if from, to := cutTo(b, g); to.Sub(from) >= silence {
				blind = append(blind, entityday.Blind{Dataset: d.Dataset, From: from, To: to, Why: "no records"})
			}
		}
		if d.Loss > 0 {
			blind = append(blind, entityday.Blind{Dataset: d.Dataset, Why: fmt.Sprintf("lost up to %.1f %% of packets", d.Loss)})
		}
	}
	slices.SortStableFunc(blind, func(a, b entityday.Blind) int { return cmp.Compare(b.To.Sub(b.From), a.To.Sub(a.From)) })
	return blind, nil
}

// cutTo returns the part of a gap that lies within bounds.
func cutTo(b entityday.Bounds, g coverage.Gap) (from, to time.Time) {
	from, to = g.From, g.To
	if b == (entityday.Bounds{}) {
		return from, to
	}
	if t := b.From.Time(); from.Before(t) {
		from = t
	}
	if t := b.Before.Time(); to.After(t) {
		to = t
	}
	return from, to
}

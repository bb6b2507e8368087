package segment

import (
	"errors"
	"fmt"

	"github.com/dwell-project/dwell/evidence"
)

// ErrAltered says that records are not those that were sealed.
var ErrAltered = errors.New("the records are not those that were sealed")

// Leaves makes the leaves of the rows from, inclusive, to to, exclusive, of a run
// again from what is kept, given the run's secret.
func (s *Segment) Leaves(run int, secret []byte, from, to int) ([]evidence.Digest, error) {
	r, err := s.NewReader(run, nil)
	if err != nil {
		return nil, err
	}
	if from < 0 || to < from || to > r.rows {
		return nil, fmt.Errorf("making the leaves of rows %d to %d of %d: %w", from, to, r.rows, evidence.ErrIndex)
	}
	b := evidence.NewBlinder(secret)
	leaves := make([]evidence.Digest, 0, to-from)
	for r.Seek(from); r.row < to && r.Next(); {
		index, e := uint64(r.row-1), r.Event()
		if e.Frame != nil {
			leaves = append(leaves, b.Leaf(index, e.Raw, e.Frame.Digest[:]))
		} else {
			leaves = append(leaves, b.Leaf(index, e.Raw))
		}
	}
	return leaves, r.Err()
}

// Prove returns the proof that the row with the given index is in the run, whose
// root is in [Segment.Runs].
func (s *Segment) Prove(run int, secret []byte, row int) (evidence.Proof, error) {
	if run < 0 || run >= len(s.runs) || row < 0 || row >= s.runs[run].Rows {
		return evidence.Proof{}, fmt.Errorf("proving row %d of run %d: %w", row, run, evidence.ErrIndex)
	}
	r := &s.runs[run]
	first := row - row%evidence.BlockLeaves
	leaves, err := s.Leaves(run, secret, first, min(first+evidence.BlockLeaves, r.Rows))
	if err != nil {
		return evidence.Proof{}, err
	}
	return evidence.Prove(uint64(row), uint64(r.Rows), r.blocks, leaves)
}

// Verify makes the run's tree again and compares it with what is written in the
// file. Whether that is what was sealed, the caller knows: [Run.Root] must be
// compared with what was kept elsewhere. It returns [ErrAltered] with the first
// block of rows that differs.
func (s *Segment) Verify(run int, secret []byte) error {
	if err := s.CheckRoots(run); err != nil {
		return err
	}
	r := &s.runs[run]
	for i := range r.blocks {
		first := i * evidence.BlockLeaves
		last := min(first+evidence.BlockLeaves, r.Rows)
		leaves, err := s.Leaves(run, secret, first, last)
		if err != nil {
			return err
		}
		if evidence.Root(leaves) != r.blocks[i] {
			return fmt.Errorf("verifying run %d: rows %d to %d: %w", run, first, last-1, ErrAltered)
		}
	}
	return nil
}

// CheckRoots checks without the secret what can be checked: that the roots of
// the run's blocks make its root.
func (s *Segment) CheckRoots(run int) error {
	if run < 0 || run >= len(s.runs) {
		return fmt.Errorf("verifying run %d of %d: %w", run, len(s.runs), ErrFormat)
	}
	r := &s.runs[run]
	if blocks := (r.Rows + evidence.BlockLeaves - 1) / evidence.BlockLeaves; len(r.blocks) != blocks {
		return fmt.Errorf("verifying run %d: %d blocks for %d rows: %w", run, len(r.blocks), r.Rows, ErrAltered)
	}
	if evidence.Root(r.blocks) != r.Root {
		return fmt.Errorf("verifying run %d: its blocks make another root: %w", run, ErrAltered)
	}
	return nil
}

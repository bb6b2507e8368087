package tail

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"time"

	"github.com/dwell-project/dwell/parse"
)

// block is what is known of a block of a file that is split anew when it
// changes.
type block struct {
	sum     string    // of its bytes
	last    int64     // offset of the last record known, -1 if there is none
	first   string    // digest of the beginning of that record
	edge    int64     // how many bytes are digested
	changed time.Time // when it was seen to change
	torn    bool      // it could not be read whole
}

// recordEdge is how many bytes of a record, if it has them, tell it from another
// in its place: for an event log, signature, size, id, time, and the beginning
// of its values.
const recordEdge = 64

// resplit gives the blocks of a file that are new or changed.
func (p *poll) resplit(one *file) error {
	one.retry = false
	if err := one.open(); err != nil {
		return nil //nolint:nilerr // it is gone
	}
	s := one.format.Split(io.NewSectionReader(one.handle, 0, one.size), one.source)
	known := one.skipRead > 0
	for {
		b := p.sink.Block()
		err := s.Next(b)
		switch {
		case errors.Is(err, io.EOF):
			one.skipRead, one.next = 0, one.size
			return nil
		case err != nil:
			p.fail(one, err)
			return nil
		}
		if err := p.block(one, b, known); err != nil {
			return err
		}
	}
}

// block gives one block if it changed.
func (p *poll) block(one *file, b *parse.Block, known bool) error {
	sum := shortSum(b.Data)
	was := one.blocks[b.Offset]
	if was != nil && was.sum == sum && !was.torn {
		return nil
	}
	is := &block{sum: sum, last: -1, changed: p.now}
	if was != nil && was.sum == sum {
		is.changed = was.changed
	}
	if was != nil && was.last >= 0 && was.first == recordSum(b, was.last, was.edge) {
		is.last, is.first, is.edge = was.last, was.first, was.edge
	}
	return p.sink.Take(&Piece{
		Block: b, Format: one.format, From: is.last + 1, Known: known, Tentative: !known && p.now.Sub(is.changed) < p.opt.Idle,
		Done: func(last, size int64, torn bool) {
			if is.torn = torn; torn {
				one.retry = true
			} else if last >= 0 {
				is.last, is.edge = last, min(size, recordEdge)
				is.first = recordSum(b, last, is.edge)
			}
			one.blocks[b.Offset] = is
		},
	})
}

func shortSum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:8])
}

// recordSum is a digest of the first bytes of the record at an offset.
func recordSum(b *parse.Block, offset, edge int64) string {
	at := offset - b.Offset
	if at < 0 || at+edge > int64(len(b.Data)) {
		return ""
	}
	return shortSum(b.Data[at : at+edge])
}

// blockStates returns what is known of a file's blocks, by offset.
func (one *file) blockStates() []BlockState {
	var states []BlockState
	for offset, b := range one.blocks {
		state := BlockState{Offset: offset, Sum: b.sum, Last: b.last, First: b.first, Edge: b.edge}
		if b.torn {
			state.Sum = "" // it is to be read again
		}
		states = append(states, state)
	}
	slices.SortFunc(states, func(a, b BlockState) int { return int(a.Offset - b.Offset) })
	return states
}

// resume takes up a file as an earlier run left it.
func (one *file) resume(st *State) {
	one.skip, one.next = st.Offset, st.Offset
	if len(st.Blocks) == 0 {
		return
	}
	one.blocks, one.skip = map[int64]*block{}, 0
	for _, b := range st.Blocks {
		one.blocks[b.Offset] = &block{sum: b.Sum, last: b.Last, first: b.First, edge: b.Edge}
	}
}

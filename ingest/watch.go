// Package ingest runs the rules on records as they are written.
//
// A [Watch] polls the sources of a tail.Follower, runs what is new through a
// detect.Live, and notes how far it came in a state file, from which a later
// run goes on: nothing is missed, and what was given in the moment before a
// crash may be given again.
//
// Sources are read one after the other. What a round brings enters the
// correlations together, in the order of time, so that records of one source are
// not late for those of another: not at the start either, when a round may bring
// years.
package ingest

import (
	"context"
	"errors"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/ingest/tail"
	"github.com/dwell-project/dwell/parse"
)

// Watch is a run over sources that are written to.
type Watch struct {
	// Live takes the records; Follow says where they come from.
	Live   *detect.Live
	Follow *tail.Follower
	// Batch is how many blocks are matched at once, at least 1.
	Batch int
	// Flush, if set, is called when what was given so far shall be seen.
	Flush func() error
	// Problem takes what could not be read.
	Problem func(parse.Problem)
	// State, if set, notes how far the run came.
	State *StateFile
	// Wake, if set, asks for a round at once.
	Wake <-chan struct{}

	blocks []*parse.Block
	asked  *parse.Block // given out and not yet handed on
	pieces []*tail.Piece
	feeds  []*detect.Feed
	n      int // of feeds in use
}

// Every is how often sources are looked at.
const Every = 200 * time.Millisecond

// Run polls until ctx ends, which is no error, or until nothing more can come:
// standard input was the only source and has ended. The state is saved at the
// end.
func (w *Watch) Run(ctx context.Context, now func() time.Time) error {
	timer := time.NewTicker(Every)
	defer timer.Stop()
	for ctx.Err() == nil {
		if err := w.Round(ctx, now()); err != nil {
			if ctx.Err() != nil && errors.Is(err, context.Cause(ctx)) {
				break
			}
			return err
		}
		if w.Follow.Ended() {
			break
		}
		select {
		case <-ctx.Done():
		case <-timer.C:
		case <-w.Wake:
		}
	}
	return w.End(now())
}

// Round looks at the sources once. It returns the error of ctx if that ends
// before all was read; what was read is done.
func (w *Watch) Round(ctx context.Context, now time.Time) error {
	w.Live.Hold()
	err := w.Follow.Poll(now, tail.Sink{
		Block:   w.block,
		Problem: w.Problem,
		Take: func(p *tail.Piece) error {
			if err := ctx.Err(); err != nil {
				return context.Cause(ctx)
			}
			return w.take(now, p)
		},
	})
	err = errors.Join(w.work(now), err)
	if err != nil {
		return err
	}
	if err := w.Live.Release(); err != nil {
		return err
	}
	if err := w.Live.Tick(now); err != nil {
		return err
	}
	return w.settle(now, false)
}

// settle makes what was given seen, and notes it.
func (w *Watch) settle(now time.Time, last bool) error {
	if w.Flush != nil {
		if err := w.Flush(); err != nil {
			return err
		}
	}
	if w.State == nil {
		return nil
	}
	return w.State.save(now, w.Follow.State(), w.Live.Clock(), last)
}

// End ends the run: with a state, what waits is left to the next one; without,
// it is decided as at the end of a scan.
func (w *Watch) End(now time.Time) error {
	if err := w.Live.Release(); err != nil {
		return err
	}
	if w.State == nil || w.Follow.Ended() {
		if err := w.Live.Finish(); err != nil {
			return err
		}
	}
	return w.settle(now, true)
}

// block returns a block that nobody uses.
func (w *Watch) block() *parse.Block {
	if w.asked == nil {
		if n := len(w.blocks); n > 0 {
			w.asked, w.blocks = w.blocks[n-1], w.blocks[:n-1]
		} else {
			w.asked = &parse.Block{}
		}
	}
	return w.asked
}

// take puts a piece into the batch.
func (w *Watch) take(now time.Time, p *tail.Piece) error {
	w.asked = nil
	if len(w.feeds) == w.n {
		w.feeds = append(w.feeds, &detect.Feed{})
	}
	f := w.feeds[w.n]
	f.Block, f.Format, f.From, f.Known, f.Tentative = p.Block, p.Format, p.From, p.Known, p.Tentative
	w.n++
	w.pieces = append(w.pieces, p)
	if w.n < max(w.Batch, 1) {
		return nil
	}
	return w.work(now)
}

// work runs the batch.
func (w *Watch) work(now time.Time) error {
	if w.n == 0 {
		return nil
	}
	err := w.Live.Take(now, w.feeds[:w.n])
	for i, p := range w.pieces {
		if p.Done != nil && err == nil {
			p.Done(w.feeds[i].Last, w.feeds[i].LastSize, w.feeds[i].Torn)
		}
		if cap(p.Block.Data) <= keptBlock {
			w.blocks = append(w.blocks, p.Block)
		}
	}
	clear(w.pieces)
	w.pieces, w.n = w.pieces[:0], 0
	if err == nil && w.Flush != nil {
		err = w.Flush()
	}
	return err
}

// keptBlock is how large a block may be to be used again, in bytes.
const keptBlock = 2 << 20

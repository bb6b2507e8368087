package parse

import (
	"context"
	"errors"
	"io"
	"iter"
	"sync"

	"github.com/dwell-project/dwell/event"
)

// Input is one source to read: how it is called, what format it has, and how
// to open it.
type Input struct {
	Path   string
	Format Format
	Open   func() (io.ReadCloser, error)
}

// Work is one worker's part of a [Run]: it decodes a block with the decoder of
// the block's format and returns what the sink shall have.
type Work[T any] func(b *Block, d Decoder) T

// Options bound a [Run].
type Options struct {
	// Workers is how many blocks are decoded at once, at least 1.
	Workers int
	Names   *event.Names
}

// job is one block on its way; done receives its result, or a problem that
// ended or prevented the reading of its source.
type job[T any] struct {
	block   *Block
	format  Format
	done    chan T
	problem *Problem
}

// Run reads the inputs one after another, decodes their blocks in parallel, and
// hands the results to sink in the order of the input, on the caller's
// goroutine. newWork is called once per worker.
//
// What cannot be read goes to report, in order too, and never ends the run. Run
// returns early with the error of sink or of ctx; blocks already decoded are
// handed to sink before it returns because of ctx.
//
// At most a few blocks per worker are in memory at any time.
func Run[T any](ctx context.Context, inputs iter.Seq2[Input, error], opt Options,
	newWork func() Work[T], sink func(T) error, report func(Problem),
) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := max(opt.Workers, 1)
	queue := make(chan *job[T], workers)     // to the workers
	ordered := make(chan *job[T], 2*workers) // to the sink, in input order
	pool := &sync.Pool{New: func() any { return &Block{} }}

	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { decodeJobs(queue, opt.Names, newWork(), pool) })
	}
	go func() {
		defer close(ordered)
		defer close(queue)
		for in, err := range inputs {
			if !feed(ctx, in, err, pool, queue, ordered) {
				return
			}
		}
	}()
	err := drain(ordered, sink, report, cancel)
	wg.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// drain takes every job from ordered, so that no worker is left waiting, and
// stops calling sink after its first error.
func drain[T any](ordered <-chan *job[T], sink func(T) error, report func(Problem), cancel func()) error {
	var failed error
	for j := range ordered {
		if j.problem != nil {
			report(*j.problem)
			continue
		}
		result := <-j.done
		if failed != nil {
			continue
		}
		if failed = sink(result); failed != nil {
			cancel()
		}
	}
	return failed
}

func decodeJobs[T any](queue <-chan *job[T], names *event.Names, work Work[T], pool *sync.Pool) {
	decoders := map[Format]Decoder{}
	for j := range queue {
		d, ok := decoders[j.format]
		if !ok {
			d = j.format.NewDecoder(names)
			decoders[j.format] = d
		}
		j.done <- work(j.block, d)
		pool.Put(j.block)
	}
}

// feed reads one input and queues its blocks; false means that the run is over.
func feed[T any](ctx context.Context, in Input, err error, pool *sync.Pool, queue, ordered chan<- *job[T]) bool {
	refuse := func(offset int64, err error) bool {
		var p Problem
		if !errors.As(err, &p) {
			p = Problem{Path: in.Path, Offset: offset, Err: err}
		}
		return send(ctx, ordered, &job[T]{problem: &p})
	}
	if err != nil {
		return refuse(0, err)
	}
	r, err := in.Open()
	if err != nil {
		return refuse(0, err)
	}
	defer r.Close()
	source := &event.Source{Path: in.Path}
	splitter := in.Format.Split(r, source)
	var read int64
	for {
		b := pool.Get().(*Block)
		b.Source = source
		if err := splitter.Next(b); err != nil {
			pool.Put(b)
			if errors.Is(err, io.EOF) {
				return true
			}
			return refuse(read, err)
		}
		read = b.Offset + int64(len(b.Data))
		j := &job[T]{block: b, format: in.Format, done: make(chan T, 1)}
		if !send(ctx, queue, j) {
			return false
		}
		// The worker has it: the sink must see it whatever happens to ctx.
		ordered <- j
	}
}

func send[T any](ctx context.Context, to chan<- *job[T], j *job[T]) bool {
	select {
	case to <- j:
		return true
	case <-ctx.Done():
		return false
	}
}

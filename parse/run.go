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
	// Path is the source's name: that of the file, and, if it lies in an archive,
	// its name there, as package unpack joins them.
	Path   string
	Format Format
	// Stored is the path of the file on disk in which the source lies, the same
	// as Path unless that is an archive.
	Stored string
	// Host is the host that the source comes from, if what is around the source
	// says so; see [event.Source].
	Host string
	// Open may be called until the next input is asked for, and later too unless
	// the source is a stream.
	Open func() (io.ReadCloser, error)
}

// Work is one worker's part of a [Run]: it decodes a block with the decoder of
// the block's format and returns what [Results] shall have.
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
	size    int // bytes taken of the room
	format  Format
	done    chan T
	problem *Problem
}

// Results takes what a [Run] gives, on the caller's goroutine.
type Results[T any] struct {
	// Take gets what the workers returned, in the order of the input; its error
	// ends the run.
	Take func(T) error
	// Report gets what could not be read, in order too. It never ends the run.
	Report func(Problem)
}

// Run reads the inputs one after another, decodes their blocks in parallel, and
// hands on the results in the order of the input. newWork is called once per
// worker.
//
// Run returns early with the error of Take or of ctx; blocks already decoded
// are handed to Take before it returns because of ctx.
//
// At most a few blocks per worker are in memory at any time, and of more than
// one together no more than maxInFlight bytes.
func Run[T any](ctx context.Context, inputs iter.Seq2[Input, error], opt Options, newWork func() Work[T], to Results[T]) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := max(opt.Workers, 1)
	r := &reader[T]{
		queue:   make(chan *job[T], workers),
		ordered: make(chan *job[T], 2*workers),
		pool:    &sync.Pool{New: func() any { return &Block{} }},
		room:    newRoom(),
	}
	var wg sync.WaitGroup
	for range workers {
		wg.Go(func() { r.decode(opt.Names, newWork()) })
	}
	go r.readAll(ctx, inputs)
	err := r.drain(to, cancel)
	wg.Wait()
	if err == nil {
		err = context.Cause(ctx)
	}
	return err
}

// reader is one run.
type reader[T any] struct {
	queue   chan *job[T] // to the workers
	ordered chan *job[T] // to the caller, in input order
	pool    *sync.Pool
	room    *room
}

// drain takes every job from ordered, so that no worker is left waiting, and
// stops handing on after its first error.
func (r *reader[T]) drain(to Results[T], cancel func()) error {
	var failed error
	for j := range r.ordered {
		if j.problem != nil {
			to.Report(*j.problem)
			continue
		}
		result := <-j.done
		if failed == nil {
			if failed = to.Take(result); failed != nil {
				cancel()
			}
		}
		r.room.leave(j.size)
	}
	return failed
}

func (r *reader[T]) decode(names *event.Names, work Work[T]) {
	decoders := map[Format]Decoder{}
	for j := range r.queue {
		d, ok := decoders[j.format]
		if !ok {
			d = j.format.NewDecoder(names)
			decoders[j.format] = d
		}
		result := work(j.block, d)
		if cap(j.block.Data) > largeBlock {
			// One huge record must not keep its memory: neither here nor in
			// what the decoder remembers of it.
			delete(decoders, j.format)
		} else {
			r.pool.Put(j.block)
		}
		j.block = nil
		j.done <- result
	}
}

func (r *reader[T]) readAll(ctx context.Context, inputs iter.Seq2[Input, error]) {
	defer close(r.ordered)
	defer close(r.queue)
	for in, err := range inputs {
		if !r.read(ctx, in, err) {
			return
		}
	}
}

// read reads one input and queues its blocks; false means that the run is over.
func (r *reader[T]) read(ctx context.Context, in Input, err error) (goOn bool) {
	var file io.ReadCloser
	if err == nil {
		file, err = in.Open()
	}
	if err != nil {
		return r.refuse(ctx, in.Path, 0, err)
	}
	defer file.Close()
	source := &event.Source{Path: in.Path, Host: in.Host}
	splitter := in.Format.Split(file, source)
	var done int64
	for {
		b := r.pool.Get().(*Block)
		b.Source, b.Head, b.Problems = source, nil, b.Problems[:0]
		if err := splitter.Next(b); err != nil {
			r.pool.Put(b)
			if errors.Is(err, io.EOF) {
				return true
			}
			return r.refuse(ctx, in.Path, done, err)
		}
		done = b.Offset + int64(len(b.Data))
		j := &job[T]{block: b, size: len(b.Data), format: in.Format, done: make(chan T, 1)}
		if !r.room.enter(ctx, j.size) || !send(ctx, r.queue, j) {
			return false
		}
		// The worker has it: the caller must see it whatever happens to ctx.
		r.ordered <- j
	}
}

// refuse reports an input that ends, or never began, with an error.
func (r *reader[T]) refuse(ctx context.Context, path string, offset int64, err error) (goOn bool) {
	var p Problem
	if !errors.As(err, &p) {
		p = Problem{Path: path, Offset: offset, Err: err}
	}
	return send(ctx, r.ordered, &job[T]{problem: &p})
}

func send[T any](ctx context.Context, to chan<- *job[T], j *job[T]) bool {
	select {
	case to <- j:
		return true
	case <-ctx.Done():
		return false
	}
}

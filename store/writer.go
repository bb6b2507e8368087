package store

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"iter"
	"os"
	"sync"
	"sync/atomic"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/lines"
	"github.com/dwell-project/dwell/store/segment"
)

// Writer takes records into an archive. There is one at a time.
type Writer struct {
	archive *Archive
	names   *event.Names
	lock    *os.File
	secrets *secrets
	known   *known
	tables  *ecs.Tables // what tells entities

	// gate is held for reading while a block is taken in, for writing while
	// the archive is sealed.
	gate     sync.RWMutex
	failed   error
	head     head
	manifest *Manifest
	columns  map[string]*segment.Types

	mu         sync.Mutex
	partitions map[place]*partition
	formats    map[string]string // by the path of the source
	sources    map[*event.Source]*SourceFile
	takers     []*taker
	held       atomic.Int64
	aside      faults
	synced     time.Time
}

// place is where an event belongs.
type place struct{ dataset, day string }

func (p place) compare(o place) int {
	return cmp.Or(cmp.Compare(p.dataset, o.dataset), cmp.Compare(p.day, o.day))
}

// partition is the events of one place that are not sealed yet.
type partition struct {
	mu      sync.Mutex
	builder *segment.Builder
	held    int64
	ids     map[event.ID]struct{} // of what the builder holds
	// sealed are the ids of those that are, once somebody asked.
	sealed map[event.ID]bool
}

// tables returns what tells entities.
func (a *Archive) tables() (*ecs.Tables, error) {
	files := a.opt.Tables
	if len(files) == 0 {
		text, err := lines.Format{}.Table()
		if err != nil {
			return nil, err
		}
		files = append(files, text)
	}
	return ecs.Load(files...)
}

// Write makes this process the archive's writer. What an earlier one took in
// and did not seal is taken up.
func (a *Archive) Write(names *event.Names) (w *Writer, err error) {
	l, err := lock(a.folder)
	if err != nil {
		return nil, err
	}
	w = &Writer{
		archive: a, names: names, lock: l, known: newKnown(), head: head{folder: a.folder, files: a.files},
		columns: map[string]*segment.Types{}, partitions: map[place]*partition{},
		formats: map[string]string{}, sources: map[*event.Source]*SourceFile{},
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, w.head.close(), l.Close())
		}
	}()
	if w.manifest, err = a.Manifest(); err != nil {
		return nil, err
	}
	if w.tables, err = a.tables(); err != nil {
		return nil, err
	}
	if w.secrets, err = openSecrets(a.opt.Secrets, w.manifest.ID, a.files); err != nil {
		return nil, err
	}
	for dataset, text := range w.manifest.Columns {
		types := segment.NewTypes()
		if err := json.Unmarshal(text, types); err != nil {
			return nil, fmt.Errorf("reading the columns of %s: %w", dataset, err)
		}
		w.columns[dataset] = types
	}
	if err := w.clean(); err != nil {
		return nil, fmt.Errorf("removing what was left unfinished: %w", err)
	}
	if err := w.loadSources(); err != nil {
		return nil, fmt.Errorf("reading what was taken in: %w", err)
	}
	return w, w.recover()
}

// Note returns the inputs as they are and notes their formats, without which a
// head could not be read. Inputs of a writer's work go through it.
func (w *Writer) Note(inputs iter.Seq2[parse.Input, error]) iter.Seq2[parse.Input, error] {
	return func(yield func(parse.Input, error) bool) {
		for in, err := range inputs {
			if err == nil {
				w.mu.Lock()
				w.formats[in.Path] = in.Format.Name()
				w.mu.Unlock()
			}
			if !yield(in, err) {
				return
			}
		}
	}
}

// Taken is what became of a block.
type Taken struct {
	Source *event.Source
	// New and Known count records that were not in the archive and that were,
	// Unparsed those of the new ones that no parser took.
	New, Known, Unparsed int64
	// Bytes is the size of the block.
	Bytes    int64
	Problems []parse.Problem
	// Err is a fault of the archive, after which nothing more is taken in.
	Err error
}

// NewWork returns the work of one worker: decode a block and take its events in.
func (w *Writer) NewWork() parse.Work[*Taken] {
	t := newTaker(w)
	return func(b *parse.Block, d parse.Decoder) *Taken {
		w.gate.RLock()
		defer w.gate.RUnlock()
		t.begin(b)
		if t.taken.Err = w.failed; t.taken.Err != nil {
			return t.taken
		}
		t.decode(b, d)
		if t.taken.Err == nil && t.taken.New > 0 {
			t.taken.Err = w.head.append(b, w.formatOf(b.Source))
		}
		return t.taken
	}
}

func (w *Writer) formatOf(src *event.Source) string {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.formats[src.Path]
}

// Take counts what became of a block and seals when there is too much in memory.
// It is called on one goroutine, in the order of the input.
func (w *Writer) Take(t *Taken) error {
	if err := w.count(t); err != nil {
		return err
	}
	if w.held.Load() >= w.archive.opt.Memory {
		return w.Seal()
	}
	if now := w.archive.opt.Now(); now.Sub(w.synced) >= time.Second || now.Before(w.synced) {
		w.synced = now
		return w.head.sync()
	}
	return nil
}

// count notes what became of a block with its source.
func (w *Writer) count(t *Taken) error {
	if t.Err != nil {
		return t.Err
	}
	f, ok := w.sources[t.Source]
	if !ok {
		f = &SourceFile{
			Path: t.Source.Path, Format: w.formatOf(t.Source), Host: t.Source.Host, First: fmt.Sprintf("%x", t.Source.First),
		}
		w.sources[t.Source] = f
	}
	f.Bytes, f.New, f.Known = f.Bytes+t.Bytes, f.New+t.New, f.Known+t.Known
	return nil
}

// Whole notes that a file as it lies on disk, of the given SHA-256, was taken
// in to its end.
func (w *Writer) Whole(path, format, digest string, bytes int64) {
	w.known.file(&SourceFile{Path: path, Format: format, Digest: digest, Bytes: bytes})
}

// IsWhole says whether a file with this SHA-256 was taken in to its end.
func (w *Writer) IsWhole(digest string) bool { return w.known.isWhole(digest) }

// IsSize says whether a file of this size was taken in to its end.
func (w *Writer) IsSize(bytes int64) bool { return w.known.isSize(bytes) }

// Held returns how many records are not sealed yet.
func (w *Writer) Held() (n int64) {
	w.mu.Lock()
	defer w.mu.Unlock()
	for _, p := range w.partitions {
		p.mu.Lock()
		n += int64(p.builder.Len())
		p.mu.Unlock()
	}
	return n
}

// Close makes durable what was taken in; what is not sealed stays in the head.
func (w *Writer) Close() error { return errors.Join(w.head.close(), w.lock.Close()) }

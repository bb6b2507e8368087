package entityday

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"
)

// Listed is a file of a table, as the archive's manifest lists it.
type Listed struct {
	Period Period
	Path   string // within the table's file system; the filter has FilterSuffix after it
	Sum    Sum    // of the runs in it
}

// FilterSuffix is what the name of a filter has after that of its file.
const FilterSuffix = ".filter"

// ErrOverlap is returned for files that have runs in common in a way that
// leaves no choice of files that counts each run once.
var ErrOverlap = errors.New("files have runs in common")

// Table is the table of an archive: a set of files, opened when they are asked
// for. It is safe for concurrent use.
type Table struct {
	fsys  fs.FS
	files []Listed

	mu   sync.Mutex
	open map[string]*opened
}

type opened struct {
	once sync.Once
	*File
	close io.Closer
	err   error
}

// NewTable returns the table of files in fsys, which must open files that can be
// read at any place, as those of [os.DirFS] are.
//
// Runs of a day can be in several files of the day, and in those of its month and
// year besides; a run is counted once all the same.
func NewTable(fsys fs.FS, files []Listed) *Table {
	files = slices.Clone(files)
	slices.SortFunc(files, func(a, b Listed) int {
		return strings.Compare(a.Path, b.Path)
	})
	return &Table{fsys: fsys, files: files, open: map[string]*opened{}}
}

// Close closes all files.
func (t *Table) Close() error {
	t.mu.Lock()
	defer t.mu.Unlock()
	var errs []error
	for _, o := range t.open {
		if o.close != nil {
			errs = append(errs, o.close.Close())
		}
	}
	clear(t.open)
	return errors.Join(errs...)
}

// File opens a file of the table. It stays open until the table is closed.
func (t *Table) File(path string) (*File, error) {
	t.mu.Lock()
	o, ok := t.open[path]
	if !ok {
		o = &opened{}
		t.open[path] = o
	}
	t.mu.Unlock()
	o.once.Do(func() { o.File, o.close, o.err = t.openFile(path) })
	if o.err != nil {
		return nil, fmt.Errorf("%s: %w", path, o.err)
	}
	return o.File, nil
}

func (t *Table) openFile(path string) (*File, io.Closer, error) {
	bloom, err := fs.ReadFile(t.fsys, path+FilterSuffix)
	if err != nil {
		return nil, nil, err
	}
	f, err := t.fsys.Open(path)
	if err != nil {
		return nil, nil, err
	}
	info, err := f.Stat()
	if err != nil {
		return nil, f, err
	}
	r, ok := f.(io.ReaderAt)
	if !ok {
		return nil, f, errors.New("the file system cannot read at a place")
	}
	file, err := Open(r, info.Size(), bloom)
	return file, f, err
}

// Bounds are the days of a question, From included and Before not. The zero value
// is all days, and what has no day.
type Bounds struct{ From, Before Day }

func (b Bounds) all() bool { return b == Bounds{} }

// holds says whether the whole period is within the bounds.
func (b Bounds) holds(p Period) bool {
	return b.all() || p.First != Undated && p.First >= b.From && p.Last() < b.Before
}

// meets says whether any day of the period is within the bounds.
func (b Bounds) meets(p Period) bool {
	return b.all() || p.First != Undated && p.First < b.Before && p.Last() >= b.From
}

// Cost says what a lookup took.
type Cost struct {
	Files int
	Looked
}

// Lookup yields the rows of the days within the bounds that answer the
// questions. Rows of one entity come from several files, in the order of [Plan].
//
// A file whose period reaches beyond the bounds is read only if no files of
// shorter periods are there; of its rows, Days is cut to the bounds and rows
// without a day in them are left out, but count, first and last stay those of the
// period.
func (t *Table) Lookup(ctx context.Context, b Bounds, asks []Ask, yield func(Match) bool) (Cost, error) {
	var cost Cost
	plan, err := t.Plan(b)
	if err != nil {
		return cost, err
	}
	all := probes(asks)
	stopped := false
	for _, l := range plan {
		f, err := t.File(l.Path)
		if err != nil {
			return cost, fmt.Errorf("opening a file of the table: %w", err)
		}
		whole := b.holds(l.Period)
		looked, err := f.lookup(ctx, all, func(m Match) bool {
			if !whole {
				if m.Row.Days = m.Row.Days.Within(b.From, b.Before-1); m.Row.Days == "" {
					return true
				}
			}
			stopped = !yield(m)
			return !stopped
		})
		cost.Files++
		cost.Probes += looked.Probes
		cost.Read += looked.Read
		cost.Rows += looked.Rows
		if err != nil {
			return cost, fmt.Errorf("%s: %w", l.Path, err)
		}
		if stopped {
			break
		}
	}
	return cost, nil
}

package entityday

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sort"
	"strings"
	"time"

	"github.com/parquet-go/parquet-go"
)

// ErrForm is returned for a file that is no table of entities.
var ErrForm = errors.New("the file is no table of entities")

// File is a file of rows, open for reading. It is safe for concurrent use.
type File struct {
	Summary
	Period Period

	parquet *parquet.File
	filter  filter
	groups  []group
	pages   []pageRef
	columns [columns]int
}

// group is a row group.
type group struct {
	chunks []parquet.ColumnChunk
	rows   int64
}

// pageRef is a page of keys: the first of them, perhaps cut to [keyBytes].
type pageRef struct {
	min   string
	group int
	row   int64 // in the group
}

// The columns that are read; kind and value follow from the key.
const (
	columnKey = iota
	columnDataset
	columnRole
	columnHost
	columnFirst
	columnLast
	columnCount
	columnDaySet
	columns
)

// columnNames are in the order of the constants.
var columnNames = [columns]string{"key", "dataset", "role", "host", "first", "last", "count", "day_set"}

// Open opens a file of size bytes. filterFile is what was written beside it: with
// it, what is absent is found to be so in memory, and whatever is read is
// compared with its checksum first ([ErrDamaged]), since the library for Parquet
// takes damaged pages at their word.
func Open(r io.ReaderAt, size int64, filterFile []byte) (f *File, err error) {
	defer guard(&err)
	beside, err := readCompanion(filterFile)
	if err != nil {
		return nil, fmt.Errorf("opening: %w", err)
	}
	if beside.size != size {
		return nil, fmt.Errorf("opening: %d bytes, of which %d were written: %w", size, beside.size, ErrDamaged)
	}
	r = &checked{r: r, size: size, sums: beside.sums}
	p, err := parquet.OpenFile(r, size, parquet.SkipBloomFilters(true), parquet.ReadBufferSize(pageBytes))
	if err != nil {
		return nil, fmt.Errorf("opening: %w: %w", ErrForm, err)
	}
	f = &File{parquet: p, filter: beside.filter}
	if err := f.readMeta(); err != nil {
		return nil, fmt.Errorf("opening: %w: %w", ErrForm, err)
	}
	for i, name := range columnNames {
		leaf, ok := p.Schema().Lookup(name)
		if !ok {
			return nil, fmt.Errorf("opening: column %s: %w", name, ErrForm)
		}
		f.columns[i] = leaf.ColumnIndex
	}
	return f, f.readPages()
}

func (f *File) readMeta() error {
	period, _ := f.parquet.Lookup(metaPeriod)
	level, first, _ := strings.Cut(period, " ")
	l, ok := ParseLevel(level)
	if !ok {
		return fmt.Errorf("period %q is not known", period)
	}
	f.Period = Period{Level: l, First: Undated}
	if first != Undated.String() {
		t, err := time.Parse(time.DateOnly, first+"-01-01"[:max(0, len(time.DateOnly)-len(first))])
		if err != nil {
			return fmt.Errorf("period %q: %w", period, err)
		}
		f.Period.First = DayOf(t)
	}
	summary, _ := f.parquet.Lookup(metaCount)
	if err := json.Unmarshal([]byte(summary), &f.Summary); err != nil {
		return fmt.Errorf("reading the summary: %w", err)
	}
	return nil
}

// Runs returns the runs whose rows are in the file, sorted.
func (f *File) Runs() ([]RunID, error) {
	text, _ := f.parquet.Lookup(metaRuns)
	b, err := base64.StdEncoding.DecodeString(text)
	if err != nil || len(b)%len(RunID{}) != 0 {
		return nil, fmt.Errorf("reading the runs: %w", ErrForm)
	}
	runs := make([]RunID, len(b)/len(RunID{}))
	for i := range runs {
		copy(runs[i][:], b[i*len(RunID{}):])
	}
	return runs, nil
}

// readPages takes the page index over the keys.
func (f *File) readPages() error {
	for g, rg := range f.parquet.RowGroups() {
		chunks := rg.ColumnChunks()
		f.groups = append(f.groups, group{chunks, rg.NumRows()})
		index, err := chunks[f.columns[columnKey]].ColumnIndex()
		if err != nil {
			return fmt.Errorf("reading the index of row group %d: %w", g, err)
		}
		offsets, err := chunks[f.columns[columnKey]].OffsetIndex()
		if err != nil {
			return fmt.Errorf("reading the offsets of row group %d: %w", g, err)
		}
		for i := range min(index.NumPages(), offsets.NumPages()) {
			f.pages = append(f.pages, pageRef{string(index.MinValue(i).ByteArray()), g, offsets.FirstRowIndex(i)})
		}
	}
	return nil
}

// startOf returns the first page that can hold a key that is not before text.
func (f *File) startOf(text string) pageRef {
	text = text[:min(len(text), keyBytes)]
	i := sort.Search(len(f.pages), func(i int) bool { return f.pages[i].min >= text })
	return f.pages[max(0, i-1)]
}

// place is a row of a file.
type place struct {
	group int
	row   int64
}

// reader reads rows of a file, fastest in their order. It is used by one
// goroutine and must be closed.
type reader struct {
	file    *File
	group   int // of the cursors
	cursors [columns]*cursor
	names   map[string]string // datasets, roles, hosts and sets of days met
	last    [columns]string   // that of the row before
}

func (f *File) reader() *reader { return &reader{file: f, group: -1, names: map[string]string{}} }

// value returns a value of a column.
func (r *reader) value(column int, at place) (v parquet.Value, err error) {
	defer guard(&err)
	if at.group != r.group {
		r.close()
		r.group = at.group
	}
	c := r.cursors[column]
	if c == nil {
		var err error
		if c, err = newCursor(r.file.groups[at.group].chunks[r.file.columns[column]]); err != nil {
			return parquet.Value{}, err
		}
		r.cursors[column] = c
	}
	return c.at(at.row)
}

func (r *reader) close() {
	for i, c := range r.cursors {
		if c != nil {
			c.close()
		}
		r.cursors[i] = nil
	}
}

// next returns the place after another one; ok is false at the end.
func (r *reader) next(at place) (place, bool) {
	at.row++
	return r.settle(at)
}

// settle moves a place at the end of its group to the next group.
func (r *reader) settle(at place) (place, bool) {
	for at.group < len(r.file.groups) && at.row >= r.file.groups[at.group].rows {
		at = place{at.group + 1, 0}
	}
	return at, at.group < len(r.file.groups)
}

// maxNames bounds the texts that rows share.
const maxNames = 1 << 16

// name returns the text of a column's value, the same string for the same text.
func (r *reader) name(column int, v parquet.Value) string {
	b := v.ByteArray()
	if string(b) == r.last[column] {
		return r.last[column]
	}
	s, ok := r.names[string(b)]
	if !ok {
		if len(r.names) >= maxNames {
			clear(r.names)
		}
		s = string(b)
		r.names[s] = s
	}
	r.last[column] = s
	return s
}

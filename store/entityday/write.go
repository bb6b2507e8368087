package entityday

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"
	"slices"
	"strings"

	"github.com/parquet-go/parquet-go"
	"github.com/parquet-go/parquet-go/compress/zstd"

	"github.com/dwell-project/dwell/entity"
)

// Level is how long the period of a file is.
type Level uint8

// The levels, shortest first.
const (
	Daily Level = iota
	Monthly
	Yearly
)

// levelNames are in the order of the constants.
var levelNames = [...]string{"day", "month", "year"}

// String returns day, month or year.
func (l Level) String() string {
	if int(l) >= len(levelNames) {
		return ""
	}
	return levelNames[l]
}

// ParseLevel reads what [Level.String] writes.
func ParseLevel(s string) (Level, bool) {
	i := slices.Index(levelNames[:], s)
	return Level(max(i, 0)), i >= 0
}

// Period is the days from the beginning of a day, month or year on.
type Period struct {
	Level Level
	First Day // Undated for events without a time, at every level
}

// PeriodOf returns the period of a level that holds a day.
func PeriodOf(l Level, d Day) Period {
	if d == Undated {
		return Period{l, d}
	}
	t := d.Time()
	switch l {
	case Monthly:
		d -= Day(t.Day() - 1)
	case Yearly:
		d -= Day(t.YearDay() - 1)
	case Daily:
	}
	return Period{l, d}
}

// Last returns the last day of the period.
func (p Period) Last() Day {
	if p.First == Undated {
		return Undated
	}
	t := p.First.Time()
	switch p.Level {
	case Monthly:
		t = t.AddDate(0, 1, 0)
	case Yearly:
		t = t.AddDate(1, 0, 0)
	case Daily:
		return p.First
	}
	return DayOf(t) - 1
}

// String returns the period as 2006-01-02, 2006-01 or 2006.
func (p Period) String() string {
	s := p.First.String()
	if p.First == Undated || p.Level == Daily {
		return s
	}
	cut := strings.LastIndexByte(s, '-')
	if p.Level == Yearly {
		cut = strings.LastIndexByte(s[:cut], '-')
	}
	return s[:cut]
}

// RunID names a sealed run, whose rows are counted once.
type RunID [16]byte

// Sum identifies a set of runs: the sum of their ids, modulo 2^64 in each half.
// Sets of runs that have nothing in common can be added.
type Sum [2]uint64

// SumOf returns the sum of runs.
func SumOf(runs ...RunID) Sum {
	var s Sum
	for _, r := range runs {
		for i := range s {
			for j := range 8 {
				s[i] += uint64(r[8*i+j]) << (8 * j)
			}
		}
	}
	return s
}

// Add returns the sum of both sets.
func (s Sum) Add(o Sum) Sum { return Sum{s[0] + o[0], s[1] + o[1]} }

// Summary says what is in a written file.
type Summary struct {
	Rows     int64 `json:"rows"`
	Entities int64 `json:"entities"`
	Runs     int   `json:"runs"`
	Sum      Sum   `json:"sum"`
}

// ErrOrder is returned for rows that are not sorted, or not unique.
var ErrOrder = errors.New("rows are not in order")

// ErrTwice is returned for a run that would be counted twice.
var ErrTwice = errors.New("a run comes twice")

// record is a row as it stands in a file. The columns are an interface for
// other engines: docs/reference/entities.md.
type record struct {
	Key     string `parquet:"key,delta,zstd"`
	Kind    string `parquet:"kind,dict,zstd"`
	Value   string `parquet:"value,delta,zstd"`
	Dataset string `parquet:"dataset,dict,zstd"`
	Role    string `parquet:"role,dict,zstd"`
	Host    string `parquet:"host,dict,zstd"`
	First   int64  `parquet:"first,delta,timestamp(microsecond),zstd"`
	Last    int64  `parquet:"last,delta,timestamp(microsecond),zstd"`
	Count   int64  `parquet:"count,delta,zstd"`
	Days    int32  `parquet:"days,delta,zstd"`
	DaySet  []byte `parquet:"day_set,zstd"`
}

const (
	rowsPerGroup = 1 << 18
	// pageBytes is small: a question reads a page to get at one row.
	pageBytes  = 16 << 10
	keyBytes   = 256 // of keys in the page index
	batchRows  = 1024
	metaPeriod = "dwell.entityday.period"
	metaRuns   = "dwell.entityday.runs"
	metaCount  = "dwell.entityday.summary"
)

// Content is what a file is made of.
type Content struct {
	Period Period
	// Runs are those that the rows come from, each once.
	Runs []RunID
	// Rows are sorted and unique; see [Accumulator.Rows] and [Merge]. An error
	// ends them.
	Rows iter.Seq2[Row, error]
}

// NoError makes rows that cannot fail what [Content] takes.
func NoError(rows iter.Seq[Row]) iter.Seq2[Row, error] {
	return func(yield func(Row, error) bool) {
		for r := range rows {
			if !yield(r, nil) {
				return
			}
		}
	}
}

// Write writes a file and, to filterFile, the filter and the checksums that lie
// beside it. Memory is that of a row group (some
// megabytes) and 8 bytes for each entity. It returns [ErrOrder] or [ErrTwice] for
// content that is not as it must be.
func Write(file, filterFile io.Writer, c Content) (Summary, error) {
	checks := &summer{w: file}
	w, err := newWriter(checks, c)
	if err != nil {
		return Summary{}, err
	}
	for r, err := range c.Rows {
		if err != nil {
			return Summary{}, err
		}
		if err := w.add(&r); err != nil {
			return Summary{}, fmt.Errorf("writing row %d: %w", w.Rows+1, err)
		}
	}
	if err := w.close(); err != nil {
		return Summary{}, err
	}
	f := newFilter(len(w.hashes))
	for _, h := range w.hashes {
		f.insert(h)
	}
	checks.end()
	beside := companion{filter: f, size: checks.size, sums: checks.sums}
	return w.Summary, beside.writeTo(filterFile)
}

// writer writes rows in batches.
type writer struct {
	Summary
	parquet *parquet.GenericWriter[record]
	batch   []record
	hashes  []uint64 // of the keys, and of the domains above them
	last    Row
	above   string // the last domain of which those above are in hashes
}

func newWriter(w io.Writer, c Content) (*writer, error) {
	runs := slices.Clone(c.Runs)
	slices.SortFunc(runs, func(a, b RunID) int { return slices.Compare(a[:], b[:]) })
	ids := make([]byte, 0, len(runs)*len(RunID{}))
	for i, id := range runs {
		if i > 0 && id == runs[i-1] {
			return nil, fmt.Errorf("run %x: %w", id, ErrTwice)
		}
		ids = append(ids, id[:]...)
	}
	p := parquet.NewGenericWriter[record](w,
		parquet.Compression(&zstd.Codec{Level: zstd.SpeedDefault}),
		parquet.PageBufferSize(pageBytes),
		parquet.MaxRowsPerRowGroup(rowsPerGroup),
		parquet.ColumnIndexSizeLimit(func([]string) int { return keyBytes }),
		parquet.CreatedBy("dwell", "entityday", "1"),
		parquet.KeyValueMetadata(metaPeriod, c.Period.Level.String()+" "+c.Period.String()),
		parquet.KeyValueMetadata(metaRuns, base64.StdEncoding.EncodeToString(ids)),
		parquet.SortingWriterConfig(parquet.SortingColumns(
			parquet.Ascending("key"), parquet.Ascending("dataset"), parquet.Ascending("role"), parquet.Ascending("host"),
		)),
	)
	return &writer{parquet: p, Summary: Summary{Runs: len(runs), Sum: SumOf(runs...)}}, nil
}

func (w *writer) add(r *Row) error {
	switch c := compare(&w.last, r); {
	case w.Rows > 0 && c >= 0:
		return fmt.Errorf("%s %s on %s: %w", r.Entity.Kind, r.Entity.Value, r.Host, ErrOrder)
	case w.Rows == 0 || w.last.Key() != r.Key():
		w.Entities++
		w.hash(r)
	}
	w.last = *r
	w.Rows++
	w.batch = append(w.batch, record{
		Key: r.Key(), Kind: r.Entity.Kind.String(), Value: r.Entity.Value,
		Dataset: r.Dataset, Role: r.Role.String(), Host: r.Host,
		First: int64(r.First), Last: int64(r.Last), Count: r.Count,
		Days: int32(r.Days.Len()), DaySet: []byte(r.Days),
	})
	if len(w.batch) == batchRows {
		return w.flush()
	}
	return nil
}

// hash notes what the filter must know: the key, and what has the entity under
// it, as [Ask] has it.
func (w *writer) hash(r *Row) {
	w.hashes = append(w.hashes, xxhash(r.Key()))
	e := r.Entity
	switch e.Kind {
	case entity.Domain:
		w.hashAbove(e)
	case entity.URL:
		if place, ok := e.Place(); ok && place.Kind == entity.Domain {
			w.hashAbove(place)
		}
	case entity.Host:
		if short, _, dotted := strings.Cut(e.Value, "."); dotted {
			w.hashes = append(w.hashes, hashUnder(entity.Entity{Kind: e.Kind, Value: short}))
		}
	case entity.Account:
		if at := strings.IndexAny(e.Value, `\@`); at >= 0 {
			w.hashes = append(w.hashes, hashUnder(bareAccount(e)))
		}
	}
}

// bareAccount is an account without its domain.
func bareAccount(e entity.Entity) entity.Entity {
	if _, name, ok := strings.Cut(e.Value, `\`); ok {
		e.Value = name
	} else {
		e.Value, _, _ = strings.Cut(e.Value, "@")
	}
	return e
}

// hashAbove notes a domain and those above it, up to the one that somebody
// registered; all of them with two labels if nobody did. Their keys are what the
// domain's key begins with.
func (w *writer) hashAbove(domain entity.Entity) {
	last, key := w.above, domain.Key()
	w.above = key
	top := len(key) - len(domain.Value) + len(entity.Registrable(domain.Value))
	for len(key) >= top && key != last && !isAbove(key, last) {
		w.hashes = append(w.hashes, xxhash(underPrefix+key))
		key = key[:max(0, strings.LastIndexByte(key, '.'))]
		if !strings.Contains(key, ".") {
			return
		}
	}
}

// isAbove says whether the key of a domain is that of one above another's. What
// is above a domain that was just noted has been noted with it: keys come sorted.
func isAbove(key, of string) bool {
	return len(of) > len(key) && of[len(key)] == '.' && strings.HasPrefix(of, key)
}

// hashUnder is what the filter knows of an entity that has others under it.
func hashUnder(e entity.Entity) uint64 { return xxhash(underPrefix + e.Key()) }

// underPrefix marks what the filter knows of domains that have others under
// them.
const underPrefix = "under "

func (w *writer) flush() error {
	_, err := w.parquet.Write(w.batch)
	w.batch = w.batch[:0]
	return err
}

func (w *writer) close() error {
	if err := w.flush(); err != nil {
		return err
	}
	summary, err := json.Marshal(w.Summary)
	if err != nil {
		return err
	}
	w.parquet.SetKeyValueMetadata(metaCount, string(summary))
	return w.parquet.Close()
}

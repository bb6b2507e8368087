package store

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"iter"
	"maps"
	"os"
	"slices"
	"time"

	"github.com/dwell-project/dwell/store/coverage"
	"github.com/dwell-project/dwell/store/entityday"
)

// The kinds of [Table].
const (
	KindCoverage = "coverage"
	KindEntities = "entities"
	// KindFilter is what lies beside a table of entities.
	KindFilter = "filter"
)

// derive writes what follows from the records that are being sealed, and adds
// it to the manifest. It returns the files that it made, also with an error.
func (w *Writer) derive(next *Manifest) (made []string, err error) {
	before := len(next.Tables)
	err = w.deriveCoverage(next)
	if err == nil {
		err = w.deriveEntities(next)
	}
	for i := range next.Tables[before:] {
		made = append(made, next.Tables[before+i].Path)
	}
	return made, err
}

func (w *Writer) deriveCoverage(next *Manifest) error {
	maps := make([]*coverage.Map, 0, len(w.takers))
	for _, t := range w.takers {
		maps = append(maps, t.seen)
	}
	rows := coverage.Rows(maps...)
	if len(rows) == 0 {
		return nil
	}
	path := fmt.Sprintf("coverage/%09d.parquet", next.Generation+1)
	t, err := w.table(path, func(out io.Writer) error { return coverage.Write(out, rows) })
	t.Kind, t.Period = KindCoverage, rows[0].Day
	next.Tables = append(next.Tables, t)
	return err
}

// deriveEntities writes a table for each day among the records.
func (w *Writer) deriveEntities(next *Manifest) error {
	corners := map[string][]*corner{}
	for _, t := range w.takers {
		if t.generation != w.manifest.Generation {
			continue // of what was sealed before
		}
		for at, c := range t.places {
			corners[at.day] = append(corners[at.day], c)
		}
	}
	for _, day := range sortedKeys(corners) {
		c := content(corners[day], fmt.Sprintf("%s %09d", next.ID, next.Generation+1))
		if err := w.entities(next, c, fmt.Sprintf("entities/day=%s/%09d.parquet", day, next.Generation+1)); err != nil {
			return err
		}
	}
	return nil
}

// content is what the corners of one day amount to. The runs sealed together
// are one run to the table.
func content(corners []*corner, name string) entityday.Content {
	rows := make([]iter.Seq2[entityday.Row, error], 0, len(corners))
	for _, c := range corners {
		rows = append(rows, entityday.NoError(c.entities.Rows()))
	}
	period, _ := parsePeriod(corners[0].at.day)
	sum := sha256.Sum256([]byte(name + " " + corners[0].at.day))
	return entityday.Content{
		Period: period, Runs: []entityday.RunID{entityday.RunID(sum[:16])},
		Rows: entityday.Together(rows...),
	}
}

// entities writes a table of entities and what lies beside it, and adds both to
// the manifest.
func (w *Writer) entities(next *Manifest, c entityday.Content, path string) error {
	var filter bytes.Buffer
	var summary entityday.Summary
	t, err := w.table(path, func(out io.Writer) (err error) {
		summary, err = entityday.Write(out, &filter, c)
		return err
	})
	t.Kind, t.Period, t.Runs = KindEntities, c.Period.String(), summary.Sum
	next.Tables = append(next.Tables, t)
	if err != nil {
		return err
	}
	f, err := w.table(path+entityday.FilterSuffix, func(out io.Writer) error {
		_, err := out.Write(filter.Bytes())
		return err
	})
	f.Kind, f.Period = KindFilter, t.Period
	next.Tables = append(next.Tables, f)
	return err
}

// table writes a derived file.
func (w *Writer) table(path string, write func(io.Writer) error) (Table, error) {
	f, err := w.file(path, write)
	if err != nil {
		err = fmt.Errorf("writing %s: %w", path, err)
	}
	return Table{Path: f.Path, Size: f.Size, Digest: f.Digest}, err
}

// RollUp joins the tables of entities: those of a day that were sealed at
// different times, the days of each month, the months of each year. So a
// question about years opens a few files. It returns how many it wrote.
//
// Unless all is set, months and years are made anew only when what is not in
// them has grown to what is: then a record's entities are written a few times
// in all, however often logs are taken in, and answers are the same.
func (w *Writer) RollUp(all bool) (wrote int, err error) {
	w.gate.Lock()
	defer w.gate.Unlock()
	if w.failed != nil {
		return 0, w.failed
	}
	next := w.manifest.clone()
	for _, level := range []entityday.Level{entityday.Daily, entityday.Monthly, entityday.Yearly} {
		n, err := w.rollUp(next, level, all)
		wrote += n
		if err != nil {
			var made []string
			for i := range next.Tables {
				if !slices.ContainsFunc(w.manifest.Tables, func(t Table) bool { return t.Path == next.Tables[i].Path }) {
					made = append(made, next.Tables[i].Path)
				}
			}
			return 0, errors.Join(err, w.drop(made))
		}
	}
	if wrote == 0 {
		return 0, nil
	}
	if err := next.write(w.archive.folder, w.archive.files); err != nil {
		w.failed = err
		return 0, err
	}
	w.manifest = next
	return wrote, nil
}

// rollUp makes the tables of one level that are not up to date, of those of the
// level below or, for days, of their own.
func (w *Writer) rollUp(next *Manifest, level entityday.Level, all bool) (wrote int, err error) {
	from := level
	if level > entityday.Daily {
		from--
	}
	parts := map[entityday.Period][]Table{}
	there := map[entityday.Period]Table{}
	for _, t := range next.Tables {
		p, ok := parsePeriod(t.Period)
		if t.Kind != KindEntities || !ok || p.First == entityday.Undated && level > entityday.Daily {
			continue
		}
		if p.Level == from {
			at := entityday.PeriodOf(level, p.First)
			parts[at] = append(parts[at], t)
		}
		if p.Level == level && level > entityday.Daily {
			there[p] = t
		}
	}
	for _, at := range sortedPeriods(parts) {
		var sum entityday.Sum
		var size int64
		for _, t := range parts[at] {
			sum, size = sum.Add(t.Runs), size+t.Size
		}
		old := there[at]
		if sum == old.Runs || level == entityday.Daily && len(parts[at]) < 2 || !all && size < 2*old.Size {
			continue
		}
		if err := w.joinTables(next, at, parts[at]); err != nil {
			return wrote, err
		}
		wrote++
	}
	return wrote, nil
}

func sortedPeriods(m map[entityday.Period][]Table) []entityday.Period {
	return slices.SortedFunc(maps.Keys(m), func(a, b entityday.Period) int { return cmp.Compare(a.First, b.First) })
}

// joinTables makes one table of others. What it replaces, its parts or the one
// of the same period, goes; days below a month stay.
func (w *Writer) joinTables(next *Manifest, at entityday.Period, parts []Table) error {
	table := w.archive.entities(parts)
	defer table.Close() //nolint:errcheck // it was only read
	files := make([]*entityday.File, 0, len(parts))
	for i := range parts {
		f, err := table.File(parts[i].Path)
		if err != nil {
			return fmt.Errorf("joining entities of %s: %w", at, err)
		}
		files = append(files, f)
	}
	content, err := entityday.Merge(at, files...)
	if err != nil {
		return fmt.Errorf("joining entities of %s: %w", at, err)
	}
	next.retireTables(func(t *Table) bool {
		return t.Period == at.String() && (t.Kind == KindEntities || t.Kind == KindFilter)
	}, w.archive.opt.Now().UTC())
	return w.entities(next, content, fmt.Sprintf("entities/%s=%s/%09d.parquet", at.Level, at, next.Generation+1))
}

// retireTables takes tables out of the manifest; their files stay a while.
func (m *Manifest) retireTables(gone func(*Table) bool, now time.Time) {
	m.Tables = slices.DeleteFunc(m.Tables, func(t Table) bool {
		if gone(&t) {
			m.Retired = append(m.Retired, Retired{Path: t.Path, At: now})
			return true
		}
		return false
	})
}

// entities returns the table of entities that the given files are.
func (a *Archive) entities(tables []Table) *entityday.Table {
	var listed []entityday.Listed
	for i := range tables {
		if p, ok := parsePeriod(tables[i].Period); ok && tables[i].Kind == KindEntities {
			listed = append(listed, entityday.Listed{Period: p, Path: tables[i].Path, Sum: tables[i].Runs})
		}
	}
	return entityday.NewTable(os.DirFS(a.folder), listed)
}

// Entities returns the table of what was seen when, to be closed. Records that
// are not sealed are not in it.
func (s *Snapshot) Entities() *entityday.Table { return s.archive.entities(s.Tables) }

// parsePeriod reads what [entityday.Period.String] writes, as days for those
// without one.
func parsePeriod(text string) (p entityday.Period, ok bool) {
	if text == Undated {
		return entityday.Period{Level: entityday.Daily, First: entityday.Undated}, true
	}
	for level, layout := range map[entityday.Level]string{
		entityday.Daily: time.DateOnly, entityday.Monthly: "2006-01", entityday.Yearly: "2006",
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return entityday.PeriodOf(level, entityday.DayOf(t)), true
		}
	}
	return p, false
}

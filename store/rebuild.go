package store

import (
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/store/coverage"
	"github.com/dwell-project/dwell/store/entityday"
)

// Rebuild makes damaged tables of entities and of coverage again, from the
// segments, and returns the paths of those that were damaged. Those of months
// and years come back with [Writer.RollUp]. What a table knew of records that
// retention took away, or that are in a damaged segment, is lost with it.
func (w *Writer) Rebuild() (damaged []string, err error) {
	w.gate.Lock()
	defer w.gate.Unlock()
	if w.failed != nil {
		return nil, w.failed
	}
	bad := w.archive.damagedTables(w.manifest.Tables)
	if len(bad) == 0 {
		return nil, nil
	}
	next := w.manifest.clone()
	r := rebuilding{writer: w, next: next}
	for i := range w.manifest.Tables {
		t := &w.manifest.Tables[i]
		if bad[t.Path] == nil {
			continue
		}
		damaged = append(damaged, t.Path)
		if err = r.table(t); err != nil {
			return nil, errors.Join(err, w.drop(r.made))
		}
	}
	if err := next.write(w.archive.folder, w.archive.files); err != nil {
		w.failed = err
		return nil, err
	}
	w.manifest = next
	return damaged, nil
}

// rebuilding is the making of tables for a next manifest.
type rebuilding struct {
	writer *Writer
	next   *Manifest
	made   []string
	done   []string // periods of entities, and KindCoverage
}

func (r *rebuilding) table(t *Table) error {
	key := t.Period
	if t.Kind == KindCoverage {
		key = KindCoverage
	}
	if slices.Contains(r.done, key) {
		return nil
	}
	r.done = append(r.done, key)
	gone := func(o *Table) bool { return o.Kind != KindCoverage && o.Period == t.Period }
	if t.Kind == KindCoverage {
		gone = func(o *Table) bool { return o.Kind == KindCoverage }
	}
	r.next.retireTables(gone, r.writer.archive.opt.Now().UTC())
	before := len(r.next.Tables)
	var err error
	if t.Kind == KindCoverage {
		err = r.coverage()
	} else if p, ok := parsePeriod(t.Period); ok && p.Level == entityday.Daily {
		err = r.entities(t.Period)
	}
	for i := range r.next.Tables[before:] {
		r.made = append(r.made, r.next.Tables[before+i].Path)
	}
	return err
}

// entities makes the table of a day.
func (r *rebuilding) entities(day string) error {
	x := entityday.NewExtractor(r.writer.tables, r.writer.names)
	corners := map[string]*corner{}
	err := r.events(day, func(ev *event.Event) {
		c, ok := corners[ev.Dataset]
		if !ok {
			c = &corner{at: place{ev.Dataset, day}, entities: x.Run(ev.Dataset, entityday.DayOf(ev.Time))}
			corners[ev.Dataset] = c
		}
		c.entities.Add(ev)
	})
	if err != nil || len(corners) == 0 {
		return err
	}
	var all []*corner
	for _, dataset := range sortedKeys(corners) {
		all = append(all, corners[dataset])
	}
	name := fmt.Sprintf("%s rebuilt %09d", r.next.ID, r.next.Generation+1)
	return r.writer.entities(r.next, content(all, name), fmt.Sprintf("entities/day=%s/%09d-rebuilt.parquet", day, r.next.Generation+1))
}

// coverageDays is of how many days the coverage is held in memory at once.
const coverageDays = 32

// coverage makes the tables of all days.
func (r *rebuilding) coverage() error {
	days := map[string]bool{}
	for i := range r.next.Segments {
		days[r.next.Segments[i].Day] = true
	}
	part := 0
	for some := range slices.Chunk(sortedKeys(days), coverageDays) {
		seen := coverage.NewMap(r.writer.names)
		for _, day := range some {
			if err := r.events(day, seen.Add); err != nil {
				return err
			}
		}
		rows := coverage.Rows(seen)
		if len(rows) == 0 {
			continue
		}
		part++
		path := fmt.Sprintf("coverage/%09d-rebuilt-%05d.parquet", r.next.Generation+1, part)
		t, err := r.writer.table(path, func(out io.Writer) error { return coverage.Write(out, rows) })
		t.Kind, t.Period = KindCoverage, rows[0].Day
		r.next.Tables = append(r.next.Tables, t)
		if err != nil {
			return err
		}
	}
	return nil
}

// events yields the records of a day that are sealed and whole.
func (r *rebuilding) events(day string, yield func(*event.Event)) error {
	d := &sealedDecoder{format: &sealedFormat{archive: r.writer.archive}, names: r.writer.names}
	defer d.close() //nolint:errcheck // it was only read
	for i := range r.next.Segments {
		s := &r.next.Segments[i]
		if s.Day != day {
			continue
		}
		for run := range s.Runs {
			err := d.decode(s, run, func(ev *event.Event) bool { yield(ev); return true })
			if errors.Is(err, ErrDamaged) {
				r.writer.setAside(s.Path, err)
				break
			}
			if err != nil {
				return fmt.Errorf("reading the records of %s: %w", day, err)
			}
		}
	}
	return nil
}

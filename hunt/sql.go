package hunt

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/dwell-project/dwell/store"
	"github.com/dwell-project/dwell/store/duck"
	"github.com/dwell-project/dwell/store/segment"
)

// Views that are about all datasets.
const (
	EventsView  = "events"
	ColumnsView = "columns"
)

// SQLMemory bounds the memory, in bytes, that the engine for SQL takes; what
// does not fit goes to temporary files.
const SQLMemory = 512 << 20

// SQL is one question in SQL to the views of an archive: one for each dataset,
// [EventsView] with the common columns of all, and [ColumnsView], which lists
// what columns there are.
type SQL struct {
	Question string
	// Bounds leave out segments and records. Records without a time are out of
	// any bounds.
	Bounds  store.Bounds
	Workers int
	// TempDir is where temporary files go, the system's default if empty.
	TempDir string
	// SetAside, if set, is told of segments that are not as they were sealed:
	// they are left out of the answer.
	SetAside func(*store.Segment, error)
}

// Run answers the question. head is called once with the names of the columns,
// row for each row, with values that are valid until it returns.
func (q *SQL) Run(ctx context.Context, s *store.Snapshot, head func([]string) error, row func([]any) error) (err error) {
	named, err := duck.Names(ctx, q.Question)
	if err != nil {
		return err
	}
	temp, err := os.MkdirTemp(q.TempDir, "dwell-sql-")
	if err != nil {
		return fmt.Errorf("making a folder for temporary files: %w", err)
	}
	defer func() { err = errors.Join(err, os.RemoveAll(temp)) }()
	views, err := q.views(ctx, s, temp, named)
	if err != nil {
		return err
	}
	db, err := duck.Open(ctx, views, duck.Limits{Memory: SQLMemory, Threads: max(1, q.Workers), Temp: temp})
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, db.Close()) }()
	return db.Ask(ctx, q.Question, head, row)
}

// dataset is what a view is made of.
type dataset struct {
	name  string
	files []string
	types *segment.Types
}

// viewName returns how the view of a dataset is called.
func viewName(dataset string) string {
	if lower := strings.ToLower(dataset); lower == EventsView || lower == ColumnsView {
		return "dataset." + lower
	}
	return strings.ToLower(dataset)
}

// views makes the views that a question names; no others cost anything.
func (q *SQL) views(ctx context.Context, s *store.Snapshot, temp string, named []string) ([]duck.View, error) {
	all, listed := slices.Contains(named, EventsView), slices.Contains(named, ColumnsView)
	wants := func(dataset string) bool { return all || listed || slices.Contains(named, viewName(dataset)) }
	sets := map[string]*dataset{}
	for d := range s.Columns {
		if err := addDataset(s, sets, d, wants); err != nil {
			return nil, err
		}
	}
	for i := range s.Segments {
		if err := addDataset(s, sets, s.Segments[i].Dataset, wants); err != nil {
			return nil, err
		}
	}
	unsealed, err := s.Unsealed(ctx, temp, wants)
	if err != nil {
		return nil, err
	}
	for _, u := range unsealed {
		if err := addDataset(s, sets, u.Dataset, wants); err != nil {
			return nil, err
		}
		d := sets[viewName(u.Dataset)]
		d.files, d.types = append(d.files, u.Path), u.Types
	}
	q.addSegments(s, sets, func(dataset string) bool { return all || slices.Contains(named, viewName(dataset)) })
	return q.build(sets, all, listed), ctx.Err()
}

func addDataset(s *store.Snapshot, sets map[string]*dataset, name string, wants func(string) bool) error {
	if sets[viewName(name)] != nil || !wants(name) {
		return nil
	}
	types, err := s.Types(name)
	sets[viewName(name)] = &dataset{name: name, types: types}
	return err
}

// addSegments adds the files of segments that are as they were sealed, in the
// order of the manifest.
func (q *SQL) addSegments(s *store.Snapshot, sets map[string]*dataset, wants func(string) bool) {
	faults := make([]error, len(s.Segments))
	var wg sync.WaitGroup
	tasks := make(chan int)
	for range max(1, q.Workers) {
		wg.Go(func() {
			for i := range tasks {
				faults[i] = s.Check(&s.Segments[i])
			}
		})
	}
	asked := make([]bool, len(s.Segments))
	for i := range s.Segments {
		if seg := &s.Segments[i]; wants(seg.Dataset) && q.Bounds.Admits(seg) {
			asked[i] = true
			tasks <- i
		}
	}
	close(tasks)
	wg.Wait()
	for i := range s.Segments {
		seg := &s.Segments[i]
		switch {
		case !asked[i]:
		case faults[i] == nil:
			d := sets[viewName(seg.Dataset)]
			d.files = append(d.files, s.SegmentPath(seg))
		case q.SetAside != nil:
			q.SetAside(seg, faults[i])
		}
	}
}

// build makes the views of datasets and those about all of them.
func (q *SQL) build(sets map[string]*dataset, all, listed bool) (views []duck.View) {
	names := make([]string, 0, len(sets))
	for name := range sets {
		names = append(names, name)
	}
	slices.Sort(names)
	var parts, rows []string
	for _, name := range names {
		d := sets[name]
		columns := commonColumns()
		for _, c := range d.types.Columns() {
			columns = append(columns, duck.Column{Name: c.Name, Type: sqlType(c.Type)})
		}
		views = append(views, duck.View{Name: name, Files: d.files, Columns: columns, Where: q.where()})
		parts = append(parts, "select "+duck.QuoteText(d.name)+" as dataset, "+strings.Join(commonNames(), ", ")+" from "+duck.QuoteName(name))
		for _, c := range columns {
			rows = append(rows, "("+duck.QuoteText(name)+", "+duck.QuoteText(c.Name)+", "+duck.QuoteText(c.Type)+")")
		}
	}
	if all {
		views = append(views, duck.View{Name: EventsView, Query: orEmpty(parts, " union all ",
			"select * from (values ('', "+nulls()+")) t(dataset, "+strings.Join(commonNames(), ", ")+") where false")})
	}
	if listed {
		text := orEmpty(rows, ", ", "('', '', '')")
		query := "select * from (values " + text + ") t(dataset, name, type)"
		if len(rows) == 0 {
			query += " where false"
		}
		views = append(views, duck.View{Name: ColumnsView, Query: query})
	}
	return views
}

func orEmpty(parts []string, sep, empty string) string {
	if len(parts) == 0 {
		return empty
	}
	return strings.Join(parts, sep)
}

// where is the condition that bounds put on records.
func (q *SQL) where() string {
	var conditions []string
	for _, c := range []struct {
		op string
		at time.Time
	}{{">=", q.Bounds.From}, {"<", q.Bounds.To}} {
		if !c.at.IsZero() {
			conditions = append(conditions, "_time "+c.op+" timestamptz '"+c.at.UTC().Format("2006-01-02 15:04:05.999999+00")+"'")
		}
	}
	return strings.Join(conditions, " and ")
}

// commonColumns are those that every record has.
func commonColumns() []duck.Column {
	return []duck.Column{
		{Name: "_time", Type: timeType},
		{Name: "_id", Type: "BLOB"},
		{Name: "_host", Type: "VARCHAR"},
		{Name: "_file", Type: "VARCHAR"},
		{Name: "_offset", Type: "BIGINT"},
		{Name: "_line", Type: "BIGINT"},
		{Name: "_record", Type: "BIGINT"},
	}
}

func commonNames() (names []string) {
	for _, c := range commonColumns() {
		names = append(names, c.Name)
	}
	return names
}

func nulls() string {
	var all []string
	for _, c := range commonColumns() {
		all = append(all, "cast(null as "+c.Type+")")
	}
	return strings.Join(all, ", ")
}

// timeType is what DuckDB makes of the times in segments: it knows microseconds.
const timeType = "TIMESTAMP WITH TIME ZONE"

// sqlType returns DuckDB's name of a column's type.
func sqlType(t segment.Type) string {
	switch t {
	case segment.Int:
		return "BIGINT"
	case segment.Bool:
		return "BOOLEAN"
	case segment.Decimal:
		return "DECIMAL(18,6)"
	case segment.Time:
		return timeType
	default:
		return "VARCHAR"
	}
}

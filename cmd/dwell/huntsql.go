package main

import (
	"bufio"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/hunt"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/store"
	"github.com/dwell-project/dwell/store/duck"
)

// runSQL asks the archive a question in SQL.
func (c *huntCommand) runSQL(s *session) (err error) {
	if len(c.Match)+len(c.Rules)+len(c.IOC) > 0 || c.Host != "" {
		return usageError("--sql is asked alone, without --match, --rules, --ioc and --host: its WHERE says all that")
	}
	_, terminal := s.screen(s.stdout)
	out := newOutput(s.stdout)
	w, err := c.rowWriter(s, out, terminal)
	if err != nil {
		return err
	}
	if err := s.begin(&c.inputFlags); err != nil {
		return err
	}
	opt, err := c.archiveOptions(s, &c.inputFlags)
	if err != nil {
		return err
	}
	snapshot, err := openSnapshot(c.Archive, opt)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, snapshot.Close()) }()
	q := hunt.SQL{
		Question: c.SQL, Bounds: store.Bounds{From: c.From.Time, To: c.To.Time}, Workers: c.Workers,
		SetAside: func(seg *store.Segment, err error) { s.trouble.source(parse.Problem{Path: seg.Path, Err: err}) },
	}
	l, err := c.logHunt(s, snapshot, nil)
	if err != nil {
		return err
	}
	var rows int64
	err = q.Run(s.ctx, snapshot, w.head, func(values []any) error {
		rows++
		if err := w.row(values); err != nil {
			return fmt.Errorf("writing to standard output: %w", err)
		}
		return nil
	})
	if err != nil && s.ctx.Err() != nil {
		err = s.ctx.Err()
	}
	logFault := l.end(s, 0, rows, err)
	if err != nil && rows == 0 {
		return errors.Join(sqlFault(err), logFault)
	}
	err = errors.Join(err, logFault)
	err = errors.Join(err, w.end())
	if !c.Quiet && c.Output != "table" {
		tell(s.notes, "%s\n", many(rows, "row"))
	}
	return err
}

// sqlFault says beside the fault where to find what there is to ask for.
func sqlFault(err error) error {
	if errors.Is(err, duck.ErrUnavailable) || errors.Is(err, store.ErrNoArchive) {
		return err
	}
	return fmt.Errorf("in the question: %w", err)
}

// rowWriter writes the rows of an answer in SQL.
type rowWriter interface {
	head(columns []string) error
	row(values []any) error
	end() error
}

func (c *huntCommand) rowWriter(s *session, out *bufio.Writer, terminal bool) (rowWriter, error) {
	if c.Output == "" {
		c.Output = "jsonl"
		if terminal {
			c.Output = "table"
		}
	}
	switch c.Output {
	case "jsonl":
		return &jsonlRows{out: out}, nil
	case "csv":
		return &csvRows{out: out, csv: csv.NewWriter(out)}, nil
	case "table":
		return &tableRows{out: out, width: s.width(), colour: s.colour(s.stdout), top: c.rowsShown(terminal)}, nil
	default:
		return nil, usageError(fmt.Sprintf("an answer to --sql is a table, jsonl or csv, not %s", c.Output))
	}
}

// rowsShown is how many rows a table has at most.
func (c *huntCommand) rowsShown(terminal bool) int {
	switch {
	case c.Top > 0:
		return c.Top
	case c.Top < 0 && terminal && !c.All:
		return shownRows
	default:
		return maxTableRows
	}
}

const (
	shownRows = 200
	// maxTableRows bounds a table, which is held as a whole to lay it out.
	maxTableRows = 100_000
	// maxCell bounds a value in a table, in bytes.
	maxCell = 400
)

// jsonlRows writes a JSON object a line.
type jsonlRows struct {
	out     *bufio.Writer
	columns []string
}

func (w *jsonlRows) head(columns []string) error { w.columns = columns; return nil }

func (w *jsonlRows) row(values []any) error {
	text, err := duck.MarshalRow(w.columns, values)
	if err != nil {
		return err
	}
	_, err = w.out.Write(append(text, '\n'))
	return err
}

func (w *jsonlRows) end() error { return w.out.Flush() }

// csvRows writes RFC 4180 with a header.
type csvRows struct {
	out *bufio.Writer
	csv *csv.Writer
}

func (w *csvRows) head(columns []string) error { return w.csv.Write(columns) }

func (w *csvRows) row(values []any) error {
	texts, err := texts(values)
	if err != nil {
		return err
	}
	return w.csv.Write(texts)
}

func (w *csvRows) end() error {
	w.csv.Flush()
	return errors.Join(w.csv.Error(), w.out.Flush())
}

// texts are values as texts: JSON, without the quotes of what is text, and
// nothing for null.
func texts(values []any) ([]string, error) {
	all := make([]string, len(values))
	for i, v := range values {
		if v == nil {
			continue
		}
		text, err := json.Marshal(duck.Plain(v))
		if err != nil {
			return nil, err
		}
		if json.Unmarshal(text, &all[i]) != nil {
			all[i] = string(text)
		}
	}
	return all, nil
}

// tableRows lays the first rows out in columns.
type tableRows struct {
	out    *bufio.Writer
	width  int
	colour bool
	top    int
	table  table.Table
	rest   int64
}

func (w *tableRows) head(columns []string) error {
	for _, c := range columns {
		w.table.Columns = append(w.table.Columns, table.Column{Title: c, Least: leastColumn})
	}
	return nil
}

// leastColumn is the width in cells below which no column is cut.
const leastColumn = 12

func (w *tableRows) row(values []any) error {
	if w.table.Len() >= w.top {
		w.rest++
		return nil
	}
	texts, err := texts(values)
	if err != nil {
		return err
	}
	cells := make([]table.Cell, len(texts))
	for i, t := range texts {
		if len(t) > maxCell {
			t = strings.ToValidUTF8(t[:maxCell], "") + "…"
		}
		cells[i] = table.Cell{Text: t}
		switch values[i].(type) {
		case int8, int16, int32, int64, uint8, uint16, uint32, uint64, float32, float64:
			w.table.Columns[i].Right = true
		}
	}
	w.table.Add(cells...)
	return nil
}

func (w *tableRows) end() error {
	err := w.table.Write(w.out, w.width, w.colour)
	last := many(int64(w.table.Len())+w.rest, "row")
	if w.rest > 0 {
		last = "… and " + many(w.rest, "more row") + "; --top N shows more, -o jsonl all"
	}
	_, e := fmt.Fprintln(w.out, last)
	return errors.Join(err, e, w.out.Flush())
}

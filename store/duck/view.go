package duck

import (
	"errors"
	"fmt"
	"strings"
)

var (
	// ErrUnavailable says that this dwell was built without DuckDB.
	ErrUnavailable = errors.New("this dwell was built without DuckDB (cgo): it cannot answer SQL")
	// ErrRefused reports a question that asks for more than the views.
	ErrRefused = errors.New("not allowed")
)

// View is a table that can be asked.
type View struct {
	Name string
	// Query, if not empty, is what the view is made of, instead of files.
	Query string
	// Where, if not empty, is a condition that the rows of files must fulfil.
	Where string
	// Files are Parquet files with one schema, as far as they have a column.
	Files []string
	// Columns are those that a file may lack, with their DuckDB types.
	Columns []Column
}

// Column is a column's name and DuckDB type.
type Column struct{ Name, Type string }

// Limits bound what a question may cost.
type Limits struct {
	// Memory is in bytes, Threads at least 1. What does not fit goes to a folder
	// of temporary files, Temp.
	Memory  int64
	Threads int
	Temp    string
}

// QuoteName writes a name as SQL.
func QuoteName(name string) string { return `"` + strings.ReplaceAll(name, `"`, `""`) + `"` }

// QuoteText writes a text as SQL.
func QuoteText(text string) string { return "'" + strings.ReplaceAll(text, "'", "''") + "'" }

func quoteAll(texts []string) string {
	quoted := make([]string, 0, len(texts))
	for _, t := range texts {
		quoted = append(quoted, QuoteText(t))
	}
	return "[" + strings.Join(quoted, ", ") + "]"
}

// create returns the statement that makes the view. Columns that no file has
// are there and null, so that a question does not depend on what has been seen.
func (v *View) create(present map[string]bool) string {
	var missing []string
	for _, c := range v.Columns {
		if !present[strings.ToLower(c.Name)] {
			missing = append(missing, fmt.Sprintf("cast(null as %s) as %s", c.Type, QuoteName(c.Name)))
		}
	}
	if v.Query != "" {
		return "create view " + QuoteName(v.Name) + " as " + v.Query
	}
	head := "create view " + QuoteName(v.Name) + " as select "
	if len(v.Files) == 0 {
		if len(missing) == 0 {
			missing = []string{`cast(null as varchar) as "_host"`}
		}
		return head + strings.Join(missing, ", ") + " where false"
	}
	text := head + strings.Join(append([]string{"*"}, missing...), ", ") + " from " + v.read()
	if v.Where != "" {
		text += " where " + v.Where
	}
	return text
}

// read returns the table function that reads the view's files.
func (v *View) read() string {
	return "read_parquet(" + quoteAll(v.Files) + ", union_by_name = true, hive_partitioning = false)"
}

// place returns the line and column, from 1, of a byte of the question.
func place(question string, at int) string {
	at = max(0, min(at, len(question)))
	before := question[:at]
	line := strings.Count(before, "\n") + 1
	column := len([]rune(before[strings.LastIndexByte(before, '\n')+1:])) + 1
	return fmt.Sprintf("line %d, column %d", line, column)
}

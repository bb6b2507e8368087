package duck

import (
	"errors"
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

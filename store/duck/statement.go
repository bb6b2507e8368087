//go:build cgo

package duck

import (
	"fmt"
	"strings"
)

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

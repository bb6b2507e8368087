package csvlog

import (
	"bytes"
	"strings"
)

// table is what the first lines of a source say.
type table struct {
	delimiter byte
	columns   []string
}

// maxColumns bounds the columns of a table.
const maxColumns = 4096

// readTable reads the line of column names at the start of data, which a line
// for Excel ("sep=;") or PowerShell ("#TYPE …") may stand before, and returns
// the place after it.
func readTable(data []byte) (t *table, after int) {
	at := 0
	var told byte
	for at < len(data) {
		line := TrimEnd(data[at:lineEnd(data, at)])
		rest, isSep := bytes.CutPrefix(line, []byte("sep="))
		switch {
		case isSep && len(rest) == 1:
			told = rest[0]
		case len(line) > 0 && !bytes.HasPrefix(line, []byte("#TYPE ")):
			return namesOf(data, at, told)
		}
		at = lineEnd(data, at)
	}
	return nil, at
}

// namesOf reads the names at data[at]; the delimiter is the one that gives most
// of them, unless it was told.
func namesOf(data []byte, at int, told byte) (t *table, after int) {
	delimiters := []byte{',', '\t', ';', '|'}
	if told != 0 {
		delimiters = []byte{told}
	}
	var cells Cells
	for _, d := range delimiters {
		end, _ := RecordEnd(data, at, d)
		names := cells.Split(TrimEnd(data[at:end]), d)
		if len(names) > maxColumns || t != nil && len(names) <= len(t.columns) {
			continue
		}
		t, after = &table{delimiter: d}, end
		for _, name := range names {
			t.columns = append(t.columns, strings.TrimSpace(string(name)))
		}
	}
	return t, after
}

// has says whether the table has all of the columns.
func (t *table) has(names ...string) bool {
	for _, name := range names {
		if t.index(name) < 0 {
			return false
		}
	}
	return true
}

// index returns the place of a column, -1 if there is none.
func (t *table) index(name string) int {
	for i, c := range t.columns {
		if strings.EqualFold(c, name) {
			return i
		}
	}
	return -1
}

// firstOf returns the place of the first of the columns that is there.
func (t *table) firstOf(names []string) int {
	for _, name := range names {
		if i := t.index(name); i >= 0 {
			return i
		}
	}
	return -1
}

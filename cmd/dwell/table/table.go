// Package table lays text out in columns for people.
//
// What it prints comes from logs, so whoever wrote the logs chose the text:
// control characters and marks that turn the direction of writing round are
// shown as escapes and never reach the terminal. Use package encoding/csv or
// JSON for output that programs read.
package table

import (
	"bufio"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"
)

// Style is how a cell looks on a terminal.
type Style uint8

// The styles, from no emphasis to most.
const (
	Plain Style = iota
	Dim
	Bold
	Cyan
	Yellow
	Red
	Alarm // bold red
)

// sequences are the SGR parameters (ECMA-48 section 8.3.117) by style.
var sequences = [...]string{"", "2", "1", "36", "33", "31", "1;31"}

// Paint returns the text in a style if colour is true.
func Paint(text string, s Style, colour bool) string {
	if !colour || s == Plain || text == "" {
		return text
	}
	return "\x1b[" + sequences[s] + "m" + text + "\x1b[0m"
}

// Column is one column of a table.
type Column struct {
	Title string
	Right bool // numbers stand at the right
	// Least is the width in cells below which the column is not cut when the
	// table is too wide; 0 means that it is never cut.
	Least int
}

// Cell is one value.
type Cell struct {
	Text  string
	Style Style
}

// Table is a table in the making. All rows are held until it is written, since
// the widths depend on all of them.
type Table struct {
	Columns []Column
	rows    [][]Cell
}

// maxCell bounds a cell, in bytes of its text: every row is as wide as the
// widest, and a log can bring a name of a million characters.
const maxCell = 1 << 10

// Add adds a row with a cell for each column.
func (t *Table) Add(cells ...Cell) {
	for i := range cells {
		cells[i].Text = Clean(cut(cells[i].Text))
	}
	t.rows = append(t.rows, cells)
}

// cut shortens a text to maxCell, between characters.
func cut(text string) string {
	if len(text) <= maxCell {
		return text
	}
	end := maxCell
	for end > maxCell-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return text[:end] + "…"
}

// Len returns the number of rows.
func (t *Table) Len() int { return len(t.rows) }

// Write writes the table within the given width; 0 means any width.
func (t *Table) Write(w io.Writer, width int, colour bool) error {
	out := bufio.NewWriter(w)
	widths := t.fit(width)
	heads := make([]Cell, len(t.Columns))
	for i, c := range t.Columns {
		heads[i] = Cell{Text: c.Title, Style: Bold}
	}
	for _, row := range append([][]Cell{heads}, t.rows...) {
		if _, err := out.WriteString(t.line(row, widths, colour)); err != nil {
			return err
		}
	}
	return out.Flush()
}

func (t *Table) line(row []Cell, widths []int, colour bool) string {
	var b strings.Builder
	for i, cell := range row {
		if i > 0 {
			b.WriteString("  ")
		}
		text := runewidth.Truncate(cell.Text, widths[i], "…")
		pad := strings.Repeat(" ", max(widths[i]-runewidth.StringWidth(text), 0))
		switch painted := Paint(text, cell.Style, colour); {
		case t.Columns[i].Right:
			b.WriteString(pad + painted)
		case i == len(row)-1:
			b.WriteString(painted)
		default:
			b.WriteString(painted + pad)
		}
	}
	return strings.TrimRight(b.String(), " ") + "\n"
}

// fit returns the columns' widths. The widest column that may still be cut
// gives up a cell until all fit.
func (t *Table) fit(width int) []int {
	widths := make([]int, len(t.Columns))
	total := 2 * (len(widths) - 1)
	for i, c := range t.Columns {
		widths[i] = runewidth.StringWidth(c.Title)
		for _, row := range t.rows {
			widths[i] = max(widths[i], runewidth.StringWidth(row[i].Text))
		}
		total += widths[i]
	}
	for ; width > 0 && total > width; total-- {
		widest := -1
		for i, c := range t.Columns {
			if c.Least > 0 && widths[i] > c.Least && (widest < 0 || widths[i] > widths[widest]) {
				widest = i
			}
		}
		if widest < 0 {
			break
		}
		widths[widest]--
	}
	return widths
}

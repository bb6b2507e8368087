package main

import (
	"bytes"
	"fmt"
	"math"
	"strconv"
	"strings"
)

// table is a Markdown table.
type table struct {
	head []string
	rows [][]string
}

func (t *table) add(cells ...string) { t.rows = append(t.rows, cells) }

// String writes the table with its first column to the left and the others,
// which hold numbers, to the right.
func (t *table) String() string {
	var b strings.Builder
	line := func(cells []string) {
		for _, c := range cells {
			b.WriteString("| " + strings.ReplaceAll(c, "|", `\|`) + " ")
		}
		b.WriteString("|\n")
	}
	line(t.head)
	b.WriteString("|---" + strings.Repeat("|---:", len(t.head)-1) + "|\n")
	for _, row := range t.rows {
		line(row)
	}
	return b.String()
}

// grouped writes a whole number with a comma every three digits.
func grouped(v float64) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return "–"
	}
	digits := strconv.FormatFloat(math.Abs(v), 'f', 0, 64)
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	if v < 0 {
		return "-" + digits
	}
	return digits
}

// whole writes a figure as whole numbers with its range.
func (f figure) whole() string {
	return fmt.Sprintf("%s (%s–%s)", grouped(f.median), grouped(f.low), grouped(f.high))
}

// with writes a figure with the given number of decimals and its range.
func (f figure) with(decimals int) string {
	if math.IsNaN(f.median) {
		return "–"
	}
	return fmt.Sprintf("%.*f (%.*f–%.*f)", decimals, f.median, decimals, f.low, decimals, f.high)
}

// replaceBetween puts text between the lines <!-- name: begin --> and
// <!-- name: end --> of a document.
func replaceBetween(doc []byte, name, text string) ([]byte, error) {
	begin, end := []byte("<!-- "+name+": begin -->\n"), []byte("<!-- "+name+": end -->")
	before, rest, ok := bytes.Cut(doc, begin)
	if !ok {
		return nil, fmt.Errorf("looking for %q: not found", bytes.TrimSpace(begin))
	}
	_, after, ok := bytes.Cut(rest, end)
	if !ok {
		return nil, fmt.Errorf("looking for %q: not found", end)
	}
	return bytes.Join([][]byte{before, begin, []byte(text), end, after}, nil), nil
}

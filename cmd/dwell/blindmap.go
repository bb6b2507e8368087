package main

import (
	"bufio"
	"fmt"
	"html"
	"math"
	"strings"
	"time"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/store/coverage"
)

// blocks says whether the terminal's locale can show block characters.
func (s *session) blocks() bool {
	for _, name := range [...]string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if v := strings.ToLower(s.env(name)); v != "" {
			return strings.Contains(v, "utf-8") || strings.Contains(v, "utf8")
		}
	}
	return false
}

const (
	mapWidth   = 100 // of the map in cells, where no terminal says
	mapCells   = 180 // of the picture
	longestRow = 32  // of the names of datasets
)

// scale chooses spans of whole hours so that at most n of them cover the time.
func scale(first, last time.Time, n int) (step time.Duration, cells int) {
	hours := max(1, int(last.Sub(first)/time.Hour))
	each := (hours + n - 1) / n
	// Whole days are what people think in.
	if each > 12 {
		each = (each + 23) / 24 * 24
	}
	return time.Duration(each) * time.Hour, (hours + each - 1) / each
}

// weight is how much of the most a count is, from 1 to levels, by magnitude; 0
// is none.
func weight(n, most int64, levels int) int {
	if n == 0 {
		return 0
	}
	if most < 2 {
		return levels
	}
	return 1 + int(math.Round(float64(levels-1)*math.Log(float64(n))/math.Log(float64(most))))
}

func most(cells []int64) (n int64) {
	for _, c := range cells {
		n = max(n, c)
	}
	return n
}

// drawMap draws a line of cells for each dataset.
func drawMap(l *looks, r *coverage.Report, blocks bool) {
	first, last := r.Span()
	if last.IsZero() {
		return
	}
	name := 0
	for _, d := range r.Datasets {
		name = max(name, min(longestRow, len(table.Clean(d.Dataset))))
	}
	width := l.width
	if width <= 0 {
		width = mapWidth
	}
	step, cells := scale(first, last, max(10, width-name-2))
	marks, none := []rune("123456789"), '.'
	if blocks {
		marks, none = []rune("▁▂▃▄▅▆▇█"), '·'
	}
	l.line("%-*s  %s to %s UTC; each mark is %s, %c to %c is few to many, %c is none", name, "dataset",
		hourText(first), hourText(last), spanText(step), marks[0], marks[len(marks)-1], none)
	for _, d := range r.Datasets {
		counts := d.Cells(first, step, cells)
		top := most(counts)
		row := make([]rune, len(counts))
		for i, n := range counts {
			row[i] = none
			if w := weight(n, top, len(marks)); w > 0 {
				row[i] = marks[w-1]
			}
		}
		title := table.Clean(d.Dataset)
		if len(title) > longestRow {
			title = strings.ToValidUTF8(title[:longestRow-3], "") + "..."
		}
		l.line("%-*s  %s", name, title, string(row))
	}
}

// spanText writes a span of whole hours.
func spanText(d time.Duration) string {
	if h := int64(d / time.Hour); h%24 != 0 {
		return many(h, "hour")
	}
	return many(int64(d/(24*time.Hour)), "day")
}

// Measures of the picture, in pixels.
const (
	svgRow, svgCell, svgName, svgHead = 18, 5, 330, 44
)

// writeMap writes the map as a picture. Nothing in it loads or runs anything.
func writeMap(out *bufio.Writer, r *coverage.Report) error {
	first, last := r.Span()
	step, cells := scale(first, last, mapCells)
	if last.IsZero() {
		cells = 0
	}
	width, height := svgName+max(cells, mapCells/2)*svgCell+10, svgHead+len(r.Datasets)*svgRow+10
	_, err := fmt.Fprintf(out, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" font-family="sans-serif" font-size="12" role="img">
<title>When the archive was looking</title>
<rect width="100%%" height="100%%" fill="#fff"/>
`, width, height, width, height)
	if err != nil {
		return err
	}
	caption := "no sealed records with a time"
	if cells > 0 {
		caption = fmt.Sprintf("%s to %s UTC; each cell is %s, the darker the more records; red is none", hourText(first), hourText(last), spanText(step))
	}
	if _, err := fmt.Fprintf(out, "<text x=\"8\" y=\"18\">%s</text>\n", caption); err != nil {
		return err
	}
	for i, d := range r.Datasets {
		if err := mapRow(out, d, svgHead+i*svgRow, d.Cells(first, step, cells), func(k int) time.Time { return first.Add(time.Duration(k) * step) }); err != nil {
			return err
		}
	}
	_, err = out.WriteString("</svg>\n")
	return err
}

// mapRow draws the cells of one dataset.
func mapRow(out *bufio.Writer, d *coverage.Dataset, y int, counts []int64, at func(int) time.Time) error {
	name := html.EscapeString(table.Clean(d.Dataset))
	if _, err := fmt.Fprintf(out, "<text x=\"8\" y=\"%d\">%s</text>\n", y+svgRow-6, name); err != nil {
		return err
	}
	const levels = 9
	top := most(counts)
	for i := 0; i < len(counts); {
		n, wide := counts[i], 1
		for n == 0 && i+wide < len(counts) && counts[i+wide] == 0 {
			wide++ // one rectangle for a silence
		}
		fill, opacity := "#c62828", 0.35
		if w := weight(n, top, levels); w > 0 {
			fill, opacity = "#1a4f8b", 0.1+0.9*float64(w)/levels
		}
		_, err := fmt.Fprintf(out, "<rect x=\"%d\" y=\"%d\" width=\"%d\" height=\"%d\" fill=\"%s\" fill-opacity=\"%.2f\"><title>%s: %s, %s to %s</title></rect>\n",
			svgName+i*svgCell, y, wide*svgCell-1, svgRow-4, fill, opacity, name, many(n, "record"), hourText(at(i)), hourText(at(i+wide)))
		if err != nil {
			return err
		}
		i += wide
	}
	return nil
}

package page

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/scope"
	"github.com/dwell-project/dwell/sigma"
)

// timeline is the histogram as it is drawn, in a picture of Width by Height.
type timeline struct {
	Width, Height int
	Bars          []drawnBar
	First, Last   string
	// Bucket says how long a bar is, Most how high the highest.
	Bucket string
	Most   int64
	// Levels are those that occur, highest first.
	Levels []levelCount
}

type levelCount struct {
	Level string
	Count int64
}

type drawnBar struct {
	Label string
	Parts []part
}

// part is the share of one level in a bar, stacked from the lowest.
type part struct {
	X, Y, W, H float64
	Level      string
}

const (
	pictureWidth  = 1000
	pictureHeight = 120
)

func newTimeline(h *Histogram) *timeline {
	bars, width := h.Bars()
	if len(bars) == 0 {
		return nil
	}
	t := &timeline{Width: pictureWidth, Height: pictureHeight, Bucket: lengthOf(width)}
	for i := range bars {
		t.Most = max(t.Most, bars[i].Total())
	}
	t.Levels = countLevels(bars)
	t.First = bars[0].Start.Format("2006-01-02 15:04")
	t.Last = bars[len(bars)-1].Start.Add(width).Format("2006-01-02 15:04")
	step := float64(pictureWidth) / float64(len(bars))
	for i := range bars {
		if n := bars[i].Total(); n > 0 {
			t.Bars = append(t.Bars, t.draw(&bars[i], float64(i)*step, max(step-1, 1)))
		}
	}
	return t
}

func countLevels(bars []Bar) []levelCount {
	var sums [sigma.Critical + 1]int64
	for i := range bars {
		for l, n := range bars[i].Levels {
			sums[l] += n
		}
	}
	var counts []levelCount
	for l, n := range slices.Backward(sums[:]) {
		if n > 0 {
			counts = append(counts, levelCount{levelName(sigma.Level(l)), n})
		}
	}
	return counts
}

func (t *timeline) draw(b *Bar, x, w float64) drawnBar {
	d := drawnBar{Label: b.Start.Format("2006-01-02 15:04") + " UTC: "}
	y := float64(pictureHeight)
	for l, n := range b.Levels {
		if n == 0 {
			continue
		}
		// A single hit among thousands still shows.
		h := max(float64(n)/float64(t.Most)*pictureHeight, 2)
		y = max(y-h, 0)
		d.Parts = append(d.Parts, part{X: x, Y: y, W: w, H: h, Level: levelName(sigma.Level(l))})
		d.Label += fmt.Sprintf("%s %s ", levelName(sigma.Level(l)), number(n))
	}
	return d
}

func lengthOf(d time.Duration) string {
	switch days := d / (24 * time.Hour); {
	case days >= 2:
		return fmt.Sprintf("%d days", days)
	case days == 1:
		return "a day"
	case d == time.Hour:
		return "an hour"
	case d > time.Hour:
		return fmt.Sprintf("%d hours", d/time.Hour)
	case d == time.Minute:
		return "a minute"
	default:
		return fmt.Sprintf("%d minutes", d/time.Minute)
	}
}

// matrix is the part of ATT&CK that rules touched: a column per tactic, a cell
// per technique.
type matrix struct {
	Width, Height int
	Columns       []matrixColumn
}

type matrixColumn struct {
	X     int
	Name  []matrixLine
	Cells []matrixCell
}

// matrixLine is a line of a tactic's name, which is as wide as its column.
type matrixLine struct {
	Y    int
	Text string
}

type matrixCell struct {
	Y     int
	ID    string
	Count int64
	Level string
	worst sigma.Level
}

const (
	columnWidth = 112
	cellWidth   = columnWidth - 4
	cellHeight  = 26
	headHeight  = 40
	lineHeight  = 15
)

func newMatrix(groups []Group) *matrix {
	cells := map[int]map[string]*matrixCell{}
	for i := range groups {
		g := &groups[i]
		for _, place := range scope.Cells(g.Rule.Tags) {
			column := cells[place.Tactic]
			if column == nil {
				column = map[string]*matrixCell{}
				cells[place.Tactic] = column
			}
			c := column[place.Technique]
			if c == nil {
				c = &matrixCell{ID: place.Technique}
				column[place.Technique] = c
			}
			c.Count += g.Count
			c.worst = max(c.worst, g.Rule.Level)
		}
	}
	return layOut(cells)
}

func layOut(cells map[int]map[string]*matrixCell) *matrix {
	if len(cells) == 0 {
		return nil
	}
	m := &matrix{}
	for i, tactic := range slices.Sorted(maps.Keys(cells)) {
		col := matrixColumn{X: i * columnWidth, Name: headOf(scope.TacticName(tactic))}
		all := slices.SortedFunc(maps.Values(cells[tactic]), func(a, b *matrixCell) int { return cmp.Compare(a.ID, b.ID) })
		for k, c := range all {
			c.Y, c.Level = headHeight+k*cellHeight, levelName(c.worst)
			col.Cells = append(col.Cells, *c)
		}
		m.Columns = append(m.Columns, col)
		m.Height = max(m.Height, headHeight+len(all)*cellHeight+4)
	}
	m.Width = len(m.Columns) * columnWidth
	return m
}

// headOf breaks a name before its last word, the longest that it can have
// being "command and control", and lets it end at the cells.
func headOf(name string) []matrixLine {
	last := headHeight - lineHeight/2
	at := strings.LastIndexByte(name, ' ')
	if at < 0 {
		return []matrixLine{{last, name}}
	}
	return []matrixLine{{last - lineHeight, name[:at]}, {last, name[at+1:]}}
}

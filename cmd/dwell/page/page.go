// Package page writes what a scan found as one HTML file.
//
// The file needs nothing else: style, script and pictures are in it, it opens
// from a disk without a network, works without script, by keyboard, in light
// and dark, and prints. What comes from logs is escaped by html/template.
package page

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/dwell-project/dwell/scope"
	"github.com/dwell-project/dwell/sigma"
)

// Page is what the file says.
type Page struct {
	// Title names what was scanned, Made when; Version is that of dwell.
	Title, Version string
	Made           time.Time
	// Summary are sentences about the run, Blind about what could not be seen.
	Summary, Blind []string
	Sources        []Source
	Stories        []*scope.Story
	Groups         []Group
	// MoreStories and MoreGroups are how many are not shown.
	MoreStories, MoreGroups int
	Histogram               *Histogram
}

// Source is one kind of records that was read.
type Source struct {
	Dataset, Schema string
	Records         int64
	First, Last     time.Time
}

// Group is what one rule found on one host for one account.
type Group struct {
	Rule          *sigma.Meta
	Host, Account string
	Count         int64
	First, Last   time.Time
	// Event is the first hit: its id, file and record.
	EventID, File string
	Record        int64
	Matched       []Value
}

// Value is a value that made a rule true.
type Value struct{ Field, Text string }

//go:embed page.html
var source string

//go:embed page.css
var style string

//go:embed page.js
var script string

// Write writes the page.
func Write(w io.Writer, p *Page) error {
	t, err := template.New("page").Funcs(functions()).Parse(source)
	if err != nil {
		return fmt.Errorf("reading the page's template: %w", err)
	}
	return t.Execute(w, struct {
		*Page
		Style    template.CSS
		Script   template.JS
		Timeline *timeline
		Matrix   *matrix
	}{p, template.CSS(style), template.JS(script), newTimeline(p.Histogram), newMatrix(p.Groups)}) //nolint:gosec // both are embedded
}

func functions() template.FuncMap {
	return template.FuncMap{
		"level":      levelName,
		"clock":      clock,
		"number":     number,
		"techniques": func(m *sigma.Meta) string { return strings.Join(scope.Techniques(m.Tags), " ") },
		"inc":        func(i int) int { return i + 1 },
		"worst":      func(s *scope.Story) []*sigma.Meta { return s.Worst(6) },
		"told":       func(s *scope.Story) []*sigma.Meta { return s.Told() },
		"firing":     func(s *scope.Story, m *sigma.Meta) *scope.Firing { return s.Rules[m] },
		"host": func(s string) string {
			if s == "" {
				return "–"
			}
			return s
		},
	}
}

func levelName(l sigma.Level) string {
	if l == sigma.LevelNone {
		return "none"
	}
	return l.String()
}

// clock writes a time in UTC to the second, a dash for none.
func clock(t time.Time) string {
	if t.IsZero() {
		return "–"
	}
	return t.UTC().Format(time.DateTime)
}

// number writes an integer with commas between thousands.
func number(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

package main

import (
	"cmp"
	"fmt"
	"strings"
	"time"

	"github.com/dwell-project/dwell/cmd/dwell/coverage"
	"github.com/dwell-project/dwell/cmd/dwell/table"
)

// How many gaps are told.
const (
	shownSilences = 5
	shownLost     = 3
)

// covered says which hosts spoke, and when they did not though they did before
// and after.
func (l *looks) covered(r *coverage.Report) {
	l.line("%s", coveredText(r))
	if len(r.Silences) > 0 {
		t := &table.Table{Columns: []table.Column{
			{Title: "silent from (UTC)"},
			{Title: "to"},
			{Title: "hours", Right: true},
			{Title: "numbers missing", Right: true},
			{Title: "host", Least: 12},
			{Title: "dataset", Least: 16},
		}}
		for i := range r.Silences[:min(len(r.Silences), shownSilences)] {
			s := &r.Silences[i]
			t.Add(table.Cell{Text: hourText(s.From)}, table.Cell{Text: hourText(s.To)},
				table.Cell{Text: thousands(int64(s.To.Sub(s.From) / time.Hour))}, table.Cell{Text: missingText(s)},
				table.Cell{Text: cmp.Or(s.Host, "-")}, table.Cell{Text: strings.Join(s.Datasets, ", ")})
		}
		l.table(t)
		if n := len(r.Silences) - shownSilences; n > 0 {
			l.line("… and %s more", many(int64(n), "silence"))
		}
	}
	for i := range r.Lost[:min(len(r.Lost), shownLost)] {
		l.line("%s", table.Clean(lostText(&r.Lost[i])))
	}
}

// coveredText says what there is, and how much of it is missing.
func coveredText(r *coverage.Report) string {
	text := many(int64(r.Datasets), "dataset") + " of " + many(int64(r.Hosts), "host")
	if r.Hosts == 0 {
		text = many(int64(r.Datasets), "dataset") + " that name no host"
		if r.Datasets == 1 {
			text = "1 dataset that names no host"
		}
	}
	if r.Rest > 0 {
		text += fmt.Sprintf(", and %s of more than can be told apart", many(r.Rest, "record"))
	}
	switch n := len(r.Silences); n {
	case 0:
		text += ", none silent for long"
	default:
		text += ", with " + many(int64(n), "silence") + " of an hour or more between records"
	}
	if r.Missing > 0 {
		most := ""
		if r.AtLeast {
			most = "at least "
		}
		text += "; " + most + many(r.Missing, "record number") + " missing"
	}
	return text
}

// silenceText tells one silence in words.
func silenceText(s *coverage.Silence) string {
	to := hourText(s.To)
	if s.From.Format(time.DateOnly) == s.To.Format(time.DateOnly) {
		to = s.To.Format("15:04")
	}
	text := fmt.Sprintf("%s of %s silent %s to %s UTC", strings.Join(s.Datasets, ", "), cmp.Or(s.Host, "unnamed hosts"), hourText(s.From), to)
	switch {
	case s.Missing > 0:
		text += "; " + many(s.Missing, "record number") + " missing"
	case s.Numbered:
		text += "; no record number missing"
	}
	return text
}

func missingText(s *coverage.Silence) string {
	if !s.Numbered {
		return "-"
	}
	return thousands(s.Missing)
}

// lostText tells in words which record numbers are missing.
func lostText(x *coverage.Lost) string {
	numbers := fmt.Sprintf("numbers %d to %d", x.From, x.To)
	if x.From == x.To {
		numbers = fmt.Sprintf("number %d", x.From)
	}
	text := fmt.Sprintf("%s of %s: %s missing, %s", x.Dataset, cmp.Or(x.Host, "unnamed hosts"), many(x.Count, "record"), numbers)
	if !x.After.IsZero() && !x.Before.IsZero() {
		text += fmt.Sprintf(", written between %s and %s UTC", clock(x.After), clock(x.Before))
	}
	return text
}

func hourText(t time.Time) string { return t.Format("2006-01-02 15:04") }

// coverageNote is the report in a line or two, for where there is no table.
func coverageNote(r *coverage.Report) string {
	text := coveredText(r)
	switch {
	case len(r.Silences) > 0:
		text += "; the longest: " + silenceText(&r.Silences[0])
	case len(r.Lost) > 0:
		text += "; the most: " + lostText(&r.Lost[0])
	}
	return text
}

// pageGaps says what the page tells of coverage.
func pageGaps(r *coverage.Report) []string {
	first := coveredText(r)
	if len(r.Silences) == 0 && r.Missing == 0 {
		first = "No gap in time was found: " + first
	}
	said := []string{first}
	for i := range r.Silences[:min(len(r.Silences), shownSilences)] {
		said = append(said, silenceText(&r.Silences[i]))
	}
	for i := range r.Lost[:min(len(r.Lost), shownLost)] {
		said = append(said, lostText(&r.Lost[i]))
	}
	return said
}

package main

import (
	"strings"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// Bounds of what is kept of records that were not understood.
const (
	maxPlainFiles = 10_000
	plainQuotes   = 3   // records of one file
	plainQuote    = 300 // bytes of one record
)

// reading says how a record was read that was not wholly understood.
type reading uint8

const (
	// byNone: no parser took the record; its text is one field.
	byNone reading = iota
	// byGeneral: its form is known, as JSON or a syslog header, not what wrote it.
	byGeneral
	readings
)

// readingOf says how a record was read; false if by what knows it.
func readingOf(ev *event.Event) (reading, bool) {
	switch ev.Schema {
	case parse.Unparsed:
		return byNone, true
	case "json", "csv", "syslog", "keyvalue":
		return byGeneral, true
	default:
		return 0, false
	}
}

// plainQuoted is a record that was not understood.
type plainQuoted struct {
	line int64
	how  reading
	text string
}

// plainFile is a file, or a block of one, with what of it was not understood.
type plainFile struct {
	path    string
	records int64 // all of them
	counts  [readings]int64
	quotes  []plainQuoted
}

// plainGatherer counts them on one worker.
type plainGatherer struct {
	quote bool // records are quoted
	now   *plainFile
}

func (g *plainGatherer) see(ev *event.Event) {
	if g.now == nil {
		g.now = &plainFile{path: ev.Source.Path}
	}
	g.now.records++
	how, ok := readingOf(ev)
	if !ok {
		return
	}
	g.now.counts[how]++
	// What no parser took is quoted first; the others show their form.
	if g.quote && g.now.counts[how] <= plainQuotes {
		g.now.quotes = append(g.now.quotes, plainQuoted{ev.Line, how, beginningOf(ev)})
	}
}

// beginningOf returns the first bytes of a record.
func beginningOf(ev *event.Event) string {
	raw := ev.Raw
	if len(raw) <= plainQuote {
		return strings.TrimRight(string(raw), "\r\n")
	}
	end := plainQuote
	for end > plainQuote-utf8.UTFMax && !utf8.RuneStart(raw[end]) {
		end--
	}
	return string(raw[:end]) + "…"
}

func (g *plainGatherer) block() *plainFile {
	b := g.now
	g.now = nil
	return b
}

// plainBook is what a scan did not understand of the files that it read.
type plainBook struct {
	files  []plainFile
	counts [readings]int64
	in     [readings]int64 // files with such records
	lines  int64           // files of which no parser took a record
	last   *plainFile      // whose blocks come by
	more   int64           // files with such records beyond maxPlainFiles
}

// add takes a block; those of one file come one after another.
func (b *plainBook) add(p *plainFile) {
	if p == nil {
		return
	}
	if b.last == nil || b.last.path != p.path {
		b.end()
		b.last = &plainFile{path: p.path}
	}
	f := b.last
	f.records += p.records
	for how, n := range p.counts {
		if n > 0 && f.counts[how] == 0 {
			b.in[how]++
		}
		f.counts[how] += n
		b.counts[how] += n
	}
	for _, q := range p.quotes {
		if f.quoted(q.how) < plainQuotes {
			f.quotes = append(f.quotes, q)
		}
	}
}

func (f *plainFile) quoted(how reading) (n int) {
	for i := range f.quotes {
		if f.quotes[i].how == how {
			n++
		}
	}
	return n
}

func (f *plainFile) plain() (n int64) {
	for _, c := range f.counts {
		n += c
	}
	return n
}

// end closes the file whose blocks came by.
func (b *plainBook) end() {
	f := b.last
	b.last = nil
	if f != nil && f.counts[byNone] > 0 && f.counts[byNone] == f.records {
		b.lines++
	}
	switch {
	case f == nil || f.plain() == 0:
	case len(b.files) < maxPlainFiles:
		b.files = append(b.files, *f)
	default:
		b.more++
	}
}

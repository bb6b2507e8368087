package main

import (
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/parse/formats"
)

// shownUnknown bounds the files that --unknown lists of each kind, unknownQuote,
// in bytes, what it quotes of a record.
const (
	shownUnknown = 200
	unknownQuote = 160
	// maxUnknown bounds the files in no format that are remembered.
	maxUnknown = 2000
)

// unknownFile is a file in no known format.
type unknownFile struct {
	path string
	err  *formats.UnknownError
}

// plainText says in a line how many records were not understood, "" if all were.
func (b *plainBook) plainText() string {
	var parts []string
	for how, said := range []string{"that no parser took", "of which only the general form is known"} {
		if n := b.counts[how]; n > 0 {
			parts = append(parts, fmt.Sprintf("%s of %s %s", many(n, "record"), many(b.in[how], "file"), said))
		}
	}
	text := strings.Join(parts, ", ")
	if b.lines > 0 {
		text += fmt.Sprintf("; %s wholly read as lines of text, with low confidence: nothing in it tells the format", many(b.lines, "file"))
	}
	return text
}

// unknown lists and quotes what was not recognised: files in no format, and
// records that no parser took or whose general form alone is known.
func (l *looks) unknown(f *findings) {
	none := f.unread.unknown
	if none == 0 && f.plain.plainText() == "" {
		l.line("Everything was recognised.")
		return
	}
	l.unknownFiles(f.unread.noFormat, none)
	for how, title := range []string{"Records that no parser took", "Records of which only the general form is known (JSON, CSV, key=value, a syslog header)"} {
		l.unknownRecords(f.plain, reading(how), title)
	}
}

func (l *looks) unknownFiles(files []unknownFile, all int64) {
	if all == 0 {
		return
	}
	l.line("Files in no format that is known: %s", thousands(all))
	for _, u := range files[:min(len(files), shownUnknown)] {
		l.line("  %s", table.Clean(u.path))
		said := u.err.Error()
		if u.err.Nearest != "" {
			said += fmt.Sprintf("; nearest is %s: %s", u.err.Nearest, u.err.Reason)
		}
		l.line("    %s", table.Clean(said))
		n := 0
		for line := range strings.Lines(string(u.err.Head)) {
			if n == plainQuotes || isBinary(line) {
				break
			}
			n++
			l.quote(int64(n), line)
		}
	}
	if n := all - int64(min(len(files), shownUnknown)); n > 0 {
		l.line("  … and %s more", many(n, "file"))
	}
}

// isBinary says whether a line is not worth quoting.
func isBinary(line string) bool {
	return strings.ContainsFunc(line, func(r rune) bool { return r == 0 || r == '\uFFFD' })
}

// unknownRecords lists files by how many records were read so, the most first.
func (l *looks) unknownRecords(b *plainBook, how reading, title string) {
	if b.counts[how] == 0 {
		return
	}
	l.line("%s: %s in %s", title, many(b.counts[how], "record"), many(b.in[how], "file"))
	var files []*plainFile
	for i := range b.files {
		if b.files[i].counts[how] > 0 {
			files = append(files, &b.files[i])
		}
	}
	slices.SortStableFunc(files, func(x, y *plainFile) int { return cmp.Compare(y.counts[how], x.counts[how]) })
	shown := files[:min(len(files), shownUnknown)]
	for _, f := range shown {
		l.line("  %s: %s of %s", table.Clean(f.path), thousands(f.counts[how]), many(f.records, "record"))
		for _, q := range f.quotes {
			if q.how == how {
				l.quote(q.line, q.text)
			}
		}
	}
	if n := b.in[how] - int64(len(shown)); n > 0 {
		l.line("  … and %s more", many(n, "file"))
	}
}

// quote shows the beginning of a record with its line.
func (l *looks) quote(line int64, text string) {
	text = strings.TrimRight(text, "\r\n")
	most := unknownQuote
	if l.width > 0 {
		most = max(l.width-16, 20)
	}
	l.line("    %s %s", table.Paint(fmt.Sprintf("%8d", line), table.Dim, l.colour), shorten(table.Clean(shorten(text, most)), most))
}

// listUnknown writes what --unknown asks for after everything else.
func (s *session) listUnknown(w io.Writer, f *findings) error {
	out := newOutput(w)
	width, _ := s.screen(w)
	look := &looks{out: out, width: width, colour: s.colour(w)}
	look.line("")
	look.unknown(f)
	if look.err != nil {
		return look.err
	}
	return out.Flush()
}

package main

import (
	"bufio"
	"encoding/csv"
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/sigma"
)

// outputBuffer is how many bytes are written at once.
const outputBuffer = 256 << 10

// detectionWriter writes detections one by one.
type detectionWriter interface {
	write(d *detect.Detection) error
	// end completes the output; what was written stays valid without more
	// detections, also after an interruption.
	end() error
}

// jsonlWriter writes one JSON object a line.
type jsonlWriter struct {
	out *bufio.Writer
	buf []byte
}

func (w *jsonlWriter) write(d *detect.Detection) error {
	w.buf = append(d.AppendJSON(w.buf[:0]), '\n')
	_, err := w.out.Write(w.buf)
	return err
}

func (w *jsonlWriter) end() error { return w.out.Flush() }

// jsonWriter writes one JSON array.
type jsonWriter struct {
	out *bufio.Writer
	buf []byte
	any bool
}

func (w *jsonWriter) write(d *detect.Detection) error {
	w.buf = append(w.buf[:0], "[\n"...)
	if w.any {
		w.buf = append(w.buf[:0], ",\n"...)
	}
	w.any = true
	w.buf = d.AppendJSON(w.buf)
	_, err := w.out.Write(w.buf)
	return err
}

func (w *jsonWriter) end() error {
	closing := "[]\n"
	if w.any {
		closing = "\n]\n"
	}
	if _, err := w.out.WriteString(closing); err != nil {
		return err
	}
	return w.out.Flush()
}

// csvWriter writes RFC 4180 with a header. Values are left as they are: who
// opens the file in a spreadsheet imports the columns as text.
type csvWriter struct {
	out    *bufio.Writer
	csv    *csv.Writer
	headed bool
}

func newCSVWriter(out *bufio.Writer) *csvWriter { return &csvWriter{out: out, csv: csv.NewWriter(out)} }

func (w *csvWriter) head() error {
	if w.headed {
		return nil
	}
	w.headed = true
	return w.csv.Write([]string{
		"time", "level", "title", "rule_id", "host", "account", "dataset", "file", "record", "event_id",
		"tags", "matched", "events",
	})
}

func (w *csvWriter) write(d *detect.Detection) error {
	if err := w.head(); err != nil {
		return err
	}
	var matched, events []string
	for _, m := range d.Matched {
		name := m.Field
		if name == "" {
			name = "keywords"
		}
		matched = append(matched, name+"="+m.Text())
	}
	for i := range d.Events {
		events = append(events, d.Events[i].ID.String())
	}
	e := &d.Event
	return w.csv.Write([]string{
		timeText(e.Time), d.Rule.Level.String(), d.Rule.Title, d.Rule.ID, e.Host, e.Account, e.Dataset, e.File,
		strconv.FormatInt(e.Record, 10), e.ID.String(),
		strings.Join(d.Rule.Tags, " "), strings.Join(matched, " | "), strings.Join(events, " "),
	})
}

func (w *csvWriter) end() error {
	if err := w.head(); err != nil {
		return err
	}
	w.csv.Flush()
	if err := w.csv.Error(); err != nil {
		return err
	}
	return w.out.Flush()
}

// timeText is RFC 3339 in UTC, "" for the zero time.
func timeText(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// clock is a time for people, to the second, in UTC; "-" for the zero time.
func clock(t time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.UTC().Format(time.DateTime)
}

// thousands writes a number as 1,234,567.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// many writes a number with its noun: "1 rule", "2,000 rules".
func many(n int64, noun string) string {
	switch {
	case n == 1:
		return "1 " + noun
	case strings.HasSuffix(noun, "y") && !strings.HasSuffix(noun, "ay"):
		return thousands(n) + " " + strings.TrimSuffix(noun, "y") + "ies"
	case strings.HasSuffix(noun, "ch"):
		return thousands(n) + " " + noun + "es"
	default:
		return thousands(n) + " " + noun + "s"
	}
}

// techniques lists the ATT&CK techniques among a rule's tags: "T1059.001 T1105".
func techniques(m *sigma.Meta) string {
	var found []string
	for _, tag := range m.Tags {
		rest, ok := strings.CutPrefix(strings.ToLower(tag), "attack.t")
		if ok && rest != "" && rest[0] >= '0' && rest[0] <= '9' {
			found = append(found, "T"+rest)
		}
	}
	return strings.Join(found, " ")
}

// newOutput returns a buffered writer to standard output.
func newOutput(w io.Writer) *bufio.Writer { return bufio.NewWriterSize(w, outputBuffer) }

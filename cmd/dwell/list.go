package main

import (
	"bufio"
	"cmp"
	"strconv"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/detect"
)

// listWriter writes one line for people per detection, as it comes: there may
// be more than memory holds, so columns have fixed places only where their
// width is known.
type listWriter struct {
	out    *bufio.Writer
	colour bool
}

func (w *listWriter) write(d *detect.Detection) error {
	e := &d.Event
	level := cmp.Or(d.Rule.Level.String(), "-")
	line := []byte(clock(e.Time))
	line = append(line, "  "...)
	line = append(line, table.Paint(level, levelStyle(d.Rule.Level), w.colour)...)
	for range len("informational") - len(level) {
		line = append(line, ' ')
	}
	for _, text := range []string{
		d.Rule.Title, cmp.Or(e.Host, "-"), cmp.Or(e.Account, "-"), e.File + ":" + strconv.FormatInt(e.Record, 10), e.ID.String(),
	} {
		line = append(append(line, "  "...), table.Clean(text)...)
	}
	if d.Late {
		line = append(line, "  (late)"...)
	}
	_, err := w.out.Write(append(line, '\n'))
	return err
}

func (w *listWriter) end() error { return nil }

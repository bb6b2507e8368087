package w3c

import (
	"bytes"
	"io"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
	"github.com/dwell-project/dwell/parse/csvlog"
)

// Format is the [parse.Format] of W3C extended logs. Its zero value is ready.
type Format struct{}

// Name returns "w3c".
func (Format) Name() string { return "w3c" }

// Recognise is sure of text with a "#Fields:" line, and rather sure of text
// that begins with other lines of such headers.
func (Format) Recognise(head []byte) (confidence float64, reason string) {
	head = parse.TextHead(head)
	others := 0
	for line := range bytes.Lines(head) {
		line = bytes.TrimRight(line, " \r\n")
		switch {
		case hasPrefixFold(line, "#fields:") && len(bytes.TrimSpace(line)) > len("#fields:"):
			return 0.97, "has a W3C #Fields line"
		case hasPrefixFold(line, "#software:"), hasPrefixFold(line, "#version:"), hasPrefixFold(line, "#date:"):
			others++
		}
		if others == 2 {
			confidence, reason = 0.7, "begins with lines of a W3C header"
		}
	}
	if confidence == 0 {
		reason = "no W3C #Fields line"
	}
	return confidence, reason
}

func hasPrefixFold(line []byte, prefix string) bool {
	return len(line) >= len(prefix) && bytes.EqualFold(line[:len(prefix)], []byte(prefix))
}

// Split implements [parse.Format].
func (Format) Split(r io.Reader, src *event.Source) parse.Splitter {
	return blocks.New(r, src, &rules{Lines: blocks.NewLines("")}, blocks.DefaultSizes())
}

// NewDecoder implements [parse.Format].
func (Format) NewDecoder(names *event.Names) parse.Decoder { return newDecoder(names) }

// rules cut W3C text: after the last line, or where cells may be quoted over
// several lines, after the last record.
type rules struct {
	*blocks.Lines
	commas bool
}

// Start implements [blocks.Rules].
func (r *rules) Start(head []byte) []byte {
	r.look(head)
	return r.Lines.Start(head)
}

// look finds out whether commas separate cells.
func (r *rules) look(head []byte) {
	for line := range bytes.Lines(head) {
		if hasPrefixFold(line, "#fields:") {
			r.commas = bytes.IndexByte(line, ',') >= 0
		}
	}
}

// Cut implements [blocks.Rules].
func (r *rules) Cut(data []byte, again, hasty bool) int {
	last := r.Lines.Cut(data, again, hasty)
	if !r.commas || hasty || bytes.IndexByte(data[:last], '"') < 0 {
		return last
	}
	cut := 0
	for cut < len(data) {
		end, ok := csvlog.RecordEnd(data, cut, ',')
		if !ok {
			break
		}
		cut = end
	}
	return cut
}

// Pass implements [blocks.Headed].
func (r *rules) Pass(block []byte) []byte {
	if r.commas && bytes.IndexByte(block, '"') >= 0 {
		block = headerLines(block)
	}
	head := r.Lines.Pass(block)
	r.look(head)
	return head
}

// headerLines returns the header lines of a block in which a line may also
// begin with "#" since it is the middle of a quoted cell.
func headerLines(block []byte) []byte {
	var found []byte
	for at := 0; at < len(block); {
		record := cutRecord(block, at, ',')
		if blocks.IsHeader(record) {
			found = append(found, record...)
		}
		at += len(record)
	}
	return found
}

// cutRecord returns the record at a place with its line end: more than a line
// where cells are quoted over several, and no more if the quotes are never
// closed or the line is one of the header.
func cutRecord(data []byte, at int, separator byte) []byte {
	n := bytes.IndexByte(data[at:], '\n') + 1
	if n == 0 {
		n = len(data) - at
	}
	line := data[at : at+n]
	if separator != ',' || bytes.IndexByte(line, '"') < 0 || blocks.IsHeader(line) {
		return line
	}
	if end, ok := csvlog.RecordEnd(data, at, separator); ok || end == len(data) && csvlog.Closed(data, at, separator) {
		return data[at:end]
	}
	return line
}

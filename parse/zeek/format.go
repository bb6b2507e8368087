package zeek

import (
	"bytes"
	"io"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// Format is the [parse.Format] of Zeek's text logs. Its zero value is ready.
type Format struct{}

// Name returns "zeek".
func (Format) Name() string { return "zeek" }

// Recognise is sure of text with Zeek's header lines, and rather sure of
// records without them, which begin with a time and an id of Zeek's.
func (Format) Recognise(head []byte) (confidence float64, reason string) {
	head = parse.TextHead(head)
	seen := 0
	for line := range bytes.Lines(head) {
		line = bytes.TrimSpace(line)
		switch {
		case bytes.HasPrefix(line, []byte("#separator ")):
			return 0.98, "has Zeek's #separator line"
		case bytes.HasPrefix(line, []byte("#fields\t")):
			return 0.9, "has Zeek's #fields line"
		case len(line) > 0 && line[0] != '#':
			seen++
		}
		if seen == 1 && isBare(line) {
			return 0.7, "begins like a record of Zeek, without header"
		}
	}
	return 0, "no header of Zeek"
}

// isBare says whether a line begins as Zeek's records do: a time with six
// digits after the point, and an id of a connection or file.
func isBare(line []byte) bool {
	ts, rest, _ := bytes.Cut(line, []byte{'\t'})
	uid, _, more := bytes.Cut(rest, []byte{'\t'})
	if _, ok := seconds(ts); !ok || !more || len(ts) < 9 || ts[len(ts)-7] != '.' {
		return false
	}
	if len(uid) < 12 || len(uid) > 24 || uid[0] != 'C' && uid[0] != 'F' {
		return false
	}
	for _, c := range uid {
		if c-'0' >= 10 && (c|0x20)-'a' >= 26 {
			return false
		}
	}
	return true
}

// Split implements [parse.Format].
func (Format) Split(r io.Reader, src *event.Source) parse.Splitter {
	return blocks.New(r, src, blocks.NewLines("#separator"), blocks.DefaultSizes())
}

// NewDecoder implements [parse.Format].
func (Format) NewDecoder(names *event.Names) parse.Decoder { return newDecoder(names) }

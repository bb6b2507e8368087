package jsonl

import (
	"bytes"
	"errors"
	"io"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// ErrNotObject reports text between records that is no JSON object.
var ErrNotObject = errors.New("no JSON object")

// Format is the [parse.Format] of JSON records. Its zero value is ready.
type Format struct{}

// Name returns "jsonl".
func (Format) Name() string { return "jsonl" }

// Recognise is sure of text whose first record is a whole JSON object, less so
// if the object goes beyond the head, and less again if only a later line is
// one.
func (Format) Recognise(head []byte) (confidence float64, reason string) {
	head = parse.TextHead(head)
	text := bytes.TrimLeft(head, " \t\r\n[,")
	s := newScanner(event.NewNames(), nil, true)
	if len(text) > 0 && text[0] == '{' {
		if s.data = text; s.object(0) > 0 {
			return 0.95, "begins with a JSON object"
		}
		if s.failedAt+len(`\uffff`) >= len(text) && len(text) >= minHead {
			return 0.8, "begins like a JSON object"
		}
	}
	for line := range bytes.Lines(head) {
		line = bytes.TrimSpace(line)
		if s.data = line; len(line) > 0 && line[0] == '{' && s.object(0) > 0 {
			return 0.6, "has a JSON object on a line of its own"
		}
	}
	return 0, "no JSON object"
}

// minHead is how long a head must be for an object to go beyond it; a shorter
// one is a whole source, whose object is cut off.
const minHead = 4 << 10

// Split implements [parse.Format].
func (Format) Split(r io.Reader, src *event.Source) parse.Splitter {
	return blocks.New(r, src, newRules(), blocks.DefaultSizes())
}

// NewDecoder implements [parse.Format].
func (Format) NewDecoder(names *event.Names) parse.Decoder { return newDecoder(names) }

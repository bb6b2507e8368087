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
// if the object goes beyond the head, and least if it is broken.
func (Format) Recognise(head []byte) (confidence float64, reason string) {
	text := bytes.TrimLeft(parse.TextHead(head), " \t\r\n[,")
	if len(text) == 0 || text[0] != '{' {
		return 0, "no { at the beginning"
	}
	s := newScanner(event.NewNames(), nil, true)
	s.data = text
	switch end := s.object(0); {
	case end > 0:
		return 0.95, "begins with a JSON object"
	case s.failedAt >= len(text):
		return 0.8, "begins like a JSON object"
	default:
		return 0.2, "begins with {"
	}
}

// Split implements [parse.Format].
func (Format) Split(r io.Reader, src *event.Source) parse.Splitter {
	return blocks.New(r, src, newRules(), blocks.DefaultSizes())
}

// NewDecoder implements [parse.Format].
func (Format) NewDecoder(names *event.Names) parse.Decoder { return newDecoder(names) }

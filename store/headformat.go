package store

import (
	"fmt"
	"io"
	"sync"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// headFormat reads a file of the head: blocks of many sources in many formats,
// each decoded as it would be where it came from.
type headFormat struct {
	byName func(string) (parse.Format, bool)
	mu     sync.Mutex
	of     map[*event.Source]string
}

func newHeadFormat(byName func(string) (parse.Format, bool)) *headFormat {
	return &headFormat{byName: byName, of: map[*event.Source]string{}}
}

// Name implements [parse.Format].
func (*headFormat) Name() string { return "archive head" }

// Recognise implements [parse.Format]; a head is never looked for.
func (*headFormat) Recognise([]byte) (confidence float64, reason string) { return 0, "" }

// Split implements [parse.Format].
func (f *headFormat) Split(r io.Reader, _ *event.Source) parse.Splitter {
	return &headSplitter{format: f, r: newHeadReader(io.NopCloser(r))}
}

// NewDecoder implements [parse.Format].
func (f *headFormat) NewDecoder(names *event.Names) parse.Decoder {
	return &headDecoder{format: f, names: names, decoders: map[string]parse.Decoder{}}
}

type headSplitter struct {
	format *headFormat
	r      *headReader
}

// Next implements [parse.Splitter].
func (s *headSplitter) Next(b *parse.Block) error {
	headed, err := s.r.next(b)
	if err != nil {
		return err
	}
	s.format.mu.Lock()
	s.format.of[b.Source] = headed.Format
	s.format.mu.Unlock()
	return nil
}

type headDecoder struct {
	format   *headFormat
	names    *event.Names
	decoders map[string]parse.Decoder
}

// Decode implements [parse.Decoder].
func (d *headDecoder) Decode(b *parse.Block, yield func(*event.Event) bool, report func(parse.Problem)) {
	d.format.mu.Lock()
	name := d.format.of[b.Source]
	d.format.mu.Unlock()
	inner, ok := d.decoders[name]
	if !ok {
		format, known := d.format.byName(name)
		if !known {
			report(parse.Problem{
				Path: b.Source.Path, Offset: b.Offset, Length: int64(len(b.Data)),
				Err: fmt.Errorf("reading the head: there is no format %q", name),
			})
			return
		}
		inner = format.NewDecoder(d.names)
		d.decoders[name] = inner
	}
	// What could not be read was reported when it was taken in.
	inner.Decode(b, yield, func(parse.Problem) {})
}

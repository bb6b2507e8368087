// Package blocks cuts a text source into blocks of whole records, by the rules
// of its format.
package blocks

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// Rules say where the records of a format end.
type Rules interface {
	// Start is called once, with the first bytes of the source, and returns its
	// first record, or what is there of it.
	Start(head []byte) (first []byte)
	// Cut returns how much of data is whole records, 0 if not one is. Data
	// begins where the last block ended; again says that it is the data of the
	// last call, grown. When hasty, no end was found for long: the record may be
	// broken, and a cut where the next one seems to begin is welcome.
	Cut(data []byte, again, hasty bool) int
}

// Headed are the rules of a format whose records mean nothing without header
// lines that stand before them.
type Headed interface {
	Rules
	// Pass is called with every block that was cut, in order, and returns the
	// header lines in force after it, for [parse.Block.Head] of the next one.
	// What it returned before is not changed.
	Pass(block []byte) (head []byte)
}

// MaxRecord is the longest record, in bytes. What is longer is reported and
// passed over up to the next line.
const MaxRecord = 16 << 20

// ErrTooLong reports a record longer than [MaxRecord].
var ErrTooLong = errors.New("record too long: passed over to the next line")

// Sizes bound a [Splitter], in bytes.
type Sizes struct {
	// Block is how much is read before it is cut.
	Block int
	// Patience is how much is read without finding the end of a record before
	// the record is suspected to be broken.
	Patience int
	// Record is the longest record.
	Record int
}

// DefaultSizes returns the sizes that suit ordinary logs.
func DefaultSizes() Sizes { return Sizes{Block: 256 << 10, Patience: 1 << 20, Record: MaxRecord} }

// Splitter is a [parse.Splitter] for text. The number of a block's first record
// is the line on which the block begins.
type Splitter struct {
	r     io.Reader
	src   *event.Source
	rules Rules
	sizes Sizes
	head  []byte // header lines in force at rest, if the rules are Headed

	rest         []byte // read, and not yet in a block
	end          error  // what the reader ended with
	paused       bool   // the reader had nothing more for now
	offset, line int64  // of rest
	started      bool
}

// New returns a splitter of r's text; see [parse.Text] for what is text.
func New(r io.Reader, src *event.Source, rules Rules, sizes Sizes) *Splitter {
	return &Splitter{r: parse.Text(r), src: src, rules: rules, sizes: sizes, line: 1}
}

// Next implements [parse.Splitter].
func (s *Splitter) Next(b *parse.Block) error {
	if cap(b.Data) > 4*s.sizes.Block {
		b.Data = nil // one huge record must not keep its memory for ever
	}
	b.Data = append(b.Data[:0], s.rest...)
	b.Source, b.Head, b.Problems = s.src, nil, nil
	want := s.sizes.Block
	for again := false; ; again = true {
		b.Data = s.fill(b.Data, want)
		if !s.started {
			if s.paused && s.ending(b.Data) == 0 {
				return s.pause(b)
			}
			s.start(b)
		}
		if s.end != nil {
			return s.hand(b, len(b.Data))
		}
		if cut := s.rules.Cut(b.Data, again, len(b.Data) > s.sizes.Patience); cut > 0 {
			return s.hand(b, cut)
		}
		if s.paused {
			return s.pause(b)
		}
		if len(b.Data) > s.sizes.Record {
			return s.passOver(b)
		}
		want = min(2*max(len(b.Data), s.sizes.Block), s.sizes.Record+1)
	}
}

// fill reads until data has want bytes or the source ends.
func (s *Splitter) fill(data []byte, want int) []byte {
	if s.paused = false; s.end != nil || len(data) >= want {
		return data
	}
	from := len(data)
	if cap(data) < want {
		data = append(make([]byte, 0, want), data...)
	}
	n, err := io.ReadFull(s.r, data[from:want])
	if s.paused = errors.Is(err, parse.ErrPause); s.paused {
		return data[:from+n]
	}
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	s.end = err
	return data[:from+n]
}

// start passes over a byte order mark and digests the first record.
func (s *Splitter) start(b *parse.Block) {
	s.started = true
	if rest, ok := bytes.CutPrefix(b.Data, []byte("\xef\xbb\xbf")); ok {
		b.Data = append(b.Data[:0], rest...)
		s.offset = 3
	}
	if first := s.rules.Start(b.Data); len(first) > 0 {
		s.src.First = sha256.Sum256(first)
	}
}

// hand gives data up to cut to the caller and keeps the rest.
func (s *Splitter) hand(b *parse.Block, cut int) error {
	s.rest = append(s.rest[:0], b.Data[cut:]...)
	b.Data = b.Data[:cut]
	b.Offset, b.Record, b.Head = s.offset, s.line, s.head
	if headed, ok := s.rules.(Headed); ok && cut > 0 {
		s.head = headed.Pass(b.Data)
	}
	s.offset += int64(cut)
	s.line += int64(bytes.Count(b.Data, []byte{'\n'}))
	switch {
	case cut > 0:
		return nil
	case errors.Is(s.end, io.EOF):
		return io.EOF
	default:
		return parse.Problem{Path: s.src.Path, Offset: s.offset, Record: s.line, Err: fmt.Errorf("reading text: %w", s.end)}
	}
}

// passOver reads on to the end of the line and reports what was left out.
func (s *Splitter) passOver(b *parse.Block) error {
	b.Offset, b.Record = s.offset, s.line
	p := parse.Problem{Path: s.src.Path, Offset: s.offset, Record: s.line, Err: ErrTooLong}
	data := b.Data
	for {
		s.line += int64(bytes.Count(data, []byte{'\n'}))
		p.Length += int64(len(data))
		s.rest = s.rest[:0]
		if s.end != nil || s.paused {
			break
		}
		data = s.fill(data[:0], s.sizes.Block)
		if n := bytes.IndexByte(data, '\n') + 1; n > 0 {
			s.line++
			p.Length += int64(n)
			s.rest = append(s.rest, data[n:]...)
			break
		}
	}
	s.offset += p.Length
	b.Data, b.Problems = b.Data[:0], append(b.Problems, p)
	return nil
}

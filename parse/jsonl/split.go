package jsonl

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"fmt"
	"io"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

const (
	// defaultBlock is how much is read for a block before it is cut.
	defaultBlock = 256 << 10
	// defaultPatience is how much is read without finding the end of a record before
	// the record is suspected to be broken.
	defaultPatience = 1 << 20
	// MaxRecord is the longest record, in bytes. What is longer is reported and
	// passed over up to the next line.
	MaxRecord = 64 << 20
)

// ErrTooLong reports a record longer than [MaxRecord].
var ErrTooLong = errors.New("record longer than 64 MiB: passed over to the next line")

// splitter cuts text into blocks at ends of records. A source that has its
// first object on one line is cut before a line that begins like that one; any
// other by following strings and brackets, unless a record seems to have no end.
type splitter struct {
	r    io.Reader
	src  *event.Source
	rest []byte // read, and not yet in a block
	end  error  // what the reader ended with

	offset, line int64 // of rest
	started      bool
	byLine       bool
	mark         []byte // line end and what stands before and at the first {

	blockSize, patience, maxRecord int
}

func newSplitter(r io.Reader, src *event.Source) *splitter {
	return &splitter{
		r: r, src: src, line: 1, mark: []byte("\n{"),
		blockSize: defaultBlock, patience: defaultPatience, maxRecord: MaxRecord,
	}
}

// Next implements [parse.Splitter].
func (s *splitter) Next(b *parse.Block) error {
	if cap(b.Data) > 4*s.blockSize {
		b.Data = nil // one huge record must not keep its memory for ever
	}
	b.Data = append(b.Data[:0], s.rest...)
	b.Source, b.Problems = s.src, nil
	var c cutter
	want := s.blockSize
	for {
		b.Data = s.fill(b.Data, want)
		if !s.started {
			s.start(b)
		}
		cut := s.cut(&c, b.Data)
		if s.end != nil {
			cut = len(b.Data)
		}
		if cut > 0 || s.end != nil {
			return s.hand(b, cut)
		}
		if len(b.Data) > s.maxRecord {
			return s.passOver(b)
		}
		want = min(2*max(len(b.Data), s.blockSize), s.maxRecord+1)
	}
}

// fill reads until data has want bytes or the source ends.
func (s *splitter) fill(data []byte, want int) []byte {
	if s.end != nil || len(data) >= want {
		return data
	}
	from := len(data)
	if cap(data) < want {
		data = append(make([]byte, 0, want), data...)
	}
	n, err := io.ReadFull(s.r, data[from:want])
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	s.end = err
	return data[:from+n]
}

// cut returns how much of data is whole records, 0 if not one is whole.
func (s *splitter) cut(c *cutter, data []byte) int {
	if s.byLine {
		if n := bytes.LastIndex(data, s.mark); n >= 0 {
			return n + 1
		}
	}
	cut := c.cut(data)
	if cut == 0 && len(data) > s.patience {
		cut = bytes.LastIndex(data, s.mark) + 1
	}
	return cut
}

// hand gives data up to cut to the caller and keeps the rest.
func (s *splitter) hand(b *parse.Block, cut int) error {
	s.rest = append(s.rest[:0], b.Data[cut:]...)
	b.Data = b.Data[:cut]
	b.Offset, b.Record = s.offset, s.line
	s.offset += int64(cut)
	s.line += int64(bytes.Count(b.Data, []byte{'\n'}))
	if cut > 0 || len(b.Problems) > 0 {
		return nil
	}
	if errors.Is(s.end, io.EOF) {
		return io.EOF
	}
	return fmt.Errorf("reading %s: offset 0x%x: %w", s.src.Path, s.offset, s.end)
}

// passOver reads on to the end of the line and reports what was left out.
func (s *splitter) passOver(b *parse.Block) error {
	b.Offset, b.Record = s.offset, s.line
	p := parse.Problem{Path: s.src.Path, Offset: s.offset, Record: s.line, Err: ErrTooLong}
	data := b.Data
	for {
		s.line += int64(bytes.Count(data, []byte{'\n'}))
		p.Length += int64(len(data))
		if s.end != nil {
			s.rest = s.rest[:0]
			break
		}
		data = s.fill(data[:0], s.blockSize)
		if n := bytes.IndexByte(data, '\n') + 1; n > 0 {
			s.line++
			p.Length += int64(n)
			s.rest = append(s.rest[:0], data[n:]...)
			break
		}
	}
	s.offset += p.Length
	b.Data, b.Problems = b.Data[:0], append(b.Problems, p)
	return nil
}

// start looks at the first bytes: it passes over a byte order mark, digests the
// first record and decides how to cut.
func (s *splitter) start(b *parse.Block) {
	s.started = true
	if rest, ok := bytes.CutPrefix(b.Data, []byte("\xef\xbb\xbf")); ok {
		b.Data = append(b.Data[:0], rest...)
		s.offset = 3
	}
	at, first := firstRecord(b.Data)
	if len(first) == 0 {
		return
	}
	s.src.First = sha256.Sum256(first)
	if first[0] != '{' {
		return
	}
	s.byLine = bytes.IndexByte(first, '\n') < 0
	line := bytes.LastIndexByte(b.Data[:at], '\n') + 1
	if indent := b.Data[line:at]; len(bytes.TrimLeft(indent, " \t")) == 0 {
		s.mark = append(append([]byte{'\n'}, indent...), '{')
	}
}

// firstRecord returns the first record of data and its place; data up to its end
// if the record does not end there.
func firstRecord(data []byte) (int, []byte) {
	text := bytes.TrimLeft(data, " \t\r\n[],")
	if len(text) > 0 && text[0] == '{' {
		at := len(data) - len(text)
		var c cutter
		if n := c.first(text); n > 0 {
			text = text[:n]
		}
		return at, text
	}
	line, _, _ := bytes.Cut(bytes.TrimSpace(data), []byte{'\n'})
	return bytes.Index(data, line), bytes.TrimRight(line, "\r")
}

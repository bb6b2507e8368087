package blocks

import (
	"bytes"

	"github.com/dwell-project/dwell/parse"
)

// Ending are the rules of a format whose last record shows by itself that it is
// whole. Without them a record that [Rules.Cut] holds back because nothing
// follows it is waited for; see [parse.Lines].
type Ending interface {
	Rules
	// End is Cut for data that nothing follows yet.
	End(data []byte) int
}

var _ parse.Tailer = (*Splitter)(nil)

// pause keeps what is not cut for the next call.
func (s *Splitter) pause(b *parse.Block) error {
	s.rest = append(s.rest[:0], b.Data...)
	b.Data, b.Offset, b.Record, b.Head = b.Data[:0], s.offset, s.line, s.head
	return parse.ErrPause
}

// Rest implements [parse.Tailer].
func (s *Splitter) Rest(b *parse.Block, x parse.Extent) error {
	b.Data = append(b.Data[:0], s.rest...)
	b.Source, b.Head, b.Problems = s.src, nil, nil
	cut := s.extent(b.Data, x)
	if cut == 0 {
		return s.pause(b)
	}
	if !s.started {
		before := len(b.Data)
		s.start(b)
		cut -= before - len(b.Data)
	}
	return s.hand(b, cut)
}

// extent returns how much of data is asked for.
func (s *Splitter) extent(data []byte, x parse.Extent) int {
	rules, knows := s.rules.(Ending)
	switch {
	case x == parse.All:
		return len(data)
	case !s.started:
		return 0 // Next begins when it can
	case knows:
		return rules.End(data)
	case x == parse.Lines && bytes.HasSuffix(data, []byte{'\n'}):
		return len(data)
	default:
		return 0
	}
}

// ending returns how much of the beginning of a source that pauses is whole
// records, as far as can be told.
func (s *Splitter) ending(data []byte) int {
	if rules, knows := s.rules.(Ending); knows {
		return rules.End(data)
	}
	n := bytes.LastIndexByte(data, '\n') + 1
	if len(bytes.TrimSpace(data[:n])) == 0 {
		return 0
	}
	return n
}

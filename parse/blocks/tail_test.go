package blocks_test

import (
	"bytes"
	"io"
	"testing"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// growing is a source that is written piece by piece.
type growing struct {
	there []byte
	ended bool
}

func (g *growing) Read(p []byte) (int, error) {
	if len(g.there) == 0 {
		if g.ended {
			return 0, io.EOF
		}
		return 0, parse.ErrPause
	}
	n := copy(p, g.there)
	g.there = g.there[n:]
	return n, nil
}

// follow splits a text written in the given pieces and returns what it gave.
func follow(t *rapid.T, pieces [][]byte, sizes blocks.Sizes) (got []byte, src *event.Source) {
	src = &event.Source{}
	g := &growing{there: pieces[0]}
	s := blocks.New(g, src, lines{}, sizes)
	var b parse.Block
	line := int64(1)
	take := func() {
		if b.Offset != int64(len(got)) || b.Record != line {
			t.Fatalf("block %q at %d, line %d; want it at %d, line %d", b.Data, b.Offset, b.Record, len(got), line)
		}
		got = append(got, b.Data...)
		line += int64(bytes.Count(b.Data, []byte{'\n'}))
	}
	for _, piece := range append(pieces[1:], nil) {
		for s.Next(&b) == nil {
			take()
		}
		if whole := len(got) == 0 || got[len(got)-1] == '\n'; !whole {
			t.Fatalf("%q was given; want whole lines", got)
		}
		g.there = piece
	}
	g.ended = true
	for s.Next(&b) == nil {
		take()
	}
	return got, src
}

func TestPiecesOfAGrowingTextAreWholeLinesAndTheTextAgain(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		pieces := rapid.SliceOfN(rapid.SliceOfN(rapid.SampledFrom([]byte("ab\n")), 2, 12), 1, 8).Draw(t, "pieces")
		sizes := blocks.Sizes{Block: rapid.IntRange(13, 40).Draw(t, "block"), Patience: 100, Record: 1000}
		text := bytes.Join(pieces, nil)
		got, src := follow(t, pieces, sizes)
		if !bytes.Equal(got, text) {
			t.Fatalf("%q was given; want %q", got, text)
		}
		whole := &event.Source{}
		s := blocks.New(bytes.NewReader(text), whole, lines{}, sizes)
		var b parse.Block
		for s.Next(&b) == nil { //nolint:revive // only the digest of the source is asked for
		}
		if len(bytes.TrimSpace(text)) > 0 && text[0] != '\n' && src.First != whole.First {
			t.Fatalf("%q: the first record's digest differs from that of the finished text", text)
		}
	})
}

func TestRestIsGivenAsFarAsAskedFor(t *testing.T) {
	g := &growing{there: []byte("aa\nb")}
	s := blocks.New(g, &event.Source{}, lines{}, blocks.DefaultSizes())
	var b parse.Block
	if err := s.Next(&b); err != nil || string(b.Data) != "aa\n" {
		t.Fatalf("Next = %q, %v; want the whole line", b.Data, err)
	}
	for _, x := range []parse.Extent{parse.Whole, parse.Lines} {
		if err := s.Rest(&b, x); err != parse.ErrPause {
			t.Errorf("Rest(%v) = %q, %v; want a pause", x, b.Data, err)
		}
	}
	if err := s.Rest(&b, parse.All); err != nil || string(b.Data) != "b" || b.Offset != 3 || b.Record != 2 {
		t.Errorf("Rest(All) = %q at %d, line %d, %v; want the rest", b.Data, b.Offset, b.Record, err)
	}
}

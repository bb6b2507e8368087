package blocks_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// lines are the rules of a format with one record a line.
type lines struct{}

func (lines) Start(head []byte) []byte {
	first, _, _ := bytes.Cut(head, []byte{'\n'})
	return first
}

func (lines) Cut(data []byte, _, _ bool) int { return bytes.LastIndexByte(data, '\n') + 1 }

// piece is a block or a part passed over.
type piece struct {
	Text         string
	Offset, Line int64
	PassedOver   bool
}

// pieces are the blocks of a text, with what was passed over.
func pieces(t *testing.T, text []byte, sizes blocks.Sizes) []piece {
	t.Helper()
	src := &event.Source{Path: "p"}
	s := blocks.New(bytes.NewReader(text), src, lines{}, sizes)
	var out []piece
	var b parse.Block
	for {
		err := s.Next(&b)
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		if b.Source != src {
			t.Fatalf("block of %q has another source", text)
		}
		for _, p := range b.Problems {
			if !errors.Is(p, blocks.ErrTooLong) || p.Path != "p" {
				t.Fatalf("problem %v; want a record that is too long", p)
			}
			out = append(out, piece{string(text[p.Offset:][:p.Length]), p.Offset, p.Record, true})
		}
		if len(b.Data) > 0 {
			out = append(out, piece{string(b.Data), b.Offset, b.Record, false})
		}
	}
}

func TestBlocksEndAtRecords(t *testing.T) {
	got := pieces(t, []byte("aa\nbb\ncccccc\ndd\ne"), blocks.Sizes{Block: 7, Patience: 100, Record: 100})
	want := []piece{{"aa\nbb\n", 0, 1, false}, {"cccccc\n", 6, 3, false}, {"dd\ne", 13, 4, false}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
}

func TestLongRecordIsPassedOverToTheNextLine(t *testing.T) {
	got := pieces(t, []byte("aa\nbbbbbbbbbbbbbbbbbbbb\ncc\n"), blocks.Sizes{Block: 4, Patience: 8, Record: 8})
	want := []piece{{"aa\n", 0, 1, false}, {"bbbbbbbbbbbbbbbbbbbb\n", 3, 2, true}, {"cc\n", 24, 3, false}}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("blocks (-want +got):\n%s", diff)
	}
}

func TestFirstRecordIsDigestedBeforeTheFirstBlock(t *testing.T) {
	src := &event.Source{}
	s := blocks.New(bytes.NewReader([]byte("\xef\xbb\xbfaa\nbb\n")), src, lines{}, blocks.DefaultSizes())
	var b parse.Block
	if err := s.Next(&b); err != nil {
		t.Fatal(err)
	}
	if src.First != sha256.Sum256([]byte("aa")) || b.Offset != 3 || string(b.Data) != "aa\nbb\n" {
		t.Errorf("First = %x, block %q at %d; want the digest of aa, and the text after the mark", src.First, b.Data, b.Offset)
	}
}

func TestMemoryOfAHugeRecordIsGivenBack(t *testing.T) {
	text := append(bytes.Repeat([]byte{'x'}, 1000), "\na\nb\nc\nd\n"...)
	s := blocks.New(bytes.NewReader(text), &event.Source{}, lines{}, blocks.Sizes{Block: 4, Patience: 4000, Record: 4000})
	var b parse.Block
	for s.Next(&b) == nil {
		if len(b.Data) < 8 && cap(b.Data) > 64 {
			t.Fatalf("a block of %d bytes holds %d", len(b.Data), cap(b.Data))
		}
	}
}

// FuzzBlocksAreTheSource holds that blocks and parts passed over are the source
// again, and know their lines.
func FuzzBlocksAreTheSource(f *testing.F) {
	f.Add([]byte("a\nbb\n\nccccccccccccccccccccccccccccc\nd"), uint8(3), uint8(9))
	f.Add([]byte("\xef\xbb\xbf\n"), uint8(0), uint8(0))
	f.Fuzz(func(t *testing.T, text []byte, block, record uint8) {
		text, err := io.ReadAll(parse.Text(bytes.NewReader(text)))
		if err != nil {
			t.Fatal(err)
		}
		sizes := blocks.Sizes{Block: 1 + int(block), Patience: 1 + int(record)/2, Record: 1 + int(record)}
		var at int64
		if bytes.HasPrefix(text, []byte("\xef\xbb\xbf")) && sizes.Block >= 3 {
			at = 3
		}
		for _, p := range pieces(t, text, sizes) {
			if p.Offset != at || string(text[at:][:len(p.Text)]) != p.Text {
				t.Fatalf("%q: %+v; want it at offset %d", text, p, at)
			}
			if line := int64(1 + bytes.Count(text[:at], []byte{'\n'})); p.Line != line {
				t.Fatalf("%q: %+v; want it on line %d", text, p, line)
			}
			if p.PassedOver && len(p.Text) <= sizes.Record {
				t.Fatalf("%q: %+v is not too long for %d", text, p, sizes.Record)
			}
			at += int64(len(p.Text))
		}
		if at != int64(len(text)) {
			t.Fatalf("%q: blocks end at %d", text, at)
		}
	})
}

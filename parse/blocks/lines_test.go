package blocks_test

import (
	"bytes"
	"crypto/sha256"
	"errors"
	"io"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// inForce returns the header lines in force before the byte at end, by reading
// everything from the start.
func inForce(text string, end int64) string {
	var names, lines []string
	for line := range strings.Lines(text[:end]) {
		line = strings.TrimSpace(line)
		if !strings.HasPrefix(line, "#") || strings.HasPrefix(line, "#1") {
			continue
		}
		name := line
		if n := strings.IndexAny(line, "\t :,"); n > 0 {
			name = line[:n]
		}
		if name == "#separator" {
			names, lines = nil, nil
		}
		known := false
		for i := range names {
			if names[i] == name {
				lines[i], known = line, true
			}
		}
		if !known {
			names, lines = append(names, name), append(lines, line)
		}
	}
	if len(lines) == 0 {
		return ""
	}
	return strings.Join(lines, "\n") + "\n"
}

func TestBlocksOfLinesCarryTheHeaderInForceWhereTheyBegin(t *testing.T) {
	line := rapid.SampledFrom([]string{
		"#separator \\x09\n", "#fields\ta\tb\n", "#fields\tc\n", "#path\tx\n", "#close\n", "  #path\ty\n", "\n",
		"1\t2\n", " #1 is no directive\n", "value # not a header\n", "a longer record of some kind\r\n",
	})
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOf(line).Draw(t, "lines"), "")
		size := rapid.IntRange(8, 64).Draw(t, "size")
		s := blocks.New(strings.NewReader(text), &event.Source{}, blocks.NewLines("#separator"),
			blocks.Sizes{Block: size, Patience: 256, Record: 512})
		for {
			var b parse.Block
			err := s.Next(&b)
			if errors.Is(err, io.EOF) {
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			if want := inForce(text, b.Offset); string(b.Head) != want {
				t.Fatalf("block %q at %d has the header %q; want %q", b.Data, b.Offset, b.Head, want)
			}
		}
	})
}

func TestTheFirstRecordOfLinesIsNoHeaderLine(t *testing.T) {
	src := &event.Source{}
	s := blocks.New(bytes.NewReader([]byte("#separator \\x09\n#path\tx\n1\t2\n3\t4\n")), src, blocks.NewLines(""), blocks.DefaultSizes())
	if err := s.Next(&parse.Block{}); err != nil {
		t.Fatal(err)
	}
	if want := sha256.Sum256([]byte("1\t2")); src.First != want {
		t.Errorf("First is not the digest of the first record")
	}
}

package table_test

import (
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/cmd/dwell/table"
)

func TestWrapBreaksAtSpaces(t *testing.T) {
	for _, tt := range []struct {
		text          string
		width, indent int
		want          string
	}{
		{"one two three", 9, 2, "one two\n  three"},
		{"one two three", 8, 2, "one\n  two\n  three"},
		{"one incomprehensible word", 8, 2, "one\n  incomprehensible\n  word"},
		{"日本 日本", 8, 0, "日本\n日本"},
		{"日本 日本", 9, 0, "日本 日本"},
		{"", 8, 2, ""},
	} {
		if got := table.Wrap(tt.text, tt.width, tt.indent); got != tt.want {
			t.Errorf("Wrap(%q, %d, %d) = %q; want %q", tt.text, tt.width, tt.indent, got, tt.want)
		}
	}
}

func TestWrapKeepsWordsAndFillsLines(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		words := rapid.SliceOf(rapid.StringMatching(`[a-z日本]{1,12}`)).Draw(t, "words")
		width, indent := rapid.IntRange(1, 40).Draw(t, "width"), rapid.IntRange(0, 10).Draw(t, "indent")
		got := table.Wrap(strings.Join(words, " "), width, indent)
		if back := strings.Fields(got); strings.Join(back, " ") != strings.Join(words, " ") {
			t.Fatalf("%q has other words than %q", got, words)
		}
		lines := strings.Split(strings.Repeat(" ", indent)+got, "\n")
		for i, line := range lines {
			if runewidth.StringWidth(line) > width && len(strings.Fields(line)) > 1 {
				t.Fatalf("line %q is wider than %d and could be broken", line, width)
			}
			if i+1 < len(lines) {
				next := strings.Fields(lines[i+1])[0]
				if runewidth.StringWidth(line+" "+next) <= width {
					t.Fatalf("%q has room for %q", line, next)
				}
			}
		}
	})
}

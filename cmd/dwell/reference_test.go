package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
	"github.com/google/go-cmp/cmp"
)

// TestReferenceSaysWhatTheCommandsTake compares docs/reference/cli.md with the
// definitions of the commands; -update writes it anew. What stands above the
// first command is written by hand, in testdata/cli-intro.md.
func TestReferenceSaysWhatTheCommandsTake(t *testing.T) {
	var c commands
	parser, err := newParser(&c, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	intro, err := os.ReadFile(filepath.Join("testdata", "cli-intro.md"))
	if err != nil {
		t.Fatal(err)
	}
	want := string(intro)
	for _, leaf := range parser.Model.Leaves(true) {
		want += commandReference(leaf)
	}
	path := filepath.Join("..", "..", "docs", "reference", "cli.md")
	if *update {
		if err := os.WriteFile(path, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("docs/reference/cli.md is behind the commands; go test ./cmd/dwell -update (-want +got):\n%s", diff)
	}
}

// commandReference writes the part of the reference on one command.
func commandReference(n *kong.Node) string {
	var b strings.Builder
	fmt.Fprintf(&b, "\n## %s\n\n%s\n\n    dwell %s", n.FullPath(), n.Help, n.Path())
	for _, p := range n.Positional {
		fmt.Fprintf(&b, " %s", p.Summary())
	}
	b.WriteString(" [flags]\n\n| argument or flag | meaning |\n|---|---|\n")
	for _, p := range n.Positional {
		fmt.Fprintf(&b, "| `%s` | %s |\n", p.Summary(), cellText(p.Help))
	}
	for _, group := range n.AllFlags(true) {
		for _, f := range group {
			fmt.Fprintf(&b, "| `%s` | %s |\n", flagText(f), cellText(f.Help))
		}
	}
	return b.String()
}

// flagText writes a flag as "-o, --output=FORM".
func flagText(f *kong.Flag) string {
	text := "--" + f.Name
	if f.Short != 0 {
		text = "-" + string(f.Short) + ", " + text
	}
	if !f.IsBool() {
		text += "=" + f.PlaceHolder
	}
	return text
}

func cellText(s string) string { return strings.ReplaceAll(s, "|", `\|`) }

package main

import (
	"bytes"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// The README shows what the first command prints: this keeps it true.
func TestReadmeShowsWhatTheSampleGives(t *testing.T) {
	t.Chdir("../..")
	var out, notes bytes.Buffer
	code := run(t.Context(), &world{
		args: []string{"scan", "-o", "table", "testdata/sample"}, env: func(string) string { return "" },
		stdin: strings.NewReader(""), stdout: &out, stderr: &notes, now: time.Now, screen: func(io.Writer) (int, bool) { return 0, false },
	})
	if code != exitDone {
		t.Fatalf("exit %d: %s", code, notes.String())
	}
	const name, begin, end = "README.md", "<!-- sample-output: begin -->\n", "<!-- sample-output: end -->"
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	shown, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("README.md has no place for the sample's output")
	}
	want := "```text\n" + out.String() + "```\n"
	if shown == want {
		return
	}
	if *update {
		if err := os.WriteFile(name, []byte(head+begin+want+end+tail), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("README.md shows another output than dwell gives; go test ./cmd/dwell -update")
}

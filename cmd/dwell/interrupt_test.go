package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

const everyProcess = `title: Any Process
id: 77777777-7777-4777-8777-777777777777
level: low
logsource: {product: windows, category: process_creation}
detection:
    selection: {Image|exists: true}
    condition: selection
`

// stream gives n records and then nothing more until the run is interrupted.
type stream struct {
	r         io.Reader
	interrupt func()
}

func (s *stream) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	if err == io.EOF {
		s.interrupt()
		select {} // a writer that says nothing and does not go
	}
	return n, err
}

func records(n int) io.Reader {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, `{"TimeCreated":"2025-03-01T10:00:00Z","Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Computer":"ws1.corp.example","User":"CORP\\alice","Image":"C:\\Windows\\System32\\tool%d.exe"}`+"\n", i)
	}
	return strings.NewReader(b.String())
}

// testWorld returns a world whose outputs are the buffers.
func testWorld(stdout, stderr io.Writer, args ...string) *world {
	return &world{
		args: args, env: func(string) string { return "" }, stdin: strings.NewReader(""),
		stdout: stdout, stderr: stderr, now: time.Now,
		screen: func(io.Writer) (int, bool) { return 0, false },
	}
}

func writeFile(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestInterruptedScanPrintsWhatItFoundAndExitsWithThree(t *testing.T) {
	const n = 50_000 // some 10 MB, many blocks
	rules := writeFile(t, "any.yml", everyProcess)
	manifest := filepath.Join(t.TempDir(), "run.json")
	ctx, interrupt := context.WithCancel(context.Background())
	var stdout, stderr bytes.Buffer
	w := testWorld(&stdout, &stderr, "scan", "-o", "json", "--rules", rules, "--manifest", manifest, "-")
	w.stdin = &stream{r: records(n), interrupt: interrupt}
	if code := run(ctx, w); code != exitInterrupted {
		t.Fatalf("exit code %d, want %d; standard error: %s", code, exitInterrupted, stderr.String())
	}
	var found []struct{ Event struct{ Record int } }
	if err := json.Unmarshal(stdout.Bytes(), &found); err != nil {
		t.Fatalf("the output of an interrupted scan is no JSON: %v", err)
	}
	if len(found) == 0 || len(found) > n {
		t.Errorf("%d hits, want some of %d", len(found), n)
	}
	for i, hit := range found {
		if hit.Event.Record != i+1 {
			t.Fatalf("hit %d is on record %d: hits are missing before it", i, hit.Event.Record)
		}
	}
	if !strings.Contains(stderr.String(), "interrupted") {
		t.Errorf("standard error does not say that the scan was interrupted: %q", stderr.String())
	}
	text, err := os.ReadFile(manifest)
	if err != nil || !bytes.Contains(text, []byte(`"completed": false`)) {
		t.Errorf("manifest of an interrupted scan: %v, %s", err, text)
	}
}

func TestInterruptedParseEndsAtALine(t *testing.T) {
	ctx, interrupt := context.WithCancel(context.Background())
	var stdout, stderr bytes.Buffer
	w := testWorld(&stdout, &stderr, "parse", "-")
	w.stdin = &stream{r: records(50_000), interrupt: interrupt}
	if code := run(ctx, w); code != exitInterrupted {
		t.Fatalf("exit code %d, want %d; standard error: %s", code, exitInterrupted, stderr.String())
	}
	if text := stdout.String(); text == "" || !strings.HasSuffix(text, "}\n") {
		t.Errorf("output ends with %q", text[max(len(text)-40, 0):])
	}
}

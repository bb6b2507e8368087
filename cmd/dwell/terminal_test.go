package main

import (
	"bytes"
	"context"
	"io"
	"strings"
	"testing"

	"github.com/mattn/go-runewidth"
)

// onTerminal runs dwell with standard output, or standard error too, on a
// terminal of the given width.
func onTerminal(t *testing.T, width int, both bool, env map[string]string, args ...string) (stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	w := testWorld(&out, &errs, args...)
	w.env = func(name string) string { return env[name] }
	w.screen = func(w io.Writer) (int, bool) {
		is := w == io.Writer(&out) || both && w == io.Writer(&errs)
		return width, is
	}
	if code := run(context.Background(), w); code != exitDone {
		t.Fatalf("dwell %v: exit code %d: %s", args, code, errs.String())
	}
	return out.String(), errs.String()
}

func sampleRun(t *testing.T) []string {
	t.Helper()
	text, err := io.ReadAll(records(60))
	if err != nil {
		t.Fatal(err)
	}
	return []string{"scan", "--rules", writeFile(t, "any.yml", everyProcess), writeFile(t, "logs.jsonl", string(text))}
}

func TestTerminalGetsATableInColourWithinItsWidth(t *testing.T) {
	args := sampleRun(t)
	stdout, _ := onTerminal(t, 80, false, nil, args...)
	if !strings.Contains(stdout, "\x1b[36mlow\x1b[0m") {
		t.Errorf("no coloured level in\n%s", stdout)
	}
	plain, _ := onTerminal(t, 80, false, map[string]string{"NO_COLOR": "1"}, args...)
	if strings.Contains(plain, "\x1b") {
		t.Errorf("colour in spite of NO_COLOR: %q", plain)
	}
	for line := range strings.Lines(plain) {
		if runewidth.StringWidth(line) > 80 && strings.Contains(line, "ws1.corp.example") {
			t.Errorf("line wider than the terminal: %q", line)
		}
	}
}

func TestTerminalShowsTheFirstFiftyGroups(t *testing.T) {
	var b strings.Builder
	for i := range 60 {
		b.WriteString(strings.ReplaceAll(everyProcess, "77777777-7777-4777-8777-7777777777", "77777777-7777-4777-8777-77777777"+string(rune('0'+i/10))+string(rune('0'+i%10))))
		b.WriteString("---\n")
	}
	text, err := io.ReadAll(records(1))
	if err != nil {
		t.Fatal(err)
	}
	rules, logs := writeFile(t, "many.yml", b.String()), writeFile(t, "logs.jsonl", string(text))
	stdout, _ := onTerminal(t, 120, false, nil, "scan", "--rules", rules, logs)
	if !strings.Contains(stdout, "… and 10 groups more") || strings.Count(stdout, "Any Process") != 50 {
		t.Errorf("want 50 groups and a word about the other 10:\n%s", stdout)
	}
	stdout, _ = onTerminal(t, 120, false, nil, "scan", "--top", "0", "--rules", rules, logs)
	if strings.Count(stdout, "Any Process") != 60 {
		t.Errorf("--top 0 does not show all 60 groups:\n%s", stdout)
	}
}

func TestProgressIsDrawnOnATerminalOnly(t *testing.T) {
	args := sampleRun(t)
	_, silent := onTerminal(t, 80, false, nil, args...)
	if strings.Contains(silent, "\x1b") || strings.Contains(silent, "%") {
		t.Errorf("progress without a terminal: %q", silent)
	}
	_, quiet := onTerminal(t, 80, true, nil, append(args, "--quiet")...)
	if quiet != "" {
		t.Errorf("progress in spite of --quiet: %q", quiet)
	}
	stdout, _ := onTerminal(t, 80, true, nil, args...)
	if strings.Contains(stdout, "iB /") {
		t.Errorf("progress on standard output: %q", stdout)
	}
}

func TestStoriesAreWrappedBehindTheirLevel(t *testing.T) {
	stdout, _ := onTerminal(t, 80, false, map[string]string{"NO_COLOR": "1"}, "scan", "-q", "../../testdata/sample")
	at := strings.Index(stdout, "critical  On ")
	if at < 0 {
		t.Fatalf("no story in\n%s", stdout)
	}
	lines := strings.Split(stdout[at:], "\n")
	for i, line := range lines[:3] {
		if runewidth.StringWidth(line) > 80 || i > 0 && !strings.HasPrefix(line, strings.Repeat(" ", 10)) {
			t.Errorf("line of a story: %q", line)
		}
	}
}

// TestNoColourIsHeldByEveryCommand holds for NO_COLOR and for terminals that
// know no colours.
func TestNoColourIsHeldByEveryCommand(t *testing.T) {
	rules, sample := writeFile(t, "any.yml", everyProcess), "../../testdata/sample"
	for _, args := range [][]string{
		{"scan", sample},
		{"scan", "--all", sample},
		{"scan", "--why", sample},
		{"scan", "--unknown", sample},
		{"explain", "1", sample},
		{"stats", sample},
		{"rules", "list", "--rules", rules},
		{"rules", "show", "Any Process", "--rules", rules},
		{"rules", "lint", rules},
		{"watch", "-"},
		{"--help"},
		{"version"},
	} {
		coloured, _ := onTerminal(t, 100, false, nil, args...)
		for _, env := range []map[string]string{{"NO_COLOR": "1"}, {"TERM": "dumb"}} {
			stdout, stderr := onTerminal(t, 100, env["TERM"] == "dumb", env, args...)
			if strings.Contains(stdout+stderr, "\x1b") {
				t.Errorf("dwell %v with %v writes escape sequences: %q", args, env, stdout+stderr)
			}
			if args[0] == "scan" && !strings.Contains(coloured, "\x1b[") {
				t.Errorf("dwell %v has no colour without %v: the test proves nothing", args, env)
			}
		}
	}
}

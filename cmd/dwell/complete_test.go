package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// completionScript returns what dwell completion writes for a shell, and the
// shell's program; without it the test is skipped.
func completionScript(t *testing.T, shell string) (script, program string) {
	t.Helper()
	program, err := exec.LookPath(shell)
	if err != nil {
		t.Skipf("%s is not here: %v", shell, err)
	}
	var out, errs bytes.Buffer
	if code := run(context.Background(), testWorld(&out, &errs, "completion", shell)); code != exitDone {
		t.Fatalf("exit code %d: %s", code, errs.String())
	}
	return out.String(), program
}

// completionFolder is where paths are completed.
func completionFolder(t *testing.T) string {
	t.Helper()
	dir := t.TempDir()
	for _, name := range []string{"alpha.evtx", "al pha.log", "beta.yml"} {
		if err := os.WriteFile(filepath.Join(dir, name), nil, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return dir
}

func ask(t *testing.T, program, dir, script string) []string {
	t.Helper()
	args := []string{"--norc", "--noprofile", "-c", script}
	if strings.HasSuffix(program, "fish") {
		args = []string{"--no-config", "-c", script}
	}
	cmd := exec.Command(program, args...)
	cmd.Dir, cmd.Env = dir, append(os.Environ(), "HOME="+dir, "LC_ALL=C.UTF-8")
	var errs bytes.Buffer
	cmd.Stderr = &errs
	out, err := cmd.Output()
	if err != nil || errs.Len() > 0 {
		t.Fatalf("%s: %v: %s\n%s", program, err, errs.String(), script)
	}
	lines := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	if len(lines) == 1 && lines[0] == "" {
		return nil
	}
	slices.Sort(lines)
	return lines
}

// completionCases are command lines, the last word unfinished, and some of what
// must be offered; only says that it is all.
var completionCases = []struct {
	line []string
	want []string
	only bool
}{
	{[]string{"sc"}, []string{"scan"}, true},
	{[]string{""}, []string{"completion", "explain", "parse", "rules", "scan", "stats", "version", "watch"}, false},
	{[]string{"rules", ""}, []string{"lint", "list", "show", "update"}, true},
	{[]string{"rules", "li"}, []string{"lint", "list"}, true},
	{[]string{"scan", "--outp"}, []string{"--output"}, true},
	{[]string{"rules", "update", "--"}, []string{"--dir", "--help", "--quiet", "--sha256", "--url"}, true},
	{[]string{"scan", "--output", "t"}, []string{"table", "timesketch"}, true},
	{[]string{"scan", "-o", "ht"}, []string{"html"}, true},
	{[]string{"scan", "alpha.evtx", "-o", "ht"}, []string{"html"}, true},
	{[]string{"parse", "-o", ""}, []string{"ecs", "native", "ocsf"}, true},
	{[]string{"scan", "--min-level", "h"}, []string{"high"}, true},
	{[]string{"scan", "--status", "e"}, []string{"experimental"}, true},
	{[]string{"scan", "--format", "ev"}, []string{"evtx"}, true},
	{[]string{"scan", "--host", ""}, nil, true},
	{[]string{"scan", "al"}, []string{"al pha.log", "alpha.evtx"}, true},
	{[]string{"scan", "--rules", "b"}, []string{"beta.yml"}, true},
	{[]string{"completion", ""}, []string{"bash", "fish", "zsh"}, true},
	{[]string{"version", ""}, nil, true},
}

func checkOffer(t *testing.T, line, got, want []string, only bool) {
	t.Helper()
	if !only {
		got = slices.DeleteFunc(slices.Clone(got), func(s string) bool { return !slices.Contains(want, s) })
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("dwell %q (-want +got):\n%s", line, diff)
	}
}

func bashAsk(script string, words []string) string {
	quoted := make([]string, len(words))
	for i, w := range words {
		quoted[i] = "'" + w + "'"
	}
	return fmt.Sprintf("%s\nCOMP_WORDS=(dwell %s)\nCOMP_CWORD=%d\n_dwell 2>/dev/null\nprintf '%%s\\n' \"${COMPREPLY[@]}\"", script, strings.Join(quoted, " "), len(words))
}

func TestBashCompletesWhatTheCommandsTake(t *testing.T) {
	script, bash := completionScript(t, "bash")
	dir := completionFolder(t)
	for _, tt := range completionCases {
		checkOffer(t, tt.line, ask(t, bash, dir, bashAsk(script, tt.line)), tt.want, tt.only)
	}
	// --output=t is three words to bash.
	checkOffer(t, []string{"--output=t"}, ask(t, bash, dir, bashAsk(script, []string{"scan", "--output", "=", "t"})), []string{"table", "timesketch"}, true)
	checkOffer(t, []string{"--output="}, ask(t, bash, dir, bashAsk(script, []string{"stats", "--output", "="})), []string{"json", "table"}, false)
	if got := ask(t, bash, dir, script+"\ncomplete -p dwell"); len(got) != 1 || got[0] != "complete -F _dwell dwell" {
		t.Errorf("bash was told %q", got)
	}
}

func TestFishCompletesWhatTheCommandsTake(t *testing.T) {
	script, fish := completionScript(t, "fish")
	dir := completionFolder(t)
	for _, tt := range completionCases {
		line := strings.Join(append([]string{"dwell"}, tt.line...), " ")
		var got []string
		for _, offer := range ask(t, fish, dir, script+"\ncomplete -C '"+line+"'") {
			word, _, _ := strings.Cut(offer, "\t")
			got = append(got, strings.ReplaceAll(word, `\ `, " "))
		}
		checkOffer(t, tt.line, got, tt.want, tt.only)
	}
}

// TestZshTakesTheScript looks at what zsh makes of it without a terminal: it can
// be read, and every function that it calls is there.
func TestZshTakesTheScript(t *testing.T) {
	script, zsh := completionScript(t, "zsh")
	check := "autoload -Uz compinit\ncompinit -u -D\n" + script + "\ntypeset +f -m '_dwell*'\nprint -r -- $_comps[dwell]"
	out, err := exec.Command(zsh, "-f", "-c", check).CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	got := strings.Fields(string(out))
	for _, want := range []string{"_dwell", "_dwell_scan", "_dwell_rules", "_dwell_rules_update"} {
		if !slices.Contains(got, want) {
			t.Errorf("zsh has no function %s: %s", want, out)
		}
	}
	if !strings.HasSuffix(string(out), "_dwell\n") {
		t.Errorf("zsh does not complete dwell by it: %s", out)
	}
}

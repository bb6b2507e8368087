package stixpattern_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
)

// spoil replaces, doubles or takes out pieces of a pattern.
func spoil(t *rapid.T, text string) string {
	pieces := strings.SplitAfter(text, " ")
	for range rapid.IntRange(0, 2).Draw(t, "faults") {
		at := rapid.IntRange(0, len(pieces)-1).Draw(t, "at")
		switch rapid.IntRange(0, 3).Draw(t, "fault") {
		case 0:
			pieces[at] = ""
		case 1:
			pieces[at] += pieces[at]
		case 2:
			pieces[at] = pick(t, "word", "AND ", "OR ", "NOT ", "and ", "[", "] ", "(", ") ", "a:b", "a-b:c", "a:b-c ", "05 ", "+5 ", ".5 ", "5. ", "-", "h'0' ",
				"b'A' ", "t'x' ", "'x", `'\x' `, "true ", "TRUE ", "LAST ", "== ", "<> ", "=> ", "// ", "/* x */ ", "WITHIN 5 SECONDS ", "WITHIN SECONDS ", "START 5 ", "IN ()", ".", ":", "[*]", "\u00a0", "é")
		default:
			if i := rapid.IntRange(0, len(pieces[at])).Draw(t, "cut"); i > 0 {
				pieces[at] = pieces[at][:i-1] + pieces[at][i:]
			}
		}
	}
	return strings.ToValidUTF8(strings.Join(pieces, ""), "")
}

// beyondGrammar are the parts of errors that are no matter of grammar.
var beyondGrammar = []string{"WITHIN takes", "REPEATS takes", "STOP must", "can be matched", "is no address", "too large", "is no time"}

// TestTextsAreRefusedAsTheReferenceParserRefuses compares what is read as a
// pattern with the reference implementation (PyPI stix2-patterns 2.1.2), on
// patterns with faults; see TestPatternsMatchAsTheReferenceMatcherSays.
func TestTextsAreRefusedAsTheReferenceParserRefuses(t *testing.T) {
	python := os.Getenv("DWELL_STIX_PYTHON")
	if python == "" {
		t.Skip("DWELL_STIX_PYTHON names no Python with stix2-patterns 2.1.2")
	}
	n := 500
	_, _ = fmt.Sscan(os.Getenv("DWELL_STIX_CASES"), &n)
	draw := rapid.Custom(func(t *rapid.T) string { return spoil(t, drawPattern(t, 3)) })
	var texts []string
	var in bytes.Buffer
	for seed := range n {
		texts = append(texts, draw.Example(seed))
		if err := json.NewEncoder(&in).Encode(texts[seed]); err != nil {
			t.Fatal(err)
		}
	}
	cmd := exec.Command(python, "testdata/parser.py")
	cmd.Stdin, cmd.Stderr = &in, os.Stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err)
	}
	read, skipped := 0, 0
	for i, answer := range strings.Split(strings.TrimSpace(string(out)), "\n") {
		_, err := stixpattern.Parse(texts[i])
		beyond := false
		for _, part := range beyondGrammar {
			beyond = beyond || err != nil && strings.Contains(err.Error(), part)
		}
		switch {
		case beyond:
			skipped++
		case answer != fmt.Sprint(err == nil):
			t.Errorf("%q gives %v; the reference reads it: %s", texts[i], err, answer)
		case err == nil:
			read++
		}
	}
	t.Logf("%d texts compared, of which %d are patterns; %d are refused for more than their grammar", n-skipped, read, skipped)
}

package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

func TestManyProblemsAreCountedAndNotAllShown(t *testing.T) {
	var out bytes.Buffer
	tr := newTrouble(func() io.Writer { return &out })
	const perFile, files = 1000, 30
	for f := range files {
		for i := range perFile {
			tr.source(parse.Problem{Path: fmt.Sprintf("log%02d", f), Offset: int64(i), Length: 7, Record: int64(i + 1), Err: errors.New("broken")})
		}
	}
	tr.finish()
	if tr.problems != perFile*files || tr.bytes != 7*perFile*files || !tr.any() {
		t.Errorf("counted %d problems over %d bytes, want %d and %d", tr.problems, tr.bytes, perFile*files, 7*perFile*files)
	}
	if n := strings.Count(out.String(), "\n"); n != shownFiles*(shownPerFile+1)+1 {
		t.Errorf("%d lines shown, want %d for each of %d files and one for the rest", n, shownPerFile+1, shownFiles)
	}
	for _, want := range []string{"log00: record 1, offset 0x0: broken", "log00: 995 more places", "10 more files"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
	if len(tr.list()) != keptProblems {
		t.Errorf("%d messages kept, want %d", len(tr.list()), keptProblems)
	}
}

func TestMessagesFromLogsAreDisarmed(t *testing.T) {
	var out bytes.Buffer
	tr := newTrouble(func() io.Writer { return &out })
	tr.source(parse.Problem{Path: "a\x1b[2J.evtx", Err: errors.New("no \x07 log")})
	if got, want := out.String(), "dwell: a\\x1b[2J.evtx: no \\x07 log\n"; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
}

func TestFieldsThatAFullTableOfNamesRefusedAreTrouble(t *testing.T) {
	var out bytes.Buffer
	tr := newTrouble(func() io.Writer { return &out })
	names := event.NewNames()
	for i := range event.MaxNames - 1 {
		names.Intern(fmt.Sprint(i))
	}
	tr.fieldNames(names)
	if tr.any() {
		t.Errorf("a table that is just full is trouble: %s", out.String())
	}
	names.Intern("one more")
	names.Intern("another")
	tr.fieldNames(names)
	if !tr.any() || !strings.Contains(out.String(), "2 values came under names beyond the first 65,536") {
		t.Errorf("trouble %v, said %q", tr.any(), out.String())
	}
}

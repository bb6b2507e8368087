package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/sigma"
)

// How many messages are shown one by one; the rest is counted. keptProblems
// bounds what a manifest lists.
const (
	shownPerFile = 5
	shownFiles   = 20
	shownRules   = 20
	keptProblems = 1000
)

// trouble collects what could not be read or compiled. Everything is counted;
// messages are bounded, so that a damaged disk image does not bury the rest.
type trouble struct {
	out func() io.Writer
	// problems counts places in sources, bytes what they span, files the
	// sources that are not read at all, rules the documents left out.
	problems, bytes, files, rules int64
	indicators                    int64         // places in indicator files
	nameless                      int64         // fields whose names were too many
	unknown                       int64         // files in no known format, among files
	noFormat                      []unknownFile // the first of unknown
	kept                          []string

	path        string // of the last problem
	here, more  int64  // problems of path, and those of them not shown
	shownOfFile int64  // files shown
}

func newTrouble(out func() io.Writer) *trouble { return &trouble{out: out} }

// any says whether there was trouble.
func (t *trouble) any() bool { return t.problems+t.files+t.rules+t.indicators+t.nameless > 0 }

// source reports a place in a source, or a source, that could not be read. It
// is a function for parse.Run.
func (t *trouble) source(p parse.Problem) {
	if errors.Is(p.Err, context.Canceled) {
		return // the end of the run says it
	}
	whole := p.Offset == 0 && p.Length == 0 && p.Record == 0
	if whole {
		t.files++
	} else {
		t.problems++
		t.bytes += p.Length
	}
	text := p.Error()
	if whole {
		text = fmt.Sprintf("%s: %v", p.Path, p.Err)
	}
	if unknown, ok := errors.AsType[*formats.UnknownError](p.Err); ok {
		t.unknown++
		if len(t.noFormat) < maxUnknown {
			t.noFormat = append(t.noFormat, unknownFile{p.Path, unknown})
		}
	}
	t.keep(text)
	t.show(p.Path, text)
}

func (t *trouble) keep(text string) {
	if len(t.kept) < keptProblems {
		t.kept = append(t.kept, text)
	}
}

// show prints a message unless there were many like it.
func (t *trouble) show(path, text string) {
	if path != t.path {
		t.finishFile()
		t.path, t.here, t.more = path, 0, 0
		t.shownOfFile++
	}
	t.here++
	if t.here > shownPerFile || t.shownOfFile > shownFiles {
		t.more++
		return
	}
	t.say(text)
}

// say prints a message about something that is trouble; text may come from
// hostile input.
func (t *trouble) say(text string) { tell(t.out(), "dwell: %s\n", table.Clean(text)) }

func (t *trouble) finishFile() {
	if t.more > 0 && t.shownOfFile <= shownFiles {
		t.say(fmt.Sprintf("%s: %s could not be read", t.path, many(t.more, "more place")))
	}
	t.more = 0
}

// finish prints what was counted and not shown.
func (t *trouble) finish() {
	t.finishFile()
	if n := t.shownOfFile - shownFiles; n > 0 {
		t.say(fmt.Sprintf("%s could not be read, or not wholly; --manifest lists the first %d messages", many(n, "more file"), keptProblems))
	}
}

// rulesLeftOut reports what is wrong with rules. Only errors count as trouble:
// with a warning the rule runs.
func (t *trouble) rulesLeftOut(problems []sigma.Problem) {
	var errs int64
	for i := range problems {
		p := &problems[i]
		if p.Severity() != sigma.Error {
			continue
		}
		errs++
		t.keep(p.String())
		if errs <= shownRules {
			t.say(p.String())
		}
	}
	t.rules += errs
	if errs > shownRules {
		t.say(fmt.Sprintf("%d more rules have errors; \"dwell rules lint\" shows them", errs-shownRules))
	}
}

// rulesMissing reports what is wrong with rules of which none can run. Then also
// warnings say why: that a file holds no rule is one.
func (t *trouble) rulesMissing(problems []sigma.Problem) {
	for i := range problems {
		if p := &problems[i]; p.Severity() == sigma.Warning && i < shownRules {
			t.say(p.String())
		}
	}
	t.rulesLeftOut(problems)
}

// fieldNames reports the fields that a full table of names refused.
func (t *trouble) fieldNames(names *event.Names) {
	n := names.Refused()
	if n == 0 {
		return
	}
	t.nameless += n
	text := fmt.Sprintf("%s came under names beyond the first %s: only keywords look at them", many(n, "value"), thousands(event.MaxNames))
	t.keep(text)
	t.say(text)
}

// list returns the messages kept, at most keptProblems.
func (t *trouble) list() []string { return slices.Clone(t.kept) }

// parts sums up what was not read: "1 file", "3 places".
func (t *trouble) parts() []string {
	var parts []string
	if t.files > 0 {
		parts = append(parts, many(t.files, "file")+" not read")
	}
	if t.problems > 0 {
		parts = append(parts, many(t.problems, "place")+" not read")
	}
	if t.rules > 0 {
		parts = append(parts, many(t.rules, "rule")+" left out")
	}
	if t.nameless > 0 {
		parts = append(parts, many(t.nameless, "value")+" without its name")
	}
	if t.indicators > 0 {
		parts = append(parts, many(t.indicators, "place")+" in indicator files not used")
	}
	return parts
}

package main

import (
	"cmp"
	"maps"
	"slices"
	"strings"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/sigma"
)

// shownSources bounds how many log sources are listed for one reason.
const shownSources = 20

// why explains what the rules had to work with, so that "no hits" can be told
// apart from "nothing to look at".
func (l *looks) why(f *findings) {
	if f.book.Total() == 0 {
		l.line("No rule matched.")
	}
	idle := f.rules.program.Idle(f.tally)
	if n := len(f.rules.program.Rules()) - len(idle); n > 0 && f.tally.Events > 0 {
		l.line("%s had records of the log source to look at.", many(int64(n), "rule"))
	}
	if f.tally.Events == 0 {
		l.empty(f)
	}
	l.idle(f, idle)
	l.excepted(f.tally)
	if n := withoutLogSource(f.tally); n > 0 {
		l.line("%s to no log source that rules are written for; only rules without log source saw them.", belong(n))
	}
	if f.tally.Unparsed > 0 {
		l.line("%s in no form that could be parsed; only keywords can match them.", are(f.tally.Unparsed))
	}
}

func belong(n int64) string {
	if n == 1 {
		return "1 record belongs"
	}
	return many(n, "record") + " belong"
}

func are(n int64) string {
	if n == 1 {
		return "1 record is"
	}
	return many(n, "record") + " are"
}

// empty says why there were no records.
func (l *looks) empty(f *findings) {
	switch {
	case len(f.inputs.read) == 0:
		l.line("Nothing was recognised as a log; what was found is named on standard error.")
	case !f.filter.From.IsZero() || !f.filter.To.IsZero() || f.filter.Host != "":
		l.line("No record passed --from, --to and --host.")
	default:
		l.line("The sources hold no records.")
	}
}

// idle lists the log sources of the rules that could not fire: those that these
// logs have no records of, and those that no table knows.
func (l *looks) idle(f *findings, idle []detect.Idle) {
	absent, unknown := map[string]int64{}, map[string]int64{}
	for _, i := range idle {
		if known, _ := f.rules.tables.Known(i.Rule.LogSource); known {
			absent[logSourceText(i.Rule.LogSource)]++
		} else {
			unknown[logSourceText(i.Rule.LogSource)]++
		}
	}
	l.logSources("there is no record of the log source", absent)
	l.logSources("no table knows the log source (--taxonomy can add one)", unknown)
}

// logSources lists rules by log source, the most first.
func (l *looks) logSources(reason string, rules map[string]int64) {
	var total int64
	for _, n := range rules {
		total += n
	}
	if total == 0 {
		return
	}
	l.line("%s could not fire: %s.", many(total, "rule"), reason)
	names := slices.SortedFunc(maps.Keys(rules), func(a, b string) int {
		return cmp.Or(cmp.Compare(rules[b], rules[a]), strings.Compare(a, b))
	})
	t := &table.Table{Columns: []table.Column{{Title: "rules", Right: true}, {Title: "log source", Least: 20}}}
	for _, name := range names[:min(len(names), shownSources)] {
		t.Add(table.Cell{Text: thousands(rules[name])}, table.Cell{Text: name})
	}
	l.table(t)
	if n := len(names) - shownSources; n > 0 {
		l.line("… and %s more", many(int64(n), "log source"))
	}
}

// logSourceText writes a log source as "windows, sysmon, process_creation".
func logSourceText(ls sigma.LogSource) string {
	var parts []string
	for _, p := range []string{ls.Product, ls.Service, ls.Category} {
		if p != "" {
			parts = append(parts, p)
		}
	}
	return cmp.Or(strings.Join(parts, ", "), "any")
}

// excepted lists the exceptions that explained matches away.
func (l *looks) excepted(t *detect.Tally) {
	used := slices.SortedFunc(maps.Keys(t.Excepted), func(a, b *detect.Exception) int {
		return cmp.Or(strings.Compare(a.Source.File, b.Source.File), cmp.Compare(a.Source.Line, b.Source.Line))
	})
	for _, e := range used {
		l.line("%s left out by the exception at %s: %s", many(t.Excepted[e], "match"),
			table.Clean(e.Source.String()), table.Clean(cmp.Or(e.Reason, "no reason given")))
	}
}

func withoutLogSource(t *detect.Tally) int64 {
	var n int64
	for k, s := range t.Sources {
		if k.Schema != parse.Unparsed {
			n += s.LogSources[""]
		}
	}
	return n
}

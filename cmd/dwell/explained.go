package main

import (
	"cmp"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/mattn/go-runewidth"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
)

// How much of a value is shown around the bytes that matched, and of one that
// did not match, in bytes.
const (
	shownAround = 60
	shownValue  = 160
)

// explained shows one rule on one event, which m has matched last.
func (l *looks) explained(v *visit, m *detect.Matcher, ev *event.Event) {
	ref := m.Ref()
	l.meta(&v.rule.Meta)
	l.line("")
	l.ref(&ref)
	l.line("")
	admitted := l.admission(v, m)
	trace := sigma.Explain(v.rule.Expr, m.Record())
	switch {
	case trace.Outcome && admitted:
		l.line("The rule matches:")
	case trace.Outcome:
		l.line("The condition holds, but the rule is not for records of this log source:")
	default:
		l.line("The rule does not match:")
	}
	l.trace(trace, 0, false)
	if v.rule.Count != nil {
		l.line("Its matches are counted: %s", conditionText(v.rule.Count))
	}
	l.exception(v, m)
	l.line("")
	l.record(v, ev)
}

// ref says which event it is.
func (l *looks) ref(r *detect.EventRef) {
	l.entry("event", r.ID.String())
	l.entry("time", timeText(r.Time))
	l.entry("host", r.Host)
	l.entry("account", r.Account)
	l.entry("dataset", r.Dataset)
	l.entry("from", fmt.Sprintf("%s, record %d, offset 0x%x", r.File, r.Record, r.Offset))
}

// admission says whether the rule may see the record at all.
func (l *looks) admission(v *visit, m *detect.Matcher) bool {
	view := m.View()
	ok, groups := view.Admits(v.rule.LogSource)
	l.entry("rule is for", logSourceText(v.rule.LogSource))
	l.entry("record is", cmp.Or(view.String(), view.Reason()))
	for _, g := range groups {
		holds := false
		var asked []string
		for _, n := range g {
			condition := v.rules.tables.Conditions()[n]
			holds = holds || sigma.Match(condition, m.Record())
			asked = append(asked, inline(condition))
		}
		l.entry("", fmt.Sprintf("the log source asks that %s: %v", strings.Join(asked, " or "), holds))
		ok = ok && holds
	}
	if !ok {
		l.line("The rule never looks at this record: its log source does not admit it.")
	}
	l.line("")
	return ok
}

// inline writes an expression in one line.
func inline(e sigma.Expr) string {
	join := ""
	switch e := e.(type) {
	case sigma.And:
		join = " and "
	case sigma.Or:
		join = " or "
	case sigma.Not:
		return "not (" + inline(e.X) + ")"
	default:
		return nodeText(e)
	}
	var parts []string
	for _, m := range members(e) {
		parts = append(parts, inline(m))
	}
	if len(parts) == 1 {
		return parts[0]
	}
	return "(" + strings.Join(parts, join) + ")"
}

// shownFalse bounds the alternatives shown of a list in which none is true.
const shownFalse = 10

// trace writes what came of each part of a condition. Of a list of
// alternatives that is true, those that are false are counted; of one that is
// false, the first few are shown. repeated says that the values looked at stand
// right above.
func (l *looks) trace(t *sigma.Trace, depth int, repeated bool) {
	outcome, style := "no ", table.Dim
	if t.Outcome {
		outcome, style = "yes", table.Bold
	}
	text := table.Clean(nodeText(t.Expr))
	if p, ok := t.Expr.(*sigma.Predicate); ok && p.Position.Line > 0 {
		text += fmt.Sprintf("  (line %d)", p.Position.Line)
	}
	l.line("%*s%s  %s", 2*depth, "", table.Paint(outcome, style, l.colour), text)
	if !repeated {
		l.value(t, 2*depth+5)
	}
	_, isOr := t.Expr.(sigma.Or)
	left, last := 0, ""
	for i, c := range t.Children {
		if isOr && !c.Outcome && (t.Outcome || i >= shownFalse) {
			left++
			continue
		}
		// Alternatives about one field look at the same values.
		looked := seenText(c)
		l.trace(c, depth+1, looked != "" && looked == last)
		last = looked
	}
	if left > 0 {
		l.line("%*s%s", 2*depth+2, "", table.Paint(fmt.Sprintf("no   %s", more(left, "alternative")), table.Dim, l.colour))
	}
}

// more writes "3 more alternatives".
func more(n int, noun string) string {
	if n != 1 {
		noun += "s"
	}
	return thousands(int64(n)) + " more " + noun
}

// seenText is what a false predicate looked at, "" for anything else.
func seenText(t *sigma.Trace) string {
	p, ok := t.Expr.(*sigma.Predicate)
	if !ok || t.Outcome {
		return ""
	}
	return p.Field + "\x00" + strings.Join(t.Seen, "\x00")
}

// value shows the bytes that matched, or what was there instead.
func (l *looks) value(t *sigma.Trace, indent int) {
	p, ok := t.Expr.(*sigma.Predicate)
	switch {
	case !ok || p.Field == "" && !t.Outcome:
	case t.Outcome && t.HasValue:
		l.span(t, indent)
	case t.Outcome:
	case len(t.Seen) == 0:
		l.line("%*s%s", indent, "", table.Paint("the record has no "+table.Clean(p.Field), table.Dim, l.colour))
	default:
		for _, s := range t.Seen {
			l.line("%*s%s", indent, "", table.Paint(table.Clean(cmp.Or(cut(s), "(empty)")), table.Dim, l.colour))
		}
		if len(t.Seen) == sigma.MaxSeen {
			l.line("%*s…", indent, "")
		}
	}
}

// span shows a value with the bytes that matched underlined.
func (l *looks) span(t *sigma.Trace, indent int) {
	before, match, after := t.Value[:t.Start], t.Value[t.Start:t.End], t.Value[t.End:]
	if n := len(before) - shownAround; n > 0 {
		before = "…" + before[boundary(before, n):]
	}
	if len(after) > shownAround {
		after = after[:boundary(after, shownAround)] + "…"
	}
	before, match, after = table.Clean(before), table.Clean(cut(match)), table.Clean(after)
	l.line("%*s%s%s%s", indent, "", before, table.Paint(match, table.Yellow, l.colour), after)
	place := fmt.Sprintf("bytes %d to %d of %d", t.Start, t.End, len(t.Value))
	if t.Start == 0 && t.End == len(t.Value) {
		place = "the whole value"
	}
	l.line("%*s%s%s %s", indent, "", strings.Repeat(" ", runewidth.StringWidth(before)),
		strings.Repeat("^", max(runewidth.StringWidth(match), 1)), place)
}

// cut shortens a long value.
func cut(s string) string {
	if len(s) <= shownValue {
		return s
	}
	return s[:boundary(s, shownValue)] + fmt.Sprintf("… (%d bytes)", len(s))
}

// boundary returns the start of the character that byte n is in.
func boundary(s string, n int) int {
	for n > 0 && n < len(s) && !utf8.RuneStart(s[n]) {
		n--
	}
	return n
}

// exception says whether an exception explains the match.
func (l *looks) exception(v *visit, m *detect.Matcher) {
	for n, r := range v.rules.program.Rules() {
		if r != v.rule {
			continue
		}
		if e := m.Exception(int32(n)); e != nil {
			l.line("An exception covers this record, so that a match is not reported: %s (%s)", table.Clean(cmp.Or(e.Reason, "no reason given")), table.Clean(e.Source.String()))
		}
	}
}

// record shows the record itself: text as it came, an event log's as JSON.
func (l *looks) record(v *visit, ev *event.Event) {
	l.line("Record:")
	raw := ev.Raw
	if ev.Identity == event.ByRecord || !utf8.Valid(raw) {
		raw = appendFlat(nil, ev, v.rules.names)
	}
	for line := range strings.Lines(string(raw)) {
		l.line("%s", table.Clean(strings.TrimRight(line, "\r\n")))
	}
}

// correlated shows a correlation by the events that made it.
func (l *looks) correlated(c *sigma.Correlation, d *detect.Detection) {
	l.meta(d.Rule)
	l.entry("correlation", conditionText(c))
	for _, r := range c.Rules {
		l.entry("counts", r)
	}
	l.line("")
	t := &table.Table{Columns: []table.Column{
		{Title: "time (UTC)"}, {Title: "host", Least: 12}, {Title: "account", Least: 10}, {Title: "event"}, {Title: "from", Least: 20},
	}}
	for i := range d.Events {
		e := &d.Events[i]
		t.Add(table.Cell{Text: clock(e.Time)}, table.Cell{Text: cmp.Or(e.Host, "-")}, table.Cell{Text: cmp.Or(e.Account, "-")},
			table.Cell{Text: e.ID.String()}, table.Cell{Text: fmt.Sprintf("%s:%d", e.File, e.Record)})
	}
	l.table(t)
	l.line("")
	l.line("dwell explain --rule RULE --event ID shows why one of its rules matched an event.")
}

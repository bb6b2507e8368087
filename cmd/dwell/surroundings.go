package main

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/cmd/dwell/table"
)

// surroundings shows what the inputs hold about a hit beside its record.
func (l *looks) surroundings(x *surroundings, timed bool) {
	for i, m := range x.moments {
		l.vicinity(m, &x.near[i])
	}
	if !timed {
		l.line("")
		l.line("The record has no time, so that nothing can be said to be around it.")
	}
	if len(x.values) > 0 {
		l.prevalences(x)
	}
}

// vicinity shows the records around moments, in order of time.
func (l *looks) vicinity(m *moments, v *vicinity) {
	l.line("")
	l.line("%s", table.Paint(table.Clean(vicinityText(m)), table.Bold, l.colour))
	v.trim()
	slices.SortFunc(v.records, func(a, b nearby) int { return cmp.Or(a.at.Compare(b.at), compareNearby(a, b)) })
	t := &table.Table{Columns: []table.Column{
		{Title: ""}, {Title: "time (UTC)"}, {Title: "dataset", Least: 12}, {Title: "event"}, {Title: "what", Least: 24},
	}}
	own, layout := int64(0), v.timeLayout(m)
	for i := range v.records {
		n := &v.records[i]
		mark, style := "", table.Plain
		if n.own {
			mark, style = ">", table.Bold
			own++
		}
		t.Add(table.Cell{Text: mark}, table.Cell{Text: n.at.UTC().Format(layout), Style: table.Dim},
			table.Cell{Text: n.dataset}, table.Cell{Text: cmp.Or(n.code, "-")}, table.Cell{Text: n.said, Style: style})
	}
	l.table(t)
	if n := v.count - int64(len(v.records)); n > 0 {
		l.line("… %s more, farther from it", thousands(n))
	}
	if v.count == own {
		l.line("No other record.")
	}
	if v.others > 0 {
		l.line("%s of this host in that time of other accounts or of none", many(v.others, "record"))
	}
}

// timeLayout leaves the date away where all records are of the day that the
// headline names.
func (v *vicinity) timeLayout(m *moments) string {
	day := m.at[0].UTC().Format(time.DateOnly)
	for i := range v.records {
		if v.records[i].at.UTC().Format(time.DateOnly) != day {
			return "2006-01-02 15:04:05.000"
		}
	}
	return "15:04:05.000"
}

// vicinityText says what is looked at: "5m around 2026-02-10 09:05:20 UTC, host
// ws17, account alice".
func vicinityText(m *moments) string {
	at := clock(m.at[0])
	if len(m.at) > 1 {
		at += " and " + clock(m.at[1])
	}
	parts := []string{fmt.Sprintf("%s before and after %s UTC", durationText(m.around), at)}
	if m.host != "" {
		parts = append(parts, "host "+m.host)
	}
	switch len(m.accounts) {
	case 0:
	case 1:
		parts = append(parts, "account "+m.accounts[0])
	default:
		parts = append(parts, "accounts "+strings.Join(m.accounts, " and "))
	}
	if m.address != "" {
		parts = append(parts, "with "+m.address+" in any field")
	}
	if m.file != "" {
		parts = append(parts, "in "+m.file)
	}
	return strings.Join(parts, ", ") + ":"
}

// durationText writes 5m for 5m0s.
func durationText(d time.Duration) string {
	text := d.String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// prevalences shows how common each matched value is in the inputs.
func (l *looks) prevalences(x *surroundings) {
	l.line("")
	l.line("%s", table.Paint("How common what matched is in this input:", table.Bold, l.colour))
	t := &table.Table{Columns: []table.Column{
		{Title: "field", Least: 10},
		{Title: "value", Least: 24},
		{Title: "records", Right: true},
		{Title: "hosts", Right: true},
		{Title: "first seen (UTC)"},
		{Title: "last seen (UTC)"},
	}}
	for i := range x.values {
		v, p := &x.values[i], &x.prevalences[i]
		hosts := thousands(int64(len(p.hosts)))
		if len(p.hosts) == keptHosts {
			hosts += "+"
		}
		t.Add(table.Cell{Text: matchedName(v)}, table.Cell{Text: shorten(v.Text(), tellingValue)}, table.Cell{Text: thousands(p.records)},
			table.Cell{Text: hosts}, table.Cell{Text: clock(p.first), Style: table.Dim}, table.Cell{Text: clock(p.last), Style: table.Dim})
	}
	l.table(t)
}

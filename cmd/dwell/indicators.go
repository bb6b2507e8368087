package main

import (
	"encoding/hex"
	"fmt"
	"strings"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/detect/ioc"
	"github.com/dwell-project/dwell/event"
)

// indicatorFlags say which indicators of compromise are looked for.
type indicatorFlags struct {
	IOC         []string `sep:"none" name:"ioc" placeholder:"FILE" help:"Indicators to look for beside the rules: text, CSV, STIX 2.1, OpenIOC or MISP JSON, told apart by content, or a folder of such files (docs/reference/indicators.md). Repeatable."`
	WarningList []string `sep:"none" name:"warninglist" placeholder:"FILE" help:"MISP warning list; indicators on it are named and not looked for. Repeatable."`
}

// read reads the indicators into the ruleset and reports what of them is not
// used.
func (f *indicatorFlags) read(s *session, r *ruleset) error {
	if len(f.IOC) == 0 {
		if len(f.WarningList) > 0 {
			return usageError("--warninglist takes indicators out that --ioc names; there is no --ioc")
		}
		return nil
	}
	var lists []*ioc.WarningList
	for _, p := range f.WarningList {
		w, err := ioc.LoadWarningList(p)
		if err != nil {
			return err
		}
		lists = append(lists, w)
	}
	c := ioc.Load(f.IOC)
	c.LeaveOut(lists)
	s.trouble.indicatorsLeftOut(c)
	r.indicators = c.Indicators
	for _, file := range c.Files {
		r.indicatorFiles = append(r.indicatorFiles, fileEntry{Path: file.Path, SHA256: hex.EncodeToString(file.Digest[:])})
	}
	for _, w := range lists {
		r.indicatorFiles = append(r.indicatorFiles, fileEntry{Path: w.File, SHA256: hex.EncodeToString(w.Digest[:])})
	}
	return nil
}

// sighted shows an indicator on one event, which m has matched last.
func (l *looks) sighted(v *visit, m *detect.Matcher, ev *event.Event) {
	ref := m.Ref()
	l.meta(v.indicator)
	l.line("")
	l.ref(&ref)
	l.line("")
	l.line("The indicator is in:")
	var all []detect.Detection
	for _, n := range m.Match(ev) {
		if v.rules.program.IsIndicator(n) {
			all = append(all, m.Detection(n))
		}
	}
	for _, d := range append(all, m.Sighted()...) {
		if d.Rule.ID != v.indicator.ID {
			continue
		}
		for i := range d.Matched {
			l.line("  %s: %s", table.Clean(d.Matched[i].Field), table.Clean(cut(d.Matched[i].Text())))
		}
	}
	l.line("")
	l.record(v, ev)
}

// indicatorsLeftOut reports what indicator files have that is not used. Values
// on warning lists are named too, and are no trouble.
func (t *trouble) indicatorsLeftOut(c *ioc.Collection) {
	for i, m := range c.Messages {
		t.keep(m.String())
		if i < shownRules {
			t.say(m.String())
		}
	}
	t.indicators += int64(len(c.Messages))
	if n := len(c.Messages) - shownRules; n > 0 {
		t.say(fmt.Sprintf("%d more places in indicator files could not be used; --manifest lists the first %d messages", n, keptProblems))
	}
	for i, m := range c.Notes {
		if i < shownRules {
			t.say(m.String())
		}
	}
	if n := len(c.Notes) - shownRules; n > 0 {
		t.say(fmt.Sprintf("%d more indicators are on a warning list", n))
	}
	if c.Withdrawn > 0 {
		t.say(fmt.Sprintf("%s revoked, deleted or not meant for detection, and not looked for", many(int64(c.Withdrawn), "indicator")))
	}
}

// summariseIndicators says how many of the indicators were seen.
func (s *session) summariseIndicators(f *findings) {
	set := f.rules.program.Indicators()
	if len(f.rules.indicators) == 0 {
		return
	}
	seen := int64(0)
	for i := range set.Len() {
		if m, ok := set.MetaIfMade(int32(i)); ok && f.book.Has(m) {
			seen++
		}
	}
	n := int64(set.Len())
	parts := []string{many(n, "indicator"), thousands(seen) + " seen", thousands(n-seen) + " not seen"}
	if filtered := int64(len(f.rules.indicators)) - n; filtered > 0 {
		parts = append(parts, thousands(filtered)+" not looked for because of the flags")
	}
	tell(s.notes, "%s\n", strings.Join(parts, ", "))
}

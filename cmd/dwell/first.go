package main

import (
	"io"
	"strings"
	"time"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/sigma"
)

// announced is how many rules are named while a scan is still reading.
const announced = 10

// announcer names the first hit of each rule as it comes, for forms that are
// written when everything is read: who waits sees what it is worth.
type announcer struct {
	to   func() io.Writer
	seen map[*sigma.Meta]bool
}

func newAnnouncer(to func() io.Writer) *announcer {
	return &announcer{to: to, seen: map[*sigma.Meta]bool{}}
}

// add names the rule if it is new and at least of medium level, and says so when
// it names no more. Nil names nothing.
func (a *announcer) add(d *detect.Detection) {
	if a == nil || d.Rule.Level < sigma.Medium || len(a.seen) > announced || a.seen[d.Rule] {
		return
	}
	a.seen[d.Rule] = true
	if len(a.seen) > announced {
		tell(a.to(), "found more; all of it is shown at the end\n")
		return
	}
	said := []string{"found", d.Rule.Level.String()}
	if !d.Event.Time.IsZero() {
		said = append(said, d.Event.Time.UTC().Format(time.DateTime))
	}
	title := table.Clean(d.Rule.Title)
	if d.Event.Host != "" {
		title += " on " + table.Clean(d.Event.Host)
	}
	said = append(said, title)
	tell(a.to(), "%s\n", strings.Join(said, "  "))
}

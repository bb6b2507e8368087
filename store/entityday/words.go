package entityday

import (
	"fmt"
	"io"
	"strconv"
	"strings"
	"time"
)

// minute is how times are written for people.
const minute = "2006-01-02 15:04"

// sentence says what the answer is and what can be done with it.
func (a *Answer) sentence() string {
	if len(a.Kinds) == 0 {
		return fmt.Sprintf("%s is nothing that the table keeps; look for it with hunt --match.", quoted(a.Value))
	}
	if !a.Seen {
		return a.absent()
	}
	var b strings.Builder
	b.WriteString(quoted(a.Value))
	switch {
	case a.First.IsZero():
		fmt.Fprintf(&b, " was seen %s, in records without a time", times(a.Count))
	case a.First.Equal(a.Last):
		fmt.Fprintf(&b, " was seen %s, at %s UTC", times(a.Count), a.First.Format(minute))
	default:
		fmt.Fprintf(&b, " was first seen on %s UTC and last on %s UTC, %s apart: %s on %s",
			a.First.Format(minute), a.Last.Format(minute), long(a.Last.Sub(a.First)), times(a.Count), count(a.Days, "day", "days"))
	}
	b.WriteString(a.where())
	b.WriteByte('.')
	if a.Undated > 0 && !a.First.IsZero() {
		fmt.Fprintf(&b, " %s of it in records without a time.", times(a.Undated))
	}
	if a.Rounded {
		b.WriteString(" Times and numbers are those of whole months or years, of which the bounds take a part.")
	}
	b.WriteString(a.advice())
	return b.String() + a.blindness()
}

// where says on how many hosts.
func (a *Answer) where() string {
	var parts []string
	switch {
	case a.HostCount == 1 && a.AddressCount == 0:
		parts = append(parts, "on "+a.Hosts[0].Name+" alone")
	case a.HostCount > 0:
		parts = append(parts, "on "+count(a.HostCount, "host", "hosts"))
	}
	if a.HostCount > 0 && a.Reporting >= a.HostCount {
		parts[0] += fmt.Sprintf(" of the %d that reported", a.Reporting)
	}
	if a.AddressCount > 0 {
		parts = append(parts, "from "+count(a.AddressCount, "address", "addresses"))
	}
	if len(parts) == 0 {
		return ""
	}
	return ", " + strings.Join(parts, " and ")
}

// rare and common are the shares of the hosts at which an entity is called so.
const (
	rare   = 0.01
	common = 0.2
)

// advice says where to begin, and what the number of hosts means.
func (a *Answer) advice() string {
	share := 0.0
	if a.HostCount > 0 && a.HostCount <= a.Reporting {
		share = float64(a.HostCount) / float64(a.Reporting)
	}
	if share >= common && a.HostCount > 2 {
		return fmt.Sprintf(" It is common (%.0f %% of the hosts), so that by itself it says little.", 100*share)
	}
	var b strings.Builder
	if a.Patient != nil {
		fmt.Fprintf(&b, " Begin with %s at %s UTC", a.Patient.Name, a.Patient.First.Format(minute))
		if len(a.Datasets) > 0 {
			fmt.Fprintf(&b, " (%s)", a.Datasets[0].Name)
		}
		b.WriteByte('.')
	}
	if share > 0 && share <= rare {
		b.WriteString(" It is rare.")
	}
	return b.String()
}

func (a *Answer) absent() string {
	s := quoted(a.Value) + " was not seen"
	switch {
	case a.Covered && a.From.IsZero():
		return s + ": there are no records within the bounds."
	case a.Covered:
		s += fmt.Sprintf(" in the records from %s to %s UTC", a.From.Format(minute), a.To.Format(minute))
	}
	s += " as " + either(a.Kinds) + "."
	if blind := a.blindness(); blind != "" {
		return s + blind
	}
	if !a.Covered {
		return s + " What was not recorded cannot be seen, and what was recorded is not known here."
	}
	return s + " No gaps are known."
}

// blindness names where it could not have been seen.
func (a *Answer) blindness() string {
	if len(a.Blind) == 0 {
		return ""
	}
	w := a.Blind[0]
	s := " " + count(len(a.Blind), "blind spot", "blind spots") + ", the largest in"
	if len(a.Blind) == 1 {
		s = " 1 blind spot:"
	}
	for _, part := range []string{w.Dataset, w.Host} {
		if part != "" {
			s += " " + part
		}
	}
	if !w.From.IsZero() {
		s += fmt.Sprintf(" from %s to %s UTC", w.From.Format(minute), w.To.Format(minute))
	}
	if w.Why != "" {
		s += " (" + w.Why + ")"
	}
	return s + "."
}

// WriteText writes the answer for a terminal: the sentence, then its parts. Values
// from records are quoted where they would do something to the terminal.
func (a *Answer) WriteText(w io.Writer) error {
	var b strings.Builder
	b.WriteString(a.Sentence + "\n")
	for _, list := range []struct {
		title string
		parts []Part
		of    int
	}{
		{"hosts", a.Hosts, a.HostCount + a.AddressCount},
		{"datasets", a.Datasets, 0},
		{"roles", a.Roles, 0},
		{"as", a.Entities, a.EntityCount},
	} {
		for i, p := range list.parts {
			title := ""
			if i == 0 {
				title = list.title
			}
			fmt.Fprintf(&b, "  %-9s %8d  %-33s  %s\n", title, p.Count, when(p), strings.TrimSpace(p.Kind+" "+quoted(p.Name)))
		}
		if more := list.of - len(list.parts); more > 0 {
			fmt.Fprintf(&b, "  %-9s %8s  %-33s  and %d more\n", "", "", "", more)
		}
	}
	for i, bl := range a.Blind {
		title := ""
		if i == 0 {
			title = "blind"
		}
		if i == shown {
			fmt.Fprintf(&b, "  %-9s %8s  %-33s  and %d more\n", "", "", "", len(a.Blind)-shown)
			break
		}
		fmt.Fprintf(&b, "  %-9s %8s  %-33s  %s\n", title, "", when(Part{First: bl.From, Last: bl.To}),
			strings.Join(strings.Fields(quoted(bl.Dataset)+" "+quoted(bl.Host)+" "+bl.Why), " "))
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func when(p Part) string {
	switch {
	case p.First.IsZero():
		return "-"
	case p.Last.Sub(p.First) < time.Minute && p.First.Minute() == p.Last.Minute():
		return p.First.Format(minute)
	default:
		return p.First.Format(minute) + " " + p.Last.Format(minute)
	}
}

// quoted makes a text harmless for a terminal.
func quoted(s string) string {
	for _, r := range s {
		if !strconv.IsPrint(r) {
			return strconv.Quote(s)
		}
	}
	return s
}

func count(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return strconv.Itoa(n) + " " + many
}

func times(n int64) string {
	if n == 1 {
		return "once"
	}
	return strconv.FormatInt(n, 10) + " times"
}

// long says how long a time is, in its largest whole unit.
func long(d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d >= 2*365*day:
		return fmt.Sprintf("%.1f years", d.Hours()/24/365.25)
	case d >= 2*day:
		return count(int(d/day), "day", "days")
	case d >= 2*time.Hour:
		return count(int(d/time.Hour), "hour", "hours")
	case d >= 2*time.Minute:
		return count(int(d/time.Minute), "minute", "minutes")
	default:
		return count(int(d/time.Second), "second", "seconds")
	}
}

// either lists alternatives.
func either(kinds []string) string {
	names := make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = strings.ReplaceAll(k, "_", " ")
	}
	if len(names) == 1 {
		return names[0]
	}
	return strings.Join(names[:len(names)-1], ", ") + " or " + names[len(names)-1]
}

package scope

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/sigma"
)

// Told returns the rules of the story in the order of their first event, then
// of their titles.
func (s *Story) Told() []*sigma.Meta {
	return slices.SortedFunc(maps.Keys(s.Rules), func(a, b *sigma.Meta) int {
		return cmp.Or(s.Rules[a].First.Compare(s.Rules[b].First),
			cmp.Compare(b.Level, a.Level), strings.Compare(a.Title, b.Title), strings.Compare(a.ID, b.ID))
	})
}

// Worst returns up to n rules of the story, highest level first, then by their
// first event.
func (s *Story) Worst(n int) []*sigma.Meta {
	told := s.Told()
	slices.SortStableFunc(told, func(a, b *sigma.Meta) int { return cmp.Compare(b.Level, a.Level) })
	return told[:min(n, len(told))]
}

// Sentence says in words what the story is, as
//
//	On ws17 from 2026-02-10 08:31 to 09:05 UTC 8 rules fired, first "Office
//	Program Starts Shell", worst "Process Memory Dumped"; accounts CORP\e.novak
//	and SYSTEM; execution → persistence → credential access.
func (s *Story) Sentence() string {
	var b strings.Builder
	b.WriteString(s.where())
	b.WriteString(s.when())
	told, worst := s.Told(), s.Worst(1)
	switch {
	case len(told) == 1 && s.Count == 1:
		fmt.Fprintf(&b, " %q fired", told[0].Title)
	case len(told) == 1:
		fmt.Fprintf(&b, " %q fired %d times", told[0].Title, s.Count)
	case told[0] == worst[0]:
		fmt.Fprintf(&b, " %d rules fired %d times, first and worst %q", len(told), s.Count, worst[0].Title)
	default:
		fmt.Fprintf(&b, " %d rules fired %d times, first %q, worst %q", len(told), s.Count, told[0].Title, worst[0].Title)
	}
	if a := s.accounts(); a != "" {
		b.WriteString("; " + a)
	}
	if t := s.path(); t != "" {
		b.WriteString("; " + t)
	}
	b.WriteByte('.')
	return b.String()
}

func (s *Story) where() string {
	switch {
	case s.Rest:
		return "Beyond the stories told apart,"
	case s.Host == "":
		return "On a host that the records do not name"
	default:
		return "On " + s.Host
	}
}

func (s *Story) when() string {
	const minute = "2006-01-02 15:04"
	first, last := s.First.Truncate(time.Minute), s.Last.Truncate(time.Minute)
	switch {
	case s.First.IsZero():
		return ", at times that the records do not say,"
	case first.Equal(last):
		return " at " + first.Format(minute) + " UTC"
	case first.Format(time.DateOnly) == last.Format(time.DateOnly):
		return " from " + first.Format(minute) + " to " + last.Format("15:04") + " UTC"
	default:
		return " from " + first.Format(minute) + " to " + last.Format(minute) + " UTC"
	}
}

func (s *Story) accounts() string {
	names := slices.SortedFunc(maps.Keys(s.Accounts), func(a, b string) int {
		return cmp.Or(cmp.Compare(s.Accounts[b], s.Accounts[a]), strings.Compare(a, b))
	})
	switch len(names) {
	case 0:
		return ""
	case 1:
		return "account " + names[0]
	case 2, 3:
		return "accounts " + strings.Join(names[:len(names)-1], ", ") + " and " + names[len(names)-1]
	default:
		return fmt.Sprintf("accounts %s and %d more", strings.Join(names[:2], ", "), len(names)-2)
	}
}

func (s *Story) path() string {
	var names []string
	for _, t := range s.Tactics() {
		if n := strings.ToLower(TacticName(t)); !slices.Contains(names, n) {
			names = append(names, n)
		}
	}
	return strings.Join(names, " → ")
}

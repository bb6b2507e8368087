package ioc

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
	"github.com/dwell-project/dwell/detect/ioc/stixpattern/observed"
)

// readPattern reads a STIX pattern: as terms if it comes to values that can be
// looked for anywhere, else as the whole language has it.
func (r *reader) readPattern(text string) ([]Pattern, *stixpattern.Pattern, error) {
	patterns, failed := parsePattern(text)
	if failed == nil {
		return patterns, nil, nil
	}
	full, err := stixpattern.Parse(text)
	if err != nil {
		return nil, nil, err
	}
	if value, ok := errors.AsType[*valueError](failed); ok {
		return nil, nil, value.error // none of its type, or matching nearly everything
	}
	none, some, err := r.c.shown(full)
	if err == nil && some == 0 {
		err = fmt.Errorf("records have no %s that could be looked at", strings.Join(none, ", "))
	}
	if least := full.Least(); err == nil && least > stixpattern.MostKept {
		err = fmt.Errorf("it asks for %d records; up to %d are remembered", least, stixpattern.MostKept)
	}
	observed.FoldCase(full)
	return nil, full, err
}

// shown returns the paths of a pattern that records have nothing at, and how
// many others it has.
func (c *Collection) shown(p *stixpattern.Pattern) (none []string, some int, err error) {
	if c.objects == nil {
		if c.objects, err = observed.Load(); err != nil {
			return nil, 0, err
		}
	}
	for _, t := range p.Tests {
		t.EachPath(func(path stixpattern.Path) {
			if c.objects.Has(path) {
				some++
			} else if text := path.String(); !slices.Contains(none, text) {
				none = append(none, text)
			}
		})
	}
	return none, some, nil
}

// noteMissing notes what of a pattern that is looked for no record has.
func (r *reader) noteMissing(line int, p *stixpattern.Pattern) {
	if none, _, err := r.c.shown(p); err == nil && len(none) > 0 {
		r.c.Notes = append(r.c.Notes, Message{
			File: r.source.File, Line: line, Text: fmt.Sprintf("records have no %s; the rest of the pattern is looked for", strings.Join(none, ", ")),
		})
	}
}

// InForce says whether a time is within the indicator's. A record without a
// time is taken to be within.
func (s *Set) InForce(indicator int32, at time.Time) bool {
	i := s.indicators[indicator]
	return at.IsZero() || !at.Before(i.ValidFrom) && (i.ValidUntil.IsZero() || at.Before(i.ValidUntil))
}

// listed returns the first value that a pattern asks for and a list has.
func listed(p *stixpattern.Pattern, w *WarningList) (Term, bool) {
	var found Term
	for _, t := range p.Tests {
		t.EachWanted(func(path stixpattern.Path, value string) {
			term, err := pathTerm(path.String(), value, false)
			if err == nil && term.Type != Unknown && term.Type != portOnly && w.Has(term) && found.Value == "" {
				found = term
			}
		})
	}
	return found, found.Value != ""
}

// leaveOutFull takes a pattern out that asks for a value on a list.
func (c *Collection) leaveOutFull(i *Indicator, lists []*WarningList) {
	for _, w := range lists {
		if i.Full == nil {
			return
		}
		if t, ok := listed(i.Full, w); ok {
			c.Notes = append(c.Notes, Message{
				File: i.Source.File, Line: i.Line,
				Text: fmt.Sprintf("%s is on the warning list %q and the pattern that asks for it is not looked for", t, w.Name),
			})
			i.Full = nil
		}
	}
}

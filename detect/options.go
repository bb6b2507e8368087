package detect

import (
	"slices"
	"strings"

	"github.com/dwell-project/dwell/detect/ioc"
	"github.com/dwell-project/dwell/sigma"
)

// Options say which rules a program takes.
type Options struct {
	// MinLevel leaves out rules below it; a rule without level counts as
	// informational. LevelNone takes all.
	MinLevel sigma.Level
	// Statuses are the only ones taken; empty takes all.
	Statuses []sigma.Status
	// Disabled are ids, names or titles of rules to leave out.
	Disabled []string
	// Exceptions say what is known to be harmless.
	Exceptions []*Exception
	// Indicators are looked for in the values of every record. MinLevel,
	// Disabled and Exceptions concern them too.
	Indicators []*ioc.Indicator
}

// Admits says whether a rule or correlation passes the filters.
func (o *Options) Admits(m *sigma.Meta) bool {
	return o.levelAdmits(m.Level) &&
		(len(o.Statuses) == 0 || slices.Contains(o.Statuses, m.Status)) &&
		!slices.ContainsFunc(o.Disabled, func(s string) bool { return names(s, m) })
}

func (o *Options) levelAdmits(l sigma.Level) bool {
	return o.MinLevel == sigma.LevelNone || max(l, sigma.Informational) >= o.MinLevel
}

// names says whether s is the id, name or title of a rule.
func names(s string, m *sigma.Meta) bool {
	return s != "" && (strings.EqualFold(s, m.ID) || strings.EqualFold(s, m.Name) || strings.EqualFold(s, m.Title))
}

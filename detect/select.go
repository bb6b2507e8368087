package detect

import (
	"strings"

	"github.com/dwell-project/dwell/sigma"
)

// selection is which rules a program holds. A rule that the options leave out
// stays, unheard, if a correlation that they admit refers to it.
type selection struct {
	rules        []*sigma.Rule
	unheard      []bool // by index in rules
	correlations []*sigma.Correlation
	// mute says that a correlation is there only for another one.
	mute map[*sigma.Correlation]bool
}

func (o *Options) selectFrom(rules []*sigma.Rule, correlations []*sigma.Correlation) *selection {
	s := &selection{mute: map[*sigma.Correlation]bool{}}
	needed := map[string]bool{} // ids in lower case, and names
	kept := make([]bool, len(correlations))
	for i, c := range correlations {
		if o.Admits(&c.Meta) {
			kept[i] = true
			need(needed, c)
		}
	}
	// A chain of correlations is followed to its end.
	for grown := true; grown; {
		grown = false
		for i, c := range correlations {
			if !kept[i] && isNeeded(needed, &c.Meta) {
				kept[i], s.mute[c], grown = true, true, true
				need(needed, c)
			}
		}
	}
	for i, c := range correlations {
		if kept[i] {
			s.correlations = append(s.correlations, c)
		}
	}
	for _, r := range rules {
		admitted := o.Admits(&r.Meta)
		if admitted || isNeeded(needed, &r.Meta) {
			s.rules = append(s.rules, r)
			s.unheard = append(s.unheard, !admitted)
		}
	}
	return s
}

func need(needed map[string]bool, c *sigma.Correlation) {
	for _, ref := range c.Rules {
		needed[ref], needed[strings.ToLower(ref)] = true, true
	}
}

func isNeeded(needed map[string]bool, m *sigma.Meta) bool {
	return m.ID != "" && needed[strings.ToLower(m.ID)] || m.Name != "" && needed[m.Name]
}

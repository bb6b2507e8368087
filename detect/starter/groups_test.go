package starter_test

import (
	"cmp"
	"iter"
	"slices"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
)

// changed is a record of which one field is empty or, if value is nil, absent.
type changed struct {
	sigma.Record
	field string
	value []event.Field
}

func (c changed) Values(field string) iter.Seq[event.Field] {
	if field == c.field {
		return slices.Values(c.value)
	}
	return c.Record.Values(field)
}

// To a correlation, absent and empty values are groups of their own, in which
// records come together that have nothing in common. So what is counted must
// have the fields that it is grouped by.
func TestWhatIsCountedHasWhatItIsGroupedBy(t *testing.T) {
	p := newPack(t)
	needed := map[string][]string{} // the fields of a rule, by its name
	for _, c := range p.rules.Correlations {
		for _, rule := range c.Rules {
			for _, group := range c.GroupBy {
				needed[rule] = append(needed[rule], cmp.Or(c.Aliases[group][rule], group))
			}
		}
	}
	// Old systems do not say which program started another; the machine then holds
	// the commands together.
	needed["discovery_command"] = slices.DeleteFunc(needed["discovery_command"], func(field string) bool {
		return field == "ParentImage"
	})
	for _, rule := range p.rules.Rules {
		if len(needed[rule.Name]) == 0 {
			continue
		}
		p.seen = func(r *sigma.Rule, record sigma.Record) {
			if r != rule {
				return
			}
			for _, field := range needed[rule.Name] {
				if sigma.Match(r.Expr, changed{record, field, nil}) {
					t.Errorf("%s matches without %s", rule.Name, field)
				}
				if sigma.Match(r.Expr, changed{record, field, []event.Field{{Kind: event.Text}}}) {
					t.Errorf("%s matches an empty %s", rule.Name, field)
				}
			}
		}
		fires, _ := records(t, &rule.Meta)
		p.run(t, fires)
	}
}

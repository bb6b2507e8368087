package detect

import (
	"slices"

	"github.com/dwell-project/dwell/detect/ioc"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
)

// What a matcher returns are numbers of rules and, above them, of indicators:
// indicator i of the program's set is len(Program.rules)+i. In the sets that a
// value is resolved to, probe n of the set is len(predicates.all)+n, so that
// values are read and remembered once for rules and indicators.

// Indicators returns the indicators that the program looks for, nil if none.
func (p *Program) Indicators() *ioc.Set { return p.indicators }

// IsIndicator says whether a number that [Matcher.Match] returned is that of an
// indicator. No correlation counts it, and it is always reported.
func (p *Program) IsIndicator(n int32) bool { return int(n) >= len(p.rules) }

// indicator returns the number of an indicator in the set.
func (p *Program) indicator(n int32) int32 { return n - int32(len(p.rules)) }

// Meta returns the metadata of a rule or indicator that [Matcher.Match] returned.
func (p *Program) Meta(n int32) *sigma.Meta {
	if p.IsIndicator(n) {
		return p.indicators.Meta(p.indicator(n))
	}
	return &p.rules[n].Meta
}

// counts says whether correlations count the matches of a rule.
func (p *Program) counts(n int32) bool { return !p.IsIndicator(n) && p.correlations.Wanted(int(n)) }

// reports says whether matches are detections of their own.
func (p *Program) reports(n int32) bool { return p.IsIndicator(n) || !p.unheard[n] }

func (o *Options) compileIndicators() *ioc.Set {
	var admitted []*ioc.Indicator
	for _, i := range o.Indicators {
		m := sigma.Meta{ID: i.ID, Level: i.Level()}
		if o.levelAdmits(m.Level) && !slices.ContainsFunc(o.Disabled, func(s string) bool { return names(s, &m) }) {
			admitted = append(admitted, i)
		}
	}
	if len(admitted) == 0 {
		return nil
	}
	return ioc.Compile(admitted)
}

// exceptionsOf returns the exceptions that concern a rule or indicator.
func (p *Program) exceptionsOf(n int32) []*Exception {
	if !p.IsIndicator(n) {
		return p.exceptions[n]
	}
	var found []*Exception
	for _, e := range p.allExceptions {
		if e.concerns(p.Meta(n)) {
			found = append(found, e)
		}
	}
	return found
}

// probes returns how many probes the program looks for.
func (p *Program) probes() int {
	if p.indicators == nil {
		return 0
	}
	return p.indicators.Probes()
}

// eachProbe calls visit with the indicators that count in the event at hand and
// the field that holds each.
func (m *Matcher) eachProbe(visit func(indicator int32, f event.Field)) {
	p, base := m.program, int32(len(m.program.predicates.all))
	for i, it := range m.state.items {
		set := m.state.memos[it.column].sets.members[it.set]
		from, _ := slices.BinarySearch(set, base)
		for _, n := range set[from:] {
			f := m.event.Fields[m.state.fields[i]]
			if indicator, ok := p.indicators.Admits(n-base, f.Name, m.event, p.names); ok {
				visit(indicator, f)
			}
		}
	}
}

// matchIndicators adds the indicators that count in the event to those fired.
func (m *Matcher) matchIndicators() {
	m.eachProbe(func(indicator int32, _ event.Field) {
		m.fired = append(m.fired, int32(len(m.program.rules))+indicator)
	})
	slices.Sort(m.fired)
	m.fired = slices.Compact(m.fired)
}

// matchedIndicator returns the fields that hold the indicator, under the
// record's own names.
func (m *Matcher) matchedIndicator(indicator int32) []Matched {
	m.shown.reset()
	seen := map[string]bool{}
	add := func(name string, f event.Field) {
		// A value that answers to several names of rules is read as often.
		if key := name + "\x00" + string(f.Data); !seen[key] {
			seen[key] = true
			m.shown.add(name, f)
		}
	}
	m.eachProbe(func(i int32, f event.Field) {
		if i == indicator {
			add(m.program.names.Text(f.Name), f)
		}
	})
	m.eachHeld(indicator, add)
	return m.shown.copy()
}

package detect

import (
	"math"
	"slices"

	"github.com/dwell-project/dwell/event"
)

// Detection describes the match of a rule that the last call of [Matcher.Match]
// returned. It owns its memory.
func (m *Matcher) Detection(rule int32) Detection {
	return Detection{
		Rule:    &m.program.rules[rule].Meta,
		Event:   m.Ref(),
		Matched: m.matched(rule),
	}
}

// Ref describes the event that the last call of [Matcher.Match] looked at.
func (m *Matcher) Ref() EventRef {
	ev := m.event
	return EventRef{
		ID: ev.ID(m.program.names), Time: ev.Time, Host: ev.Host.Text(), Account: m.account(),
		Dataset: ev.Dataset, File: ev.Source.Path, Record: ev.Record, Offset: ev.Offset,
	}
}

// account returns the account that the event is about, by the first of the
// program's account fields that says one.
func (m *Matcher) account() string {
	best, account := len(m.program.accounts), ""
	for i := range m.event.Fields {
		f := &m.event.Fields[i]
		rank := m.accountRank(f.Name)
		if rank >= best || !f.IsText() {
			continue
		}
		if s := f.Text(); !noAccount(s) {
			best, account = rank, s
		}
	}
	return account
}

// accountRank returns the place of a native name among the program's account
// fields, a large number if it is none.
func (m *Matcher) accountRank(n event.Name) int {
	if rank, ok := m.state.accounts[n]; ok {
		return rank
	}
	rank := math.MaxInt
	for _, t := range m.targets(n) {
		if i := slices.Index(m.program.accounts, t.Field); i >= 0 {
			rank = min(rank, i)
		}
	}
	m.state.accounts[n] = rank
	return rank
}

// values returns the event's values of a Sigma field: those of the native names
// of the best priority that the event has.
func (m *Matcher) values(field string) []event.Field {
	var found []event.Field
	best := 0
	for i := range m.event.Fields {
		f := &m.event.Fields[i]
		for _, t := range m.targets(f.Name) {
			if t.Field != field {
				continue
			}
			if len(found) == 0 || t.Priority < best {
				found, best = found[:0], t.Priority
			}
			if t.Priority == best {
				found = append(found, *f)
			}
		}
	}
	return found
}

// matched returns the values that made the rule true: for each true predicate
// that the condition rests on, the values that satisfy it.
func (m *Matcher) matched(rule int32) []Matched {
	st := m.state
	if !m.marked {
		m.mark(st)
	}
	var wanted []int32
	st.ruleOf(rule).condition.positive(m.marks, m.epoch, func(p int32) { wanted = append(wanted, p) })
	slices.Sort(wanted)
	var out []Matched
	for i, it := range st.items {
		keyword, field := st.satisfies(m.program, it, wanted)
		f := m.event.Fields[st.fields[i]]
		if field {
			out = append(out, matchedValue(st.columns[it.column].field, f))
		} else if keyword {
			out = append(out, matchedValue("", f))
		}
	}
	return append(out, m.matchedRefs(rule)...)
}

// satisfies says whether an item satisfies one of the wanted predicates, as a
// keyword or of its own field.
func (st *classState) satisfies(p *Program, it item, wanted []int32) (keyword, field bool) {
	for _, n := range st.memos[it.column].sets.members[it.set] {
		if _, ok := slices.BinarySearch(wanted, n); !ok {
			continue
		}
		if p.predicates.all[n].Field == "" {
			keyword = true
		} else {
			field = true
		}
	}
	return keyword, field
}

// matchedRefs returns the values of the fields that a rule relates to each
// other.
func (m *Matcher) matchedRefs(rule int32) []Matched {
	var out []Matched
	for _, field := range m.program.rules[rule].refs {
		for _, f := range m.values(field) {
			out = append(out, matchedValue(field, f))
		}
	}
	return out
}

func matchedValue(field string, f event.Field) Matched {
	return Matched{Field: field, JSON: string(f.AppendJSON(nil)), Text: f.Text()}
}

// ruleOf finds a rule of the class by its number in the program.
func (st *classState) ruleOf(number int32) *classRule {
	i, _ := slices.BinarySearchFunc(st.rules, number, func(r classRule, n int32) int { return int(r.number - n) })
	return &st.rules[i]
}

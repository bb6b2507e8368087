package detect

import (
	"math"
	"slices"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
)

// Detection describes the match of a rule or indicator that the last call of [Matcher.Match]
// returned. It owns its memory.
func (m *Matcher) Detection(rule int32) Detection {
	if p := m.program; p.IsIndicator(rule) {
		return Detection{Rule: p.Meta(rule), Event: m.Ref(), Matched: m.matchedIndicator(p.indicator(rule))}
	}
	return Detection{
		Rule:    &m.program.rules[rule].Meta,
		Event:   m.Ref(),
		Matched: m.matched(rule),
		rule:    m.program.ruleJSON(rule),
	}
}

// Ref describes the event that the last call of [Matcher.Match] looked at.
func (m *Matcher) Ref() EventRef {
	if m.referred {
		return m.ref
	}
	ev := m.event
	var id event.ID
	id, m.work.text = ev.IDInto(m.program.names, m.work.text)
	m.ref = EventRef{
		ID: id, Time: ev.Time, Host: m.host(ev), Account: m.account(),
		Dataset: ev.Dataset, File: ev.Source.Path, Record: ev.Record, Offset: ev.Offset,
	}
	m.referred = true
	return m.ref
}

// host returns the machine that the event speaks of, or comes from.
func (m *Matcher) host(ev *event.Event) string {
	if ev.Host.Kind == event.Absent && ev.Source != nil {
		return ev.Source.Host
	}
	return m.shared(ev.Host)
}

// maxShared bounds the texts that a matcher keeps to hand out again, longShared,
// in bytes, one of them.
const (
	maxShared  = 4096
	longShared = 256
)

// shared returns the value's text, the same string for the same text: hosts and
// accounts are few and come again. One longer than any real one is cut.
func (m *Matcher) shared(f event.Field) string {
	m.work.text = f.AppendText(m.work.text[:0])
	if len(m.work.text) > longName {
		return cutName(m.work.text)
	}
	if s, ok := m.texts[string(m.work.text)]; ok {
		return s
	}
	s := string(m.work.text)
	if len(s) > longShared {
		return s
	}
	if len(m.texts) >= maxShared {
		clear(m.texts)
	}
	m.texts[s] = s
	return s
}

// longName is the longest host or account, in bytes, that a reference to an
// event names in full: four times what a domain name can have.
const longName = 1 << 10

func cutName(text []byte) string {
	end := longName
	for end > longName-utf8.UTFMax && !utf8.RuneStart(text[end]) {
		end--
	}
	return string(text[:end]) + "…"
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
		if s := m.shared(*f); !noAccount(s) {
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
	m.wanted = m.wanted[:0]
	st.ruleOf(rule).condition.positive(m.marks, m.epoch, func(p int32) { m.wanted = append(m.wanted, p) })
	slices.Sort(m.wanted)
	m.shown.reset()
	for i, it := range st.items {
		keyword, field := st.satisfies(m.program, it, m.wanted)
		if f := m.event.Fields[st.fields[i]]; field {
			m.shown.add(st.columns[it.column].field, f)
		} else if keyword {
			m.shown.add("", f)
		}
	}
	for _, field := range m.program.rules[rule].refs {
		for _, f := range m.values(field) {
			m.shown.add(field, f)
		}
	}
	return m.shown.copy()
}

// shown gathers values to show, so that a detection takes two allocations
// however many it has.
type shown struct {
	fields []string
	ends   []int
	json   []byte
}

func (s *shown) reset() { s.fields, s.ends, s.json = s.fields[:0], s.ends[:0], s.json[:0] }

func (s *shown) add(field string, f event.Field) {
	s.fields = append(s.fields, field)
	s.json = f.AppendJSON(s.json)
	s.ends = append(s.ends, len(s.json))
}

func (s *shown) copy() []Matched {
	text, from := string(s.json), 0
	out := make([]Matched, len(s.fields))
	for i, field := range s.fields {
		out[i] = Matched{Field: field, JSON: text[from:s.ends[i]]}
		from = s.ends[i]
	}
	return out
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

// ruleOf finds a rule of the class by its number in the program.
func (st *classState) ruleOf(number int32) *classRule {
	i, _ := slices.BinarySearchFunc(st.rules, number, func(r classRule, n int32) int { return int(r.number - n) })
	return &st.rules[i]
}

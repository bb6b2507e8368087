package ecs

import (
	"slices"
	"strings"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/nested"
)

// key is a record's origin, folded.
type key struct{ schema, dataset, provider, channel, code string }

// source is what the tables say of records of one origin.
type source struct {
	certain   []*section
	uncertain []*conditional // sections with where, at most maxConditional
	order     []int          // of all sections: ≥ 0 certain, < 0 uncertain, as ^index
	variants  map[uint64]*plan
}

// maxConditional is how many sections with where one origin can have.
const maxConditional = 64

type conditional struct {
	*section
	where []condition
}

// condition is that one of the fields with these names has one of the values.
type condition struct {
	names []event.Name
	want  list
}

// plan is what to do with the fields of a record.
type plan struct {
	namespace string
	under     ordered[string]
	names     map[string]ranked
	fields    []*native // by name, nil where not met yet
	sets      []given
}

// ranked is a native name's goals, and how good a source the name is for them:
// higher is better.
type ranked struct {
	goals goals
	rank  int
}

// native is one native field name.
type native struct {
	own     *nested.Node
	targets []*target
	isTime  bool // it is called @timestamp and must not be
}

// given is a value that a table gives.
type given struct {
	node   *nested.Node
	values []event.Field
}

// sourceOf collects the sections for an origin.
func (m *Mapper) sourceOf(k *key) *source {
	s := &source{variants: map[uint64]*plan{}}
	for _, sec := range m.tables.sections {
		if !sec.When.holds(k) || !sec.Unless.isEmpty() && sec.Unless.holds(k) {
			continue
		}
		if len(sec.Where) == 0 {
			s.order = append(s.order, len(s.certain))
			s.certain = append(s.certain, sec)
			continue
		}
		if len(s.uncertain) == maxConditional {
			continue
		}
		c := &conditional{section: sec}
		for name, want := range sec.Where {
			one := condition{want: want}
			for _, prefix := range sec.prefixes() {
				one.names = append(one.names, m.names.Intern(prefix+name))
			}
			c.where = append(c.where, one)
		}
		s.order = append(s.order, ^len(s.uncertain))
		s.uncertain = append(s.uncertain, c)
	}
	return s
}

// prefixes returns what may stand before the section's names.
func (s *section) prefixes() list {
	if len(s.Prefix) == 0 {
		return list{""}
	}
	return s.Prefix
}

// mask says which of the uncertain sections hold for a record.
func (s *source) mask(e *event.Event) (mask uint64) {
	for i, c := range s.uncertain {
		if c.holds(e) {
			mask |= 1 << i
		}
	}
	return mask
}

func (c *conditional) holds(e *event.Event) bool {
	for _, w := range c.where {
		found := false
		for _, f := range e.Fields {
			if slices.Contains(w.names, f.Name) && isOne(w.want, strings.ToLower(f.Text())) {
				found = true
				break
			}
		}
		if !found {
			return false
		}
	}
	return true
}

// sectionRank keeps the names of a later section before those of an earlier
// one, however many there are.
const sectionRank = 1 << 16

// ownRank is that of an ECS name that the record has itself.
const ownRank = 1 << 60

// planOf joins the sections that hold.
func (m *Mapper) planOf(s *source, k *key, mask uint64) *plan {
	p := &plan{names: map[string]ranked{}}
	p.namespace, _, _ = strings.Cut(k.dataset, ".")
	sets := map[string]list{}
	var setOrder []string
	for at, i := range s.order {
		var sec *section
		switch {
		case i >= 0:
			sec = s.certain[i]
		case mask>>(^i)&1 != 0:
			sec = s.uncertain[^i].section
		default:
			continue
		}
		if sec.Namespace != nil {
			p.namespace = *sec.Namespace
		}
		p.under = append(p.under, sec.Under...)
		for j, n := range sec.Names {
			p.names[n.name] = ranked{n.value, (at+1)*sectionRank - j}
		}
		for name, values := range sec.Set {
			if _, known := sets[name]; !known {
				setOrder = append(setOrder, name)
			}
			sets[name] = values
		}
	}
	slices.Sort(setOrder)
	for _, name := range setOrder {
		p.sets = append(p.sets, m.given(name, sets[name]))
	}
	return p
}

func (m *Mapper) given(name string, values list) given {
	g := given{node: m.tree.Node(name)}
	for _, v := range values {
		g.values = append(g.values, event.Field{Kind: event.Text, Data: []byte(v)})
	}
	return g
}

// native returns what to do with a field.
func (m *Mapper) native(p *plan, n event.Name) *native {
	if int(n) < len(p.fields) && p.fields[n] != nil {
		return p.fields[n]
	}
	for int(n) >= len(p.fields) {
		p.fields = append(p.fields, nil)
	}
	text := m.names.Text(n)
	name := p.ownName(n, text)
	nat := &native{own: m.tree.Node(m.unreserved(name)), isTime: name == m.base.timestamp.Name()}
	if r, ok := p.names[text]; ok && n != event.Overflow {
		for _, g := range r.goals {
			nat.targets = append(nat.targets, m.target(g, r.rank))
		}
	} else if p.namespace == "" && nat.own.Name() == text {
		t := m.target(goal{To: text}, ownRank)
		t.raw = true
		nat.targets = append(nat.targets, t)
	}
	p.fields[n] = nat
	return nat
}

// unreserved moves a record's own value away from the names that say where this
// program read the record, and when it is from.
func (m *Mapper) unreserved(name string) string {
	switch m.tree.Node(name) {
	case m.base.timestamp, m.base.version, m.base.sequence, m.base.path:
		return "labels." + strings.ReplaceAll(name, ".", "_")
	default:
		return name
	}
}

// ownName is where a field stands that has no ECS name.
func (p *plan) ownName(n event.Name, text string) string {
	if n == event.Overflow {
		text = "overflow"
	}
	best := entry[string]{}
	for _, u := range p.under {
		if strings.HasPrefix(text, u.name) && len(u.name) >= len(best.name) {
			best = u
		}
	}
	text = best.value + text[len(best.name):]
	if p.namespace == "" {
		return text
	}
	return p.namespace + "." + text
}

// isUnparsed says whether no format could read the record.
func isUnparsed(e *event.Event) bool { return e.Schema == parse.Unparsed }

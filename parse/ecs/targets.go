package ecs

import "github.com/dwell-project/dwell/event"

// Origin stands for records of which the tables say the same. It can be
// compared.
type Origin struct{ plan *plan }

// Origin returns what the tables say of a record.
func (m *Mapper) Origin(e *event.Event) Origin { return Origin{m.plan(e)} }

// Target is a name under which a native field is written.
type Target struct {
	Name string
	// As is the conversion, "" for values written as they are, and Split what
	// separates the values of a list.
	As, Split string
	// Mapped says that the values are replaced by others.
	Mapped bool
}

// Targets appends to dst the names under which a native field of an origin's
// records is written, its own name in the namespace of its source last.
func (m *Mapper) Targets(dst []Target, o Origin, n event.Name) []Target {
	text := m.names.Text(n)
	if n == event.Overflow {
		return dst
	}
	for _, g := range o.plan.names[text].goals {
		dst = append(dst, Target{Name: g.To, As: g.As, Split: g.Split, Mapped: g.Map != nil})
	}
	return append(dst, Target{Name: o.plan.ownName(n, text)})
}

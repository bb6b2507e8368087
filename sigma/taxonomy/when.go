package taxonomy

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Origin is what a record says of where it comes from. Any part may be empty.
type Origin struct {
	// Schema names how the record's fields are called (event.Event.Schema).
	Schema string
	// Channel, Provider and Code are the log, its writer and the event id.
	Channel, Provider, Code string
	// Product, Service and Category are a log source that the record itself
	// names. They count only if no table knows the record by its channel,
	// provider and code.
	Product, Service, Category string
}

// present is the value in a list of a table that any value but "" satisfies.
const present = "*"

// when is a condition on an origin: each list that is given must hold the
// origin's value.
type when struct {
	Schema   list `yaml:"schema"`
	Channel  list `yaml:"channel"`
	Provider list `yaml:"provider"`
	Code     list `yaml:"code"`
}

// fold makes the lists ready for comparison with a folded origin.
func (w *when) fold() {
	for _, l := range []list{w.Schema, w.Channel, w.Provider, w.Code} {
		for i, s := range l {
			l[i] = fold(s)
		}
	}
}

func (w *when) empty() bool {
	return len(w.Schema)+len(w.Channel)+len(w.Provider)+len(w.Code) == 0
}

// holds reports whether a folded origin satisfies the condition.
func (w *when) holds(o *Origin) bool {
	return w.Schema.admits(o.Schema) && w.Channel.admits(o.Channel) &&
		w.Provider.admits(o.Provider) && w.Code.admits(o.Code)
}

// and returns the condition that both conditions hold, and whether anything can
// satisfy it.
func (w *when) and(other *when) (both when, ok bool) {
	for _, l := range []struct {
		to   *list
		a, b list
	}{
		{&both.Schema, w.Schema, other.Schema},
		{&both.Channel, w.Channel, other.Channel},
		{&both.Provider, w.Provider, other.Provider},
		{&both.Code, w.Code, other.Code},
	} {
		if *l.to, ok = l.a.and(l.b); !ok {
			return both, false
		}
	}
	return both, true
}

// applies reports whether a folded origin satisfies the one condition and not
// the other; an empty unless excludes nothing.
func applies(only, unless *when, o *Origin) bool {
	return only.holds(o) && (unless.empty() || !unless.holds(o))
}

// list is a YAML sequence of scalars, or one scalar.
type list []string

// UnmarshalYAML accepts what [list] says.
func (l *list) UnmarshalYAML(node *yaml.Node) error {
	items := node.Content
	if node.Kind == yaml.ScalarNode {
		items = []*yaml.Node{node}
	} else if node.Kind != yaml.SequenceNode {
		return fmt.Errorf("line %d: want a value or a list of values", node.Line)
	}
	*l = make(list, 0, len(items))
	for _, item := range items {
		if item.Kind != yaml.ScalarNode || item.Tag == "!!null" {
			return fmt.Errorf("line %d: want a value or a list of values", item.Line)
		}
		*l = append(*l, item.Value)
	}
	return nil
}

// admits reports whether the list is empty or holds s.
func (l list) admits(s string) bool {
	return len(l) == 0 || slices.Contains(l, s) || s != "" && slices.Contains(l, present)
}

// and returns the list of what both lists admit. An empty list admits
// everything, so ok tells whether anything is left.
func (l list) and(other list) (both list, ok bool) {
	if len(l) == 0 || len(other) == 0 {
		return append(slices.Clone(l), other...), true
	}
	for _, s := range append(slices.Clone(l), other...) {
		if l.admits(s) && other.admits(s) {
			both = append(both, s)
		}
	}
	return both, len(both) > 0
}

// fold returns the form in which names of log sources are compared.
func fold(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

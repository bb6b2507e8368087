package correlation

import (
	"maps"
	"slices"
	"strings"

	"github.com/dwell-project/dwell/sigma"
)

// plan says, for every field that a correlation looks at, which value of which
// rule's matches it is. Correlations above come first: what they ask of one
// below is known before that one asks the rules.
func (c *compiler) plan() {
	for _, n := range slices.Backward(c.set.nodes) {
		for _, field := range n.exports {
			n.grouped = append(n.grouped, slices.IndexFunc(n.groupFields(), func(g string) bool {
				return sameField(g, field)
			}))
		}
		n.slots = make([]slot, len(n.refs))
		for i, ref := range n.refs {
			c.planSlot(n, i, ref)
		}
	}
	for _, n := range c.set.nodes {
		n.early = c.announces(n)
	}
}

// announces says whether what holds for a part of the input holds for all of
// it. How often a correlation below hits is not such a thing: more events can
// join two hits into one; nor at which of its events it shows which value.
func (c *compiler) announces(n *node) bool {
	for _, ref := range n.refs {
		if ref.node >= 0 && (!n.condition.temporal() || slices.Contains(c.pending[ref.node].grouped, -1)) {
			return false
		}
	}
	return n.condition.monotone()
}

func (c *compiler) planSlot(n *node, i int, ref source) {
	s := slot{source: ref}
	columns := func(fields []string) []int {
		var at []int
		for _, f := range fields {
			at = append(at, c.want(ref, n.aliased(c, f, ref)))
		}
		return at
	}
	s.group = columns(n.groupFields())
	s.figure = columns(n.correlation.Condition.Fields)
	for e, field := range n.exports {
		at := -1
		if n.grouped[e] < 0 {
			at = c.want(ref, n.aliased(c, field, ref))
		}
		s.exports = append(s.exports, at)
	}
	u := use{node: int32(n.index), slot: int32(i)}
	if ref.node < 0 {
		c.set.uses[ref.rule] = append(c.set.uses[ref.rule], u)
	} else {
		child := c.pending[ref.node]
		child.uses = append(child.uses, u)
		child.feeds = child.feeds || n.condition.temporal()
	}
	n.slots[i] = s
}

// want asks a source for a field and returns its place among the values of the
// source's matches.
func (c *compiler) want(s source, field string) int {
	list := &c.set.wants
	if s.node >= 0 {
		child := c.pending[s.node]
		return wantIn(&child.exports, field)
	}
	return wantIn(&(*list)[s.rule], field)
}

func wantIn(list *[]string, field string) int {
	field = fieldName(field)
	if i := slices.Index(*list, field); i >= 0 {
		return i
	}
	*list = append(*list, field)
	return len(*list) - 1
}

// fieldName is a field's name without blanks, which do not matter in Sigma.
func fieldName(s string) string { return strings.ReplaceAll(s, " ", "") }

func sameField(a, b string) bool { return fieldName(a) == fieldName(b) }

// aliased returns the field that stands for an alias in a rule, or the name
// itself if it is no alias or the alias says nothing of that rule.
func (n *node) aliased(c *compiler, field string, ref source) string {
	fields := n.correlation.Aliases[field]
	for _, text := range slices.Sorted(maps.Keys(fields)) {
		if c.means(text, ref) {
			return fields[text]
		}
	}
	return field
}

// means says whether a reference in an alias is to the given source.
func (c *compiler) means(text string, ref source) bool {
	match := func(s source) bool {
		count, counted := c.counts[s.rule]
		return s == ref || s.node < 0 && counted && ref.node == count
	}
	return slices.ContainsFunc(c.byID[strings.ToLower(text)], match) || slices.ContainsFunc(c.byName[text], match)
}

// silence marks the rules and correlations whose matches are not detections of
// their own.
func (c *compiler) silence() {
	type voice struct{ used, generate bool }
	rules, nodes := make([]voice, len(c.rules)), make([]voice, len(c.pending))
	for _, n := range c.pending {
		if n == nil {
			continue
		}
		for _, ref := range n.refs {
			v := &nodes[max(ref.node, 0)]
			if ref.node < 0 {
				v = &rules[ref.rule]
			}
			v.used = true
			v.generate = v.generate || n.rule == nil && n.correlation.Generate
		}
	}
	for i, v := range rules {
		_, counted := c.counts[i]
		c.set.silent[i] = counted || v.used && !v.generate
	}
	for i, v := range nodes {
		if n := c.pending[i]; n != nil {
			n.silent = v.used && !v.generate
		}
	}
}

// namedIn returns the rules that an extended condition names, in its order.
func namedIn(x sigma.Expr) []string {
	var names []string
	var walk func(sigma.Expr)
	walk = func(x sigma.Expr) {
		switch x := x.(type) {
		case sigma.And:
			for _, m := range x {
				walk(m)
			}
		case sigma.Or:
			for _, m := range x {
				walk(m)
			}
		case sigma.Not:
			walk(x.X)
		case *sigma.Predicate:
			if !slices.Contains(names, x.Text) {
				names = append(names, x.Text)
			}
		}
	}
	walk(x)
	return names
}

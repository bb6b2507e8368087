package correlation

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/sigma"
)

// Set is the correlations of a collection, ready to run. It does not change and
// may be shared by any number of [Batch]es and [Stream]s.
type Set struct {
	nodes  []*node // a correlation comes after those it refers to
	wants  [][]string
	silent []bool
	uses   [][]use // by rule: where its matches go
}

// use is one place that a rule's or a correlation's matches go to.
type use struct{ node, slot int32 }

// node is one compiled correlation.
type node struct {
	correlation *sigma.Correlation
	rule        *sigma.Rule // the rule whose Count this is, else nil
	identity    string
	index       int
	span        int64 // nanoseconds
	silent      bool
	condition   condition

	refs    []source
	slots   []slot
	exports []string // fields that correlations above ask for
	grouped []int    // by export: its place in GroupBy, or -1
	uses    []use
	early   bool // may be announced, see Stream
	feeds   bool // some user wants to know at which events it goes on to hold
}

// slot is one of the rules that a correlation refers to: where in the values of
// its matches the fields are; -1 is a field it never has.
type slot struct {
	source                 source
	group, figure, exports []int
}

// source is a rule (node < 0) or a correlation.
type source struct{ rule, node int }

// GroupFields returns the group-by fields as written.
func (n *node) groupFields() []string { return n.correlation.GroupBy }

// Compile resolves the references between correlations and rules, including
// the old aggregation in Rule.Count, and plans which values they need. A
// correlation that cannot run is left out, and so is one that refers to it;
// each gives a [sigma.Problem] with code SIG402 to SIG416.
//
// A reference is an id, compared without case, or a name. A rule with a Count
// is its count: a reference to it means the count's hits.
func Compile(rules []*sigma.Rule, correlations []*sigma.Correlation) (*Set, []sigma.Problem) {
	c := newCompiler(rules, correlations)
	c.resolve()
	c.order()
	c.plan()
	c.silence()
	return c.set, c.problems
}

// Wants returns the Sigma names of the fields whose values a [Match] of the
// rule must carry, in the order of [Match.Values]; nil if no correlation looks
// at them. Wanted says whether matches of the rule matter at all.
func (s *Set) Wants(rule int) []string { return s.wants[rule] }

// Wanted says whether any correlation counts matches of the rule. Matches of
// other rules need not be added.
func (s *Set) Wanted(rule int) bool { return len(s.uses[rule]) > 0 }

// Silent says whether matches of the rule are no detections of their own: some
// correlation refers to it and none of those says generate, or the rule has a
// Count.
func (s *Set) Silent(rule int) bool { return s.silent[rule] }

// Len returns how many correlations run, those of Rule.Count included.
func (s *Set) Len() int { return len(s.nodes) }

// Reach returns how far back in time the state of a run can depend on matches,
// as long as windows slide: the timespans of correlations that rest on one
// another added up. Windows that close one after the other may go back further.
func (s *Set) Reach() time.Duration {
	below, most := make([]int64, len(s.nodes)), int64(0)
	for i, n := range s.nodes {
		reach := after(below[i], n.span)
		most = max(most, reach)
		for _, u := range n.uses {
			below[u.node] = max(below[u.node], reach)
		}
	}
	return time.Duration(most)
}

// Names returns what hits and matches are told apart by: the identity of every
// correlation, and of every rule that is wanted with its values. Equal names
// mean that matches kept by one run can be given to another.
func (s *Set) Names(rules []*sigma.Rule) []string {
	var names []string
	for _, n := range s.nodes {
		names = append(names, fmt.Sprintf("correlation %s %x", n.identity, n.correlation.Digest))
	}
	for i, r := range rules {
		if s.Wanted(i) {
			names = append(names, fmt.Sprintf("rule %d %s %x %q", i, identity(&r.Meta), r.Digest, s.wants[i]))
		}
	}
	return names
}

// compiler turns correlations into nodes.
type compiler struct {
	set      *Set
	rules    []*sigma.Rule
	problems []sigma.Problem
	pending  []*node // in the order given
	byID     map[string][]source
	byName   map[string][]source
	counts   map[int]int // rule → pending node of its Count
}

func newCompiler(rules []*sigma.Rule, correlations []*sigma.Correlation) *compiler {
	c := &compiler{
		set: &Set{
			wants:  make([][]string, len(rules)),
			silent: make([]bool, len(rules)),
			uses:   make([][]use, len(rules)),
		},
		rules: rules, byID: map[string][]source{}, byName: map[string][]source{}, counts: map[int]int{},
	}
	for _, k := range correlations {
		c.name(&k.Meta, source{rule: -1, node: len(c.pending)})
		c.pending = append(c.pending, &node{correlation: k, identity: identity(&k.Meta), span: int64(k.Timespan)})
	}
	for i, r := range rules {
		c.name(&r.Meta, source{rule: i, node: -1})
		if r.Count == nil {
			continue
		}
		c.counts[i] = len(c.pending)
		c.pending = append(c.pending, countNode(r))
	}
	return c
}

// countNode is the node of a rule's old aggregation. Without a timeframe it
// counts over everything.
func countNode(r *sigma.Rule) *node {
	n := &node{correlation: r.Count, rule: r, identity: identity(&r.Meta) + "|count", span: int64(r.Count.Timespan)}
	if n.span <= 0 {
		n.span = int64(r.Timeframe)
	}
	if n.span <= 0 {
		n.span = math.MaxInt64
	}
	return n
}

// identity is what a hit's id is made from: it survives moving the file.
func identity(m *sigma.Meta) string {
	if m.ID != "" {
		return strings.ToLower(m.ID)
	}
	return fmt.Sprintf("%x %s %s", m.Digest, m.Name, m.Title)
}

func (c *compiler) name(m *sigma.Meta, s source) {
	if m.ID != "" {
		id := strings.ToLower(m.ID)
		c.byID[id] = append(c.byID[id], s)
	}
	if m.Name != "" {
		c.byName[m.Name] = append(c.byName[m.Name], s)
	}
}

func (c *compiler) problem(n *node, code sigma.Code, format string, args ...any) {
	m := &n.correlation.Meta
	if n.rule != nil {
		m = &n.rule.Meta
	}
	title := m.Title
	if title == "" {
		title = m.ID
	}
	c.problems = append(c.problems, sigma.Problem{
		Code: code, Message: fmt.Sprintf(format, args...), Rule: title,
		Marks: []sigma.Mark{{Position: m.Position, Length: 1}},
	})
}

// resolve finds what each correlation refers to and compiles its condition.
// One that cannot run becomes nil.
func (c *compiler) resolve() {
	for i, n := range c.pending {
		refs, ok := c.references(n)
		if ok {
			ok = c.conditionOf(n, refs)
		}
		if ok && n.span <= 0 {
			c.problem(n, sigma.CodeTimespan, "the correlation has no timespan")
			ok = false
		}
		if !ok {
			c.pending[i] = nil
			continue
		}
		for _, ref := range refs {
			n.refs = append(n.refs, ref.source)
		}
	}
}

// reference is a rule as a correlation calls it.
type reference struct {
	text string
	source
}

func (c *compiler) references(n *node) ([]reference, bool) {
	if n.rule != nil {
		return []reference{{source: source{rule: slices.Index(c.rules, n.rule), node: -1}}}, true
	}
	texts := n.correlation.Rules
	if len(texts) == 0 {
		texts = namedIn(n.correlation.Condition.Expr)
	}
	if len(texts) == 0 {
		c.problem(n, sigma.CodeCorrelationRules, "the correlation refers to no rule")
		return nil, false
	}
	var refs []reference
	for _, text := range texts {
		found, ok := c.lookup(n, text)
		if !ok {
			return nil, false
		}
		same := func(r reference) bool { return r.source == found }
		if slices.ContainsFunc(refs, same) {
			c.problem(n, sigma.CodeCorrelationRules, "rule %q is referred to twice", text)
			return nil, false
		}
		refs = append(refs, reference{text: text, source: found})
	}
	return refs, true
}

// lookup finds the rule or correlation that a reference means.
func (c *compiler) lookup(n *node, text string) (source, bool) {
	found := c.byID[strings.ToLower(text)]
	if len(found) == 0 {
		found = c.byName[text]
	}
	switch len(found) {
	case 0:
		c.problem(n, sigma.CodeUnknownRule, "no rule has the id or name %q", text)
		return source{}, false
	case 1:
	default:
		c.problem(n, sigma.CodeAmbiguousRule, "%d rules have the id or name %q; the first is meant", len(found), text)
	}
	s := found[0]
	if s.node < 0 {
		if count, ok := c.counts[s.rule]; ok {
			return source{rule: -1, node: count}, true
		}
	}
	return s, true
}

// order puts the nodes into the set so that each comes after those it refers
// to, and leaves out cycles and what depends on a node left out.
func (c *compiler) order() {
	const unseen, open, done, bad = 0, 1, 2, 3
	state := make([]int, len(c.pending))
	var path []int
	var visit func(i int) bool
	visit = func(i int) bool {
		n := c.pending[i]
		switch {
		case n == nil || state[i] == bad:
			return false
		case state[i] == done:
			return true
		case state[i] == open:
			c.problem(n, sigma.CodeCycle, "correlations refer to one another in a circle: %s", c.circle(path, i))
			return false
		}
		state[i] = open
		path = append(path, i)
		ok := true
		for _, ref := range n.refs {
			if ref.node < 0 || visit(ref.node) {
				continue
			}
			if ok = false; c.pending[ref.node] == nil {
				c.problem(n, sigma.CodeUnknownRule, "the correlation refers to one that was left out")
			}
			break
		}
		path = path[:len(path)-1]
		if state[i] = bad; ok {
			state[i] = done
			n.index = len(c.set.nodes)
			c.set.nodes = append(c.set.nodes, n)
		}
		return ok
	}
	for i := range c.pending {
		if !visit(i) {
			c.pending[i] = nil
		}
	}
}

// circle names the correlations on the path from i back to i.
func (c *compiler) circle(path []int, i int) string {
	var names []string
	for _, at := range append(slices.Clone(path[slices.Index(path, i):]), i) {
		m := c.pending[at].correlation.Meta
		name := m.Name
		if name == "" {
			name = m.Title
		}
		names = append(names, fmt.Sprintf("%q", name))
	}
	return strings.Join(names, " → ")
}

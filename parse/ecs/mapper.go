package ecs

import (
	"bytes"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/nested"
)

// maxSources bounds the origins whose plan is remembered.
const maxSources = 4096

// Mapper turns events into ECS objects. It is used by one goroutine.
type Mapper struct {
	tables *Tables
	names  *event.Names

	tree    *nested.Tree
	sources map[key]*source
	origins map[string]*source // by the record's own spelling
	keyBuf  []byte
	derive  []derived
	base    base

	written []written // of the record
	arena   []byte    // texts made for the record
}

// written is a value under an ECS name that may still give way to a better one.
type written struct {
	node *nested.Node
	rank int
	own  *nested.Node
	from event.Field
}

// base are the nodes that every record has.
type base struct {
	timestamp, version, dataset, module, provider, code, kind, sequence, host, path, tags *nested.Node
}

// NewMapper returns a mapper for events whose names are in names.
func NewMapper(t *Tables, names *event.Names) *Mapper {
	m := &Mapper{tables: t, names: names}
	m.clear()
	return m
}

// clear forgets all names and plans.
func (m *Mapper) clear() {
	m.tree, m.sources, m.origins = nested.New(), map[key]*source{}, map[string]*source{}
	node := m.tree.Node
	m.base = base{
		node("@timestamp"), node("ecs.version"), node("event.dataset"), node("event.module"), node("event.provider"),
		node("event.code"), node("event.kind"), node("event.sequence"), node("host.name"), node("log.file.path"), node("tags"),
	}
	m.derive = m.derive[:0]
	for _, d := range m.tables.derive {
		m.derive = append(m.derive, derived{node(d.From), m.target(d.goal, -1)})
	}
}

// Append appends the event as one JSON object, without line end.
func (m *Mapper) Append(dst []byte, e *event.Event) []byte { return m.Map(e).AppendJSON(dst) }

// Map returns the event under ECS names. The tree holds until the next call, and
// looks into the event.
func (m *Mapper) Map(e *event.Event) *nested.Tree {
	if m.tree.Full() {
		m.clear()
	}
	m.tree.Begin()
	m.arena, m.written = m.arena[:0], m.written[:0]
	p := m.plan(e)
	m.begin(e)
	for i := range e.Fields {
		m.field(p, e.Fields[i])
	}
	for _, g := range p.sets {
		if !m.tree.Has(g.node) {
			m.addAll(g.node, g.values)
		}
	}
	m.finish(e)
	return m.tree
}

// plan returns what the tables say of a record.
func (m *Mapper) plan(e *event.Event) *plan {
	b := append(append(m.keyBuf[:0], e.Schema...), 0)
	b = append(append(b, e.Dataset...), 0)
	for _, f := range []event.Field{e.Provider, e.Channel, e.Code} {
		b = append(f.AppendText(b), 0)
	}
	m.keyBuf = b
	s, ok := m.origins[string(b)]
	var k key
	if !ok {
		k = keyOf(b)
		if len(m.origins) >= maxSources {
			clear(m.origins)
			clear(m.sources)
		}
		if s, ok = m.sources[k]; !ok {
			s = m.sourceOf(&k)
			m.sources[k] = s
		}
		m.origins[string(b)] = s
	}
	mask := s.mask(e)
	p, ok := s.variants[mask]
	if !ok {
		k = keyOf(b)
		p = m.planOf(s, &k, mask)
		if len(s.variants) >= maxSources {
			clear(s.variants)
		}
		s.variants[mask] = p
	}
	return p
}

func keyOf(b []byte) key {
	parts := strings.SplitN(strings.ToLower(string(b)), "\x00", 6)
	return key{parts[0], parts[1], parts[2], parts[3], parts[4]}
}

// begin writes what every record has and no field may change.
func (m *Mapper) begin(e *event.Event) {
	if !e.Time.IsZero() {
		m.text(m.base.timestamp, appendTime(nil, e.Time))
	}
	m.text(m.base.version, []byte(Version))
	if e.Source != nil {
		m.text(m.base.path, []byte(e.Source.Path))
	}
	if e.Line > 0 {
		m.tree.Add(m.base.sequence, event.Field{Kind: event.Number, Data: strconv.AppendInt(nil, e.Line, 10)})
	}
}

// hostOf returns the host that the record names, else that of its source.
func hostOf(e *event.Event) event.Field {
	if e.Host.Kind == event.Absent && e.Source != nil && e.Source.Host != "" {
		return event.Field{Kind: event.Text, Data: []byte(e.Source.Host)}
	}
	return e.Host
}

// finish writes what every record has unless a field or a table said otherwise.
func (m *Mapper) finish(e *event.Event) {
	module, _, _ := strings.Cut(e.Dataset, ".")
	m.fallback(m.base.dataset, event.Field{Kind: event.Text, Data: []byte(e.Dataset)})
	m.fallback(m.base.module, event.Field{Kind: event.Text, Data: []byte(module)})
	m.fallback(m.base.provider, e.Provider)
	m.fallback(m.base.code, e.Code)
	m.fallback(m.base.host, hostOf(e))
	m.fallback(m.base.kind, event.Field{Kind: event.Text, Data: []byte("event")})
	for _, d := range m.derive {
		if from := m.tree.Values(d.from); len(from) > 0 {
			for _, v := range slices.Clone(from) {
				m.convert(d.to, v, nil)
			}
		}
	}
	if isUnparsed(e) {
		m.tag("unparsed")
	}
	if e.Assumed&event.AssumedZone != 0 {
		m.tag("time_zone_assumed")
	}
	if e.Assumed&event.AssumedYear != 0 {
		m.tag("year_inferred")
	}
}

func (m *Mapper) tag(s string) {
	m.tree.List(m.base.tags)
	f := event.Field{Kind: event.Text, Data: []byte(s)}
	if !slices.ContainsFunc(m.tree.Values(m.base.tags), func(have event.Field) bool { return sameText(have, f) }) {
		m.tree.Add(m.base.tags, f)
	}
}

// fallback writes a value as text where there is none.
func (m *Mapper) fallback(n *nested.Node, f event.Field) {
	if m.tree.Has(n) || isAbsent(f) {
		return
	}
	m.tree.Add(n, m.asText(f))
}

// field writes one native field.
func (m *Mapper) field(p *plan, f event.Field) {
	nat := m.native(p, f.Name)
	kept := false
	if len(nat.targets) > 0 && !isAbsent(f) {
		for _, t := range nat.targets {
			kept = m.convert(t, f, nat.own) || kept
		}
	}
	if !kept && !(nat.isTime && m.isTimestamp(f)) {
		m.tree.Add(nat.own, f)
	}
}

// isTimestamp says whether a record's own @timestamp is what is written already.
func (m *Mapper) isTimestamp(f event.Field) bool {
	written := m.tree.Values(m.base.timestamp)
	return len(written) == 1 && sameText(written[0], f)
}

// put writes a value that came from a field under an ECS name. A single-valued
// name that a worse field has taken is taken from it, which returns to its own
// name. It reports whether the value was written.
func (m *Mapper) put(n *nested.Node, t *target, v event.Field, o origins) bool {
	if t.list(n) {
		m.tree.List(n)
		if slices.ContainsFunc(m.tree.Values(n), func(w event.Field) bool { return sameText(v, w) }) {
			return true
		}
		m.tree.Add(n, v)
		return true
	}
	if !m.tree.Has(n) {
		m.tree.Add(n, v)
		m.written = append(m.written, written{n, t.rank, o.own, o.from})
		return true
	}
	i := slices.IndexFunc(m.written, func(w written) bool { return w.node == n })
	if i < 0 || o.own == nil { // not a field's, or not from one
		return sameText(v, m.tree.Values(n)[0])
	}
	switch have := m.written[i].rank; {
	case have > t.rank:
		return false
	case have == t.rank: // the same field again: a list
		m.tree.Add(n, v)
	default:
		m.restore(n)
		m.tree.Set(n, v)
	}
	m.written = append(m.written, written{n, t.rank, o.own, o.from})
	return true
}

// restore gives the fields that lose an ECS name their own one.
func (m *Mapper) restore(n *nested.Node) {
	kept := m.written[:0]
	for _, w := range m.written {
		if w.node != n {
			kept = append(kept, w)
			continue
		}
		if w.own != nil && !slices.ContainsFunc(m.tree.Values(w.own), func(v event.Field) bool { return sameText(v, w.from) }) {
			m.tree.Add(w.own, w.from)
		}
	}
	m.written = kept
}

// origins is the field that a value came from and its own name; nil if it came
// from no field.
type origins struct {
	own  *nested.Node
	from event.Field
}

func (m *Mapper) addAll(n *nested.Node, values []event.Field) {
	if len(values) > 1 || m.tables.lists[n.Name()] {
		m.tree.List(n)
	}
	for _, v := range values {
		m.tree.Add(n, v)
	}
}

// text writes b, which must not change.
func (m *Mapper) text(n *nested.Node, b []byte) {
	m.tree.Add(n, event.Field{Kind: event.Text, Data: b})
}

// made keeps a text for as long as the record is looked at.
func (m *Mapper) made(b []byte) []byte {
	at := len(m.arena)
	m.arena = append(m.arena, b...)
	return m.arena[at:len(m.arena):len(m.arena)]
}

// asText makes numbers and booleans text, for names that are text in ECS.
func (m *Mapper) asText(f event.Field) event.Field {
	if f.IsText() && f.Kind != event.Number {
		return f
	}
	return event.Field{Kind: event.Text, Data: m.made(f.AppendText(nil))}
}

// isAbsent says whether a value says nothing.
func isAbsent(f event.Field) bool {
	switch {
	case !f.HasText():
		return true
	case len(f.Data) == 0:
		return f.IsText()
	case f.Kind == event.TextUTF16:
		return len(f.Data) == 2 && f.Data[0] == '-' && f.Data[1] == 0
	case f.IsText():
		return len(f.Data) == 1 && f.Data[0] == '-'
	default:
		return false
	}
}

func sameText(a, b event.Field) bool {
	if a.Kind == b.Kind {
		return bytes.Equal(a.Data, b.Data)
	}
	return a.Text() == b.Text()
}

// appendTime appends RFC 3339 in UTC, with as many digits as it takes.
func appendTime(dst []byte, t time.Time) []byte {
	return t.UTC().AppendFormat(dst, "2006-01-02T15:04:05.999999999Z")
}

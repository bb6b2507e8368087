package ocsf

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/nested"
)

// Mapper turns events into OCSF objects. It is used by one goroutine.
type Mapper struct {
	ecs    *ecs.Mapper
	tables *Tables

	from  *nested.Tree // the record by ECS names
	tree  *nested.Tree
	plans map[place]map[string][]target // then by ECS name
	fixed map[string]event.Field        // texts that come again
	base  base
}

// place is what decides where ECS names go.
type place struct {
	class   int64
	dataset string
}

// base are the nodes that every record has.
type base struct {
	class, className, category, categoryName, activity, activityName, typ, typeName,
	severity, severityName, time, version, vendor, product, statusID, status, tags *nested.Node
}

// target is a goal, ready for the tree.
type target struct {
	goal
	node     *nested.Node
	id       *nested.Node // of an enumeration
	unmapped bool         // takes equal values as often as they come
}

// NewMapper returns a mapper for events whose names are in names.
func NewMapper(t *Tables, e *ecs.Tables, names *event.Names) *Mapper {
	m := &Mapper{ecs: ecs.NewMapper(e, names), tables: t}
	m.clear()
	return m
}

func (m *Mapper) clear() {
	m.tree, m.plans, m.fixed = nested.New(), map[place]map[string][]target{}, map[string]event.Field{}
	n := m.tree.Node
	m.base = base{
		n("class_uid"), n("class_name"), n("category_uid"), n("category_name"), n("activity_id"), n("activity_name"),
		n("type_uid"), n("type_name"), n("severity_id"), n("severity"), n("time"), n("metadata.version"),
		n("metadata.product.vendor_name"), n("metadata.product.name"), n("status_id"), n("status"), n("metadata.labels"),
	}
}

// Append appends the event as one JSON object, without line end.
func (m *Mapper) Append(dst []byte, e *event.Event) []byte {
	if m.tree.Full() {
		m.clear()
	}
	m.from = m.ecs.Map(e)
	m.tree.Begin()
	c, a := m.classOf()
	m.head(e, c, a)
	plan := m.plan(place{c.Class, e.Dataset})
	m.from.Each(func(n *nested.Node, values []event.Field) { m.leaf(plan, n.Name(), values) })
	m.defaults(c)
	m.profiles()
	return m.tree.AppendJSON(dst)
}

// classOf returns the class and the activity of the record.
func (m *Mapper) classOf() (*class, *activity) {
	for i := range m.tables.Classes {
		c := &m.tables.Classes[i]
		if !m.holds(c.When) {
			continue
		}
		for j := range c.Activities {
			if m.holds(c.Activities[j].When) {
				return c, &c.Activities[j]
			}
		}
	}
	return &class{Name: "Base Event"}, &activity{ID: 99, Name: "Other"}
}

func (m *Mapper) holds(all conditions) bool {
	for name, want := range all {
		if !m.hasOne(name, want) {
			return false
		}
	}
	return true
}

func (m *Mapper) hasOne(name string, want list) bool {
	for _, v := range m.from.Values(m.from.Node(name)) {
		text := strings.ToLower(v.Text())
		for _, w := range want {
			prefix, open := strings.CutSuffix(w, "*")
			if text == w || open && strings.HasPrefix(text, prefix) {
				return true
			}
		}
	}
	return false
}

// head writes what every record has.
func (m *Mapper) head(e *event.Event, c *class, a *activity) {
	b := &m.base
	m.number(b.class, c.Class)
	m.text(b.className, c.Name)
	m.number(b.category, int64(c.Category))
	m.text(b.categoryName, m.tables.Categories[c.Category])
	m.number(b.activity, a.ID)
	m.text(b.activityName, a.Name)
	m.number(b.typ, c.Class*100+a.ID)
	m.text(b.typeName, c.Name+": "+a.Name)
	if !e.Time.IsZero() {
		m.number(b.time, e.Time.UnixMilli())
		m.tree.Add(m.tree.Node("time_dt"), m.from.Values(m.from.Node("@timestamp"))[0])
	}
	id := m.severity()
	m.number(b.severity, int64(id))
	m.text(b.severityName, m.tables.Severity.Names[id])
	m.text(b.version, Version)
	name := e.Dataset
	if e.Schema == parse.Unparsed {
		name = parse.Unknown
	}
	vendor, product := m.tables.product(name)
	if vendor != "" {
		m.text(b.vendor, vendor)
	}
	m.text(b.product, product)
	for _, tag := range m.from.Values(m.from.Node("tags")) {
		m.tree.List(b.tags)
		m.tree.Add(b.tags, tag)
	}
}

// severity is what the record says of itself, else informational.
func (m *Mapper) severity() int {
	for _, name := range []string{"log.level", "event.severity"} {
		for _, v := range m.from.Values(m.from.Node(name)) {
			text := strings.ToLower(v.Text())
			if id, ok := m.tables.Severity.Words[text]; ok {
				return id
			}
		}
	}
	return 1
}

// maxPlans bounds the classes and datasets whose plan is remembered.
const maxPlans = 1024

// plan is where the ECS names go that were met in records of a place.
type plan struct {
	place   place
	targets map[string][]target
}

func (m *Mapper) plan(at place) plan {
	p, ok := m.plans[at]
	if !ok {
		if len(m.plans) >= maxPlans {
			clear(m.plans)
		}
		p = map[string][]target{}
		m.plans[at] = p
	}
	return plan{at, p}
}

// leaf writes the values of an ECS name.
func (m *Mapper) leaf(p plan, name string, values []event.Field) {
	targets := m.targets(p, name)
	for i, v := range values {
		if v.IsText() && v.Text() == "-" {
			m.tree.Add(m.tree.Node("unmapped."+name), v)
			continue
		}
		lost := len(targets) > 0
		for _, t := range targets {
			lost = !m.put(t, i, v) && lost
		}
		if lost {
			m.tree.Add(m.tree.Node("unmapped."+name), v)
		}
	}
}

// targets returns where the values of an ECS name go.
func (m *Mapper) targets(p plan, name string) []target {
	if targets, ok := p.targets[name]; ok {
		return targets
	}
	targets := []target{}
	for _, g := range m.goals(p.place, name) {
		t := target{goal: g, node: m.tree.Node(g.To), unmapped: strings.HasPrefix(g.To, "unmapped.")}
		if g.Enum != nil {
			t.id = m.tree.Node(g.To + "_id")
		}
		targets = append(targets, t)
	}
	p.targets[name] = targets
	return targets
}

// goals returns what the tables say of an ECS name: those of the dataset before
// those of the class before those of all.
func (m *Mapper) goals(at place, name string) goals {
	if own, ok := dataset(m.tables.DatasetNames, at.dataset); ok {
		if g, ok := own[name]; ok {
			return g
		}
	}
	if g, ok := m.tables.ClassNames[at.class][name]; ok {
		return g
	}
	if g, ok := m.tables.Names[name]; ok {
		return g
	}
	if name == "tags" {
		return nil
	}
	return goals{{To: "unmapped." + name}}
}

// defaults writes what the class has where the record says nothing.
func (m *Mapper) defaults(c *class) {
	for _, d := range m.tables.Defaults {
		if !slices.Contains(d.Classes, c.Class) {
			continue
		}
		for name, v := range d.Enum {
			id, caption := m.tree.Node(name+"_id"), m.tree.Node(name)
			if m.tree.Has(id) || m.tree.Has(caption) {
				continue
			}
			m.number(id, v.id)
			m.text(caption, v.caption)
		}
	}
}

// profiles says which of the schema's profiles the record has attributes of.
func (m *Mapper) profiles() {
	node := m.tree.Node("metadata.profiles")
	m.tree.List(node)
	for _, p := range []struct{ name, attribute string }{{"cloud", "cloud"}, {"datetime", "time_dt"}, {"host", "device"}, {"security_control", "action_id"}} {
		if m.tree.In(m.tree.Node(p.attribute)) {
			m.text(node, p.name)
		}
	}
}

// put writes the value of that place among its equals. It reports whether what
// the value says can be read there.
func (m *Mapper) put(t target, at int, v event.Field) bool {
	switch {
	case slices.ContainsFunc(t.Unless, func(name string) bool { return m.from.Has(m.from.Node(name)) }):
		return true
	case t.Enum != nil:
		return m.enumerated(t, v)
	case t.Map != nil:
		if to, ok := t.Map[v.Text()]; ok {
			m.text(t.node, to)
			return true
		}
	case t.Flags != nil:
		return m.flag(t, v)
	case t.As != "":
		return m.converted(t, at, v)
	}
	if t.unmapped || !slices.ContainsFunc(m.tree.Values(t.node), func(w event.Field) bool { return w.Text() == v.Text() }) {
		m.tree.Add(t.node, v)
	}
	return true
}

// converted writes a value by the conversion of its goal.
func (m *Mapper) converted(t target, at int, v event.Field) bool {
	switch t.As {
	case "time":
		when, ok := parse.When(v.AppendText(nil))
		if ok {
			m.number(t.node, when.UnixMilli())
		}
		return ok
	case "milliseconds":
		ns, ok := v.Int()
		if ok {
			m.number(t.node, ns/1e6)
		}
		return ok
	case "fingerprint":
		return m.single(t.To+".value", v) && m.id(t.To+".algorithm_id", t.ID)
	case "hash":
		below := t.To + "." + t.Rest
		m.tree.Elements(t.node)
		if !m.single(below+".value", v) {
			return false
		}
		m.text(m.tree.Node(below+".algorithm"), t.Rest)
		return m.id(below+".algorithm_id", t.ID)
	case "named":
		return m.element(t, at, v, "name")
	default:
		return m.element(t, at, v, t.Rest)
	}
}

// single writes a value where there is none.
func (m *Mapper) single(name string, v event.Field) bool {
	n := m.tree.Node(name)
	if m.tree.Has(n) {
		return false
	}
	m.tree.Add(n, v)
	return true
}

func (m *Mapper) id(name string, id int) bool {
	m.number(m.tree.Node(name), int64(id))
	return true
}

// flag writes a word for yes or no.
func (m *Mapper) flag(t target, v event.Field) bool {
	yes, ok := t.Flags[v.Text()]
	if !ok || m.tree.Has(t.node) {
		return false
	}
	kind := event.False
	if yes {
		kind = event.True
	}
	m.tree.Add(t.node, event.Field{Kind: kind, Data: strconv.AppendBool(nil, yes)})
	return true
}

// maxFixed bounds the texts that are remembered.
const maxFixed = 4096

// maxElements bounds the objects in one list; what is beyond is unmapped.
const maxElements = 256

// element writes a value into the object of that place in a list.
func (m *Mapper) element(t target, at int, v event.Field, rest string) bool {
	m.tree.Elements(t.node)
	return at < maxElements && m.single(t.To+"."+strconv.Itoa(at)+"."+rest, v)
}

// enumerated writes one of an enumeration; a word that is none of it says more
// than "other".
func (m *Mapper) enumerated(t target, v event.Field) bool {
	one, ok := t.Enum[v.Text()]
	if !ok {
		one = t.Enum["*"]
	}
	if m.tree.Has(t.id) {
		return false
	}
	m.number(t.id, one.id)
	m.text(t.node, one.caption)
	return ok
}

func (m *Mapper) number(n *nested.Node, v int64) {
	m.tree.Add(n, event.Field{Kind: event.Number, Data: strconv.AppendInt(nil, v, 10)})
}

// text writes one of the texts of the tables.
func (m *Mapper) text(n *nested.Node, s string) {
	f, ok := m.fixed[s]
	if !ok {
		f = event.Field{Kind: event.Text, Data: []byte(s)}
		if len(m.fixed) >= maxFixed {
			clear(m.fixed)
		}
		m.fixed[s] = f
	}
	m.tree.Add(n, f)
}

package evtx

import (
	"slices"
	"strings"

	"github.com/dwell-project/dwell/event"
)

// opCode says what a step of a plan does.
type opCode uint8

const (
	opConst    opCode = iota // the field is constant
	opAttr                   // an attribute is a value; null is no attribute
	opValue                  // an element's content is a value
	opMark                   // an element with attributes begins
	opBare                   // it has no content: Null unless an attribute was there
	opJoin                   // text and values are joined
	opAttrJoin               // so, in an attribute
	opDynamic                // the name of a Data element is a value
	opDepends                // the ops of an element follow; without a value they are left out
	opHollow                 // so, but they may leave nothing behind, and then there is a Null
)

// nullMode says what a null value of an element leaves behind.
type nullMode uint8

const (
	nullField  nullMode = iota // a field of kind Null
	nullSilent                 // nothing: an attribute or a sibling speaks
	nullIfBare                 // a field, unless an attribute was there
)

// op is one step of a plan. It is kept small: running a plan is mostly waiting
// for its steps to come from memory.
type op struct {
	code opCode
	null nullMode
	kind event.Kind // of data, for opConst
	slot uint16
	name event.Name
	ops  int32 // how many follow, for opDepends and opHollow
	data []byte
	odd  *oddOp // what is seldom needed
}

type oddOp struct {
	at    place  // of the element, for binary XML in its value
	parts []node // for opJoin and opAttrJoin
	dyn   *dynamic
}

// plan is a template compiled for one path: running it gives the fields of an
// instance.
type plan struct {
	at  place
	ops []op
}

// place is the element that content stands in.
type place struct {
	path string // "" is outside the root
	data bool   // <Data Name="X"> in it is called X
}

// dynamic is a Data element whose Name is known only with the values. Plans for
// names already met are kept.
type dynamic struct {
	elem  *element
	in    place
	name  []node // the parts of the Name attribute
	known map[string]*plan
}

// maxDynamic bounds the plans that a dynamic keeps.
const maxDynamic = 256

// planner compiles nodes into ops.
type planner struct {
	names *event.Names
	ops   []op
}

// compile returns the plan of nodes that stand at a place.
func compile(names *event.Names, nodes []node, at place) *plan {
	c := planner{names: names}
	c.content(nodes, at, nullSilent)
	return &plan{at: at, ops: c.ops}
}

// rootName is the element whose name is left out of paths.
const rootName = "Event"

func join(path, name string) string {
	switch {
	case path == "" && name == "":
		return rootName // a name of nothing names no field
	case path == "":
		return name
	}
	return path + "." + name
}

// holdsData says whether <Data Name="X"> in the element with this name is called
// X.
func holdsData(name string) bool { return name == "EventData" || name == "UserData" }

// element compiles e, which stands at a place.
func (c *planner) element(e *element, in place) {
	if e.depends >= 0 {
		at := len(c.ops)
		c.ops = append(c.ops, op{code: opDepends, slot: uint16(e.depends)})
		defer func() { c.ops[at].ops = int32(len(c.ops) - at - 1) }()
	}
	at := place{join(in.path, e.name), holdsData(e.name)}
	if in.path == "" && e.name == rootName {
		at.path = ""
	}
	parts, named := nameOf(e)
	switch {
	case !in.data || e.name != "Data" || !named:
		c.body(e, e.attrs, at)
	case !isStatic(parts):
		c.ops = append(c.ops, op{code: opDynamic, odd: &oddOp{dyn: &dynamic{elem: e, in: in, name: parts, known: map[string]*plan{}}}})
	default:
		c.named(e, staticText(parts), in)
	}
}

// named compiles a Data element called name, or Data if name is empty.
func (c *planner) named(e *element, name string, in place) {
	if name == "" {
		name = e.name
	}
	i := slices.IndexFunc(e.attrs, func(a attribute) bool { return a.name == "Name" })
	attrs := slices.Delete(slices.Clone(e.attrs), i, i+1)
	c.body(e, attrs, place{path: join(in.path, name)})
}

// body compiles attributes and content of an element whose place is known.
func (c *planner) body(e *element, attrs []attribute, at place) {
	if at.path != "" && mayBeHollow(e.kids) {
		begin := len(c.ops)
		c.ops = append(c.ops, op{code: opHollow, name: c.names.Intern(at.path)})
		defer func() { c.ops[begin].ops = int32(len(c.ops) - begin - 1) }()
	}
	mode := nullField
	if at.path == "" {
		mode = nullSilent // the root has no name
	}
	for _, a := range attrs {
		if isNamespace(a.name) {
			continue
		}
		if mode == nullField {
			mode = nullIfBare
			c.ops = append(c.ops, op{code: opMark})
		}
		if c.attribute(a, join(at.path, a.name)) {
			mode = nullSilent
		}
	}
	c.content(e.kids, at, mode)
}

// mayBeHollow says whether there are elements among the kids and nothing that is
// always there.
func mayBeHollow(kids []node) bool {
	elements := false
	for len(kids) > 0 {
		n := runLen(kids)
		switch {
		case n == 0:
			if kids[0].kind == nodePI || kids[0].elem.depends < 0 {
				return false
			}
			elements = true
		case n > 1 && !isSpace(kids[:n]), n == 1 && kids[0].kind == nodeText && !isSpace(kids[:n]):
			return false
		}
		kids = kids[max(n, 1):]
	}
	return elements
}

// isNamespace says whether an attribute declares an XML name space.
func isNamespace(name string) bool { return name == "xmlns" || strings.HasPrefix(name, "xmlns:") }

// attribute reports whether the attribute is there whatever the values are.
func (c *planner) attribute(a attribute, path string) bool {
	switch {
	case len(a.parts) == 1 && a.parts[0].val.isNull() && a.parts[0].kind == nodeValue:
		return false
	case isStatic(a.parts) && !hasArray(a.parts):
		c.constant(a.parts, path)
		return true
	case len(a.parts) == 1 && a.parts[0].kind == nodeSlot:
		c.ops = append(c.ops, op{code: opAttr, slot: a.parts[0].slot, name: c.names.Intern(path)})
		return false
	default:
		c.ops = append(c.ops, op{code: opAttrJoin, name: c.names.Intern(path), odd: &oddOp{parts: a.parts}})
		return true
	}
}

// constant compiles parts without slots.
func (c *planner) constant(parts []node, path string) {
	o := op{code: opConst, name: c.names.Intern(path)}
	if len(parts) == 1 {
		o.kind, o.data = parts[0].val.field()
	} else {
		o.kind, o.data = event.TextUTF16, utf16Bytes(staticText(parts))
	}
	c.ops = append(c.ops, o)
}

// content compiles the nodes in an element: runs of text and values between
// child elements are a value each.
func (c *planner) content(nodes []node, at place, mode nullMode) {
	if len(nodes) == 0 && at.path != "" {
		c.empty(at.path, mode)
		return
	}
	alone := true
	for _, n := range nodes {
		alone = alone && n.kind != nodeElement && n.kind != nodePI
	}
	for len(nodes) > 0 {
		n := nodes[0]
		switch n.kind {
		case nodeElement:
			c.element(n.elem, at)
			nodes = nodes[1:]
			continue
		case nodePI:
			c.constant([]node{{val: n.val}}, join(at.path, n.name))
			nodes = nodes[1:]
			continue
		}
		run := 1
		for run < len(nodes) && nodes[run].kind < nodeElement {
			run++
		}
		if !alone {
			mode = nullSilent
		}
		// White space between elements says nothing.
		if parts := nodes[:run]; alone || !isSpace(parts) {
			c.run(parts, at, mode)
		}
		nodes = nodes[run:]
	}
}

func (c *planner) empty(path string, mode nullMode) {
	switch mode {
	case nullField:
		c.ops = append(c.ops, op{code: opConst, kind: event.Null, name: c.names.Intern(path)})
	case nullIfBare:
		c.ops = append(c.ops, op{code: opBare, name: c.names.Intern(path)})
	}
}

// run compiles a run of text and values that make one value.
func (c *planner) run(parts []node, at place, mode nullMode) {
	name := at.path
	if name == "" {
		name = rootName
	}
	if len(parts) == 1 && parts[0].kind == nodeSlot {
		c.ops = append(c.ops, op{code: opValue, null: mode, slot: parts[0].slot, name: c.names.Intern(name), odd: &oddOp{at: at}})
		return
	}
	if !isStatic(parts) || hasArray(parts) || hasXML(parts) {
		c.ops = append(c.ops, op{code: opJoin, null: mode, name: c.names.Intern(name), odd: &oddOp{at: at, parts: parts}})
		return
	}
	if len(parts) == 1 && parts[0].val.isNull() {
		c.empty(name, mode)
		return
	}
	c.constant(parts, name)
}

// isSpace says whether the parts are white space of the template.
func isSpace(parts []node) bool {
	for _, n := range parts {
		if n.kind != nodeText {
			return false
		}
	}
	return strings.TrimSpace(staticText(parts)) == ""
}

// isStatic says whether no part is a slot.
func isStatic(parts []node) bool {
	for _, n := range parts {
		if n.kind == nodeSlot {
			return false
		}
	}
	return true
}

// hasArray and hasXML say whether a constant part is more than a text. It comes
// of a template instance within a template.
func hasArray(parts []node) bool {
	for _, n := range parts {
		if n.val.isArray() {
			return true
		}
	}
	return false
}

func hasXML(parts []node) bool {
	for _, n := range parts {
		if n.val.isBinXML() {
			return true
		}
	}
	return false
}

// staticText is the text of parts without slots.
func staticText(parts []node) string {
	var text []byte
	for _, n := range parts {
		text = n.val.appendText(text)
	}
	return string(text)
}

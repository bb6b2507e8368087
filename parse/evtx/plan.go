package evtx

import (
	"strings"

	"github.com/dwell-project/dwell/event"
)

// opCode says what a step of a plan does.
type opCode uint8

const (
	opConst   opCode = iota // the field is constant
	opAttr                  // an attribute is a value; null is no attribute
	opValue                 // an element's content is a value
	opMark                  // an element with attributes begins
	opBare                  // it has no content: Null unless an attribute was there
	opJoin                  // text and values are joined
	opDynamic               // the name of a Data element is a value
)

// nullMode says what a null value of an element leaves behind.
type nullMode uint8

const (
	nullField  nullMode = iota // a field of kind Null
	nullSilent                 // nothing: an attribute or a sibling speaks
	nullIfBare                 // a field, unless an attribute was there
)

// op is one step of a plan.
type op struct {
	code   opCode
	null   nullMode
	kind   event.Kind // of data, for opConst
	slot   uint16
	name   event.Name
	data   []byte
	prefix string // path of the element, for binary XML in its value
	parts  []node // for opJoin
	dyn    *dynamic
}

// plan is a template compiled for one path: running it gives the fields of an
// instance.
type plan struct {
	prefix string
	ops    []op
}

// dynamic is a Data element whose Name is known only with the values. Plans for
// names already met are kept.
type dynamic struct {
	elem  *element
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

// compile returns the plan of nodes that stand in the element with the path
// prefix; "" is outside the root.
func compile(names *event.Names, nodes []node, prefix string) *plan {
	c := planner{names: names}
	c.content(nodes, prefix, nullSilent)
	return &plan{prefix: prefix, ops: c.ops}
}

// rootName is the element whose name is left out of paths.
const rootName = "Event"

func join(path, name string) string {
	if path == "" {
		return name
	}
	return path + "." + name
}

// holdsData says whether <Data Name="X"> in the element with this path is
// called X.
func holdsData(path string) bool { return path == "EventData" || path == "UserData" }

// element compiles e, which stands in the element with the given path.
func (c *planner) element(e *element, path string) {
	inData := e.name == "Data" && holdsData(path)
	switch {
	case path == "" && e.name == rootName:
	default:
		path = join(path, e.name)
	}
	attrs := e.attrs
	if inData {
		for i, a := range attrs {
			if a.name != "Name" {
				continue
			}
			if !isStatic(a.parts) {
				c.ops = append(c.ops, op{code: opDynamic, dyn: &dynamic{elem: e, name: a.parts, known: map[string]*plan{}}, prefix: path})
				return
			}
			if name := staticText(a.parts); name != "" {
				path = path[:len(path)-len("Data")] + name
				attrs = without(attrs, i)
			}
			break
		}
	}
	c.body(e, attrs, path)
}

// body compiles attributes and content of an element whose path is known.
func (c *planner) body(e *element, attrs []attribute, path string) {
	mode := nullField
	for _, a := range attrs {
		if isNamespace(a.name) {
			continue
		}
		if mode == nullField {
			mode = nullIfBare
			c.ops = append(c.ops, op{code: opMark})
		}
		if c.attribute(a, join(path, a.name)) {
			mode = nullSilent
		}
	}
	c.content(e.kids, path, mode)
}

// isNamespace says whether an attribute declares an XML name space.
func isNamespace(name string) bool { return name == "xmlns" || strings.HasPrefix(name, "xmlns:") }

func without(attrs []attribute, i int) []attribute {
	return append(attrs[:i:i], attrs[i+1:]...)
}

// attribute reports whether the attribute is there whatever the values are.
func (c *planner) attribute(a attribute, path string) bool {
	switch {
	case isStatic(a.parts):
		c.constant(a.parts, path)
		return true
	case len(a.parts) == 1 && a.parts[0].kind == nodeSlot:
		c.ops = append(c.ops, op{code: opAttr, slot: a.parts[0].slot, name: c.names.Intern(path)})
		return false
	default:
		c.ops = append(c.ops, op{code: opJoin, parts: a.parts, name: c.names.Intern(path)})
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
func (c *planner) content(nodes []node, path string, mode nullMode) {
	if len(nodes) == 0 && path != "" {
		c.empty(path, mode)
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
			c.element(n.elem, path)
			nodes = nodes[1:]
			continue
		case nodePI:
			c.constant([]node{{val: n.val}}, join(path, n.name))
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
		if parts := nodes[:run]; alone || !isStatic(parts) || !isBlank(staticText(parts)) {
			c.run(parts, path, mode)
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
func (c *planner) run(parts []node, path string, mode nullMode) {
	name := path
	if name == "" {
		name = rootName
	}
	if len(parts) == 1 && parts[0].kind == nodeSlot {
		if parts[0].optional && mode == nullField {
			mode = nullSilent // the element itself is not there
		}
		c.ops = append(c.ops, op{code: opValue, null: mode, slot: parts[0].slot, name: c.names.Intern(name), prefix: path})
		return
	}
	if !isStatic(parts) || len(parts) == 1 && (parts[0].val.isBinXML() || parts[0].val.isArray()) {
		c.ops = append(c.ops, op{code: opJoin, null: mode, parts: parts, name: c.names.Intern(name), prefix: path})
		return
	}
	if len(parts) == 1 && parts[0].val.isNull() {
		c.empty(name, mode)
		return
	}
	c.constant(parts, name)
}

func isBlank(s string) bool { return strings.TrimSpace(s) == "" }

// isStatic says whether no part is a slot.
func isStatic(parts []node) bool {
	for _, n := range parts {
		if n.kind == nodeSlot {
			return false
		}
	}
	return true
}

// staticText is the text of parts without slots.
func staticText(parts []node) string {
	var text []byte
	for _, n := range parts {
		text = n.val.appendText(text)
	}
	return string(text)
}

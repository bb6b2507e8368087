package evtx

import "slices"

// members keeps the names used in an object that is being compiled.
type members struct {
	names []string
	all   []string // of the child elements that are being written
	open  bool     // a member has been written
	maybe bool     // a member may have been written
}

// member begins a member.
func (c *linePlanner) member(m *members, name string) {
	c.comma(m)
	c.key(name, m.names)
	m.names, m.open = append(m.names, name), true
}

// comma separates the next member from those before.
func (c *linePlanner) comma(m *members) {
	switch {
	case m.open:
		c.text(",")
	case m.maybe:
		c.add(lineOp{code: lineComma})
	}
}

// close ends an object.
func (c *linePlanner) close(m *members) {
	if m.open || !m.maybe {
		c.text("}")
		return
	}
	c.add(lineOp{code: lineClose})
}

// dependent writes the member for an element by way of write. If the element
// depends on a value, so does the member.
func (c *linePlanner) dependent(m *members, e *element, write func(*linePlanner)) {
	if e.depends < 0 {
		write(c)
		return
	}
	open := m.open
	var sub linePlanner
	write(&sub)
	c.add(lineOp{code: lineDepends, slot: int32(e.depends), odd: &oddLine{ops: sub.done()}})
	m.open, m.maybe = open, true
}

// object writes an element with static attributes or child elements.
func (c *linePlanner) object(e *element, kids []node) {
	c.text("{")
	var m members
	if attrs := shownAttributes(e.attrs); len(attrs) > 0 {
		c.member(&m, "#attributes")
		c.attributes(attrs)
	}
	if hasElements(kids) {
		c.children(&m, kids, holdsData(e.name))
	} else {
		c.textContent(&m, kids, holdsData(e.name))
	}
	c.close(&m)
}

func (c *linePlanner) attributes(attrs []attribute) {
	c.text("{")
	for i, a := range attrs {
		if i > 0 {
			c.text(",")
		}
		c.key(a.name, nil)
		c.scalar(c.source(a.parts).val, `""`)
	}
	c.text("}")
}

// textContent writes content without elements beside attributes. Binary XML in
// it becomes members of the same object.
func (c *linePlanner) textContent(m *members, kids []node, data bool) {
	from := c.source(kids)
	if from.slot >= 0 || from.val.isBinXML() {
		c.add(lineOp{code: lineChildren, data: data, odd: &oddLine{kids: []source{from}, names: m.names}})
		m.maybe = true
		return
	}
	if !isEmpty(from.val) {
		c.member(m, "#text")
		c.scalar(from.val, nullJSON)
	}
}

// children writes child elements as members. Values among them may hold
// elements too; what they are called is known only then, so they come last.
func (c *linePlanner) children(m *members, kids []node, data bool) {
	var values, unnamed []source
	for _, n := range kids {
		if n.kind != nodeElement {
			continue
		}
		name := memberName(n.elem, data)
		if data && isUnnamed(n.elem) {
			from := c.source(n.elem.kids)
			from.depends = n.elem.depends
			unnamed = append(unnamed, from)
		}
		m.all = append(m.all, name)
	}
	for len(kids) > 0 {
		if run := runLen(kids); run > 0 {
			values = append(values, c.sources(kids[:run])...)
			kids = kids[run:]
			continue
		}
		n := kids[0]
		kids = kids[1:]
		switch {
		case n.kind == nodePI:
			c.member(m, n.name)
			c.scalar(n.val, `""`)
		case !data || n.elem.name != "Data":
			c.dependent(m, n.elem, func(c *linePlanner) { c.child(m, n.elem) })
		case !isUnnamed(n.elem):
			c.dependent(m, n.elem, func(c *linePlanner) { c.named(m, n.elem) })
		case unnamed != nil: // at the place of the first of them
			c.add(lineOp{code: lineList, seen: uint16(countNames(m.names, "Data")), odd: &oddLine{kids: unnamed}})
			m.names, m.maybe, unnamed = append(m.names, "Data"), true, nil
		}
	}
	if len(values) > 0 {
		c.add(lineOp{code: lineChildren, data: data, odd: &oddLine{kids: values, names: m.names}})
		m.maybe = true
	}
}

// sources makes values of a run between elements: one, but for binary XML, whose
// elements are children.
func (c *linePlanner) sources(run []node) []source {
	var out []source
	var text []node
	for _, n := range run {
		if n.val.isBinXML() {
			out = append(out, c.source([]node{n}))
		} else {
			text = append(text, n)
		}
	}
	if len(text) > 0 {
		out = append(out, c.source(text))
	}
	return out
}

// child writes a child element as a member.
func (c *linePlanner) child(m *members, e *element) {
	c.member(m, e.name)
	c.repeats(m, e.name)
	c.element(e)
}

// memberName is what an element is called in the object of its parent.
func memberName(e *element, data bool) string {
	if name := dataName(e); data && e.name == "Data" && name != "" {
		return name
	}
	return e.name
}

// repeats notes that the items of an array may be members of their own, called
// name_1, name_2 and so on: no other element has that name.
func (c *linePlanner) repeats(m *members, name string) {
	if c.repeat = ""; countNames(m.all, name) == 1 {
		c.repeat = name
	}
}

// named writes a Data element under its Name, if it has one.
func (c *linePlanner) named(m *members, e *element) {
	name := memberName(e, true)
	c.member(m, name)
	c.repeats(m, name)
	c.dataValue(e)
}

// isUnnamed says whether e is a Data element without attributes to show.
func isUnnamed(e *element) bool {
	return e.name == "Data" && dataName(e) == "" && len(dataAttributes(e)) == 0
}

// dataAttributes are the attributes of a Data element but for its Name.
func dataAttributes(e *element) []attribute {
	attrs := slices.DeleteFunc(slices.Clone(e.attrs), func(a attribute) bool { return isNamespace(a.name) })
	if i := slices.IndexFunc(attrs, func(a attribute) bool { return a.name == "Name" }); i >= 0 {
		attrs = slices.Delete(attrs, i, i+1)
	}
	return shownAttributes(attrs)
}

func dataName(e *element) string {
	parts, _ := nameOf(e)
	return staticText(parts)
}

// dataValue writes the value of a Data element without its Name; one without
// content is "".
func (c *linePlanner) dataValue(e *element) {
	bare := &element{name: e.name, depends: -1, attrs: dataAttributes(e), kids: e.kids}
	switch {
	case len(bare.attrs) > 0 || hasElements(e.kids):
		c.element(bare)
	case isSingle(e.kids):
		c.content(e.kids, `""`, false)
	default:
		c.add(lineOp{code: lineBind, data: true, odd: &oddLine{elem: e}})
	}
}

package evtx

import (
	"slices"
	"strconv"
	"strings"

	"github.com/dwell-project/dwell/event"
)

// lineCode says what a step of a line plan appends after its literal.
type lineCode uint8

const (
	lineLiteral  lineCode = iota // nothing more
	lineValue                    // the content of an element that is one value
	lineDepends                  // ops, if there is a value
	lineComma                    // a comma, unless the object has just begun
	lineClose                    // the end of an object; null if it is empty
	lineList                     // Data elements without a name
	lineElement                  // an element with attributes that are values
	lineChildren                 // members for the elements in a value
	lineBind                     // an element that is compiled once its values are known
)

// lineOp is one step of a line plan. It is kept small, as op is.
type lineOp struct {
	code    lineCode
	data    bool   // for lineBind: elem is a Data element; else: elements in the value may be
	seen    uint16 // how often name came before in the object
	slot    int32  // of the value; -1 is val
	literal []byte // appended first
	empty   string // what lineValue appends for no value: null or ""
	name    string // of the member, if an array may repeat it
	odd     *oddLine
}

// oddLine is what few ops need.
type oddLine struct {
	val   value      // the constant of lineValue and lineElement
	attrs []lineAttr // of lineElement
	ops   []lineOp   // of lineDepends
	elem  *element   // of lineBind
	kids  []source   // of lineChildren and lineList
	names []string   // members that lineChildren must not repeat
}

// value returns the value of a lineValue, lineElement or lineDepends.
func (o *lineOp) value(vals []value) value {
	if o.slot < 0 {
		return o.odd.val
	}
	return slotValue(vals, uint16(o.slot))
}

// source is where a value comes from: a slot, or the template itself.
type source struct {
	slot    int // -1 for constant
	depends int // see element
	val     value
}

func (s source) get(vals []value) value {
	if s.slot < 0 {
		return s.val
	}
	return slotValue(vals, uint16(s.slot))
}

// lineAttr is an attribute: the key with its colon, and the value.
type lineAttr struct {
	key  []byte
	from source
}

// linePlan is a template compiled for writing JSON: what is the same in every
// record is one literal after the other, escaped beforehand.
type linePlan struct {
	roots []lineRoot
	size  int // number of ops in all
}

// lineRoot is one element at the top of a template, a member of the object that
// the template stands in.
type lineRoot struct {
	name  string
	parts []node // of the name, if it depends on values
	ops   []lineOp
	// depends is the slot without whose value the element is not there, or -1.
	depends int
	// run, if set, is text and values beside elements, and all there is.
	run []node
}

// linePlanner compiles nodes into line ops.
type linePlanner struct {
	ops     []lineOp
	literal []byte
	// repeat is the member being written, if an array may repeat it.
	repeat string
}

// compileLines compiles the elements among nodes. Data says whether Data
// elements among them are called by their Name.
func compileLines(nodes []node, data bool) *linePlan {
	p := &linePlan{}
	for len(nodes) > 0 {
		n := max(runLen(nodes), 1)
		root := compileRoot(nodes[0], data)
		if nodes[0].kind < nodeElement {
			root = lineRoot{run: nodes[:n], depends: -1}
		}
		p.size += 1 + len(root.ops)
		p.roots = append(p.roots, root)
		nodes = nodes[n:]
	}
	return p
}

// compileRoot compiles an element or a processing instruction.
func compileRoot(n node, data bool) lineRoot {
	var c linePlanner
	root := lineRoot{name: n.name, depends: -1}
	if n.elem != nil {
		root.depends = n.elem.depends
	}
	switch {
	case n.kind == nodePI:
		c.scalar(n.val, `""`)
	case n.kind != nodeElement:
	case data && n.elem.name == "Data":
		root.name = "Data"
		if parts, ok := nameOf(n.elem); ok && len(parts) > 0 {
			root.parts = parts
		}
		c.dataValue(n.elem)
	default:
		root.name = n.elem.name
		c.element(n.elem)
	}
	root.ops = c.done()
	return root
}

func (c *linePlanner) done() []lineOp {
	if len(c.literal) > 0 {
		c.add(lineOp{})
	}
	return c.ops
}

// add appends an op behind the literal so far.
func (c *linePlanner) add(o lineOp) {
	o.literal, c.literal = c.literal, nil
	c.ops = append(c.ops, o)
}

func (c *linePlanner) text(s string) { c.literal = append(c.literal, s...) }

// key writes a member's name; a name met before in the same object gets a
// number, as evtx_dump does.
func (c *linePlanner) key(name string, seen []string) {
	c.literal = appendKey(c.literal, name, countNames(seen, name))
}

func countNames(seen []string, name string) int {
	n := 0
	for _, s := range seen {
		if s == name {
			n++
		}
	}
	return n
}

func appendKey(dst []byte, name string, repeated int) []byte {
	if repeated > 0 {
		name += "_" + strconv.Itoa(repeated)
	}
	return append(event.AppendJSONString(dst, []byte(name)), ':')
}

// scalar writes a constant.
func (c *linePlanner) scalar(v value, empty string) {
	if v.isBinXML() || v.isArray() {
		c.add(lineOp{code: lineValue, slot: -1, empty: empty, odd: &oddLine{val: v}})
		return
	}
	if isEmpty(v) {
		c.text(empty)
		return
	}
	c.literal = v.appendJSON(c.literal)
}

// isEmpty says whether the value is shown as an element without content.
func isEmpty(v value) bool {
	if v.isArray() {
		return len(v.data) == 0
	}
	if v.typ == typeString || v.typ == typeXML {
		return len(trimNULs(v.data)) == 0
	}
	return v.isNull() || len(v.data) == 0
}

const nullJSON = "null"

// element writes the value of an element.
func (c *linePlanner) element(e *element) {
	kids := significant(e.kids)
	static, fit := fits(e, kids)
	switch {
	case !fit:
		c.add(lineOp{code: lineBind, odd: &oddLine{elem: e}})
	case !static:
		c.dynamic(e, kids)
	case hasElements(kids):
		c.object(e, kids)
	case len(shownAttributes(e.attrs)) > 0:
		c.object(e, kids)
	default:
		c.content(kids, nullJSON, holdsData(e.name))
	}
}

// fits says whether all attributes are static, and whether the element can be
// compiled before its values are known.
func fits(e *element, kids []node) (static, fit bool) {
	static, fit = true, true
	for _, a := range e.attrs {
		if isStatic(a.parts) {
			continue
		}
		static = false
		fit = fit && len(a.parts) == 1
	}
	slots := 0
	for _, n := range kids {
		if n.kind == nodeSlot {
			slots++
		}
	}
	if hasElements(kids) {
		return static, static && dataIsPlain(e) && runsArePlain(kids)
	}
	return static, fit && (slots == 0 || len(kids) == 1)
}

// dataIsPlain says whether Data elements in e have names that are known, or
// none and a single value.
func dataIsPlain(e *element) bool {
	if !holdsData(e.name) {
		return true
	}
	for _, n := range e.kids {
		if n.kind != nodeElement || n.elem.name != "Data" {
			continue
		}
		if parts, _ := nameOf(n.elem); !isStatic(parts) {
			return false
		}
		if isUnnamed(n.elem) && !isSingle(n.elem.kids) {
			return false
		}
	}
	return true
}

// isSingle says whether the parts can be a [source].
func isSingle(parts []node) bool {
	return !hasElements(parts) && (len(parts) <= 1 || isStatic(parts))
}

// nameOf returns the parts of the Name attribute.
func nameOf(e *element) ([]node, bool) {
	for _, a := range e.attrs {
		if a.name == "Name" {
			return a.parts, true
		}
	}
	return nil, false
}

// significant leaves out white space between elements.
func significant(kids []node) []node {
	if !hasElements(kids) || !hasSpace(kids) {
		return kids
	}
	var out []node
	for len(kids) > 0 {
		n := runLen(kids)
		if run := kids[:max(n, 1)]; n == 0 || !isSpace(run) {
			out = append(out, run...)
		}
		kids = kids[max(n, 1):]
	}
	return out
}

// hasSpace says whether there is text that may be white space; most templates
// have none between their elements.
func hasSpace(kids []node) bool {
	for _, n := range kids {
		if n.kind == nodeText {
			return true
		}
	}
	return false
}

// runLen is how many nodes at the start make one value.
func runLen(kids []node) int {
	for i, n := range kids {
		if n.kind >= nodeElement {
			return i
		}
	}
	return len(kids)
}

// runsArePlain says whether every value between elements is static or a slot.
func runsArePlain(kids []node) bool {
	for len(kids) > 0 {
		n := runLen(kids)
		if n > 1 && !isStatic(kids[:n]) {
			return false
		}
		kids = kids[max(n, 1):]
	}
	return true
}

// hasElements says whether there are elements among the kids, or values known
// to be some beside others.
func hasElements(kids []node) bool {
	for _, n := range kids {
		if n.kind >= nodeElement || n.val.isBinXML() && len(kids) > 1 {
			return true
		}
	}
	return false
}

// shownAttributes leaves out static attributes without a value.
func shownAttributes(attrs []attribute) []attribute {
	var out []attribute
	for _, a := range attrs {
		if !isStatic(a.parts) || staticText(a.parts) != "" {
			out = append(out, a)
		}
	}
	return out
}

// dynamic writes an element of which attributes are values.
func (c *linePlanner) dynamic(e *element, kids []node) {
	odd := &oddLine{}
	o := lineOp{code: lineElement, slot: -1, data: holdsData(e.name), odd: odd}
	for _, a := range shownAttributes(e.attrs) {
		odd.attrs = append(odd.attrs, lineAttr{appendKey(nil, a.name, 0), c.source(a.parts)})
	}
	if len(kids) > 0 {
		from := c.source(kids)
		o.slot, odd.val = int32(from.slot), from.val
	}
	c.add(o)
}

// source makes one value of parts that are a single slot or static.
func (c *linePlanner) source(parts []node) source {
	if len(parts) == 1 {
		if parts[0].kind == nodeSlot {
			return source{slot: int(parts[0].slot), depends: -1}
		}
		return source{slot: -1, depends: -1, val: parts[0].val}
	}
	return source{slot: -1, depends: -1, val: joinedValue(parts)}
}

// withoutNULs leaves out NULs, which no text of XML can have, from a text that
// is joined of the items of arrays: there they part the items.
func withoutNULs(text string) string { return strings.ReplaceAll(text, "\x00", "") }

// joinedValue makes one value of static parts. If arrays are among them it is
// an array too, as the element stands for each of their items.
func joinedValue(parts []node) value {
	rest := slices.Clone(parts)
	var v value
	for more := true; more; {
		more = false
		text := ""
		for i := range rest {
			part := rest[i].val
			if part.isArray() {
				v.typ = typeIsArray
				part, rest[i].val, _ = part.next()
				more = more || len(rest[i].val.data) > 0
			}
			text += string(part.appendText(nil))
		}
		if v.typ == typeIsArray {
			v.data = append(v.data, utf16Bytes(withoutNULs(text))...)
			v.data = append(v.data, 0, 0)
			continue
		}
		v.data = append(v.data, utf16Bytes(text)...)
	}
	v.typ |= typeString
	return v
}

// content writes content without elements.
func (c *linePlanner) content(kids []node, empty string, data bool) {
	from := c.source(kids)
	if from.slot < 0 && !from.val.isBinXML() {
		c.scalar(from.val, empty)
		return
	}
	c.add(lineOp{code: lineValue, slot: int32(from.slot), empty: empty, name: c.repeat, data: data, odd: &oddLine{val: from.val}})
}

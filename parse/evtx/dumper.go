package evtx

import (
	"slices"
	"strconv"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// maxLine bounds the JSON of one record, in bytes.
const maxLine = 4 << 20

// Dumper writes records as JSON lines in the structure that users of evtx_dump
// know:
//
//	{"Event":{"#attributes":{"xmlns":"…"},"System":{"Provider":{"#attributes":{"Name":"…"}},"EventID":1,…},"EventData":{"Image":"…",…}}}
//
// Attributes are the member "#attributes", text beside attributes is "#text".
// Integers, finite floats and booleans are bare; hexadecimal integers, times
// (with all seven digits), SIDs and GUIDs are strings, bytes are hexadecimal
// digits. An element without content is null, a Data element without content is
// "". The items of an array are a list. A name that comes again in the same
// object gets _1, _2 and so on; Data elements without a name are a list under
// {"Data":{"#text":…}}.
//
// A Dumper is used by one goroutine.
type Dumper struct {
	runner
	out   []byte
	limit int // out may not grow beyond
}

// NewDumper returns a Dumper.
func NewDumper() *Dumper {
	return &Dumper{runner: runner{templates: newTemplates()}}
}

// AppendLines appends one line, with its end, for each record of the block. A
// record that cannot be decoded is reported, and its line has what is known of
// it.
func (d *Dumper) AppendLines(dst []byte, b *parse.Block, report func(parse.Problem)) []byte {
	d.begin(b.Data)
	d.out = dst
	w := walker{b, report}
	w.walk(func(rec record) bool {
		at := len(d.out)
		d.limit = at + maxLine
		d.vals, d.depth, d.steps = d.vals[:0], 0, 0
		d.templates.bound = 0 // for the record: binding may nest
		err := d.root(rec)
		if err != nil {
			w.recordProblem(rec, err)
			d.out = d.lost(d.out[:at], rec)
		}
		d.out = append(d.out, '\n')
		return true
	})
	dst, d.out = d.out, nil
	return dst
}

// root writes the record as an object.
func (d *Dumper) root(rec record) error {
	d.out = append(d.out, '{')
	err := d.members(rec.at+recordHeader, rec.at+len(rec.raw)-recordTrailer, &object{})
	if err == nil && d.steps == 0 {
		err = errEmpty
	}
	d.out = append(d.out, '}')
	return err
}

// lost writes what is known of a record that cannot be decoded.
func (d *Dumper) lost(dst []byte, rec record) []byte {
	written := event.Field{Data: rec.written(), Kind: event.FileTime}
	dst = append(dst, `{"Event":{"System":{"TimeCreated":{"#attributes":{"SystemTime":`...)
	dst = written.AppendJSON(dst)
	dst = strconv.AppendUint(append(dst, `}},"EventRecordID":`...), rec.id(), 10)
	dst = append(dst, `},"message":[`...)
	for i, f := range d.texts(rec, 0) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = f.AppendJSON(dst)
	}
	return append(dst, `]}}`...)
}

// object is the JSON object that members are being written to.
type object struct {
	names []string // of its members, but for the last
	last  string   // the member last begun
	data  bool     // Data elements in it are called by their Name
}

// key begins a member.
func (d *Dumper) key(o *object, name string) {
	d.comma()
	if o.last != "" {
		// A copy: the names may belong to a plan.
		o.names = append(slices.Clip(o.names), o.last)
	}
	d.out = appendKey(d.out, name, countNames(o.names, name))
	o.last = name
}

// members writes the elements of the binary XML in chunk[pos:end] as members of
// o.
func (d *Dumper) members(pos, end int, o *object) error {
	if d.depth++; d.depth > maxNested {
		d.depth--
		return errDepth
	}
	defer func() { d.depth-- }()
	for pos < end {
		switch tok := d.chunk[pos] &^ tokenMore; tok {
		case tokenFragment:
			pos += 4
		case tokenEOF:
			return nil
		default:
			var err error
			if tok == tokenInstance {
				pos, err = d.instance(pos, end, o)
			} else {
				pos, err = d.bare(pos, end, o)
			}
			if err != nil {
				return err
			}
		}
	}
	return nil
}

// bare writes binary XML that is no template instance.
func (d *Dumper) bare(pos, end int, o *object) (next int, err error) {
	p := d.parser(pos, end)
	nodes, err := p.content()
	if err != nil {
		return pos, err
	}
	return p.pos, d.roots(compileLines(nodes, o.data), nil, o)
}

// instance writes the template instance at pos and returns where it ends.
func (d *Dumper) instance(pos, end int, o *object) (next int, err error) {
	in, err := d.instanceAt(pos)
	if err != nil {
		return pos, err
	}
	base := len(d.vals)
	var ok bool
	d.vals, next, ok = readValues(d.vals, d.chunk[:end], in.values)
	if !ok {
		err = errTruncated
	} else {
		err = d.roots(in.template.line(o.data), d.vals[base:], o)
	}
	d.vals = d.vals[:base]
	return next, err
}

// line returns the template's plan for writing JSON.
func (t *template) line(data bool) *linePlan {
	p := &t.lines
	if data {
		p = &t.dataLines
	}
	if *p == nil {
		*p = compileLines(t.nodes, data)
	}
	return *p
}

// roots writes the elements of a template as members of o.
func (d *Dumper) roots(p *linePlan, vals []value, o *object) error {
	if d.steps += p.size + 1; d.steps > maxSteps {
		return errTooMuch
	}
	for _, root := range p.roots {
		if isMissing(vals, root.depends) {
			continue
		}
		if root.run != nil {
			if err := d.beside(root.run, vals, o); err != nil {
				return err
			}
			continue
		}
		name := root.name
		if root.parts != nil {
			if text := joinedText(root.parts, vals); len(text) > 0 {
				name = string(text)
			}
		}
		d.key(o, name)
		if err := d.run(root.ops, vals); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dumper) run(ops []lineOp, vals []value) error {
	for i := range ops {
		o := &ops[i]
		d.out = append(d.out, o.literal...)
		if len(d.out) > d.limit {
			return errTooMuch
		}
		var err error
		switch o.code {
		case lineValue:
			if v := o.value(vals); v.isArray() && o.name != "" {
				d.items(o, v)
			} else {
				err = d.content(v, o.empty, o.data)
			}
		case lineDepends:
			if !isMissing(vals, int(o.slot)) {
				err = d.run(o.odd.ops, vals)
			}
		case lineComma:
			d.comma()
		case lineClose:
			d.close()
		case lineList:
			err = d.list(o, vals)
		case lineElement:
			err = d.element(o, vals)
		case lineChildren:
			err = d.children(o, vals)
		case lineBind:
			err = d.bound(o, vals)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (d *Dumper) comma() {
	if d.out[len(d.out)-1] != '{' {
		d.out = append(d.out, ',')
	}
}

func (d *Dumper) close() {
	if n := len(d.out) - 1; d.out[n] == '{' {
		d.out = append(d.out[:n], nullJSON...)
		return
	}
	d.out = append(d.out, '}')
}

// items writes the items of an array: the first belongs to the member begun,
// each further one to a member of its own.
func (d *Dumper) items(o *lineOp, v value) {
	item, rest, ok := v.next()
	if !ok {
		d.item(value{}, o.empty)
		return
	}
	for n := int(o.seen); ok && len(d.out) <= d.limit; item, rest, ok = rest.next() {
		if n > int(o.seen) {
			d.out = appendKey(append(d.out, ','), o.name, n)
		}
		d.item(item, o.empty)
		n++
	}
}

// item writes a value that is not binary XML.
func (d *Dumper) item(v value, empty string) {
	if isEmpty(v) {
		d.out = append(d.out, empty...)
		return
	}
	d.out = v.appendJSON(d.out)
}

// list writes the member for Data elements without a name: one value or a list.
// Those without a value are not there.
func (d *Dumper) list(o *lineOp, vals []value) error {
	begin := len(d.out)
	d.comma()
	d.out = append(appendKey(d.out, "Data", int(o.seen)), `{"#text":[`...)
	open, n := len(d.out), 0
	next := func() {
		if n++; n > 1 {
			d.out = append(d.out, ',')
		}
	}
	for _, kid := range o.odd.kids {
		v := kid.get(vals)
		if isMissing(vals, kid.depends) {
			continue
		}
		if v.isArray() {
			for item, rest, ok := v.next(); ok && len(d.out) <= d.limit; item, rest, ok = rest.next() {
				next()
				d.item(item, `""`)
			}
			continue
		}
		next()
		if err := d.content(v, `""`, false); err != nil {
			return err
		}
	}
	switch n {
	case 0:
		d.out = d.out[:begin]
	case 1:
		d.out = append(append(d.out[:open-1], d.out[open:]...), '}')
	default:
		d.out = append(d.out, "]}"...)
	}
	return nil
}

// content writes the content of an element that is one value. Data says that
// Data elements in it are called by their Name.
func (d *Dumper) content(v value, empty string, data bool) error {
	switch {
	case v.typ == typeString:
		data := trimNULs(v.data)
		if len(data) == 0 {
			d.out = append(d.out, empty...)
			return nil
		}
		d.out = event.Field{Data: data, Kind: event.TextUTF16}.AppendJSON(d.out)
	case isEmpty(v):
		d.out = append(d.out, empty...)
	case v.typ == typeBinXML:
		d.out = append(d.out, '{')
		err := d.members(int(v.at), int(v.at)+len(v.data), &object{data: data})
		d.out = append(d.out, '}')
		return err
	default:
		d.out = v.appendJSON(d.out)
	}
	return nil
}

// element writes an element of which attributes are values: null or its content
// if none of them is there.
func (d *Dumper) element(o *lineOp, vals []value) error {
	at := len(d.out)
	d.out = append(d.out, `{"#attributes":{`...)
	start := len(d.out)
	for _, a := range o.odd.attrs {
		v := a.from.get(vals)
		if isEmpty(v) {
			continue
		}
		if len(d.out) > start {
			d.out = append(d.out, ',')
		}
		d.out = v.appendJSON(append(d.out, a.key...))
	}
	v := o.value(vals)
	if len(d.out) == start {
		d.out = d.out[:at]
		return d.content(v, nullJSON, o.data)
	}
	d.out = append(d.out, '}')
	if !isEmpty(v) {
		if v.isBinXML() {
			if err := d.members(int(v.at), int(v.at)+len(v.data), &object{data: o.data}); err != nil {
				return err
			}
		} else {
			d.out = v.appendJSON(append(d.out, `,"#text":`...))
		}
	}
	d.out = append(d.out, '}')
	return nil
}

// children writes the elements of values as members, and other values as text.
func (d *Dumper) children(op *lineOp, vals []value) error {
	o := object{names: op.odd.names, data: op.data}
	for _, kid := range op.odd.kids {
		if err := d.child(kid.get(vals), &o); err != nil {
			return err
		}
	}
	return nil
}

func (d *Dumper) child(v value, o *object) error {
	switch {
	case isEmpty(v):
	case v.isBinXML():
		return d.members(int(v.at), int(v.at)+len(v.data), o)
	default:
		d.key(o, "#text")
		d.out = v.appendJSON(d.out)
	}
	return nil
}

// beside writes what stands beside the root elements of a template. No writer is
// known that puts anything there.
func (d *Dumper) beside(run []node, vals []value, o *object) error {
	if isSpace(run) {
		return nil
	}
	var c linePlanner
	for _, kid := range c.sources(d.bind(run, vals)) {
		if err := d.child(kid.val, o); err != nil {
			return err
		}
	}
	return nil
}

// bound writes an element whose shape depends on its values.
func (d *Dumper) bound(o *lineOp, vals []value) error {
	elem := *o.odd.elem
	elem.depends = -1 // that the element is there has been decided
	nodes := d.bind([]node{{kind: nodeElement, elem: &elem}}, vals)
	if d.templates.bound > maxBound {
		return errTooMuch
	}
	var c linePlanner
	if o.data {
		c.dataValue(nodes[0].elem)
	} else {
		c.element(nodes[0].elem)
	}
	ops := c.done()
	if d.steps += len(ops); d.steps > maxSteps {
		return errTooMuch
	}
	return d.run(ops, nil)
}

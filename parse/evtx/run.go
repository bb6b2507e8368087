package evtx

import (
	"bytes"
	"encoding/binary"

	"github.com/dwell-project/dwell/event"
)

// maxFields bounds the fields of one record, so that values that are used over
// and over cannot unfold without end.
const maxFields = 1 << 16

// maxSteps bounds the work for one record, in ops.
const maxSteps = 1 << 18

// maxNested bounds how deep binary XML in values may nest.
const maxNested = 16

// runner runs plans over the records of a chunk.
type runner struct {
	templates
	names *event.Names

	fields []event.Field
	vals   []value // a stack: the values of the instances being run
	joined int     // bytes of joined texts of the record
	depth  int
	steps  int // ops run for the record
}

// stream runs the binary XML in chunk[pos:end], which stands at a place.
func (r *runner) stream(pos, end int, in place) error {
	if r.depth++; r.depth > maxNested {
		r.depth--
		return errDepth
	}
	defer func() { r.depth-- }()
	for pos < end {
		switch tok := r.chunk[pos] &^ tokenMore; tok {
		case tokenFragment:
			pos += 4
		case tokenInstance:
			var err error
			if pos, err = r.instance(pos, end, in); err != nil {
				return err
			}
		case tokenEOF:
			return nil
		default:
			var err error
			if pos, err = r.bare(pos, end, in); err != nil {
				return err
			}
		}
	}
	return nil
}

// bare runs binary XML that is no template instance, by compiling it for this
// once.
func (r *runner) bare(pos, end int, in place) (next int, err error) {
	p := r.parser(pos, end)
	nodes, err := p.content()
	r.noteNames(r.chunk, pos, p.holes)
	if err != nil {
		return pos, err
	}
	return p.pos, r.run(compile(r.names, nodes, in), nil)
}

// instance runs the template instance at pos and returns where it ends.
func (r *runner) instance(pos, end int, at place) (next int, err error) {
	in, err := r.instanceAt(pos)
	if err != nil {
		return pos, err
	}
	base := len(r.vals)
	var ok bool
	r.vals, next, ok = readValues(r.vals, r.chunk[:end], in.values)
	if !ok {
		err = errTruncated
	} else {
		err = r.run(in.template.plan(r.names, at), r.vals[base:])
	}
	r.vals = r.vals[:base]
	return next, err
}

// plan returns the template's plan for a place.
func (t *template) plan(names *event.Names, at place) *plan {
	for _, p := range t.plans {
		if p.at == at {
			return p
		}
	}
	p := compile(names, t.nodes, at)
	if len(t.plans) < maxVariants {
		t.plans = append(t.plans, p)
	}
	return p
}

// run appends the fields of one instance.
func (r *runner) run(p *plan, vals []value) error {
	r.steps += len(p.ops) + 1
	if r.steps > maxSteps || len(r.fields)+len(p.ops) > maxFields {
		return errTooMuch
	}
	return r.exec(p.ops, vals)
}

func (r *runner) exec(ops []op, vals []value) error {
	mark := len(r.fields)
	for i := 0; i < len(ops); i++ {
		o := &ops[i]
		switch o.code {
		case opDepends:
			if isMissing(vals, int(o.slot)) {
				i += int(o.ops)
			}
		case opHollow:
			before := len(r.fields)
			if err := r.exec(ops[i+1:i+1+int(o.ops)], vals); err != nil {
				return err
			}
			if i += int(o.ops); len(r.fields) == before {
				r.fields = append(r.fields, event.Field{Name: o.name, Kind: event.Null})
			}
		case opConst:
			r.fields = append(r.fields, event.Field{Data: o.data, Name: o.name, Kind: o.kind})
		case opMark:
			mark = len(r.fields)
		case opBare:
			if len(r.fields) == mark {
				r.fields = append(r.fields, event.Field{Name: o.name, Kind: event.Null})
			}
		case opAttr:
			if v := slotValue(vals, o.slot); !v.isNull() {
				r.attribute(o.name, v)
			}
		case opValue:
			v := slotValue(vals, o.slot)
			if v.typ == typeString { // most values are
				r.fields = append(r.fields, event.Field{Data: trimNULs(v.data), Name: o.name, Kind: event.TextUTF16})
				continue
			}
			if err := r.value(o, v, mark); err != nil {
				return err
			}
		default:
			if err := r.odd(o, vals, mark); err != nil {
				return err
			}
		}
	}
	return nil
}

// odd runs the steps that are seldom needed.
func (r *runner) odd(o *op, vals []value, mark int) error {
	if o.code == opDynamic {
		return r.dynamic(o, vals)
	}
	if len(o.odd.parts) == 1 && o.code == opJoin {
		return r.value(o, partValue(o.odd.parts[0], vals), mark)
	}
	return r.join(o, vals)
}

func (r *runner) attribute(name event.Name, v value) {
	if v.isArray() {
		r.items(name, v)
		return
	}
	kind, data := v.field()
	r.fields = append(r.fields, event.Field{Data: data, Name: name, Kind: kind})
}

// value appends the content of an element that is a single value.
func (r *runner) value(o *op, v value, mark int) error {
	switch {
	case v.isNull():
		r.null(o, mark)
		return nil
	case v.typ == typeBinXML:
		before := len(r.fields)
		err := r.stream(int(v.at), int(v.at)+len(v.data), o.odd.at)
		if len(r.fields) == before {
			r.null(o, mark)
		}
		return err
	case v.isArray():
		r.items(o.name, v)
		if len(r.fields) > maxFields {
			return errTooMuch
		}
		return nil
	}
	kind, data := v.field()
	r.fields = append(r.fields, event.Field{Data: data, Name: o.name, Kind: kind})
	return nil
}

// null appends the field of an element without content, if nothing else speaks
// for it.
func (r *runner) null(o *op, mark int) {
	if o.null == nullField || o.null == nullIfBare && len(r.fields) == mark {
		r.fields = append(r.fields, event.Field{Name: o.name, Kind: event.Null})
	}
}

// items appends a field for each item of an array.
func (r *runner) items(name event.Name, v value) {
	for item, rest, ok := v.next(); ok && len(r.fields) <= maxFields; item, rest, ok = rest.next() {
		kind, data := item.field()
		r.fields = append(r.fields, event.Field{Data: data, Name: name, Kind: kind})
	}
}

func partValue(n node, vals []value) value {
	if n.kind == nodeSlot {
		return slotValue(vals, n.slot)
	}
	return n.val
}

// joinedText returns the text of several parts.
func joinedText(parts []node, vals []value) []byte {
	var text []byte
	for _, n := range parts {
		text = partValue(n, vals).appendText(text)
	}
	return text
}

// join appends the text of several parts. If arrays are among them, the element
// stands for each of their items (MS-EVEN6 section 3.1.4.7.5).
func (r *runner) join(o *op, vals []value) error {
	parts := make([]value, len(o.odd.parts))
	for i, n := range o.odd.parts {
		parts[i] = partValue(n, vals)
	}
	for {
		var text []byte
		more, repeated := false, false
		for i, v := range parts {
			if v.isArray() {
				var item value
				item, parts[i], _ = v.next()
				more, repeated = more || len(parts[i].data) > 0, true
				v = item
			}
			if v.isBinXML() && o.code == opJoin {
				if err := r.stream(int(v.at), int(v.at)+len(v.data), o.odd.at); err != nil {
					return err
				}
				continue
			}
			text = v.appendText(text)
		}
		if repeated {
			text = []byte(withoutNULs(string(text)))
		}
		r.fields = append(r.fields, event.Field{Data: text, Name: o.name, Kind: event.Text})
		if !more {
			return nil
		}
		if r.joined += len(text); len(r.fields) > maxFields || r.joined > maxText {
			return errTooMuch
		}
	}
}

// maxText bounds the joined texts of one record, in bytes.
const maxText = 4 << 20

// dynamic runs a Data element whose Name is a value.
func (r *runner) dynamic(o *op, vals []value) error {
	name := joinedText(o.odd.dyn.name, vals)
	p := o.odd.dyn.known[string(name)]
	if p == nil {
		c := planner{names: r.names}
		c.named(o.odd.dyn.elem, string(name), o.odd.dyn.in)
		p = &plan{ops: c.ops}
		if len(o.odd.dyn.known) < maxDynamic {
			o.odd.dyn.known[string(name)] = p
		}
	}
	return r.run(p, vals)
}

// record runs the record's binary XML and returns its fields, valid until the
// next call.
func (r *runner) record(rec record) ([]event.Field, error) {
	r.fields, r.vals, r.joined, r.depth, r.steps = r.fields[:0], r.vals[:0], 0, 0, 0
	r.used = r.used[:0]
	err := r.stream(rec.at+recordHeader, rec.at+len(rec.raw)-recordTrailer, place{})
	if err == nil && r.steps == 0 {
		err = errEmpty
	}
	return r.fields, err
}

// texts returns what can be read of a record whose template is lost: its
// values, without their names.
func (r *runner) texts(rec record, name event.Name) []event.Field {
	r.fields, r.vals = r.fields[:0], r.vals[:0]
	pos, end := rec.at+recordHeader, rec.at+len(rec.raw)-recordTrailer
	if bytes.HasPrefix(r.chunk[pos:end], []byte{tokenFragment}) {
		pos += 4
	}
	if pos+instanceHeader > end || r.chunk[pos] != tokenInstance {
		return nil
	}
	values := pos + instanceHeader
	if off := binary.LittleEndian.Uint32(r.chunk[pos+6:]); int(off) == values {
		size, ok := r.bodySize(off)
		if !ok {
			return nil
		}
		values += definitionHeader + size
	}
	r.vals, _, _ = readValues(r.vals, r.chunk[:end], values)
	for _, v := range r.vals {
		if !v.isNull() && !v.isBinXML() {
			r.attribute(name, v)
		}
	}
	return r.fields
}

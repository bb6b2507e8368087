package evtx_test

import (
	"encoding/binary"
	"errors"
	"strings"
	"unicode/utf16"

	"github.com/dwell-project/dwell/event"
)

// slow decodes binary XML the plain way: for each record it reads the template
// anew, puts the values in, and walks the tree. It is the oracle of the plans;
// it shares the event package with them, for what values look like as text.
type slow struct {
	chunk  []byte
	leaves []leaf
	depth  int
	work   int
}

// leaf is a field by name.
type leaf struct {
	name, text string
	null       bool
}

var (
	errSlow      = errors.New("not binary XML")
	errSlowLimit = errors.New("too deep or too much")
)

type slowValue struct {
	typ      byte
	at, size int
	data     []byte
}

// slowNode is a piece of content: an element if elem is set, else a value.
type slowNode struct {
	elem *slowElement
	val  slowValue
	slot bool   // the value came by a substitution
	pi   string // target of a processing instruction
}

type slowElement struct {
	name   string
	absent bool
	attrs  []slowAttr
	kids   []slowNode
}

type slowAttr struct {
	name  string
	parts []slowNode
}

func (s *slow) u16(at int) int { return int(binary.LittleEndian.Uint16(s.chunk[at:])) }
func (s *slow) u32(at int) int { return int(binary.LittleEndian.Uint32(s.chunk[at:])) }

// slowRecord decodes the record at chunk[at:at+size].
func slowRecord(chunk []byte, at, size int) (leaves []leaf, err error) {
	s := &slow{chunk: chunk}
	defer func() {
		// Reading beyond the chunk is the one thing that is not checked.
		if recover() != nil {
			leaves, err = nil, errSlow
		}
	}()
	if err := s.stream(at+24, at+size-4, "", false); err != nil {
		return nil, err
	}
	if s.work == 0 {
		return nil, errSlow
	}
	return s.leaves, nil
}

// stream walks the binary XML from pos to end.
func (s *slow) stream(pos, end int, path string, data bool) error {
	if s.depth++; s.depth > 16 {
		return errSlowLimit
	}
	defer func() { s.depth-- }()
	for pos < end {
		switch tok := s.chunk[pos] &^ 0x40; tok {
		case 0x0f:
			pos += 4
		case 0x00:
			return nil
		default:
			var nodes []slowNode
			var err error
			if tok == 0x0c {
				nodes, pos, err = s.instance(pos, end, 0)
			} else {
				nodes, pos, err = s.content(pos, end, nil, false, 0)
			}
			if err != nil {
				return err
			}
			if err := s.walk(nodes, path, data); err != nil {
				return err
			}
		}
	}
	return nil
}

func (s *slow) instance(pos, end, depth int) ([]slowNode, int, error) {
	if depth > 60 {
		return nil, 0, errSlowLimit
	}
	id, def := s.chunk[pos+2:pos+6], s.u32(pos+6)
	pos += 10
	size := s.u32(def + 20)
	if def == pos {
		pos += 24 + size
	}
	if size == 0 || def+24+size > len(s.chunk) || string(id) != string(s.chunk[def+4:def+8]) {
		return nil, 0, errSlow
	}
	n := s.u32(pos)
	pos += 4
	at := pos + 4*n
	if at > end {
		return nil, 0, errSlow
	}
	vals := make([]slowValue, n)
	for i := range vals {
		v := slowValue{typ: s.chunk[pos+4*i+2], at: at, size: s.u16(pos + 4*i)}
		at += v.size
		if at > end {
			return nil, 0, errSlow
		}
		v.data = s.chunk[v.at:at]
		vals[i] = v
	}
	nodes, _, err := s.content(def+24, def+24+size, vals, true, depth+1)
	return nodes, at, err
}

// content reads nodes up to the end of the element or stream.
func (s *slow) content(pos, end int, vals []slowValue, dependency bool, depth int) (nodes []slowNode, next int, err error) {
	if depth > 60 {
		return nil, 0, errSlowLimit
	}
	if s.work++; s.work > 1<<20 {
		return nil, 0, errSlowLimit
	}
	for pos < end {
		var n slowNode
		tok := s.chunk[pos] &^ 0x40
		switch tok {
		case 0x00, 0x04:
			return nodes, pos + 1, nil
		case 0x0f:
			pos += 4
			continue
		case 0x0c:
			var kids []slowNode
			if kids, pos, err = s.instance(pos, end, depth+1); err != nil {
				return nil, 0, err
			}
			nodes = append(nodes, kids...)
			continue
		case 0x01:
			if n.elem, pos, err = s.element(pos, end, vals, dependency, depth); err != nil {
				return nil, 0, err
			}
		case 0x0a:
			var target string
			if target, pos, err = s.name(pos+1, end); err != nil {
				return nil, 0, err
			}
			n.pi, n.val = "?"+target, slowText("")
			if pos < end && s.chunk[pos]&^0x40 == 0x0b {
				if n.val, pos, err = s.sized(pos+1, end); err != nil {
					return nil, 0, err
				}
			}
		default:
			if n, pos, err = s.piece(pos, end, vals); err != nil {
				return nil, 0, err
			}
		}
		nodes = append(nodes, n)
	}
	return nodes, pos, nil
}

// piece reads content that may also stand in an attribute.
func (s *slow) piece(pos, end int, vals []slowValue) (n slowNode, next int, err error) {
	switch s.chunk[pos] &^ 0x40 {
	case 0x05:
		typ := s.chunk[pos+1]
		if typ == 0x01 {
			n.val, next, err = s.sized(pos+2, end)
			return n, next, err
		}
		width := map[byte]int{3: 1, 4: 1, 5: 2, 6: 2, 7: 4, 8: 4, 9: 8, 10: 8, 11: 4, 12: 8, 13: 4, 15: 16, 17: 8, 18: 16, 20: 4, 21: 8}[typ]
		if next = pos + 2 + width; width == 0 || next > end {
			return n, 0, errSlow
		}
		n.val = slowValue{typ: typ, data: s.chunk[pos+2 : next]}
		return n, next, nil
	case 0x07:
		n.val, next, err = s.sized(pos+1, end)
		return n, next, err
	case 0x08:
		if pos+3 > end {
			return n, 0, errSlow
		}
		n.val = slowValue{typ: 1, data: s.chunk[pos+1 : pos+3]}
		return n, pos + 3, nil
	case 0x09:
		name, next, err := s.name(pos+1, end)
		text := strings.NewReplacer("&lt;", "<", "&gt;", ">", "&amp;", "&", "&quot;", `"`, "&apos;", "'").Replace("&" + name + ";")
		n.val = slowText(text)
		return n, next, err
	case 0x0d, 0x0e:
		if pos+4 > end {
			return n, 0, errSlow
		}
		n.slot = true
		if i := s.u16(pos + 1); i < len(vals) {
			n.val = vals[i]
		}
		return n, pos + 4, nil
	}
	return n, 0, errSlow
}

func (s *slow) element(pos, end int, vals []slowValue, dependency bool, depth int) (*slowElement, int, error) {
	start := pos
	attributes := s.chunk[pos]&0x40 != 0
	at := pos + 5
	if dependency {
		at = pos + 7
	}
	if !s.isName(at, end) {
		if at = 2*pos + 12 - at; !s.isName(at, end) {
			return nil, 0, errSlow
		}
	}
	name, pos, err := s.name(at, end)
	if err != nil {
		return nil, 0, err
	}
	e := &slowElement{name: name}
	if at == start+7 && s.u16(start+1) < len(vals) {
		e.absent = vals[s.u16(start+1)].null()
	}
	if attributes {
		pos += 4
		for pos < end && s.chunk[pos]&^0x40 == 0x06 {
			a := slowAttr{}
			if a.name, pos, err = s.name(pos+1, end); err != nil {
				return nil, 0, err
			}
			for pos < end && strings.IndexByte("\x05\x07\x08\x09\x0d\x0e", s.chunk[pos]&^0x40) >= 0 {
				var n slowNode
				if n, pos, err = s.piece(pos, end, vals); err != nil {
					return nil, 0, err
				}
				a.parts = append(a.parts, n)
			}
			e.attrs = append(e.attrs, a)
		}
	}
	if pos >= end {
		return nil, 0, errSlow
	}
	switch s.chunk[pos] {
	case 0x03:
		return e, pos + 1, nil
	case 0x02:
		e.kids, pos, err = s.content(pos+1, end, vals, dependency, depth+1)
		return e, pos, err
	}
	return nil, 0, errSlow
}

func (s *slow) isName(pos, end int) bool {
	if pos+4 > end {
		return false
	}
	at := s.u32(pos)
	if at+8 > len(s.chunk) || at+8+2*s.u16(at+6) > len(s.chunk) {
		return false
	}
	var h uint32
	for i := range s.u16(at + 6) {
		h = h*65599 + uint32(s.u16(at+8+2*i))
	}
	return uint16(h) == uint16(s.u16(at+4))
}

func (s *slow) name(pos, end int) (string, int, error) {
	if pos+4 > end {
		return "", 0, errSlow
	}
	at := s.u32(pos)
	pos += 4
	var units []uint16
	for i := range s.u16(at + 6) {
		units = append(units, uint16(s.u16(at+8+2*i)))
	}
	if at == pos {
		pos += 8 + 2*len(units) + 2
	}
	if at == pos-8-2*len(units)-2 && pos > end {
		return "", 0, errSlow
	}
	return string(utf16.Decode(units)), pos, nil
}

func (s *slow) sized(pos, end int) (slowValue, int, error) {
	if pos+2 > end || pos+2+2*s.u16(pos) > end {
		return slowValue{}, 0, errSlow
	}
	n := 2 * s.u16(pos)
	return slowValue{typ: 1, data: s.chunk[pos+2 : pos+2+n]}, pos + 2 + n, nil
}

func slowText(s string) slowValue {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return slowValue{typ: 1, data: b}
}

func (s *slow) add(name, text string, null bool) error {
	s.leaves = append(s.leaves, leaf{name, text, null})
	if len(s.leaves) > 1<<15 {
		return errSlowLimit
	}
	return nil
}

// walk turns nodes in the element called path into leaves.
func (s *slow) walk(nodes []slowNode, path string, data bool) error {
	if s.work++; s.work > 1<<20 {
		return errSlowLimit
	}
	mixed := false
	for _, n := range nodes {
		mixed = mixed || n.elem != nil || n.pi != ""
	}
	for i := 0; i < len(nodes); {
		n := nodes[i]
		var err error
		switch {
		case n.elem != nil:
			if !n.elem.absent {
				err = s.walkElement(n.elem, path, data)
			}
			i++
		case n.pi != "":
			err = s.add(under(path, n.pi), n.val.text(), false)
			i++
		default:
			j := i
			for j < len(nodes) && nodes[j].elem == nil && nodes[j].pi == "" {
				j++
			}
			err = s.run(nodes[i:j], path, mixed, data)
			i = j
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func under(path, name string) string {
	if path == "" && name == "" {
		return "Event"
	}
	return strings.TrimPrefix(path+"."+name, ".")
}

func (s *slow) walkElement(e *slowElement, path string, data bool) error {
	parent := path
	if path != "" || e.name != "Event" {
		path = under(path, e.name)
	}
	named := e.name == "Data" && data
	before := len(s.leaves)
	for i, a := range e.attrs {
		first := named
		for _, b := range e.attrs[:i] {
			first = first && b.name != "Name"
		}
		if a.name == "Name" && first {
			if name := joined(a.parts); name != "" {
				path = under(parent, name)
			}
			e.attrs = append(e.attrs[:i:i], e.attrs[i+1:]...)
			break
		}
	}
	for _, a := range e.attrs {
		if a.name == "xmlns" || strings.HasPrefix(a.name, "xmlns:") {
			continue
		}
		if err := s.attribute(a, under(path, a.name)); err != nil {
			return err
		}
	}
	if err := s.walk(e.kids, path, e.name == "EventData" || e.name == "UserData"); err != nil {
		return err
	}
	if len(s.leaves) == before && path != "" {
		return s.add(path, "", true)
	}
	return nil
}

func isSlot(parts []slowNode) bool { return len(parts) == 1 && parts[0].slot }

func allStatic(parts []slowNode) bool {
	for _, n := range parts {
		if n.slot {
			return false
		}
	}
	return true
}

func joined(parts []slowNode) string {
	text := ""
	for _, n := range parts {
		text += n.val.text()
	}
	return text
}

func (s *slow) attribute(a slowAttr, path string) error {
	if !isSlot(a.parts) {
		var flat []slowNode // binary XML is bytes here
		for _, n := range a.parts {
			if n.val.typ == 0x21 {
				n.val.typ = 0x0e
			}
			flat = append(flat, n)
		}
		return s.run(flat, path, false, false)
	}
	v := a.parts[0].val
	switch {
	case v.null():
		return nil
	case v.typ&0x80 != 0:
		return s.array(v, path)
	}
	return s.add(path, v.text(), false)
}

func (s *slow) array(v slowValue, path string) error {
	for _, item := range v.items() {
		if err := s.add(path, item.text(), item.typ == 0); err != nil {
			return err
		}
	}
	return nil
}

// run is one value made of the parts.
func (s *slow) run(parts []slowNode, path string, mixed, data bool) error {
	name := path
	if name == "" {
		name = "Event"
	}
	if len(parts) == 1 {
		v := parts[0].val
		switch {
		case parts[0].slot && v.null():
			return nil
		case parts[0].slot && v.typ == 0x21:
			return s.stream(v.at, v.at+v.size, path, data)
		case parts[0].slot && v.typ&0x80 != 0:
			return s.array(v, name)
		}
	}
	if allStatic(parts) {
		if mixed && strings.TrimSpace(joined(parts)) == "" {
			return nil
		}
		return s.add(name, joined(parts), false)
	}
	return s.join(parts, path, name, data)
}

// join is an element for each item of the arrays among its parts.
func (s *slow) join(parts []slowNode, path, name string, data bool) error {
	rounds, repeated := 1, false
	for _, n := range parts {
		if n.val.typ&0x80 != 0 {
			rounds, repeated = max(rounds, len(n.val.items())), true
		}
	}
	for i := range rounds {
		text := ""
		for _, n := range parts {
			v := n.val
			if v.typ&0x80 != 0 {
				items := v.items()
				if v = (slowValue{}); i < len(items) {
					v = items[i]
				}
			}
			if v.typ == 0x21 && v.size > 0 {
				if err := s.stream(v.at, v.at+v.size, path, data); err != nil {
					return err
				}
				continue
			}
			text += v.text()
		}
		if repeated {
			text = strings.ReplaceAll(text, "\x00", "")
		}
		if err := s.add(name, text, false); err != nil {
			return err
		}
	}
	return nil
}

func (v slowValue) null() bool {
	return v.typ == 0 || len(v.data) == 0 && v.typ != 1 && v.typ != 2 && v.typ != 0x0e && v.typ != 0x23
}

// items splits an array.
func (v slowValue) items() []slowValue {
	var out []slowValue
	typ, data, at := v.typ&^0x80, v.data, v.at
	if typ == 0x21 || typ == 0x23 {
		typ = 0x0e
	}
	for len(data) > 0 {
		n, skip := len(data), 0
		switch width := len(slowZero(typ)); {
		case typ == 1:
			for i := 0; i+1 < len(data); i += 2 {
				if data[i] == 0 && data[i+1] == 0 {
					n, skip = i, 2
					break
				}
			}
		case typ == 2:
			if i := strings.IndexByte(string(data), 0); i >= 0 {
				n, skip = i, 1
			}
		case typ == 0x13 && len(data) >= 8:
			n = min(n, 8+4*int(data[1]))
		case width > 0:
			n = min(n, width)
		}
		out = append(out, slowValue{typ, at, n, data[:n]})
		data, at = data[n+skip:], at+n+skip
	}
	return out
}

// slowZero is a zero of a type of fixed width.
func slowZero(typ byte) []byte {
	switch typ {
	case 3, 4:
		return make([]byte, 1)
	case 5, 6:
		return make([]byte, 2)
	case 7, 8, 0x0b, 0x0d, 0x14:
		return make([]byte, 4)
	case 9, 0x0a, 0x0c, 0x11, 0x15:
		return make([]byte, 8)
	case 0x0f, 0x12:
		return make([]byte, 16)
	}
	return nil
}

// text is the value as text.
func (v slowValue) text() string {
	if v.typ&0x80 != 0 {
		var all []string
		for _, item := range v.items() {
			all = append(all, item.text())
		}
		return strings.Join(all, ",")
	}
	kinds := map[byte]event.Kind{
		1: event.TextUTF16, 2: event.TextANSI, 3: event.Int8, 4: event.Uint8, 5: event.Int16, 6: event.Uint16,
		7: event.Int32, 8: event.Uint32, 9: event.Int64, 0x0a: event.Uint64, 0x0b: event.Float32, 0x0c: event.Float64,
		0x0d: event.Bool32, 0x0f: event.GUID, 0x11: event.FileTime, 0x12: event.SystemTime, 0x14: event.Hex32,
		0x15: event.Hex64, 0x23: event.TextUTF16,
	}
	kind, ok := kinds[v.typ]
	data := v.data
	switch {
	case v.typ == 0:
		return ""
	case v.typ == 1 || v.typ == 0x23:
		data = data[:len(data)/2*2]
		return strings.TrimRight(event.Field{Kind: kind, Data: data}.Text(), "\x00")
	case v.typ == 2:
		return strings.TrimRight(event.Field{Kind: kind, Data: data}.Text(), "\x00")
	case v.typ == 0x10 && len(data) == 4:
		kind = event.Hex32
	case v.typ == 0x10 && len(data) == 8:
		kind = event.Hex64
	case v.typ == 0x13 && len(data) >= 8 && len(data) == 8+4*int(data[1]):
		kind = event.SID
	case !ok || len(data) != len(slowZero(v.typ)):
		kind = event.Binary
	}
	return event.Field{Kind: kind, Data: data}.Text()
}

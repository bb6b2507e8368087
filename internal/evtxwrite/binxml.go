package evtxwrite

import (
	"encoding/binary"
	"fmt"
)

// more is added to a token that is followed by an attribute list or by further
// content of its kind.
const more = 0x40

// layout gathers the values of a template while its elements are written.
type layout struct {
	vals []Value
	bare bool // values are not allowed, elements have no dependency identifier
}

// instance writes a template instance of the element: its definition if the
// shape is new in the chunk, and its values.
func (c *chunk) instance(e *Element) {
	shape := shapeOf(e)
	guid := guidOf(shape)
	c.u8(0x0c)
	c.u8(1)
	c.buf = append(c.buf, guid[:4]...)
	l := &layout{}
	if at, ok := c.defs[shape]; ok {
		c.u32(at)
		gather(e, l)
	} else {
		at := c.pos() + 4
		c.u32(at)
		c.defs[shape] = at
		slot := defTable + 4*int(binary.LittleEndian.Uint32(guid[:])%32)
		c.u32(binary.LittleEndian.Uint32(c.buf[slot:]))
		c.set32(slot, at)
		c.buf = append(c.buf, guid[:]...)
		size := len(c.buf)
		c.u32(0)
		c.fragment()
		c.element(e, l)
		c.u8(0)
		c.set32(size, uint32(len(c.buf)-size-4))
	}
	c.values(l.vals)
}

// values writes the value list: a count, descriptors, the values.
func (c *chunk) values(vals []Value) {
	c.u32(uint32(len(vals)))
	at := len(c.buf)
	for _, v := range vals {
		c.u16(0)
		c.u8(v.Type)
		c.u8(0)
	}
	for i, v := range vals {
		begin := len(c.buf)
		if v.elem != nil {
			c.fragment()
			c.instance(v.elem)
			c.u8(0)
		} else {
			c.buf = append(c.buf, v.Bytes...)
		}
		size := len(c.buf) - begin
		if size > 0xffff {
			c.fail("value of %d bytes is too long", size)
			return
		}
		binary.LittleEndian.PutUint16(c.buf[at+4*i:], uint16(size))
	}
}

// element writes an element: token, dependency identifier, size, name,
// attributes, content.
func (c *chunk) element(e *Element, l *layout) {
	if len(e.Attrs) > 0 {
		c.u8(0x01 | more)
	} else {
		c.u8(0x01)
	}
	if !l.bare {
		c.u16(e.dependency(len(l.vals)))
	}
	size := len(c.buf)
	c.u32(0)
	c.name(e.Name)
	if len(e.Attrs) > 0 {
		list := len(c.buf)
		c.u32(0)
		for i, a := range e.Attrs {
			token := byte(0x06)
			if i+1 < len(e.Attrs) {
				token |= more
			}
			c.u8(token)
			c.name(a.Name)
			c.content(a.Content, l)
		}
		c.set32(list, uint32(len(c.buf)-list-4))
	}
	if len(e.Content) == 0 {
		c.u8(0x03)
	} else {
		c.u8(0x02)
		c.content(e.Content, l)
		c.u8(0x04)
	}
	c.set32(size, uint32(len(c.buf)-size-4))
}

// dependency is the number of the value that the element depends on, if n values
// come before it.
func (e *Element) dependency(n int) uint16 {
	if !e.Dependent {
		return 0xffff
	}
	for _, a := range e.Attrs {
		for _, part := range a.Content {
			if part.kind == nodeValue || part.kind == nodeOptional {
				n++
			}
		}
	}
	return uint16(n)
}

func (c *chunk) content(nodes []Node, l *layout) {
	for i, n := range nodes {
		flag := byte(0)
		if i+1 < len(nodes) {
			flag = more
		}
		switch n.kind {
		case nodeText:
			c.u8(0x05 | flag)
			c.u8(typeString)
			c.sized(n.text)
		case nodeCDATA:
			c.u8(0x07 | flag)
			c.sized(n.text)
		case nodeChar:
			c.u8(0x08 | flag)
			c.u16(n.char)
		case nodeEntity:
			c.u8(0x09 | flag)
			c.name(n.text)
		case nodePI:
			c.u8(0x0a)
			c.name(n.text)
			c.u8(0x0b)
			c.sized(n.data)
		case nodeElement:
			c.element(n.elem, l)
		default:
			c.substitution(n, l)
		}
	}
}

func (c *chunk) substitution(n Node, l *layout) {
	if l.bare {
		c.fail("a value has no place in an element without a template")
		return
	}
	token := byte(0x0d)
	if n.kind == nodeOptional {
		token = 0x0e
	}
	c.u8(token)
	c.u16(uint16(len(l.vals)))
	c.u8(n.val.Type)
	l.vals = append(l.vals, n.val)
}

// sized writes a count of UTF-16 units and the units.
func (c *chunk) sized(s string) {
	units := encodeUTF16(s)
	if len(units)/2 > 0xffff {
		c.fail("text of %d units is too long", len(units)/2)
		return
	}
	c.u16(uint16(len(units) / 2))
	c.buf = append(c.buf, units...)
}

// gather collects the values of an element in the order in which they are
// numbered.
func gather(e *Element, l *layout) {
	collect := func(nodes []Node) {
		for _, n := range nodes {
			switch n.kind {
			case nodeValue, nodeOptional:
				l.vals = append(l.vals, n.val)
			case nodeElement:
				gather(n.elem, l)
			}
		}
	}
	for _, a := range e.Attrs {
		collect(a.Content)
	}
	collect(e.Content)
}

// shapeOf writes down everything about an element but its values.
func shapeOf(e *Element) string {
	s := fmt.Sprintf("<%q %t", e.Name, e.Dependent)
	for _, a := range e.Attrs {
		s += fmt.Sprintf(" %q=%s", a.Name, shapeOfContent(a.Content))
	}
	return s + ">" + shapeOfContent(e.Content) + "</>"
}

func shapeOfContent(nodes []Node) string {
	s := ""
	for _, n := range nodes {
		switch n.kind {
		case nodeValue:
			s += fmt.Sprintf("%d:%d,", n.kind, n.val.Type)
		case nodeOptional: // of any type, as it may be null
			s += fmt.Sprintf("%d,", n.kind)
		case nodeElement:
			s += shapeOf(n.elem)
		default:
			s += fmt.Sprintf("%d:%q:%q:%d,", n.kind, n.text, n.data, n.char)
		}
	}
	return s
}

package evtx

import (
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dwell-project/dwell/event"
)

// Tokens of binary XML, MS-EVEN6 section 2.2.12. Most may carry tokenMore,
// which says that an attribute list or further content follows; the reader
// finds that out by looking.
const (
	tokenEOF          = 0x00
	tokenElement      = 0x01
	tokenCloseStart   = 0x02
	tokenCloseEmpty   = 0x03
	tokenEndElement   = 0x04
	tokenText         = 0x05
	tokenAttribute    = 0x06
	tokenCDATA        = 0x07
	tokenCharRef      = 0x08
	tokenEntityRef    = 0x09
	tokenPITarget     = 0x0a
	tokenPIData       = 0x0b
	tokenInstance     = 0x0c
	tokenSubstitution = 0x0d
	tokenOptional     = 0x0e
	tokenFragment     = 0x0f
	tokenMore         = 0x40
)

// maxDepth bounds how deep elements, and values in values, may nest. Windows
// itself stays below ten.
const maxDepth = 64

var (
	errTruncated = errors.New("binary XML ends too early")
	errDepth     = errors.New("binary XML is nested too deeply")
	errTooMuch   = errors.New("binary XML unfolds to more than a record can hold")
	errName      = errors.New("name reference leads outside the chunk")
	errEmpty     = errors.New("the record is empty")
	errTemplate  = errors.New("template definition is lost")
)

// element is an XML element as a template (or a record without one) has it.
type element struct {
	name string
	// depends is the slot without whose value the element is not there, -1 if
	// there is none.
	depends int
	attrs   []attribute
	kids    []node
}

type attribute struct {
	name  string
	parts []node
}

type nodeKind uint8

const (
	nodeText  nodeKind = iota // characters, as UTF-16LE in val.data
	nodeValue                 // a constant of another type
	nodeSlot                  // the substitution value with the number slot
	nodeElement
	nodePI // processing instruction: its target is name, its text val.data
)

// node is one piece of the content of an element or of an attribute.
type node struct {
	kind nodeKind
	slot uint16
	name string
	val  value
	elem *element
}

// treeParser reads binary XML into elements. It works once per template.
type treeParser struct {
	chunk []byte
	pos   int
	end   int
	depth int
	// dependency says whether elements are expected to carry a dependency
	// identifier: in templates they do, elsewhere they do not.
	dependency bool
	// base and holes are set for templates: see [hole].
	base  int
	holes []hole
	// local is set when the tree holds something that means nothing in another
	// chunk.
	local bool
	// sub reads the template instance at pos into nodes.
	sub func(p *treeParser) ([]node, error)
}

// content reads nodes up to the token that ends them, which is consumed.
func (p *treeParser) content() ([]node, error) {
	if p.depth++; p.depth > maxDepth {
		return nil, errDepth
	}
	defer func() { p.depth-- }()
	var nodes []node
	for p.pos < p.end {
		switch tok := p.chunk[p.pos] &^ tokenMore; tok {
		case tokenEOF, tokenEndElement:
			p.pos++
			return nodes, nil
		case tokenFragment:
			p.pos += 4
		case tokenInstance:
			kids, err := p.sub(p)
			if err != nil {
				return nil, err
			}
			nodes = append(nodes, kids...)
		default:
			n, err := p.node(tok)
			if err != nil {
				return nil, err
			}
			nodes = append(nodes, n)
		}
	}
	return nodes, nil
}

// node reads one node that begins with the given token.
func (p *treeParser) node(tok byte) (node, error) {
	switch tok {
	case tokenElement:
		e, err := p.element()
		return node{kind: nodeElement, elem: e}, err
	case tokenText:
		return p.text()
	case tokenCDATA:
		p.pos++
		b, err := p.sized()
		return node{val: value{data: b, typ: typeString}}, err
	case tokenCharRef:
		return p.charRef()
	case tokenEntityRef:
		return p.entityRef()
	case tokenPITarget:
		return p.instruction()
	case tokenSubstitution, tokenOptional:
		if p.pos+4 > p.end {
			return node{}, errTruncated
		}
		slot := binary.LittleEndian.Uint16(p.chunk[p.pos+1:])
		p.pos += 4
		return node{kind: nodeSlot, slot: slot}, nil
	}
	return node{}, fmt.Errorf("token 0x%02x at 0x%x is none of binary XML", tok, p.pos)
}

func (p *treeParser) element() (*element, error) {
	more := p.chunk[p.pos]&tokenMore != 0
	depends, err := p.startElement()
	if err != nil {
		return nil, err
	}
	name, err := p.name()
	if err != nil {
		return nil, err
	}
	e := &element{name: name, depends: depends}
	if more {
		if e.attrs, err = p.attributes(); err != nil {
			return nil, err
		}
	}
	if p.pos >= p.end {
		return nil, errTruncated
	}
	tok := p.chunk[p.pos]
	p.pos++
	switch tok {
	case tokenCloseEmpty:
		return e, nil
	case tokenCloseStart:
		e.kids, err = p.content()
		return e, err
	}
	return nil, fmt.Errorf("token 0x%02x at 0x%x cannot end a start tag", tok, p.pos-1)
}

// startElement skips token, dependency identifier and size of an element and
// returns the slot that it depends on. Some writers have the identifier where
// the specification says there is none, so the other form is taken if the
// expected one leads to no name.
func (p *treeParser) startElement() (depends int, err error) {
	with, without := p.pos+7, p.pos+5
	at := without
	if p.dependency {
		at = with
	}
	if !p.nameAt(at) {
		if at = with + without - at; !p.nameAt(at) {
			return 0, errName
		}
	}
	id := noDependency
	if at == with {
		id = int(binary.LittleEndian.Uint16(p.chunk[p.pos+1:]))
	}
	p.pos = at
	if id == noDependency {
		return -1, nil
	}
	return id, nil
}

// noDependency is the dependency identifier of elements that are always there.
const noDependency = 0xffff

// nameAt says whether the name reference at pos leads to a name whose hash is
// right.
func (p *treeParser) nameAt(pos int) bool {
	if pos+4 > p.end {
		return false
	}
	raw, ok := nameBytes(p.chunk, int(binary.LittleEndian.Uint32(p.chunk[pos:])))
	return ok && binary.LittleEndian.Uint16(raw) == nameHash(raw[4:])
}

// nameHash is the hash that stands before a name: h = 65599·h + unit over its
// UTF-16 units, low 16 bits.
func nameHash(units []byte) uint16 {
	var h uint32
	for i := 0; i+1 < len(units); i += 2 {
		h = h*65599 + uint32(binary.LittleEndian.Uint16(units[i:]))
	}
	return uint16(h)
}

// nameBytes returns hash (2), length (2) and UTF-16 units of the name at off:
// a name is the offset of the next one with the same hash bucket (4), hash,
// length, units, NUL.
func nameBytes(chunk []byte, off int) ([]byte, bool) {
	if off < 0 || off+8 > len(chunk) {
		return nil, false
	}
	n := 2 * int(binary.LittleEndian.Uint16(chunk[off+6:]))
	if off+8+n > len(chunk) {
		return nil, false
	}
	return chunk[off+4 : off+8+n], true
}

// name reads a name reference and, if the name stands right behind it, skips
// the name.
func (p *treeParser) name() (string, error) {
	if p.pos+4 > p.end {
		return "", errTruncated
	}
	at, off := p.pos, int(binary.LittleEndian.Uint32(p.chunk[p.pos:]))
	raw, ok := nameBytes(p.chunk, off)
	if !ok {
		return "", errName
	}
	p.pos += 4
	h := hole{at: at - p.base, name: raw, inline: off == p.pos}
	if h.inline {
		if p.pos += 4 + len(raw) + 2; p.pos > p.end {
			return "", errTruncated
		}
	}
	p.holes = append(p.holes, h)
	return string(event.AppendUTF16(nil, raw[4:])), nil
}

func (p *treeParser) attributes() ([]attribute, error) {
	p.pos += 4 // size of the list
	var list []attribute
	for p.pos < p.end && p.chunk[p.pos]&^tokenMore == tokenAttribute {
		p.pos++
		name, err := p.name()
		if err != nil {
			return nil, err
		}
		a := attribute{name: name}
		for p.pos < p.end && isAttributeContent(p.chunk[p.pos]&^tokenMore) {
			n, err := p.node(p.chunk[p.pos] &^ tokenMore)
			if err != nil {
				return nil, err
			}
			a.parts = append(a.parts, n)
		}
		list = append(list, a)
	}
	return list, nil
}

func isAttributeContent(tok byte) bool {
	switch tok {
	case tokenText, tokenCDATA, tokenCharRef, tokenEntityRef, tokenSubstitution, tokenOptional:
		return true
	}
	return false
}

// text reads a value token. The specification allows strings alone; constants
// of fixed width are read too.
func (p *treeParser) text() (node, error) {
	if p.pos+2 > p.end {
		return node{}, errTruncated
	}
	typ := p.chunk[p.pos+1]
	p.pos += 2
	if typ == typeString {
		b, err := p.sized()
		return node{val: value{data: b, typ: typeString}}, err
	}
	if typ >= typeIsArray || scalars[typ].width == 0 {
		return node{}, fmt.Errorf("literal of type 0x%02x at 0x%x", typ, p.pos-1)
	}
	width := int(scalars[typ].width)
	if p.pos+width > p.end {
		return node{}, errTruncated
	}
	v := value{data: p.chunk[p.pos : p.pos+width], typ: typ}
	p.pos += width
	return node{kind: nodeValue, val: v}, nil
}

// sized reads a count of UTF-16 units and the units.
func (p *treeParser) sized() ([]byte, error) {
	if p.pos+2 > p.end {
		return nil, errTruncated
	}
	n := 2 * int(binary.LittleEndian.Uint16(p.chunk[p.pos:]))
	p.pos += 2
	if p.pos+n > p.end {
		return nil, errTruncated
	}
	b := p.chunk[p.pos : p.pos+n]
	p.pos += n
	return b, nil
}

// charRef reads a character reference; the character stands for itself.
func (p *treeParser) charRef() (node, error) {
	if p.pos+3 > p.end {
		return node{}, errTruncated
	}
	unit := p.chunk[p.pos+1 : p.pos+3]
	p.pos += 3
	return node{val: value{data: unit, typ: typeString}}, nil
}

// entityRef reads an entity reference. Entities other than the five of XML are
// kept as they are written.
func (p *treeParser) entityRef() (node, error) {
	p.pos++
	name, err := p.name()
	if err != nil {
		return node{}, err
	}
	text, ok := entities()[name]
	if !ok {
		text = "&" + name + ";"
	}
	return node{val: value{data: utf16Bytes(text), typ: typeString}}, nil
}

func entities() map[string]string {
	return map[string]string{"lt": "<", "gt": ">", "amp": "&", "quot": `"`, "apos": "'"}
}

// instruction reads the target of a processing instruction and its data, which
// may be left out.
func (p *treeParser) instruction() (node, error) {
	p.pos++
	target, err := p.name()
	if err != nil {
		return node{}, err
	}
	n := node{kind: nodePI, name: "?" + target, val: value{typ: typeString}}
	if p.pos < p.end && p.chunk[p.pos]&^tokenMore == tokenPIData {
		p.pos++
		n.val.data, err = p.sized()
	}
	return n, err
}

// utf16Bytes encodes text as UTF-16LE.
func utf16Bytes(s string) []byte {
	out := make([]byte, 0, 2*len(s))
	for _, r := range s {
		if r < 0x10000 {
			out = binary.LittleEndian.AppendUint16(out, uint16(r))
			continue
		}
		r -= 0x10000
		out = binary.LittleEndian.AppendUint16(out, uint16(0xd800+r>>10))
		out = binary.LittleEndian.AppendUint16(out, uint16(0xdc00+r&0x3ff))
	}
	return out
}

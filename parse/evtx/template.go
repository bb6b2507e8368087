package evtx

import (
	"bytes"
	"encoding/binary"
	"fmt"
)

// Bounds that keep hostile chunks from costing more than honest ones. A chunk
// of 64 KiB cannot hold more than 64 KiB of templates, unless they overlap.
const (
	maxTemplateBytesPerChunk = 4 << 16
	maxTemplateBytesKept     = 16 << 20
	maxVariants              = 16      // templates kept with one GUID
	maxBound                 = 1 << 16 // nodes copied for instances within templates
	maxInstanceDepth         = 8       // of those
)

// template is the definition that instances refer to: GUID, size of the body,
// body.
type template struct {
	id    uint32 // first four bytes of the GUID; each instance repeats it
	nodes []node
	err   error // why the body cannot be read
	// plans hold the plan of the template for each path it was met at.
	plans []*plan
	// lines and dataLines write JSON; they are nil until asked for.
	lines, dataLines *linePlan

	// uses is what instances within the body refer to.
	uses []usage
	// body and holes tell whether a definition in another chunk is the same.
	body  []byte
	holes []hole
}

// hole is a name reference in a template's body. Its offset differs from chunk
// to chunk even if the template is the same, so names are compared instead.
type hole struct {
	at     int    // in the body
	name   []byte // hash, length, UTF-16 units
	inline bool   // the name stands right behind the reference
}

// matches says whether the body at base in the chunk is this template's.
func (t *template) matches(chunk []byte, base int) bool {
	body, at := chunk[base:base+len(t.body)], 0
	for _, h := range t.holes {
		if !bytes.Equal(t.body[at:h.at], body[at:h.at]) {
			return false
		}
		off := int(binary.LittleEndian.Uint32(body[h.at:]))
		at = h.at + 4
		if h.inline != (off == base+at) {
			return false
		}
		raw, ok := nameBytes(chunk, off)
		if !ok || !bytes.Equal(raw, h.name) {
			return false
		}
		if h.inline {
			at += 4 + len(raw)
		}
	}
	return bytes.Equal(t.body[at:], body[at:])
}

// templates finds the template of an instance: within a chunk by its offset,
// across chunks by GUID and content, so that a template is compiled once.
type templates struct {
	framer
	chunk    []byte
	byOffset map[uint32]*template
	byGUID   map[[16]byte][]*template
	spent    int // bytes of templates read in this chunk
	bound    int // nodes copied in this chunk
	nested   int // instances within templates that are being read
	kept     int // bytes of templates in byGUID
}

func newTemplates() templates {
	return templates{byOffset: map[uint32]*template{}, byGUID: map[[16]byte][]*template{}}
}

// begin forgets the offsets of the chunk before.
func (s *templates) begin(chunk []byte) {
	s.chunk, s.spent, s.bound = chunk, 0, 0
	clear(s.byOffset)
	clear(s.frames)
	s.used = s.used[:0]
	if s.kept > maxTemplateBytesKept {
		clear(s.byGUID)
		s.kept = 0
	}
}

// instance is a template instance: token (1), unknown (1), template id (4),
// offset of the definition (4), the definition itself if it was not met before
// in the chunk, values.
type instance struct {
	template *template
	values   int // where the value list begins
}

const (
	instanceHeader   = 10
	definitionHeader = 24 // offset of the next definition, GUID, size of the body
)

// instanceAt reads the head of the instance at pos. If only the template is
// lost it returns errTemplate and where the values begin.
func (s *templates) instanceAt(pos int) (instance, error) {
	if pos+instanceHeader > len(s.chunk) {
		return instance{}, errTruncated
	}
	id := binary.LittleEndian.Uint32(s.chunk[pos+2:])
	off := binary.LittleEndian.Uint32(s.chunk[pos+6:])
	in := instance{values: pos + instanceHeader}
	if int(off) == in.values {
		size, ok := s.bodySize(off)
		if !ok {
			return instance{}, errTruncated
		}
		in.values += definitionHeader + size
	}
	t := s.byOffset[off]
	if t == nil {
		before := len(s.used)
		t = s.find(off)
		t.uses = append([]usage(nil), s.used[before:]...)
		s.used = s.used[:before]
		s.byOffset[off] = t
	}
	s.note(usage{int(off), t})
	if t.err != nil {
		return in, t.err
	}
	if t.id != id {
		return in, errTemplate
	}
	in.template = t
	return in, nil
}

// bodySize reads the size of the definition at off; false if it does not lie
// within the chunk.
func (s *templates) bodySize(off uint32) (int, bool) {
	at := int(off)
	if at+definitionHeader > len(s.chunk) {
		return 0, false
	}
	size := int(binary.LittleEndian.Uint32(s.chunk[at+20:]))
	return size, size >= 0 && size <= len(s.chunk)-at-definitionHeader
}

// find returns the definition at off, from an earlier chunk if it is the same.
func (s *templates) find(off uint32) *template {
	size, ok := s.bodySize(off)
	if !ok || size == 0 {
		return &template{err: errTemplate}
	}
	guid := [16]byte(s.chunk[off+4:])
	base := int(off) + definitionHeader
	for _, t := range s.byGUID[guid] {
		if len(t.body) == size && t.matches(s.chunk, base) {
			return t
		}
	}
	if s.spent += size; s.spent > maxTemplateBytesPerChunk {
		return &template{err: errTooMuch}
	}
	t, local := s.read(base, size)
	t.id = binary.LittleEndian.Uint32(guid[:])
	if t.err == nil && !local && len(s.byGUID[guid]) < maxVariants {
		s.byGUID[guid] = append(s.byGUID[guid], t)
		s.kept += 4 * size // nodes and plans weigh a few times the body
	}
	return t
}

// read parses the body of a definition. The tree refers to a copy of it, since
// it outlives the chunk, unless it is local.
func (s *templates) read(base, size int) (t *template, local bool) {
	p := s.parser(base, base+size)
	p.dependency = true
	nodes, err := p.content()
	if err != nil {
		return &template{err: fmt.Errorf("template at 0x%x: %w", base-definitionHeader, err)}, true
	}
	t = &template{nodes: nodes, body: bytes.Clone(s.chunk[base : base+size]), holes: p.holes}
	for i := range t.holes {
		t.holes[i].name = bytes.Clone(t.holes[i].name)
	}
	if !p.local {
		detach(nodes)
	}
	return t, p.local
}

// parser returns a parser for the part of the chunk from pos to end.
func (s *templates) parser(pos, end int) *treeParser {
	return &treeParser{chunk: s.chunk, pos: pos, end: end, base: pos, sub: s.expand}
}

// detach copies what the nodes keep of the chunk.
func detach(nodes []node) {
	for i := range nodes {
		n := &nodes[i]
		n.val.data = bytes.Clone(n.val.data)
		if n.elem != nil {
			for _, a := range n.elem.attrs {
				detach(a.parts)
			}
			detach(n.elem.kids)
		}
	}
}

// expand reads a template instance that stands within a template or beside an
// element, and puts its values in their places. The result belongs to the
// chunk, as values may refer into it.
func (s *templates) expand(p *treeParser) ([]node, error) {
	p.local = true
	if s.nested++; s.nested > maxInstanceDepth {
		return nil, errDepth
	}
	defer func() { s.nested-- }()
	in, err := s.instanceAt(p.pos)
	if err != nil {
		return nil, err
	}
	vals, end, ok := readValues(nil, s.chunk[:p.end], in.values)
	if !ok {
		return nil, errTruncated
	}
	p.pos = end
	nodes := s.bind(in.template.nodes, vals)
	if s.bound > maxBound {
		return nil, errTooMuch
	}
	return nodes, nil
}

// bind returns the nodes with values in place of slots. A slot without a value
// becomes null. White space that the template has between elements is left out,
// whether the elements turn out to be there or not. It stops short when the chunk has used up its bound.
func (s *templates) bind(nodes []node, vals []value) []node {
	if s.bound += len(nodes); s.bound > maxBound {
		return nil
	}
	out := make([]node, 0, len(nodes))
	for _, n := range significant(nodes) {
		switch n.kind {
		case nodeSlot:
			n = node{kind: nodeValue, val: slotValue(vals, n.slot)}
		case nodeElement:
			if isMissing(vals, n.elem.depends) {
				continue
			}
			e := &element{name: n.elem.name, depends: -1, kids: s.bind(n.elem.kids, vals)}
			for _, a := range n.elem.attrs {
				e.attrs = append(e.attrs, attribute{a.name, s.bind(a.parts, vals)})
			}
			n.elem = e
		}
		out = append(out, n)
	}
	return out
}

// slotValue returns the value of a slot, null if there is none.
func slotValue(vals []value, slot uint16) value {
	if int(slot) < len(vals) {
		return vals[slot]
	}
	return value{}
}

// isMissing says whether an element that depends on the slot is left out
// (MS-EVEN6 section 2.2.12.2): the slot's value is null.
func isMissing(vals []value, slot int) bool {
	return slot >= 0 && slot < len(vals) && vals[slot].isNull()
}

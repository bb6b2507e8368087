// Package nested builds JSON objects from values under dotted names.
//
// A [Tree] is filled and written again and again: names become nodes once, and
// a record costs what it has, not what was seen before.
package nested

import (
	"strings"

	"github.com/dwell-project/dwell/event"
)

// maxNodes bounds the names a tree remembers. A full tree is emptied by
// [Tree.Full]'s caller.
const maxNodes = 1 << 18

// ownValue is the name of a value whose name also has names below it: with
// values under "a" and "a.b", the first is written as "a.value".
const ownValue = "value"

// Node is one dotted name in a tree.
type Node struct {
	name     string
	key      []byte // the last part as a JSON string, and a colon
	parent   *Node
	children map[string]*Node

	epoch  uint64 // the record for which the rest holds
	values []event.Field
	list   bool
	many   bool    // the children are the elements of a list
	active []*Node // children of this record, in the order of their first value
}

// Name returns the whole dotted name.
func (n *Node) Name() string { return n.name }

// Tree holds one record at a time. It is used by one goroutine.
type Tree struct {
	root  *Node
	known map[string]*Node
	epoch uint64
	nodes int
}

// New returns an empty tree.
func New() *Tree {
	t := &Tree{}
	t.clear()
	return t
}

func (t *Tree) clear() {
	t.root, t.known, t.nodes = &Node{}, map[string]*Node{}, 0
}

// Full says that the tree remembers so many names that it should be dropped,
// with all nodes that it gave.
func (t *Tree) Full() bool { return t.nodes >= maxNodes }

// Node returns the node of a dotted name. Empty parts are names too.
func (t *Tree) Node(name string) *Node {
	if n, ok := t.known[name]; ok {
		return n
	}
	parent, last := t.root, name
	if dot := strings.LastIndexByte(name, '.'); dot >= 0 {
		parent, last = t.Node(name[:dot]), name[dot+1:]
	}
	n := t.below(parent, last)
	n.name = name
	t.known[name] = n
	return n
}

func (t *Tree) below(parent *Node, part string) *Node {
	if n, ok := parent.children[part]; ok {
		return n
	}
	if parent.children == nil {
		parent.children = map[string]*Node{}
	}
	t.nodes++
	n := &Node{key: append(event.AppendJSONString(nil, []byte(part)), ':'), parent: parent}
	if parent != t.root {
		n.name = parent.name + "." + part
	} else {
		n.name = part
	}
	parent.children[part] = n
	return n
}

// Begin forgets the values for the next record.
func (t *Tree) Begin() { t.epoch++; t.enter(t.root) }

// enter makes a node part of the record.
func (t *Tree) enter(n *Node) {
	n.epoch = t.epoch
	n.values, n.active, n.list, n.many = n.values[:0], n.active[:0], false, false
}

// touch makes a node and those above it part of the record.
func (t *Tree) touch(n *Node) {
	if n.epoch == t.epoch {
		return
	}
	t.enter(n)
	t.touch(n.parent)
	n.parent.active = append(n.parent.active, n)
}

// Add gives a node one more value; several are a list. The value's bytes are
// looked at when the tree is written.
func (t *Tree) Add(n *Node, v event.Field) {
	t.touch(n)
	n.values = append(n.values, v)
}

// Set gives a node one value in the place of those it has.
func (t *Tree) Set(n *Node, v event.Field) {
	t.touch(n)
	n.values = append(n.values[:0], v)
}

// List makes a node a list however many values it has.
func (t *Tree) List(n *Node) {
	t.touch(n)
	n.list = true
}

// Elements makes a node a list whose elements are the names below it: what is
// under "a.x" and "a.y" is written as "a":[…,…].
func (t *Tree) Elements(n *Node) {
	t.touch(n)
	n.many = true
}

// Values returns the record's values of a node.
func (t *Tree) Values(n *Node) []event.Field {
	if n.epoch != t.epoch {
		return nil
	}
	return n.values
}

// Has says whether the node has a value in this record.
func (t *Tree) Has(n *Node) bool { return n.epoch == t.epoch && len(n.values) > 0 }

// In says whether the node or anything below it has a value in this record.
func (t *Tree) In(n *Node) bool { return n.epoch == t.epoch && len(n.values)+len(n.active) > 0 }

// Each calls visit for every node with values, in the order of the output.
func (t *Tree) Each(visit func(n *Node, values []event.Field)) { t.each(t.root, visit) }

func (t *Tree) each(n *Node, visit func(*Node, []event.Field)) {
	if len(n.values) > 0 {
		visit(n, n.values)
	}
	for _, c := range n.active {
		t.each(c, visit)
	}
}

// AppendJSON appends the record as one JSON object.
func (t *Tree) AppendJSON(dst []byte) []byte { return t.object(dst, t.root) }

func (t *Tree) object(dst []byte, n *Node) []byte {
	open, shut := byte('{'), byte('}')
	if n.many {
		open, shut = '[', ']'
	}
	dst = append(dst, open)
	for i, c := range n.active {
		if i > 0 {
			dst = append(dst, ',')
		}
		if !n.many {
			dst = append(dst, c.key...)
		}
		if len(c.active) == 0 {
			dst = appendValues(dst, c)
			continue
		}
		if len(c.values) > 0 {
			t.moveDown(c)
		}
		dst = t.object(dst, c)
	}
	return append(dst, shut)
}

// moveDown gives the values of a node that is an object to a member of it.
func (t *Tree) moveDown(n *Node) {
	own := t.below(n, ownValue)
	t.touch(own)
	own.values = append(own.values, n.values...)
	own.list = own.list || n.list
	n.values = n.values[:0]
}

func appendValues(dst []byte, n *Node) []byte {
	if len(n.values) == 1 && !n.list {
		return n.values[0].AppendJSON(dst)
	}
	dst = append(dst, '[')
	for i, v := range n.values {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = v.AppendJSON(dst)
	}
	return append(dst, ']')
}

package evtxwrite

// Element is an XML element. Its shape and its texts become a template, its
// values the template's values.
type Element struct {
	Name    string
	Attrs   []Attr
	Content []Node
	// Dependent says that readers leave the element out if the first value in
	// its content is null.
	Dependent bool
}

// Attr is an attribute; elements cannot be in its content.
type Attr struct {
	Name    string
	Content []Node
}

// Node is one piece of content, made by one of the functions below.
type Node struct {
	kind nodeKind
	text string // of Text and CDATA; target of PI; name of Entity
	data string // of PI
	char uint16
	val  Value
	elem *Element
}

type nodeKind byte

const (
	nodeText nodeKind = iota
	nodeCDATA
	nodeChar
	nodeEntity
	nodePI
	nodeValue
	nodeOptional
	nodeElement
)

// Text is characters that are part of the template.
func Text(s string) Node { return Node{kind: nodeText, text: s} }

// CDATA is characters in a CDATA section of the template.
func CDATA(s string) Node { return Node{kind: nodeCDATA, text: s} }

// CharRef is a character reference.
func CharRef(unit uint16) Node { return Node{kind: nodeChar, char: unit} }

// EntityRef is an entity reference, as "amp".
func EntityRef(name string) Node { return Node{kind: nodeEntity, text: name} }

// Instruction is a processing instruction.
func Instruction(target, data string) Node { return Node{kind: nodePI, text: target, data: data} }

// Sub is a value in the place of a substitution.
func Sub(v Value) Node { return Node{kind: nodeValue, val: v} }

// Optional is a value in the place of an optional substitution.
func Optional(v Value) Node { return Node{kind: nodeOptional, val: v} }

// Child is an element.
func Child(e *Element) Node { return Node{kind: nodeElement, elem: e} }

// Elem makes an element without attributes.
func Elem(name string, content ...Node) *Element { return &Element{Name: name, Content: content} }

// With adds an attribute and returns the element.
func (e *Element) With(name string, content ...Node) *Element {
	e.Attrs = append(e.Attrs, Attr{name, content})
	return e
}

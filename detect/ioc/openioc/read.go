package openioc

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"
)

// Indicator is one document.
type Indicator struct {
	ID, Name, Description, Author string
	// Modified is as it stands there.
	Modified string
	Keywords []string
	Links    []string
	// Line is where the document begins.
	Line int
	// Alternatives are STIX patterns: the indicator is seen where one matches.
	Alternatives []Alternative
	// Unused says which terms could not be used, and why.
	Unused []Unused
}

// Alternative is a STIX pattern.
type Alternative struct {
	Pattern string
	// Path and Value are those of a pattern that asks for one value at one path
	// and no more, with = in any case; else they are empty.
	Path, Value string
}

// Unused is a term that is not looked for.
type Unused struct {
	Line int
	Text string
}

// Is says whether a text is XML with an indicator in it.
func Is(text []byte) bool {
	head := text[:min(len(text), 4096)]
	return bytes.HasPrefix(bytes.TrimLeft(head, "\ufeff \t\r\n"), []byte("<")) &&
		(bytes.Contains(head, []byte("<ioc")) || bytes.Contains(head, []byte("<OpenIOC")) || bytes.Contains(head, []byte(":OpenIOC")))
}

// node is an element of a document.
type node struct {
	name  string
	line  int
	attrs map[string]string
	text  string
	kids  []*node
}

// maxNodes and maxDepth bound a document.
const (
	maxNodes = 1 << 20
	maxDepth = 64
)

// Read reads a document. What it could read before an error it returns too.
func Read(text []byte) (*Indicator, error) {
	root, err := parse(text)
	if err != nil {
		return nil, err
	}
	if root.name != "ioc" && root.name != "OpenIOC" {
		return nil, fmt.Errorf("<%s> is not OpenIOC", root.name)
	}
	meta := root
	if m := root.first("metadata"); m != nil {
		meta = m
	}
	i := &Indicator{
		ID: root.attrs["id"], Modified: root.attrs["last-modified"], Line: root.line,
		Name: meta.textOf("short_description"), Description: meta.textOf("description"), Author: meta.textOf("authored_by"),
		Keywords: strings.Fields(meta.textOf("keywords")),
	}
	if links := meta.first("links"); links != nil {
		for _, l := range links.kids {
			if l.text != "" {
				i.Links = append(i.Links, l.text)
			} else if href := l.attrs["href"]; href != "" {
				i.Links = append(i.Links, href)
			}
		}
	}
	t, err := loadTerms()
	if err != nil {
		return nil, err
	}
	r := &reader{terms: t, indicator: i}
	for _, part := range []string{"definition", "criteria"} {
		if d := root.first(part); d != nil {
			r.top(d)
		}
	}
	if len(i.Alternatives) == 0 && len(i.Unused) == 0 {
		return i, errors.New("there is no term in it")
	}
	return i, nil
}

// parse reads XML as a tree.
func parse(text []byte) (*node, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(_ string, in io.Reader) (io.Reader, error) { return in, nil } // it is UTF-8 by now
	var open []*node
	var root *node
	nodes := 0
	for {
		token, err := d.Token()
		if errors.Is(err, io.EOF) && root != nil && len(open) == 0 {
			return root, nil
		}
		if err != nil {
			return nil, fmt.Errorf("reading XML: %w", err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			line, _ := d.InputPos()
			n := &node{name: token.Name.Local, line: line, attrs: map[string]string{}}
			for _, a := range token.Attr {
				n.attrs[a.Name.Local] = strings.TrimSpace(a.Value)
			}
			if nodes++; nodes > maxNodes || len(open) >= maxDepth {
				return nil, fmt.Errorf("line %d: the document has more than %d elements, or more than %d in each other", line, maxNodes, maxDepth)
			}
			if len(open) > 0 {
				open[len(open)-1].kids = append(open[len(open)-1].kids, n)
			} else if root == nil {
				root = n
			}
			open = append(open, n)
		case xml.EndElement:
			last := open[len(open)-1]
			last.text = strings.TrimSpace(last.text)
			open = open[:len(open)-1]
		case xml.CharData:
			if len(open) > 0 {
				open[len(open)-1].text += string(token)
			}
		}
	}
}

func (n *node) first(name string) *node {
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

func (n *node) textOf(name string) string {
	if k := n.first(name); k != nil {
		return k.text
	}
	return ""
}

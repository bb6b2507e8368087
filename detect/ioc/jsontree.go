package ioc

import (
	"bytes"
	"encoding/json"
	"fmt"
	"sort"
)

// node is a JSON value that knows the line on which it begins.
type node struct {
	line    int
	members map[string]*node // of an object
	list    []*node
	text    string // of a string, a number, true and false
	isText  bool
}

// at returns the member at a path of names; nil, on which every method works,
// if there is none.
func (n *node) at(names ...string) *node {
	for _, name := range names {
		if n == nil {
			return nil
		}
		n = n.members[name]
	}
	return n
}

// str returns the text of a string, number or boolean, "" for anything else.
func (n *node) str() string {
	if n == nil {
		return ""
	}
	return n.text
}

// strs returns the texts of a list, or of a single value.
func (n *node) strs() []string {
	if n == nil {
		return nil
	}
	if n.list == nil && n.text != "" {
		return []string{n.text}
	}
	var all []string
	for _, x := range n.list {
		if s := x.str(); s != "" {
			all = append(all, s)
		}
	}
	return all
}

// items returns the members of a list.
func (n *node) items() []*node {
	if n == nil {
		return nil
	}
	return n.list
}

// jsonReader reads JSON a piece at a time.
type jsonReader struct {
	text  []byte
	dec   *json.Decoder
	lines []int // offsets at which lines end
}

func newJSONReader(text []byte) *jsonReader {
	j := &jsonReader{text: text, dec: json.NewDecoder(bytes.NewReader(text))}
	j.dec.UseNumber()
	for i, c := range text {
		if c == '\n' {
			j.lines = append(j.lines, i)
		}
	}
	return j
}

// line returns the line of the token read last.
func (j *jsonReader) line() int {
	return 1 + sort.SearchInts(j.lines, int(j.dec.InputOffset())-1)
}

// maxDepth bounds how deep JSON may nest.
const maxDepth = 100

// value reads one value whole.
func (j *jsonReader) value(depth int) (*node, error) {
	token, err := j.dec.Token()
	if err != nil {
		return nil, err
	}
	return j.rest(token, depth)
}

// rest reads what follows the first token of a value.
func (j *jsonReader) rest(token json.Token, depth int) (*node, error) {
	n := &node{line: j.line()}
	if depth > maxDepth {
		return n, fmt.Errorf("JSON nests deeper than %d", maxDepth)
	}
	switch t := token.(type) {
	case json.Delim:
		return n, j.inside(n, t, depth)
	case string:
		n.text, n.isText = t, true
	case json.Number:
		n.text = t.String()
	case bool:
		n.text = fmt.Sprint(t)
	}
	return n, nil
}

func (j *jsonReader) inside(n *node, open json.Delim, depth int) error {
	if open == '{' {
		n.members = map[string]*node{}
	}
	for j.dec.More() {
		name := ""
		if open == '{' {
			key, err := j.dec.Token()
			if err != nil {
				return err
			}
			name, _ = key.(string)
		}
		x, err := j.value(depth + 1)
		if err != nil {
			return err
		}
		if open == '{' {
			n.members[name] = x
		} else {
			n.list = append(n.list, x)
		}
	}
	_, err := j.dec.Token()
	return err
}

// each calls take with every member of the lists that stand under one of the
// names, at any depth, and with the other members of the document under their
// names, so that a list of any length is never in memory as a whole.
func (j *jsonReader) each(lists map[string]bool, take func(name string, n *node)) error {
	token, err := j.dec.Token()
	if err != nil {
		return err
	}
	switch token {
	case json.Delim('['):
		for j.dec.More() {
			n, err := j.value(0)
			if err != nil {
				return err
			}
			take("", n)
		}
	case json.Delim('{'):
		for j.dec.More() {
			if err := j.member(lists, take); err != nil {
				return err
			}
		}
	default:
		return fmt.Errorf("this is neither an object nor a list")
	}
	_, err = j.dec.Token()
	return err
}

func (j *jsonReader) member(lists map[string]bool, take func(name string, n *node)) error {
	key, err := j.dec.Token()
	if err != nil {
		return err
	}
	name, _ := key.(string)
	token, err := j.dec.Token()
	if err != nil {
		return err
	}
	if !lists[name] || token != json.Delim('[') {
		n, err := j.rest(token, 0)
		if err == nil {
			take(name, n)
		}
		return err
	}
	for j.dec.More() {
		n, err := j.value(0)
		if err != nil {
			return err
		}
		take(name, n)
	}
	_, err = j.dec.Token()
	return err
}

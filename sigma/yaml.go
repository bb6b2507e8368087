package sigma

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Limits on a document. Real rules stay two orders of magnitude below them,
// except lists of indicators, which are wide and not deep.
const (
	maxDepth = 100
	// maxNodes bounds a document after its aliases are followed.
	maxNodes = 500_000
	// maxFile bounds a rule file, in bytes.
	maxFile = 16 << 20
)

// piece is the text of one YAML document within a file.
type piece struct {
	text []byte
	line int
}

// split cuts a file at its document markers. YAML 1.2 section 9.1.2 forbids
// them at the start of a line anywhere else, so no parsing is needed, and a
// document that does not parse does not spoil the next.
func split(data []byte) []piece {
	if !bytes.Contains(data, []byte("\n---")) && !bytes.Contains(data, []byte("\n...")) {
		return []piece{{data, 1}}
	}
	var out []piece
	start, line, first := 0, 1, 1
	for at := 0; at < len(data); {
		end := len(data)
		if i := bytes.IndexByte(data[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		switch {
		case isMarker(data[at:end], "---"):
			if onlyPreamble(data[start:at]) {
				break
			}
			out = append(out, piece{data[start:at], first})
			start, first = at, line
		case isMarker(data[at:end], "..."):
			out = append(out, piece{data[start:at], first})
			start, first = end, line+1
		}
		at = end
		line++
	}
	return append(out, piece{data[start:], first})
}

func isMarker(line []byte, marker string) bool {
	rest, ok := bytes.CutPrefix(line, []byte(marker))
	return ok && (len(rest) == 0 || bytes.IndexByte([]byte(" \t\r\n"), rest[0]) >= 0)
}

// onlyPreamble says whether there is nothing but comments and directives, which
// belong to the document after them.
func onlyPreamble(text []byte) bool {
	for line := range bytes.Lines(text) {
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' && line[0] != '%' {
			return false
		}
	}
	return true
}

// parseYAML reads one document. A nil root without a problem means that there
// is nothing in it.
func (d *document) parseYAML() {
	var doc yaml.Node
	if !utf8.Valid(d.source) {
		line := d.line + invalidLine(d.source)
		d.report(CodeEncoding, "the file is not UTF-8", d.file.mark(line, 1, 1, ""))
		return
	}
	if n := valuesAtMost(d.source); n > maxNodes {
		// Before it is parsed: a node takes a hundred times its text.
		d.report(CodeExpansion, fmt.Sprintf("there may be %d values; up to %d are read", n, maxNodes), d.file.mark(d.line, 1, 1, ""))
		return
	}
	if err := yaml.Unmarshal(d.source, &doc); err != nil {
		d.reportSyntax(err)
		return
	}
	if len(doc.Content) == 0 {
		return
	}
	root := doc.Content[0]
	if d.line > 1 {
		shift(root, d.line-1)
	}
	if !d.bounded(root) {
		return
	}
	root = follow(root)
	switch {
	case root.Kind == yaml.ScalarNode && root.Tag == "!!null":
		return
	case root.Kind != yaml.MappingNode:
		d.report(CodeNotMap, "a Sigma document is a map of attributes, this is "+kindName(root), d.at(root, ""))
		return
	}
	d.root = root
}

// valuesAtMost returns about how many values a document can have at most: each
// but the first comes after a mark of YAML or on a line of its own. Texts that
// contain the marks make it more.
func valuesAtMost(text []byte) int {
	if len(text) <= maxNodes {
		return len(text)
	}
	n := max(bytes.Count(text, []byte("\n")), bytes.Count(text, []byte("- ")))
	for _, mark := range []byte(",:[{") {
		n += bytes.Count(text, []byte{mark})
	}
	return n
}

func invalidLine(text []byte) int {
	line := 0
	for l := range bytes.Lines(text) {
		if !utf8.Valid(l) {
			return line
		}
		line++
	}
	return 0
}

// yamlLine finds the line number in an error of the YAML package, which offers
// it in no other way.
var yamlLine = regexp.MustCompile(`^yaml: line (\d+): `)

func (d *document) reportSyntax(err error) {
	line, message := d.line, strings.TrimPrefix(err.Error(), "yaml: ")
	if m := yamlLine.FindStringSubmatch(err.Error()); m != nil {
		n, _ := strconv.Atoi(m[1])
		line, message = d.line+n-1, err.Error()[len(m[0]):]
	}
	text := d.file.lineText(line)
	column := 1 + len(text) - len(strings.TrimLeft(text, " "))
	mark := d.file.mark(line, column, max(utf8.RuneCountInString(strings.TrimSpace(text)), 1), "")
	d.report(CodeSyntax, "this is not YAML: "+message, mark)
}

func shift(n *yaml.Node, lines int) {
	n.Line += lines
	for _, c := range n.Content {
		shift(c, lines)
	}
}

// bounded refuses documents that are too deep, or that aliases blow up, or that
// contain themselves.
func (d *document) bounded(root *yaml.Node) bool {
	m := measure{sizes: map[*yaml.Node]int{}}
	n := m.size(root, 0)
	switch {
	case m.deep != nil:
		d.report(CodeDepth, fmt.Sprintf("nested deeper than %d", maxDepth), d.at(m.deep, ""))
	case m.cycle != nil:
		d.report(CodeExpansion, "an alias stands within its own anchor", d.at(m.cycle, ""), d.at(m.cycle.Alias, "the anchor"))
	case n >= maxNodes:
		d.report(CodeExpansion, fmt.Sprintf("more than %d values once aliases are followed", maxNodes), d.at(root, ""))
	default:
		return true
	}
	return false
}

type measure struct {
	// sizes holds the size of what an alias points at; -1 while it is counted.
	sizes       map[*yaml.Node]int
	deep, cycle *yaml.Node
}

func (m *measure) size(n *yaml.Node, depth int) int {
	if depth > maxDepth {
		m.deep = n
		return 1
	}
	if n.Kind == yaml.AliasNode {
		return m.alias(n, depth)
	}
	if n.Anchor != "" {
		m.sizes[n] = -1
	}
	total := 1
	for _, c := range n.Content {
		total = min(total+m.size(c, depth+1), maxNodes)
	}
	if n.Anchor != "" {
		m.sizes[n] = total
	}
	return total
}

func (m *measure) alias(n *yaml.Node, depth int) int {
	size, ok := m.sizes[n.Alias]
	switch {
	case !ok:
		return m.size(n.Alias, depth+1)
	case size < 0:
		m.cycle = n
		return 1
	default:
		return size
	}
}

// follow returns what an alias stands for.
func follow(n *yaml.Node) *yaml.Node {
	for n.Kind == yaml.AliasNode {
		n = n.Alias
	}
	return n
}

// pair is one key of a mapping and its value, aliases followed.
type pair struct{ key, value *yaml.Node }

// pairs lists a mapping with merge keys ("<<") resolved, in the order written.
// A key that is there twice is reported and kept once.
func (d *document) pairs(n *yaml.Node) []pair {
	out := make([]pair, 0, len(n.Content)/2)
	var merged []*yaml.Node
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := follow(n.Content[i]), follow(n.Content[i+1])
		switch {
		case key.Tag == "!!merge":
			merged = append(merged, value)
		case key.Kind != yaml.ScalarNode:
			d.report(CodeKeyType, "a key is text, this is "+kindName(key), d.at(key, ""))
		default:
			out = append(out, pair{key, value})
		}
	}
	out = d.unique(out)
	if len(merged) == 0 {
		return out
	}
	have := make(map[string]bool, len(out))
	for _, p := range out {
		have[p.key.Value] = true
	}
	for _, m := range merged {
		out = d.merge(out, have, m)
	}
	return out
}

// unique reports keys that are there twice. Few keys are compared one by one,
// many through a map.
func (d *document) unique(in []pair) []pair {
	if len(in) > 24 {
		return d.uniqueMany(in)
	}
	out := in[:0]
	for _, p := range in {
		if i := indexKey(out, p.key.Value); i >= 0 {
			d.reportDuplicate(out[i].key, p.key)
			continue
		}
		out = append(out, p)
	}
	return out
}

func (d *document) uniqueMany(in []pair) []pair {
	seen := make(map[string]*yaml.Node, len(in))
	out := in[:0]
	for _, p := range in {
		if first := seen[p.key.Value]; first != nil {
			d.reportDuplicate(first, p.key)
			continue
		}
		seen[p.key.Value] = p.key
		out = append(out, p)
	}
	return out
}

func (d *document) reportDuplicate(first, again *yaml.Node) {
	d.report(CodeDuplicateKey, fmt.Sprintf("the key %q is there twice", again.Value),
		d.at(again, "again here"), d.at(first, "first here"))
}

func indexKey(ps []pair, key string) int {
	for i, p := range ps {
		if p.key.Value == key {
			return i
		}
	}
	return -1
}

func (d *document) merge(out []pair, have map[string]bool, value *yaml.Node) []pair {
	switch value.Kind {
	case yaml.MappingNode:
		for _, p := range d.pairs(value) {
			if !have[p.key.Value] {
				have[p.key.Value] = true
				out = append(out, p)
			}
		}
	case yaml.SequenceNode:
		for _, c := range value.Content {
			out = d.merge(out, have, follow(c))
		}
	default:
		d.report(CodeStructure, "a merge key takes a map, this is "+kindName(value), d.at(value, ""))
	}
	return out
}

// kindName names what a node is, for messages.
func kindName(n *yaml.Node) string {
	switch n.Kind {
	case yaml.MappingNode:
		return "a map"
	case yaml.SequenceNode:
		return "a list"
	}
	switch n.Tag {
	case "!!null":
		return "null"
	case "!!bool":
		return "a boolean"
	case "!!int", "!!float":
		return "a number"
	case "!!timestamp":
		return "a date"
	default:
		return "text"
	}
}

// isNull says whether a scalar is YAML's null.
func isNull(n *yaml.Node) bool { return n.Kind == yaml.ScalarNode && n.Tag == "!!null" }

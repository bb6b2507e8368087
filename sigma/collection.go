package sigma

import (
	"cmp"
	"crypto/sha256"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Collection is what was read from rule files, in the order of the files.
type Collection struct {
	// Rules have the collection's filters built in.
	Rules        []*Rule
	Correlations []*Correlation
	Filters      []*Filter
	// Problems are all messages, in the order of the files and of the lines.
	Problems []Problem
	// Files is the number of files read, LeftOut that of the documents that an
	// error kept out.
	Files, LeftOut int
}

// Filter excludes events from the rules it names (Sigma filters specification).
type Filter struct {
	Meta
	LogSource LogSource
	// Rules are the ids or names of the rules it is for; Any says that it is for
	// all rules of its log source.
	Rules []string
	Any   bool
	// Expr is the filter's condition as written: a rule matches what the rule
	// and this match.
	Expr Expr
}

// Option changes how rules are read.
type Option func(*config)

type config struct {
	placeholders map[string][]string
}

// WithPlaceholders gives the values of %name% in values with the modifier
// expand; they are Sigma values and may have wildcards. A rule with a
// placeholder that is not in the table is left out with SIG312.
func WithPlaceholders(table map[string][]string) Option {
	return func(c *config) { c.placeholders = table }
}

func newConfig(opts []Option) *config {
	c := new(config)
	for _, o := range opts {
		o(c)
	}
	return c
}

// Parse reads one file, which may hold several documents. The name is for
// messages only.
func Parse(name string, data []byte, opts ...Option) *Collection {
	f := &file{name: name, data: data}
	return link([][]*entry{parseFile(f, newConfig(opts))})
}

// entry is one document of a file and what it was read to; all are nil if it
// could not be used.
type entry struct {
	doc         *document
	rule        *Rule
	correlation *Correlation
	filter      *Filter
	// id, name and refs are the nodes that other documents clash with.
	id, name *yaml.Node
	refs     []*yaml.Node
	// warned says that an ambiguous reference was reported.
	warned bool
}

// meta returns the metadata of whatever the entry is, nil if it is nothing.
func (e *entry) meta() *Meta {
	switch {
	case e.rule != nil:
		return &e.rule.Meta
	case e.correlation != nil:
		return &e.correlation.Meta
	case e.filter != nil:
		return &e.filter.Meta
	default:
		return nil
	}
}

// drop leaves the entry out because of an error that linking found.
func (e *entry) drop() { e.rule, e.correlation, e.filter = nil, nil, nil }

// template is a document that later ones build on (actions global and repeat of
// rule collections).
type template struct {
	root  *yaml.Node
	parts [][]byte
}

// fileReader reads the documents of one file in order.
type fileReader struct {
	file             *file
	cfg              *config
	global, previous template
	entries          []*entry
}

func parseFile(f *file, cfg *config) []*entry {
	r := &fileReader{file: f, cfg: cfg}
	if len(f.data) > maxFile {
		d := &document{file: f, cfg: cfg}
		d.report(CodeTooLarge, fmt.Sprintf("%d bytes; rule files are read up to %d", len(f.data), maxFile), Mark{Position: Position{File: f.name}})
		return []*entry{{doc: d}}
	}
	for _, p := range split(f.data) {
		r.read(p)
	}
	return r.entries
}

func (r *fileReader) read(p piece) {
	d := &document{file: r.file, cfg: r.cfg, source: p.text, line: p.line}
	d.parseYAML()
	parts := [][]byte{p.text}
	if d.root != nil {
		parts = r.act(d, parts)
	}
	if d.root == nil {
		if len(d.problems) > 0 {
			r.entries = append(r.entries, &entry{doc: d})
		}
		return
	}
	e := d.read()
	if m := e.meta(); m != nil {
		m.Digest = digest(parts)
	}
	d.root, d.source = nil, nil
	r.entries = append(r.entries, e)
}

func digest(parts [][]byte) (sum [32]byte) {
	if len(parts) == 1 {
		return sha256.Sum256(parts[0])
	}
	h := sha256.New()
	for _, p := range parts {
		h.Write(p)
	}
	h.Sum(sum[:0])
	return sum
}

// act applies the document's action, or the global document that is in force,
// and returns the texts that the document is made of. It leaves the root nil if
// the document only changes those that follow.
func (r *fileReader) act(d *document, parts [][]byte) [][]byte {
	action := find(d.root, "action")
	if action == nil {
		if find(d.root, "correlation") == nil && find(d.root, "filter") == nil {
			if r.global.root != nil {
				d.root = overlay(d, d.root, r.global.root, true)
				parts = slices.Concat(parts, r.global.parts)
			}
			r.previous = template{d.root, parts}
		}
		return parts
	}
	root := without(d.root, "action")
	d.root = nil
	switch action.Value {
	case "global":
		r.global = template{root, parts}
		r.previous = r.global
	case "reset":
		r.global = template{}
	case "repeat":
		if r.previous.root == nil {
			d.report(CodeAction, "action repeat: there is no document before it", d.at(action, ""))
			return parts
		}
		d.root = overlay(d, r.previous.root, root, false)
		parts = slices.Concat(parts, r.previous.parts)
		r.previous = template{d.root, parts}
	default:
		d.report(CodeUnknownAction, fmt.Sprintf("unknown action %q; there are global, reset and repeat", action.Value), d.at(action, ""))
	}
	return parts
}

// find returns a value of a mapping, nil if the key is absent.
func find(n *yaml.Node, key string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == key {
			return follow(n.Content[i+1])
		}
	}
	return nil
}

func without(n *yaml.Node, key string) *yaml.Node {
	c := *n
	c.Content = nil
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value != key {
			c.Content = append(c.Content, n.Content[i], n.Content[i+1])
		}
	}
	return &c
}

// overlay returns base with what is in top put over it, maps being joined. warn
// reports what base loses by it.
func overlay(d *document, base, top *yaml.Node, warn bool) *yaml.Node {
	out := *base
	out.Content = slices.Clone(base.Content)
	at := map[string]int{}
	for i := 0; i+1 < len(out.Content); i += 2 {
		at[out.Content[i].Value] = i + 1
	}
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, value := top.Content[i], follow(top.Content[i+1])
		j, there := at[key.Value]
		if !there {
			out.Content = append(out.Content, key, value)
			continue
		}
		mine := follow(out.Content[j])
		if mine.Kind == yaml.MappingNode && value.Kind == yaml.MappingNode {
			value = overlay(d, mine, value, warn)
		} else if warn && (mine.Kind != yaml.ScalarNode || mine.Value != value.Value || mine.Tag != value.Tag) {
			d.report(CodeOverridden, fmt.Sprintf("the global document overrides %q", key.Value),
				d.at(out.Content[j-1], "written here"), d.at(key, "overridden here"))
		}
		out.Content[j] = value
	}
	return &out
}

// read turns the document into a rule, a correlation or a filter.
func (d *document) read() *entry {
	e := &entry{doc: d}
	ps := d.pairs(d.root)
	get := func(key string) *yaml.Node {
		if i := indexKey(ps, key); i >= 0 {
			return ps[i].value
		}
		return nil
	}
	detection, correlation, filter := get("detection"), get("correlation"), get("filter")
	if detection == nil && correlation == nil && filter == nil && get("logsource") == nil {
		d.report(CodeNothingThere, "no Sigma document: it has neither detection, correlation nor filter", d.at(d.root, ""))
		return e
	}
	meta := d.meta(ps)
	e.id, e.name = get("id"), get("name")
	switch {
	case correlation != nil:
		e.correlation, e.refs = d.correlation(meta, correlation)
	case filter != nil:
		e.filter, e.refs = d.filter(meta, get("logsource"), filter)
	default:
		e.rule = d.detectionRule(meta, get("logsource"), detection)
	}
	if d.failed {
		e.drop()
	}
	return e
}

// collect gathers what is left after linking.
func collect(files [][]*entry) *Collection {
	c := &Collection{Files: len(files)}
	for _, entries := range files {
		for _, e := range entries {
			switch {
			case e.rule != nil:
				c.Rules = append(c.Rules, e.rule)
			case e.correlation != nil:
				c.Correlations = append(c.Correlations, e.correlation)
			case e.filter != nil:
				c.Filters = append(c.Filters, e.filter)
			}
			if e.doc.failed {
				c.LeftOut++
			}
			c.Problems = append(c.Problems, e.doc.finish()...)
		}
	}
	return c
}

func byPlace(a, b Problem) int {
	p, q := a.Position(), b.Position()
	return cmp.Or(cmp.Compare(p.Line, q.Line), cmp.Compare(p.Column, q.Column), strings.Compare(string(a.Code), string(b.Code)))
}

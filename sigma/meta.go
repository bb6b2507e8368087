package sigma

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// Lengths of the specification, in characters.
const (
	maxTitle       = 256
	maxDescription = 65535
)

// meta reads the attributes that rules, correlations and filters share.
func (d *document) meta(ps []pair) Meta {
	m := Meta{Position: d.position(d.root)}
	if i := indexKey(ps, "title"); i >= 0 && ps[i].value.Kind == yaml.ScalarNode {
		d.rule = ps[i].value.Value
	} else if i := indexKey(ps, "id"); i >= 0 {
		d.rule = ps[i].value.Value
	}
	titled := false
	for _, p := range ps {
		titled = titled || p.key.Value == "title"
		switch p.key.Value {
		case "logsource", "detection", "correlation", "filter":
		default:
			d.attribute(&m, p)
		}
	}
	if !titled {
		d.report(CodeTitle, "a title is missing", d.at(d.root, ""))
	}
	if isDate(m.Date) && isDate(m.Modified) && m.Modified < m.Date {
		d.report(CodeDateOrder, "modified before it was made",
			d.at(ps[indexKey(ps, "modified")].value, "modified"), d.at(ps[indexKey(ps, "date")].value, "made"))
	}
	return m
}

// attribute reads one attribute into the metadata.
func (d *document) attribute(m *Meta, p pair) {
	switch p.key.Value {
	case "title":
		m.Title = d.title(p)
	case "id":
		m.ID = d.id(p)
	case "name":
		m.Name = d.text(p)
	case "description":
		m.Description = d.short(p, maxDescription)
	case "author":
		m.Author = strings.Join(d.texts(p), ", ")
	case "date":
		m.Date = d.date(p)
	case "modified":
		m.Modified = d.date(p)
	case "license":
		m.License = d.text(p)
	case "taxonomy":
		m.Taxonomy = d.text(p)
	case "status":
		m.Status = d.status(p)
	case "level":
		m.Level = d.level(p)
	case "tags":
		m.Tags = d.tags(p)
	case "references":
		m.References = d.texts(p)
	case "fields":
		m.Fields = d.texts(p)
	case "falsepositives":
		m.FalsePositives = d.texts(p)
	case "scope":
		m.Scope = d.texts(p)
	case "related":
		m.Related = d.related(p)
	default:
		d.custom(m, p)
	}
}

func (d *document) custom(m *Meta, p pair) {
	if lower := strings.ToLower(p.key.Value); lower != p.key.Value && isAttribute(lower) {
		d.report(CodeAttributeCase, fmt.Sprintf("attributes are written in lower case: %q is not read as %q", p.key.Value, lower), d.at(p.key, ""))
	}
	var v any
	if err := p.value.Decode(&v); err != nil {
		d.report(CodeAttributeType, fmt.Sprintf("reading the attribute %q: %s", p.key.Value, strings.TrimPrefix(err.Error(), "yaml: ")), d.at(p.value, ""))
		return
	}
	if m.Custom == nil {
		m.Custom = map[string]any{}
	}
	m.Custom[p.key.Value] = v
}

func isAttribute(s string) bool {
	switch s {
	case "title", "id", "name", "description", "author", "date", "modified", "license", "taxonomy", "status", "level", "tags",
		"references", "fields", "falsepositives", "scope", "related", "logsource", "detection", "correlation", "filter":
		return true
	}
	return false
}

// text reads a scalar; null is empty.
func (d *document) text(p pair) string {
	switch {
	case p.value.Kind != yaml.ScalarNode:
		d.report(CodeAttributeType, fmt.Sprintf("%s is text, this is %s", p.key.Value, kindName(p.value)), d.at(p.value, ""))
		return ""
	case isNull(p.value):
		return ""
	default:
		return p.value.Value
	}
}

func (d *document) short(p pair, limit int) string {
	s := d.text(p)
	if len(s) > limit && utf8.RuneCountInString(s) > limit {
		d.report(CodeTitleLength, fmt.Sprintf("%s has %d characters; up to %d are allowed", p.key.Value, utf8.RuneCountInString(s), limit), d.at(p.value, ""))
	}
	return s
}

func (d *document) title(p pair) string {
	s := d.short(p, maxTitle)
	if strings.TrimSpace(s) == "" {
		d.report(CodeTitle, "the title is empty", d.at(p.value, ""))
	}
	return s
}

// texts reads a list of scalars, or one scalar as a list of one.
func (d *document) texts(p pair) []string {
	if p.value.Kind == yaml.ScalarNode {
		if s := d.text(p); s != "" {
			return []string{s}
		}
		return nil
	}
	if p.value.Kind != yaml.SequenceNode {
		d.report(CodeAttributeType, fmt.Sprintf("%s is a list, this is %s", p.key.Value, kindName(p.value)), d.at(p.value, ""))
		return nil
	}
	out := make([]string, 0, len(p.value.Content))
	for _, c := range p.value.Content {
		if c = follow(c); c.Kind != yaml.ScalarNode {
			d.report(CodeAttributeType, fmt.Sprintf("%s is a list of text, this is %s", p.key.Value, kindName(c)), d.at(c, ""))
			continue
		}
		out = append(out, c.Value)
	}
	return out
}

func (d *document) id(p pair) string {
	s := d.text(p)
	if s != "" && !isUUID(s) {
		d.report(CodeUUID, fmt.Sprintf("the id %q is no UUID", s), d.at(p.value, ""))
	}
	return s
}

// isUUID checks the form of RFC 9562 section 4.
func isUUID(s string) bool {
	if len(s) != 36 {
		return false
	}
	for i := range len(s) {
		switch c := s[i]; i {
		case 8, 13, 18, 23:
			if c != '-' {
				return false
			}
		default:
			if (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
				return false
			}
		}
	}
	return true
}

func (d *document) date(p pair) string {
	s := d.text(p)
	if s != "" && !isDate(s) {
		d.report(CodeDate, fmt.Sprintf("%q is no date of the form YYYY-MM-DD", s), d.at(p.value, ""))
	}
	return s
}

func isDate(s string) bool {
	_, err := time.Parse(time.DateOnly, s)
	return err == nil
}

func (d *document) status(p pair) Status {
	s := d.text(p)
	v, ok := ParseStatus(s)
	if !ok && s != "" {
		d.advise(CodeStatus, "stable, test, experimental, deprecated or unsupported",
			fmt.Sprintf("unknown status %q", s), d.at(p.value, ""))
	}
	return v
}

func (d *document) level(p pair) Level {
	s := d.text(p)
	v, ok := ParseLevel(s)
	if !ok && s != "" {
		d.advise(CodeLevel, "informational, low, medium, high or critical",
			fmt.Sprintf("unknown level %q", s), d.at(p.value, ""))
	}
	return v
}

func (d *document) related(p pair) []Related {
	if p.value.Kind != yaml.SequenceNode {
		d.report(CodeRelated, "related is a list of maps with id and type, this is "+kindName(p.value), d.at(p.value, ""))
		return nil
	}
	var out []Related
	for _, c := range p.value.Content {
		c = follow(c)
		if c.Kind != yaml.MappingNode {
			d.report(CodeRelated, "related is a list of maps with id and type, this is "+kindName(c), d.at(c, ""))
			continue
		}
		var r Related
		for _, q := range d.pairs(c) {
			switch q.key.Value {
			case "id":
				r.ID = d.id(q)
			case "type":
				r.Type = d.relation(q)
			}
		}
		out = append(out, r)
	}
	return out
}

func (d *document) relation(p pair) string {
	s := d.text(p)
	switch s {
	case "derived", "obsolete", "merged", "renamed", "similar":
	// Plural and older spellings that rule sets carry mean the same.
	case "obsoletes":
		return "obsolete"
	default:
		d.advise(CodeRelated, "derived, obsolete, merged, renamed or similar",
			fmt.Sprintf("unknown relation %q", s), d.at(p.value, ""))
	}
	return s
}

// tags reads and checks the tags (Sigma tags appendix).
func (d *document) tags(p pair) []string {
	out := d.texts(p)
	if p.value.Kind == yaml.ScalarNode {
		for _, tag := range out {
			d.checkTag(tag, p.value)
		}
		return out
	}
	var many map[string]*yaml.Node
	if len(p.value.Content) > 32 {
		many = make(map[string]*yaml.Node, len(p.value.Content))
	}
	for i, n := range p.value.Content {
		if n = follow(n); n.Kind != yaml.ScalarNode {
			continue
		}
		d.checkTag(n.Value, n)
		if first := firstTag(p.value.Content[:i], many, n); first != nil {
			d.report(CodeDuplicateTag, fmt.Sprintf("the tag %q is there twice", n.Value), d.at(n, "again here"), d.at(first, "first here"))
		}
	}
	return out
}

func (d *document) checkTag(tag string, n *yaml.Node) {
	if complaint, code := checkTag(tag); complaint != "" {
		d.report(code, complaint, d.at(n, ""))
	}
}

// firstTag returns an earlier node with the same text, from the map if there is
// one.
func firstTag(earlier []*yaml.Node, many map[string]*yaml.Node, n *yaml.Node) *yaml.Node {
	if many != nil {
		first := many[n.Value]
		if first == nil {
			many[n.Value] = n
		}
		return first
	}
	for _, e := range earlier {
		if e = follow(e); e.Value == n.Value {
			return e
		}
	}
	return nil
}

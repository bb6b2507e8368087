package sigma

import (
	"fmt"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"
)

// lower turns the values of an item into an expression.
func (it *item) lower(n *yaml.Node) Expr {
	if !it.checkModifiers() {
		return nil
	}
	values, list := []*yaml.Node{n}, n.Kind == yaml.SequenceNode
	if list {
		values = n.Content
	}
	if len(values) == 0 {
		return it.emptyList(n)
	}
	out := make([]Expr, 0, len(values))
	for _, v := range values {
		v = follow(v)
		if list && isNull(v) && len(values) > 1 && it.field != "" {
			it.d.report(CodeNullInList, "null in a list of values: the specification wants a search identifier of its own for it", it.d.at(v, ""), it.d.at(it.key, "the field"))
		}
		if e := it.value(v); e != nil {
			out = append(out, e)
		}
	}
	if list {
		it.checkRepeated(values)
	}
	if it.all && len(values) == 1 {
		it.d.report(CodeSingleAll, "the modifier all has one value only", it.d.at(n, "one value"), it.d.at(it.key, ""))
	}
	return it.join(out)
}

func (it *item) join(out []Expr) Expr {
	var e Expr
	switch {
	case len(out) == 0:
		return nil
	case it.all:
		e = and(out)
	default:
		e = or(out)
	}
	if it.negated {
		return Not{e}
	}
	return e
}

func (it *item) emptyList(n *yaml.Node) Expr {
	if it.field == "" {
		it.d.report(CodeEmptyIdentifier, "there are no keywords in this list", it.d.at(n, ""))
		return nil
	}
	it.d.report(CodeEmptyList, "an empty list is read as null", it.d.at(n, ""), it.d.at(it.key, "the field"))
	return it.join([]Expr{it.predicate(&term{node: n}, IsNull)})
}

// checkModifiers reports unknown modifiers and those there twice.
func (it *item) checkModifiers() bool {
	ok := true
	for i := range it.mods {
		m := &it.mods[i]
		switch {
		case !known(m.name):
			it.d.report(CodeModifier, fmt.Sprintf("unknown modifier %q", m.name), it.mark(m, ""))
			ok = false
		case m.name == "all":
			it.all = true
		case m.name == "neq":
			it.negated = true
		}
		for j := range i {
			if it.mods[j].name == m.name && ok {
				it.d.report(CodeModifierTwice, fmt.Sprintf("the modifier %s is there twice", m.name), it.mark(m, "again here"), it.mark(&it.mods[j], "first here"))
			}
		}
	}
	return ok
}

// checkRepeated warns of a value that is in a list twice.
func (it *item) checkRepeated(values []*yaml.Node) {
	seen := func(n *yaml.Node, i int) *yaml.Node {
		for _, v := range values[:i] {
			if v = follow(v); v.Value == n.Value && v.Tag == n.Tag {
				return v
			}
		}
		return nil
	}
	if len(values) > 16 {
		at := make(map[string]*yaml.Node, len(values))
		seen = func(n *yaml.Node, _ int) *yaml.Node {
			key := n.Tag + "\x00" + n.Value
			if first := at[key]; first != nil {
				return first
			}
			at[key] = n
			return nil
		}
	}
	for i, v := range values {
		v = follow(v)
		if v.Kind != yaml.ScalarNode {
			continue
		}
		if first := seen(v, i); first != nil {
			it.d.report(CodeDuplicateValue, "the value is in the list twice", it.d.at(v, "again here"), it.d.at(first, "first here"))
		}
	}
}

// value runs one value through the modifiers.
func (it *item) value(n *yaml.Node) Expr {
	t, ok := it.term(n)
	if !ok {
		return nil
	}
	for i := range it.mods {
		if !it.apply(&it.mods[i], &t) {
			return nil
		}
	}
	return it.finish(&t)
}

// finish turns a value with all its modifiers applied into an expression.
func (it *item) finish(t *term) Expr {
	switch t.kind {
	case anyTerm:
		out := make([]Expr, 0, len(t.any))
		for i := range t.any {
			if e := it.finish(&t.any[i]); e != nil {
				out = append(out, e)
			}
		}
		if len(out) == 0 {
			return nil
		}
		return or(out)
	case textTerm, numberTerm, boolTerm:
		return it.finishText(t)
	case nullTerm:
		if it.field == "" {
			it.d.report(CodeEmptyKeyword, "null is no keyword", it.d.at(t.node, ""))
			return nil
		}
		return it.predicate(t, IsNull)
	case regexTerm:
		return it.finishRegex(t)
	case cidrTerm:
		return it.finishCIDR(t)
	case compareTerm:
		p := it.predicate(t, t.op)
		p.Number = t.number
		return p
	case refTerm:
		return it.finishRef(t)
	case existsTerm:
		p := it.predicate(t, Exists)
		if !t.truth {
			return Not{p}
		}
		return p
	default:
		p := it.predicate(t, TimePart)
		p.Number, p.Part, p.Ref.Op = t.number, t.part, t.op
		return p
	}
}

func (it *item) predicate(t *term, op Op) *Predicate {
	p := &Predicate{Field: it.field, Op: op, Position: it.d.position(t.node), Written: t.node.Value}
	return p
}

func (it *item) finishText(t *term) Expr {
	p := it.predicate(t, Equals)
	p.Cased = t.cased
	pattern := t.pattern
	if t.kind != textTerm {
		pattern = Pattern{{Literal: t.text}}
	}
	if it.field == "" && t.text == "" && len(pattern.canonical()) == 0 {
		it.d.report(CodeEmptyKeyword, "an empty keyword is in every record", it.d.at(t.node, ""))
		return nil
	}
	if t.inside || it.field == "" && !it.position {
		star := PatternPart{Wildcard: '*'}
		pattern = append(append(Pattern{star}, pattern...), star)
	}
	if t.wide != nil {
		it.d.report(CodeWideAlone, fmt.Sprintf("the modifier %s without Base64 after it looks for the bytes of UTF-16 in text", t.wide.name), it.mark(t.wide, ""))
	}
	pattern = pattern.canonical()
	p.Op, p.Text = pattern.classify()
	if p.Op == Glob {
		p.Pattern = pattern
	}
	return p
}

func (it *item) finishRegex(t *term) Expr {
	text := t.text
	if t.starts && !t.ends {
		text = `\A(?:` + text + `)`
	} else if t.ends && !t.starts {
		text = `(?:` + text + `)\z`
	}
	re, fault := compileRegex(text, t.flags, &it.d.regexSize)
	if fault != nil {
		mark := it.d.at(t.node, "")
		if i := strings.Index(t.node.Value, fault.fragment); i >= 0 && fault.fragment != "" {
			mark = it.d.within(t.node, i, len(fault.fragment), "")
		}
		it.d.report(fault.code, fault.message, mark)
		return nil
	}
	p := it.predicate(t, Regex)
	p.Cased, p.Regexp = true, re
	return p
}

func (it *item) finishCIDR(t *term) Expr {
	prefix, hostBits, err := parseCIDR(t.text)
	if err != nil {
		it.d.report(CodeCIDR, err.Error(), it.d.at(t.node, ""))
		return nil
	}
	if hostBits {
		it.d.report(CodeHostBits, fmt.Sprintf("the address has bits outside its network, which is read as %s", prefix), it.d.at(t.node, ""))
	}
	p := it.predicate(t, CIDR)
	p.Prefix = prefix
	return p
}

func (it *item) finishRef(t *term) Expr {
	p := it.predicate(t, FieldRef)
	p.Cased = t.cased
	p.Ref.Field = t.text
	switch {
	case t.starts && t.ends:
		p.Ref.Op = Contains
	case t.starts:
		p.Ref.Op = StartsWith
	case t.ends:
		p.Ref.Op = EndsWith
	}
	return p
}

// and and or leave a single member alone.
func and(list []Expr) Expr {
	if len(list) == 1 {
		return list[0]
	}
	return And(list)
}

func or(list []Expr) Expr {
	if len(list) == 1 {
		return list[0]
	}
	return Or(list)
}

// identifier compiles a search identifier; nil if something is wrong in it.
func (d *document) identifier(n *yaml.Node) Expr {
	switch n.Kind {
	case yaml.MappingNode:
		return d.mapping(n)
	case yaml.SequenceNode:
		return d.list(n)
	default:
		it := &item{d: d, key: n}
		return it.lower(n)
	}
}

func (d *document) mapping(n *yaml.Node) Expr {
	ps := d.pairs(n)
	if len(ps) == 0 {
		d.report(CodeEmptyIdentifier, "there is nothing in this map", d.at(n, ""))
		return nil
	}
	out := make([]Expr, 0, len(ps))
	for _, p := range ps {
		if e := d.parseKey(p.key).lower(p.value); e != nil {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return and(out)
}

// list compiles a list of keywords, or a list whose members are alternatives.
func (d *document) list(n *yaml.Node) Expr {
	plain := true
	for _, c := range n.Content {
		plain = plain && follow(c).Kind == yaml.ScalarNode
	}
	if plain {
		it := &item{d: d, key: n}
		return it.lower(n)
	}
	out := make([]Expr, 0, len(n.Content))
	for _, c := range n.Content {
		if e := d.identifier(follow(c)); e != nil {
			out = append(out, e)
		}
	}
	if len(out) == 0 {
		return nil
	}
	return or(out)
}

// compiled is a compiled search identifier.
type compiled struct {
	name string
	key  *yaml.Node
	expr Expr
	used bool
}

// identifiers compiles every search identifier of a detection or filter.
func (d *document) identifiers(ps []pair, reserved ...string) []compiled {
	out := make([]compiled, 0, len(ps))
next:
	for _, p := range ps {
		for _, r := range reserved {
			if p.key.Value == r {
				continue next
			}
		}
		if !identifierName.MatchString(p.key.Value) || isReserved(p.key.Value) {
			d.report(CodeReserved, fmt.Sprintf("%q cannot name a search identifier", p.key.Value), d.at(p.key, ""))
		}
		out = append(out, compiled{name: p.key.Value, key: p.key, expr: d.identifier(p.value)})
	}
	if len(out) == 0 {
		d.report(CodeNoIdentifier, "there is no search identifier", d.at(d.root, ""))
	}
	if len(out) > maxIdentifiers {
		d.report(CodeConditionTooDeep, fmt.Sprintf("there are more than %d search identifiers", maxIdentifiers), d.at(out[maxIdentifiers].key, ""))
		return nil
	}
	return out
}

// identifierName is what a condition can refer to.
var identifierName = regexp.MustCompile(`^[\pL\pN_.-]+$`)

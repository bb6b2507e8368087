package openioc

import (
	"fmt"
	"slices"
	"strings"
)

// said is a part of the tree as STIX says it: a comparison about objects of one
// type, or, with observation set, an expression over observations.
type said struct {
	text        string
	typ         string // of the objects, "" for several
	observation bool
	// path and value are those of a lone = in any case.
	path, value string
}

// expression returns the part as an observation expression.
func (s said) expression() string {
	if s.observation {
		return s.text
	}
	return "[" + s.text + "]"
}

type reader struct {
	terms     map[string]string
	indicator *Indicator
}

func (r *reader) unused(n *node, format string, args ...any) {
	r.indicator.Unused = append(r.indicator.Unused, Unused{n.line, fmt.Sprintf(format, args...)})
}

// top reads a definition: what stands in it beside each other, and an OR at the
// top, are alternatives.
func (r *reader) top(definition *node) {
	for _, k := range definition.kids {
		parts := []*node{k}
		if k.name == "Indicator" && !isAnd(k) {
			parts = k.kids
		}
		for _, p := range parts {
			if s, ok := r.part(p); ok {
				r.indicator.Alternatives = append(r.indicator.Alternatives, Alternative{Pattern: s.expression(), Path: s.path, Value: s.value})
			}
		}
	}
}

func isAnd(n *node) bool { return strings.EqualFold(n.attrs["operator"], "AND") }

// part reads an Indicator or an IndicatorItem; not ok if nothing is left of it.
func (r *reader) part(n *node) (said, bool) {
	switch n.name {
	case "IndicatorItem":
		return r.item(n)
	case "Indicator":
	default:
		r.unused(n, "<%s> is not understood", n.name)
		return said{}, false
	}
	var parts []said
	for _, k := range n.kids {
		s, ok := r.part(k)
		if ok {
			parts = append(parts, s)
		} else if isAnd(n) {
			r.unused(n, "an AND whose terms are not all understood is left out")
			return said{}, false
		}
	}
	switch {
	case len(parts) == 0:
		return said{}, false
	case len(parts) == 1:
		return parts[0], true
	case isAnd(n):
		return allOf(parts), true
	default:
		return oneOf(parts), true
	}
}

func oneOf(parts []said) said {
	result := said{typ: parts[0].typ}
	for _, p := range parts {
		result.observation = result.observation || p.observation
		if p.typ != result.typ {
			result.typ = ""
		}
	}
	return join(result, parts, " OR ")
}

// allOf joins what is about objects of one type as being about one object, and
// the rest as seen on one host.
func allOf(parts []said) said {
	var types []string
	of := map[string][]said{}
	for i, p := range parts {
		typ := p.typ
		if p.observation || typ == "" {
			typ = fmt.Sprintf("%d", i) // not to be joined with any other
		}
		if !slices.Contains(types, typ) {
			types = append(types, typ)
		}
		of[typ] = append(of[typ], p)
	}
	var joined []said
	for _, typ := range types {
		if group := of[typ]; len(group) == 1 {
			joined = append(joined, group[0])
		} else {
			joined = append(joined, join(said{typ: typ}, group, " AND "))
		}
	}
	if len(joined) == 1 {
		return joined[0]
	}
	return join(said{observation: true}, joined, " AND ")
}

// join writes parts with a word between them, as result is.
func join(result said, parts []said, word string) said {
	var texts []string
	for _, p := range parts {
		text := p.text
		if result.observation {
			text = p.expression()
		}
		if strings.Contains(text, " AND ") || strings.Contains(text, " OR ") {
			if !result.observation || p.observation {
				text = "(" + text + ")"
			}
		}
		texts = append(texts, text)
	}
	result.text = strings.Join(texts, word)
	return result
}

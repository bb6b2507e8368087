package sigma

import (
	"fmt"
	"slices"
	"strings"
)

// retype runs the modifiers that make something else of text.
func (it *item) retype(m *modifier, t *term) bool {
	if m.name != "fieldref" {
		if earlier := it.textModifierBefore(m); earlier != nil {
			it.d.report(CodeContradiction, fmt.Sprintf("the modifiers %s and %s cannot be combined", earlier.name, m.name),
				it.mark(m, "this takes the value as written"), it.mark(earlier, "this has changed it"))
			return false
		}
	}
	if t.kind != textTerm {
		return it.refuse(m, t, "text")
	}
	t.by = m
	switch m.name {
	case "re":
		t.kind, t.text = regexTerm, t.pattern.literal()
	case "cidr":
		t.kind, t.text = cidrTerm, t.pattern.literal()
	case "fieldref":
		if it.field == "" {
			return it.refuseKeyword(m)
		}
		if t.pattern.hasWildcard() {
			t.by = nil
			return it.refuseWildcard(m, t)
		}
		t.kind, t.text = refTerm, withoutBlanks(t.pattern.literal())
	}
	return true
}

// textModifierBefore returns a modifier before m that changes text.
func (it *item) textModifierBefore(m *modifier) *modifier {
	for i := range it.mods {
		if it.mods[i].offset == m.offset {
			return nil
		}
		switch it.mods[i].name {
		case "contains", "startswith", "endswith", "base64", "base64offset", "wide", "utf16le", "utf16be", "utf16", "windash", "fieldref":
			return &it.mods[i]
		}
	}
	return nil
}

func (it *item) refuseKeyword(m *modifier) bool {
	it.d.report(CodeKeywordModifier, fmt.Sprintf("the modifier %s needs a field", m.name), it.mark(m, ""))
	return false
}

func (it *item) flag(m *modifier, t *term) bool {
	if t.kind != regexTerm {
		it.d.report(CodeContradiction, fmt.Sprintf("the modifier %s comes after re only", m.name), it.mark(m, ""))
		return false
	}
	f := m.name[:1]
	if m.name == "dotall" {
		f = "s"
	}
	if m.name == "ignorecase" {
		f = "i"
	}
	if !strings.Contains(t.flags, f) {
		t.flags += f
	}
	return true
}

func (it *item) exists(m *modifier, t *term) bool {
	switch {
	case it.field == "":
		return it.refuseKeyword(m)
	case t.kind == textTerm && t.by == nil && (strings.EqualFold(t.pattern.literal(), "true") || strings.EqualFold(t.pattern.literal(), "false")):
		it.d.report(CodeValueAsText, "the modifier exists takes true or false without quotes", it.d.at(t.node, ""), it.mark(m, "the modifier"))
		t.truth = strings.EqualFold(t.pattern.literal(), "true")
	case t.kind != boolTerm:
		return it.refuse(m, t, "true or false")
	}
	for i := range it.mods {
		if o := &it.mods[i]; o.name != "exists" && o.name != "neq" && o.name != "all" {
			it.d.report(CodeContradiction, fmt.Sprintf("the modifiers exists and %s cannot be combined", o.name), it.mark(o, ""), it.mark(m, "this asks for no value"))
			return false
		}
	}
	t.kind, t.by = existsTerm, m
	return true
}

var comparisons = map[string]Op{"lt": Less, "lte": LessEqual, "gt": Greater, "gte": GreaterEqual}

func (it *item) compare(m *modifier, t *term) bool {
	if it.field == "" {
		return it.refuseKeyword(m)
	}
	if t.kind == partTerm {
		t.op, t.by = comparisons[m.name], m
		return true
	}
	if !it.asNumber(m, t) {
		return it.refuse(m, t, "a number")
	}
	t.kind, t.op, t.by = compareTerm, comparisons[m.name], m
	return true
}

// asNumber accepts a number in quotes, with a warning.
func (it *item) asNumber(m *modifier, t *term) bool {
	if t.kind == numberTerm {
		return true
	}
	if t.kind != textTerm || t.by != nil || t.pattern.hasWildcard() || it.textModifierBefore(m) != nil {
		return false
	}
	n, ok := ParseNumber([]byte(t.pattern.literal()))
	if !ok {
		return false
	}
	it.d.report(CodeValueAsText, fmt.Sprintf("the modifier %s takes a number without quotes", m.name), it.d.at(t.node, ""), it.mark(m, "the modifier"))
	t.kind, t.number = numberTerm, n
	return true
}

// partRange is what the time parts can be.
var partRange = map[string][2]float64{
	"minute": {0, 59}, "hour": {0, 23}, "day": {1, 31}, "week": {1, 53}, "month": {1, 12}, "year": {0, 9999},
}

func (it *item) timePart(m *modifier, t *term) bool {
	if it.field == "" {
		return it.refuseKeyword(m)
	}
	if !it.asNumber(m, t) {
		return it.refuse(m, t, "a number")
	}
	if r := partRange[m.name]; t.number < r[0] || t.number > r[1] {
		it.d.report(CodeTimePart, fmt.Sprintf("the %s is from %v to %v: %v never is", m.name, r[0], r[1], t.number), it.d.at(t.node, ""), it.mark(m, "the modifier"))
	}
	t.kind, t.part, t.op, t.by = partTerm, m.name, Equals, m
	return true
}

// expand replaces %name% by the values of the table. A percent sign after a
// backslash is plain.
func (it *item) expand(m *modifier, t *term) bool {
	regex := t.kind == regexTerm
	if regex {
		t.pattern = Pattern{{Literal: t.text}}
	}
	parts := splitPlaceholders(t.pattern)
	total, found := 1, false
	for _, p := range parts {
		if p.placeholder == "" {
			continue
		}
		found = true
		values, ok := it.d.cfg.placeholders[p.placeholder]
		if !ok || len(values) == 0 {
			it.d.advise(CodePlaceholder, "give its values in the table of placeholders", fmt.Sprintf("the placeholder %%%s%% has no values", p.placeholder), it.d.at(t.node, ""))
			return false
		}
		if total *= len(values); total > maxExpansion {
			it.d.report(CodeTooManyValues, fmt.Sprintf("expand makes more than %d values of this", maxExpansion), it.d.at(t.node, ""), it.mark(m, "the modifier"))
			return false
		}
	}
	if !found {
		it.d.report(CodeNoPlaceholder, "the modifier expand finds no placeholder here", it.d.at(t.node, ""), it.mark(m, "the modifier"))
	}
	spellings := []Pattern{nil}
	for _, p := range parts {
		spellings = it.extend(spellings, p)
	}
	if !it.spread(m, t, spellings) {
		return false
	}
	if regex {
		t.text = t.pattern.literal()
		for i := range t.any {
			t.any[i].text = t.any[i].pattern.literal()
		}
	}
	return true
}

// piecePart is a part of a pattern or a placeholder.
type piecePart struct {
	PatternPart
	placeholder string
}

// extend appends a part to every spelling, once for each of its values.
func (it *item) extend(spellings []Pattern, p piecePart) []Pattern {
	if p.placeholder == "" {
		for i := range spellings {
			spellings[i] = append(slices.Clip(spellings[i]), p.PatternPart)
		}
		return spellings
	}
	values := it.d.cfg.placeholders[p.placeholder]
	out := make([]Pattern, 0, len(spellings)*len(values))
	for _, s := range spellings {
		for _, v := range values {
			value := Pattern{{Literal: v}}
			if !it.raw {
				value = parsePattern(v)
			}
			out = append(out, append(slices.Clip(s), value...))
		}
	}
	return out
}

// splitPlaceholders finds the placeholders of a pattern's literals.
func splitPlaceholders(p Pattern) []piecePart {
	var out []piecePart
	literal := func(s string) {
		if s != "" {
			out = append(out, piecePart{PatternPart: PatternPart{Literal: strings.ReplaceAll(s, `\%`, "%")}})
		}
	}
	for _, part := range p {
		if part.Wildcard != 0 {
			out = append(out, piecePart{PatternPart: part})
			continue
		}
		s, from := part.Literal, 0
		for i := 0; i < len(s); i++ {
			if s[i] != '%' || i > 0 && s[i-1] == '\\' {
				continue
			}
			n := strings.IndexByte(s[i+1:], '%')
			if n < 0 {
				break
			}
			if n == 0 {
				continue
			}
			literal(s[from:i])
			out = append(out, piecePart{placeholder: s[i+1 : i+1+n]})
			i += n + 1
			from = i + 1
		}
		literal(s[from:])
	}
	return out
}

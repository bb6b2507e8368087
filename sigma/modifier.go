package sigma

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"math"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// modifier is one modifier of a key with its place.
type modifier struct {
	name   string
	offset int // in the key, in bytes
}

// item is one key of a search identifier: field, modifiers, values.
type item struct {
	d     *document
	key   *yaml.Node
	field string
	mods  []modifier

	all, negated bool
	// raw says that values are regular expressions, in which wildcards mean
	// nothing; position that a modifier says where in the value to look.
	raw, position bool
}

// termKind is what modifiers have made of a value.
type termKind uint8

const (
	textTerm termKind = iota
	numberTerm
	boolTerm
	nullTerm
	regexTerm
	cidrTerm
	compareTerm
	refTerm
	existsTerm
	partTerm
	// anyTerm is several values of which one must match, also under all.
	anyTerm
)

// term is one value on its way through the modifiers.
type term struct {
	node *yaml.Node
	kind termKind
	// by is the modifier that gave it its kind.
	by *modifier

	pattern Pattern // textTerm
	cased   bool
	// inside says that the text is found anywhere unless a modifier says where
	// (base64offset).
	inside bool
	wide   *modifier
	// text is the canonical text of numbers and booleans, the regular
	// expression, or the field referred to.
	text   string
	number float64
	truth  bool
	op     Op // compareTerm, partTerm
	// starts and ends are how a regular expression or reference is anchored.
	starts, ends bool
	flags        string
	part         string
	any          []term
}

// parseKey splits a key into field and modifiers.
func (d *document) parseKey(key *yaml.Node) *item {
	it := &item{d: d, key: key}
	field, rest, more := strings.Cut(key.Value, "|")
	it.field = withoutBlanks(field)
	offset := len(field) + 1
	for more {
		var name string
		name, rest, more = strings.Cut(rest, "|")
		it.mods = append(it.mods, modifier{name, offset})
		switch name {
		case "re":
			it.raw = true
		case "startswith", "endswith":
			it.position = true
		}
		offset += len(name) + 1
	}
	return it
}

// withoutBlanks is how field names are compared: the specification strips all
// spaces of names as a source shows them.
func withoutBlanks(s string) string {
	if !strings.ContainsAny(s, " \t") {
		return s
	}
	return strings.Map(func(r rune) rune {
		if r == ' ' || r == '\t' {
			return -1
		}
		return r
	}, s)
}

// mark points at a modifier in its key.
func (it *item) mark(m *modifier, label string) Mark {
	return it.d.within(it.key, m.offset, len(m.name), label)
}

// term reads one YAML value.
func (it *item) term(n *yaml.Node) (term, bool) {
	t := term{node: n}
	switch {
	case n.Kind != yaml.ScalarNode:
		it.d.report(CodeStructure, "a field's value is text, a number, a boolean, null or a list of these, this is "+kindName(n), it.d.at(n, ""), it.d.at(it.key, "the field"))
		return t, false
	case it.raw && n.Tag != "!!null":
		t.pattern = Pattern{{Literal: n.Value}}
		return t, true
	}
	switch n.Tag {
	case "!!null":
		t.kind = nullTerm
	case "!!bool":
		t.kind, t.truth = boolTerm, strings.EqualFold(n.Value, "true")
		t.text = strconv.FormatBool(t.truth)
	case "!!int", "!!float":
		if text, number, ok := canonicalNumber(n); ok {
			t.kind, t.text, t.number = numberTerm, text, number
			break
		}
		t.pattern = parsePattern(n.Value)
	default:
		t.pattern = parsePattern(n.Value)
		it.checkBoolean(n)
	}
	return t, true
}

// checkBoolean warns of words that YAML 1.1 and 1.2 read differently.
func (it *item) checkBoolean(n *yaml.Node) {
	if n.Style != 0 || len(n.Value) > 3 {
		return
	}
	switch strings.ToLower(n.Value) {
	case "yes", "no", "on", "off":
		it.d.advise(CodeYAMLBoolean, "quote it, or write true or false",
			fmt.Sprintf("%s is text here, and a boolean for tools that read YAML 1.1", n.Value), it.d.at(n, ""))
	}
}

// canonicalNumber returns a YAML number as the text that values are compared
// with: decimal numbers as written, 0x1F as 31. A number that begins with a
// needless zero is no number here: YAML 1.1 takes it for octal and 1.2 does not,
// and its author means the digits.
func canonicalNumber(n *yaml.Node) (string, float64, bool) {
	digits := strings.TrimLeft(n.Value, "+-")
	if len(digits) > 1 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9' {
		return "", 0, false
	}
	if strings.Trim(digits, "0123456789.") == "" {
		f, err := strconv.ParseFloat(n.Value, 64)
		return strings.TrimPrefix(n.Value, "+"), f, err == nil
	}
	var i int64
	if n.Tag == "!!int" && n.Decode(&i) == nil {
		return strconv.FormatInt(i, 10), float64(i), true
	}
	var u uint64
	if n.Tag == "!!int" && n.Decode(&u) == nil {
		return strconv.FormatUint(u, 10), float64(u), true
	}
	var f float64
	if n.Decode(&f) != nil || math.IsInf(f, 0) || math.IsNaN(f) {
		return "", 0, false
	}
	return strconv.FormatFloat(f, 'f', -1, 64), f, true
}

// apply runs a modifier over a value, each member of an expansion for itself.
func (it *item) apply(m *modifier, t *term) bool {
	if t.kind == anyTerm {
		for i := range t.any {
			if !it.apply(m, &t.any[i]) {
				return false
			}
		}
		return true
	}
	switch m.name {
	case "all", "neq":
		return true
	case "contains", "startswith", "endswith":
		return it.place(m, t)
	case "cased":
		return it.casedText(m, t)
	case "base64", "base64offset", "wide", "utf16le", "utf16be", "utf16", "windash", "expand":
		return it.transform(m, t)
	case "re", "cidr", "fieldref":
		return it.retype(m, t)
	case "i", "ignorecase", "m", "multiline", "s", "dotall":
		return it.flag(m, t)
	case "exists":
		return it.exists(m, t)
	case "gt", "gte", "lt", "lte":
		return it.compare(m, t)
	default:
		return it.timePart(m, t)
	}
}

// known says whether a modifier exists.
func known(name string) bool {
	switch name {
	case "all", "neq", "contains", "startswith", "endswith", "cased", "base64", "base64offset", "wide", "utf16le", "utf16be",
		"utf16", "windash", "expand", "re", "cidr", "fieldref", "i", "ignorecase", "m", "multiline", "s", "dotall", "exists",
		"gt", "gte", "lt", "lte", "minute", "hour", "day", "week", "month", "year":
		return true
	}
	return false
}

// refuse says that a modifier cannot take what it is given: because of another
// modifier, or because of how the value is written.
func (it *item) refuse(m *modifier, t *term, wants string) bool {
	if t.by != nil {
		it.d.report(CodeContradiction, fmt.Sprintf("the modifiers %s and %s cannot be combined", t.by.name, m.name),
			it.mark(m, "this takes "+wants), it.mark(t.by, "this leaves none"))
		return false
	}
	it.d.report(CodeValueType, fmt.Sprintf("the modifier %s takes %s, this is %s", m.name, wants, kindName(t.node)),
		it.d.at(t.node, ""), it.mark(m, "the modifier"))
	return false
}

// asText makes text of a number or boolean where a modifier wants text, and
// warns of it.
func (it *item) asText(m *modifier, t *term) bool {
	if t.by != nil || t.kind != numberTerm && t.kind != boolTerm {
		return t.kind == textTerm
	}
	it.d.advise(CodeValueAsText, "quote it", fmt.Sprintf("the modifier %s takes text, this is %s and read as text", m.name, kindName(t.node)),
		it.d.at(t.node, ""), it.mark(m, "the modifier"))
	t.kind, t.pattern = textTerm, Pattern{{Literal: t.text}}
	return true
}

func (it *item) place(m *modifier, t *term) bool {
	if t.kind == regexTerm || t.kind == refTerm {
		t.starts = t.starts || m.name != "endswith"
		t.ends = t.ends || m.name != "startswith"
		return true
	}
	if !it.asText(m, t) {
		return it.refuse(m, t, "text")
	}
	t.inside = false
	star := PatternPart{Wildcard: '*'}
	it.checkNeedless(m, t)
	p := make(Pattern, 0, len(t.pattern)+2)
	if m.name != "startswith" {
		p = append(p, star)
	}
	p = append(p, t.pattern...)
	if m.name != "endswith" {
		p = append(p, star)
	}
	t.pattern = p
	return true
}

// checkNeedless warns of a wildcard that the modifier puts there anyway.
func (it *item) checkNeedless(m *modifier, t *term) {
	n := len(t.pattern)
	if n < 2 || t.by != nil || it.mods[0].offset != m.offset {
		return
	}
	lead, trail := t.pattern[0].Wildcard == '*', t.pattern[n-1].Wildcard == '*'
	if m.name != "startswith" && lead || m.name != "endswith" && trail {
		it.d.report(CodeNeedlessWildcard, fmt.Sprintf("the modifier %s puts a wildcard here already", m.name),
			it.d.at(t.node, ""), it.mark(m, "the modifier"))
	}
}

func (it *item) casedText(m *modifier, t *term) bool {
	switch t.kind {
	case refTerm:
	case regexTerm:
		it.d.report(CodeModifierNoEffect, "regular expressions are case-sensitive without the modifier cased", it.mark(m, ""))
	default:
		if !it.asText(m, t) {
			return it.refuse(m, t, "text")
		}
	}
	t.cased = true
	return true
}

// transform runs the modifiers that make other text of text.
func (it *item) transform(m *modifier, t *term) bool {
	if t.kind == regexTerm && m.name == "expand" {
		return it.expand(m, t)
	}
	if !it.asText(m, t) {
		return it.refuse(m, t, "text")
	}
	switch m.name {
	case "windash":
		return it.windash(m, t)
	case "expand":
		return it.expand(m, t)
	case "base64", "base64offset":
		if t.pattern.hasWildcard() {
			return it.refuseWildcard(m, t)
		}
		return it.base64(m, t)
	}
	t.wide = m
	for i := range t.pattern {
		if part := &t.pattern[i]; part.Wildcard == 0 {
			part.Literal = recode(m.name, part.Literal, i == 0)
		}
	}
	return true
}

func recode(name, s string, first bool) string {
	if name == "utf16be" {
		return encodeUTF16(s, binary.BigEndian, false)
	}
	return encodeUTF16(s, binary.LittleEndian, name == "utf16" && first)
}

func (it *item) refuseWildcard(m *modifier, t *term) bool {
	it.d.advise(CodeWildcard, `a plain * or ? is written \* or \?`, fmt.Sprintf("the modifier %s takes no wildcards", m.name),
		it.d.at(t.node, ""), it.mark(m, "the modifier"))
	return false
}

func (it *item) base64(m *modifier, t *term) bool {
	text := t.pattern.literal()
	t.wide = nil
	if m.name == "base64" {
		t.pattern = Pattern{{Literal: base64.StdEncoding.EncodeToString([]byte(text))}}
		return true
	}
	shifts := base64Shifts(text)
	alternatives := make([]term, len(shifts))
	for i, s := range shifts {
		alternatives[i] = *t
		alternatives[i].pattern, alternatives[i].inside = Pattern{{Literal: s}}, true
	}
	t.kind, t.any = anyTerm, alternatives
	return true
}

// Limits on the spellings that one value, and all values of a document, may
// expand to.
const (
	maxExpansion    = 5_000
	maxAllExpansion = 200_000
)

func (it *item) windash(m *modifier, t *term) bool {
	spellings, ok := windash(t.pattern, maxExpansion)
	if !ok {
		it.d.report(CodeTooManyValues, fmt.Sprintf("windash makes more than %d values of this", maxExpansion), it.d.at(t.node, ""), it.mark(m, "the modifier"))
		return false
	}
	return it.spread(m, t, spellings)
}

// spread makes alternatives of a text, which keep everything else of it.
func (it *item) spread(m *modifier, t *term, spellings []Pattern) bool {
	if len(spellings) == 1 {
		t.pattern = spellings[0]
		return true
	}
	if it.d.expanded += len(spellings); it.d.expanded > maxAllExpansion {
		it.d.report(CodeTooManyValues, fmt.Sprintf("%s makes more than %d values in this document", m.name, maxAllExpansion), it.d.at(t.node, ""), it.mark(m, "the modifier"))
		return false
	}
	alternatives := make([]term, len(spellings))
	for i, s := range spellings {
		alternatives[i] = *t
		alternatives[i].pattern = s
	}
	t.kind, t.any = anyTerm, alternatives
	return true
}

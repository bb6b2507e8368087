package sigma

import "net/netip"

// Key is what a predicate asks, as a comparable value: two predicates with the
// same key have the same answer on every record. Text without case is folded in
// it, so that rules that differ in case alone share their predicates.
type Key struct {
	Field  string
	Op     Op
	Cased  bool
	Text   string // literal, pattern, or regular expression
	Number float64
	Prefix netip.Prefix
	Ref    Ref
	Part   string
}

// Key returns the predicate's identity.
func (p *Predicate) Key() Key {
	k := Key{Field: p.Field, Op: p.Op, Cased: p.Cased, Number: p.Number, Prefix: p.Prefix, Ref: p.Ref, Part: p.Part}
	switch p.Op {
	case Regex:
		k.Text = p.Regexp.String()
	case Glob:
		k.Text = p.Pattern.String()
	default:
		k.Text = p.Text
	}
	if !p.Cased {
		k.Text = FoldString(k.Text)
	}
	return k
}

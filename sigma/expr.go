package sigma

import (
	"net/netip"
	"regexp"
)

// Expr is a boolean expression over the fields of one record: [And], [Or],
// [Not], [Const] or a [*Predicate]. String writes it to be read by people, and
// [ParseExpr] reads that back.
type Expr interface {
	expr()
	String() string
}

// And is true if all of its members are; Or if any is.
type (
	And []Expr
	Or  []Expr
)

// Not is true if X is false.
type Not struct{ X Expr }

// Const is an expression whose value does not depend on the record.
type Const bool

func (And) expr()        {}
func (Or) expr()         {}
func (Not) expr()        {}
func (Const) expr()      {}
func (*Predicate) expr() {}

// Op is what a predicate asks of a value.
type Op uint8

// The operators. Text operators compare with Unicode case folded (see [Fold])
// unless the predicate is Cased.
const (
	// Equals: the value is Text.
	Equals Op = iota
	// Contains, StartsWith, EndsWith: the value has Text in that place.
	Contains
	StartsWith
	EndsWith
	// Glob: the value as a whole matches Pattern, which has wildcards that are
	// not just at its ends. The pattern * alone asks for any value, an empty
	// text too, but not for null.
	Glob
	// Regex: Regexp finds a match in the value. Cased is always true; the flag
	// i is part of Regexp.
	Regex
	// CIDR: the value is an IP address within Prefix.
	CIDR
	// Less, LessEqual, Greater, GreaterEqual: the value, read as a number (see
	// [ParseNumber]), stands so to Number. A value that is no number does not
	// match.
	Less
	LessEqual
	Greater
	GreaterEqual
	// Exists: the record has the field, whatever its value.
	Exists
	// IsNull: the record lacks the field or its value is null.
	IsNull
	// FieldRef: the value stands in relation Ref.Op (Equals, Contains,
	// StartsWith or EndsWith) to a value of the field Ref.Field.
	FieldRef
	// TimePart: the part Part of the value, read as a time in UTC (see
	// [ParseTime]), stands in relation Ref.Op (Equals or a comparison) to
	// Number. The week is that of ISO 8601.
	TimePart
)

// Predicate is one question to the values of one field. A record in which the
// field is repeated satisfies it if any value does. Predicates are compared by
// what they ask, so Position and Written take no part in their identity.
type Predicate struct {
	// Field is the Sigma name without blanks, "" for a keyword: then any value
	// of the record may answer.
	Field string
	Op    Op
	Cased bool
	// Text is the literal of Equals, Contains, StartsWith, EndsWith with
	// escapes removed, in its own case.
	Text string
	// Pattern is the pattern of Glob.
	Pattern Pattern
	Regexp  *regexp.Regexp
	Prefix  netip.Prefix
	Number  float64
	Ref     Ref
	Part    string // minute, hour, day, week, month, year

	// Position is the value's place in the rule file, Written its text there,
	// for messages and explanations.
	Position Position
	Written  string
}

// Ref is the other side of a FieldRef predicate.
type Ref struct {
	Field string
	Op    Op
}

// Pattern is a value with wildcards: literals, and between them Star (any
// characters, also none) or Question (exactly one character).
type Pattern []PatternPart

// PatternPart is one piece of a pattern: a literal if Wildcard is 0.
type PatternPart struct {
	Literal  string
	Wildcard byte // 0, '*' or '?'
}

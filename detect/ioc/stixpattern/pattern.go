package stixpattern

import (
	"regexp"
	"time"
)

// Pattern is one STIX pattern.
type Pattern struct {
	Root Expr
	// Tests are the tests in Root in the order of the text; a test's number is
	// its place here.
	Tests []*Test
	// OneHost says, beyond the language, that all observations of a match are
	// of one host, and that one may stand for several tests: so OpenIOC means
	// it. Who gives observations to a [Sequence] keeps hosts apart.
	OneHost bool
}

// Expr is an observation expression: a [*Test], [*Joined] or [*Qualified].
type Expr interface {
	isExpr()
	appendTo(dst []byte, within int) []byte
}

// Test asks something of one observation: a comparison expression in brackets.
type Test struct {
	Comparison Comparison
	// Number is the test's place in [Pattern.Tests].
	Number int
}

// Joint is how observation expressions are joined.
type Joint uint8

// The joints, from the loosest to the tightest.
const (
	FollowedBy Joint = iota
	Or
	And
)

// Joined is two observation expressions: X AND Y asks both of different
// observations, X FOLLOWEDBY Y also that none of Y is before one of X.
type Joined struct {
	Joint Joint
	X, Y  Expr
}

// Qualified is an observation expression with one qualifier.
type Qualified struct {
	X         Expr
	Qualifier Qualifier
}

// Qualifier is a [Within], [Repeats] or [StartStop].
type Qualifier interface{ appendQualifier(dst []byte) []byte }

// Within asks that the observations are no farther apart than this.
type Within struct {
	Seconds Literal // Int or Float, positive
}

// Repeats asks for so many matches, no observation being in two of them.
type Repeats struct{ Times int64 }

// StartStop asks that every observation is from Start on and before Stop.
type StartStop struct{ Start, Stop time.Time }

func (*Test) isExpr()      {}
func (*Joined) isExpr()    {}
func (*Qualified) isExpr() {}

// Duration returns the longest time between two observations.
func (w Within) Duration() time.Duration {
	const most = float64(1<<63-1) / float64(time.Second)
	s := w.Seconds.Float
	if w.Seconds.Kind == Int {
		s = float64(w.Seconds.Int)
	}
	if s >= most {
		return 1<<63 - 1
	}
	return time.Duration(s * float64(time.Second))
}

// Comparison is a comparison expression: a [*Both], [*Either] or [*PropTest].
type Comparison interface {
	isComparison()
	appendTo(dst []byte, within int) []byte
}

// Both holds of the objects of which X and Y do, Either of those of which one
// of them does.
type (
	Both   struct{ X, Y Comparison }
	Either struct{ X, Y Comparison }
)

// PropTest asks something of the values at one path.
type PropTest struct {
	Path    Path
	Negated bool
	Op      Op
	// Values has one literal; of In any number, of Exists none.
	Values []Literal

	regexp *regexp.Regexp // of Like and Matches
	net    network        // of IsSubset and IsSuperset
	fold   bool           // case makes no difference
}

func (*Both) isComparison()     {}
func (*Either) isComparison()   {}
func (*PropTest) isComparison() {}

// Op is what a [PropTest] asks.
type Op uint8

// The operators.
const (
	Equal Op = iota
	NotEqual
	Less
	LessEqual
	Greater
	GreaterEqual
	In
	Like
	Matches
	IsSubset
	IsSuperset
	Exists
)

// String returns the operator as it is written.
func (o Op) String() string {
	return [...]string{"=", "!=", "<", "<=", ">", ">=", "IN", "LIKE", "MATCHES", "ISSUBSET", "ISSUPERSET", "EXISTS"}[o]
}

// Path is an object path: an object's type and the steps to a value in it.
type Path struct {
	Type  string
	Steps []Step // the first is a key
}

// Step is a key, or a place in a list.
type Step struct {
	Key string // if Index is false
	// Index says that the step is [Place], or [*] if All.
	Index, All bool
	Place      int64
}

// Kind is the type of a literal.
type Kind uint8

// The types of literals.
const (
	String Kind = iota
	Int
	Float
	Bool
	Timestamp
	Hex
	Binary
)

// Literal is a constant. The field of its kind holds its value.
type Literal struct {
	Kind  Kind
	Text  string // String
	Int   int64
	Float float64
	Bool  bool
	Time  time.Time
	Bytes []byte // Hex and Binary
}

package sigma

// Level is a rule's severity (Sigma specification, "level").
type Level uint8

// The levels in ascending order; LevelNone is a rule that names none.
const (
	LevelNone Level = iota
	Informational
	Low
	Medium
	High
	Critical
)

// Status is a rule's maturity (Sigma specification, "status").
type Status uint8

// The statuses of the specification; StatusNone is a rule that names none.
const (
	StatusNone Status = iota
	Stable
	Test
	Experimental
	Deprecated
	Unsupported
)

// LogSource says which records a rule is for. An empty part means any.
type LogSource struct {
	Category, Product, Service string
	Definition                 string
}

// Position is a place in a rule file; Line and Column count from 1.
type Position struct {
	File         string
	Line, Column int
}

// Meta is what rules, correlations and filters have in common.
type Meta struct {
	Title, ID, Name, Description string
	Author, Date, Modified       string
	License, Taxonomy            string
	Status                       Status
	Level                        Level
	Tags, References, Fields     []string
	FalsePositives, Scope        []string
	Related                      []Related
	// Custom holds the attributes that the specification does not name, as
	// decoded from YAML.
	Custom map[string]any
	// Position is where the document begins.
	Position Position
	// Digest is the SHA-256 of the document's text.
	Digest [32]byte
}

// Related names another rule and how this one relates to it.
type Related struct{ ID, Type string }

// Rule is one detection rule.
type Rule struct {
	Meta
	LogSource LogSource
	// Expr is the condition with every search identifier, modifier, wildcard
	// and filter resolved. A condition list is the Or of its members.
	Expr Expr
	// Filters are those that Expr has built in.
	Filters []*Filter
	// Count is the old aggregation "| count() …" of the condition, nil if none.
	Count *Correlation
	// Timeframe is the detection's timeframe attribute, for Count; 0 if there is
	// none, which is no limit.
	Timeframe Timespan
}

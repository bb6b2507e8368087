package sigma

import "time"

// CorrelationType is the kind of a correlation (Sigma correlation rules
// specification, "type").
type CorrelationType string

// The correlation types of the specification and of its extensions.
const (
	EventCount              CorrelationType = "event_count"
	ValueCount              CorrelationType = "value_count"
	Temporal                CorrelationType = "temporal"
	TemporalOrdered         CorrelationType = "temporal_ordered"
	TemporalExtended        CorrelationType = "temporal_extended"
	TemporalOrderedExtended CorrelationType = "temporal_ordered_extended"
	ValueSum                CorrelationType = "value_sum"
	ValueAvg                CorrelationType = "value_avg"
	ValuePercentile         CorrelationType = "value_percentile"
	ValueMedian             CorrelationType = "value_median"
)

// Timespan is the length of a correlation's window. M and y are taken as 30 and
// 365 days.
type Timespan time.Duration

// Correlation relates matches of other rules to one another.
type Correlation struct {
	Meta
	Type CorrelationType
	// Rules are the ids or names of the rules and correlations referred to, in
	// the order written.
	Rules []string
	// GroupBy are the fields, or aliases, whose values must agree.
	GroupBy  []string
	Timespan Timespan
	// Aliases maps an alias to the field that stands for it, by rule as
	// referred to in Rules.
	Aliases map[string]map[string]string
	// Generate says that the rules referred to also give matches of their own.
	Generate  bool
	Condition CorrelationCondition
}

// CorrelationCondition is what must hold in the window.
type CorrelationCondition struct {
	// Bounds must all hold of the count, sum, average, percentile or median,
	// or of the number of different rules for a temporal type. Empty for a
	// temporal type means all rules.
	Bounds []Bound
	// Fields are what value_count counts combinations of and what the other
	// value types compute over (one then).
	Fields []string
	// Percentile is from 0 to 100, for value_percentile.
	Percentile float64
	// Expr is the boolean condition over rule references of an extended
	// temporal type, nil otherwise. Its predicates have Field "" and Text the
	// rule's reference.
	Expr Expr
}

// Bound compares a figure with a number; Op is Less, LessEqual, Greater,
// GreaterEqual or Equals, and Not turns it round (neq).
type Bound struct {
	Op     Op
	Not    bool
	Number float64
}

package correlation

import (
	"math"
	"slices"

	"github.com/dwell-project/dwell/sigma"
)

// kind is what a correlation computes over a window.
type kind uint8

const (
	counting     kind = iota // events
	distinct                 // different values
	summing                  // exact sum of values
	averaging                // sum ÷ number of values
	percentage               // percentile of values
	together                 // different rules
	inOrder                  // longest run of rules in the order listed
	expression               // boolean over the rules seen
	alternatives             // expression whose rules come in the order named
)

// condition is a compiled sigma.CorrelationCondition.
type condition struct {
	kind       kind
	bounds     []sigma.Bound
	percentile float64
	rules      int // how many rules are referred to
	expr       logic
	chains     []chain // alternatives

	// keep is how many different values decide the bounds of a window that
	// closes; with more of them only the exact figure is still to be found.
	keep int

	// rising: more events never make it false, so that it is decided as events
	// come. What is not rising is decided when a window closes.
	rising bool
}

// temporal says whether the condition asks which rules matched, and so whether
// a correlation below still holds, not how often it came to.
func (c *condition) temporal() bool { return c.kind >= together }

// valued says whether the condition computes over numbers.
func (c *condition) valued() bool { return c.kind >= summing && c.kind <= percentage }

// monotone says whether a condition that holds for some events holds for any
// more, whatever their values, so that it can be announced before all are in.
func (c *condition) monotone() bool { return c.rising && c.kind != summing }

// meets says whether a figure is within the bounds.
func (c *condition) meets(figure float64) bool {
	for _, b := range c.bounds {
		if compare(figure, b) == b.Not {
			return false
		}
	}
	return true
}

func compare(figure float64, b sigma.Bound) bool {
	switch b.Op {
	case sigma.Less:
		return figure < b.Number
	case sigma.LessEqual:
		return figure <= b.Number
	case sigma.Greater:
		return figure > b.Number
	case sigma.GreaterEqual:
		return figure >= b.Number
	default:
		return figure == b.Number
	}
}

// conditionOf compiles the condition of a node that refers to refs.
func (c *compiler) conditionOf(n *node, refs []reference) bool {
	k := n.correlation
	from := &k.Condition
	to := condition{bounds: from.Bounds, percentile: from.Percentile, rules: len(refs)}
	switch k.Type {
	case sigma.EventCount:
		to.kind = counting
	case sigma.ValueCount:
		to.kind = distinct
	case sigma.ValueSum:
		to.kind = summing
	case sigma.ValueAvg:
		to.kind = averaging
	case sigma.ValuePercentile:
		to.kind = percentage
	case sigma.ValueMedian:
		to.kind, to.percentile = percentage, 50
	case sigma.Temporal, sigma.TemporalExtended:
		to.kind = together
	case sigma.TemporalOrdered, sigma.TemporalOrderedExtended:
		to.kind = inOrder
	default:
		c.problem(n, sigma.CodeCorrelationType, "correlation type %q is unknown", k.Type)
		return false
	}
	n.condition = to
	return c.checkFields(n) && c.checkBounds(n) && c.checkExpr(n, refs)
}

func (c *compiler) checkFields(n *node) bool {
	fields := n.correlation.Condition.Fields
	switch {
	case n.condition.kind == distinct && len(fields) == 0:
		c.problem(n, sigma.CodeConditionField, "value_count needs a field to count the values of")
	case n.condition.valued() && len(fields) != 1:
		c.problem(n, sigma.CodeConditionField, "%s needs exactly one field", n.correlation.Type)
	default:
		return true
	}
	return false
}

func (c *compiler) checkBounds(n *node) bool {
	k := &n.condition
	if len(k.bounds) == 0 && n.correlation.Condition.Expr == nil {
		if !k.temporal() {
			c.problem(n, sigma.CodeBounds, "%s needs a condition", n.correlation.Type)
			return false
		}
		k.bounds = []sigma.Bound{{Op: sigma.GreaterEqual, Number: float64(k.rules)}}
	}
	k.rising = k.kind != averaging && k.kind != percentage
	for _, b := range k.bounds {
		if math.IsNaN(b.Number) {
			c.problem(n, sigma.CodeBounds, "a bound of the condition is no number")
			return false
		}
		k.rising = k.rising && !b.Not && (b.Op == sigma.Greater || b.Op == sigma.GreaterEqual)
		k.keep = max(k.keep, int(min(max(b.Number, 0), 1<<30))+2)
	}
	if k.rising {
		k.keep = math.MaxInt
	}
	return true
}

// checkExpr compiles a boolean condition over rules.
func (c *compiler) checkExpr(n *node, refs []reference) bool {
	x := n.correlation.Condition.Expr
	if x == nil {
		return true
	}
	k := &n.condition
	if !k.temporal() {
		c.problem(n, sigma.CodeCorrelationCondition, "a condition over rules needs a temporal type, not %s", n.correlation.Type)
		return false
	}
	for _, name := range namedIn(x) {
		if !slices.ContainsFunc(refs, func(r reference) bool { return r.text == name }) {
			c.problem(n, sigma.CodeExtendedRules, "the condition names %q, which is not among the rules", name)
			return false
		}
	}
	k.expr = compileLogic(x, refs, false)
	k.rising = k.rising && !k.expr.negated()
	if k.kind == together {
		k.kind = expression
		return true
	}
	k.kind = alternatives
	named := namedIn(x)
	chains, ok := k.expr.chains()
	if !ok {
		c.problem(n, sigma.CodeCorrelationCondition, "the condition has more than %d alternatives", maxAlternatives)
		return false
	}
	k.chains = orderChains(chains, named, refs)
	return true
}

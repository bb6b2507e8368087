package sigma

import (
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// aggregationForm is "count() by Field > 5" and its kind, as rules had it
// before correlations (Sigma specification 1.0, "Aggregation expression").
var aggregationForm = regexp.MustCompile(`^\s*(\w+)\s*\(\s*([^()]*?)\s*\)\s*(?:by\s+(.+?)\s*)?(<=|>=|==|!=|=|<|>)\s*(-?[0-9.]+)\s*$`)

// aggregation reads what stands after the pipe of a condition.
func (d *document) aggregation(r *Rule, n *yaml.Node, text string, offset int) *Correlation {
	here := func(s string) Mark {
		if i := strings.Index(text, s); i >= 0 {
			return d.within(n, offset+i, len(s), "")
		}
		return d.at(n, "")
	}
	if word := strings.TrimSpace(text); strings.HasPrefix(word, "near") {
		d.advise(CodeNear, "write a correlation of type temporal", "the specification has near no more", here("near"))
		return nil
	}
	m := aggregationForm.FindStringSubmatch(text)
	if m == nil {
		d.advise(CodeAggregation, "count(field) by group > number", "this is no aggregation", here(strings.TrimSpace(text)))
		return nil
	}
	function, field, by, op, number := m[1], withoutBlanks(m[2]), m[3], m[4], m[5]
	c := &Correlation{Meta: r.Meta, Rules: []string{ruleReference(&r.Meta)}, Timespan: r.Timeframe}
	if by != "" {
		for g := range strings.SplitSeq(by, ",") {
			c.GroupBy = append(c.GroupBy, withoutBlanks(g))
		}
	}
	if field != "" {
		c.Condition.Fields = []string{field}
	}
	value, err := strconv.ParseFloat(number, 64)
	if err != nil {
		d.report(CodeAggregation, fmt.Sprintf("%q is no number", number), here(number))
		return nil
	}
	c.Condition.Bounds = []Bound{aggregationBound(op, value)}
	if !setFunction(c, function, field) {
		d.advise(CodeAggregation, "count, sum, avg, min or max; all but count need a field",
			fmt.Sprintf("unknown aggregation %s(%s)", function, field), here(function))
		return nil
	}
	return c
}

// setFunction makes a correlation of the aggregation function; min and max are
// the percentiles 0 and 100.
func setFunction(c *Correlation, function, field string) bool {
	if function == "count" {
		c.Type = EventCount
		if field != "" {
			c.Type = ValueCount
		}
		return true
	}
	switch function {
	case "sum":
		c.Type = ValueSum
	case "avg":
		c.Type = ValueAvg
	case "min", "max":
		c.Type = ValuePercentile
		if function == "max" {
			c.Condition.Percentile = 100
		}
	default:
		return false
	}
	return field != ""
}

func aggregationBound(op string, number float64) Bound {
	switch op {
	case "<":
		return Bound{Op: Less, Number: number}
	case "<=":
		return Bound{Op: LessEqual, Number: number}
	case ">":
		return Bound{Op: Greater, Number: number}
	case ">=":
		return Bound{Op: GreaterEqual, Number: number}
	default:
		return Bound{Op: Equals, Not: op == "!=", Number: number}
	}
}

// ruleReference is how a rule is referred to: by id, else name, else title.
func ruleReference(m *Meta) string {
	switch {
	case m.ID != "":
		return m.ID
	case m.Name != "":
		return m.Name
	default:
		return m.Title
	}
}

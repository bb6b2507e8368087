package sigma

import (
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// detectionRule reads a rule once its metadata is known.
func (d *document) detectionRule(meta Meta, logsource, detection *yaml.Node) *Rule {
	r := &Rule{Meta: meta, LogSource: d.logSource(logsource)}
	if detection == nil {
		d.report(CodeDetection, "the detection is missing", d.at(d.root, ""))
		return r
	}
	if detection.Kind != yaml.MappingNode {
		d.report(CodeDetection, "a detection is a map of search identifiers and a condition, this is "+kindName(detection), d.at(detection, ""))
		return r
	}
	ps := d.pairs(detection)
	ids := d.identifiers(ps, "condition", "timeframe")
	var condition, timeframe *yaml.Node
	if i := indexKey(ps, "condition"); i >= 0 {
		condition = ps[i].value
	}
	if i := indexKey(ps, "timeframe"); i >= 0 {
		timeframe = ps[i].value
		r.Timeframe = d.timespan(timeframe, CodeTimeframe)
	}
	if condition == nil {
		d.report(CodeCondition, "the condition is missing", d.at(detection, ""))
		return r
	}
	if len(ids) == 0 {
		return r
	}
	d.conditions(r, condition, ids)
	if timeframe != nil && r.Count == nil && !d.failed {
		d.report(CodeTimeframeUnused, "the timeframe is for aggregations, and the condition has none", d.at(timeframe, ""))
	}
	d.unused(ids, condition)
	return r
}

// conditions reads the condition or the list of conditions, of which one must
// hold.
func (d *document) conditions(r *Rule, n *yaml.Node, ids []compiled) {
	list := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		list = n.Content
	}
	if len(list) == 0 {
		d.report(CodeCondition, "the list of conditions is empty", d.at(n, ""))
		return
	}
	var out []Expr
	for _, c := range list {
		c = follow(c)
		e, rest, pipe := d.condition(c, ids)
		if e != nil {
			out = append(out, e)
		}
		switch {
		case pipe < 0:
		case len(list) > 1:
			d.report(CodeAggregation, "an aggregation cannot stand in a list of conditions", d.within(c, pipe, 1, ""))
		default:
			r.Count = d.aggregation(r, c, rest, pipe+1)
		}
	}
	if len(out) == 0 {
		return
	}
	r.Expr = or(out)
	if exprSize(r.Expr, maxExprSize) >= maxExprSize {
		d.report(CodeConditionTooDeep, fmt.Sprintf("the condition comes to more than %d predicates", maxExprSize), d.at(n, ""))
	}
}

func (d *document) unused(ids []compiled, condition *yaml.Node) {
	if d.failed {
		return
	}
	for i := range ids {
		if !ids[i].used {
			d.report(CodeUnused, fmt.Sprintf("the condition does not use %q", ids[i].name), d.at(ids[i].key, "defined here"), d.at(condition, "not in here"))
		}
	}
}

// logSource reads and checks the log source.
func (d *document) logSource(n *yaml.Node) LogSource {
	var ls LogSource
	if n == nil {
		d.report(CodeLogSource, "the logsource is missing", d.at(d.root, ""))
		return ls
	}
	if n.Kind != yaml.MappingNode {
		d.report(CodeLogSourceType, "a logsource is a map, this is "+kindName(n), d.at(n, ""))
		return ls
	}
	for _, p := range d.pairs(n) {
		switch p.key.Value {
		case "category":
			ls.Category = d.logSourcePart(p)
		case "product":
			ls.Product = d.logSourcePart(p)
		case "service":
			ls.Service = d.logSourcePart(p)
		case "definition":
			ls.Definition = d.text(p)
		default:
			if lower := strings.ToLower(p.key.Value); lower != p.key.Value {
				d.report(CodeLogSourceUnknown, fmt.Sprintf("logsource attributes are written in lower case: %q is not read as %q", p.key.Value, lower), d.at(p.key, ""))
			}
		}
	}
	if ls.Category == "" && ls.Product == "" && ls.Service == "" && !d.failed {
		d.report(CodeLogSourceEmpty, "without category, product or service the rule is for every record", d.at(n, ""))
	}
	return ls
}

// logSourcePart reads a part in lower case, as it is compared.
func (d *document) logSourcePart(p pair) string {
	if p.value.Kind != yaml.ScalarNode {
		d.report(CodeLogSourceType, fmt.Sprintf("%s is text, this is %s", p.key.Value, kindName(p.value)), d.at(p.value, ""))
		return ""
	}
	if isNull(p.value) {
		return ""
	}
	s := strings.ToLower(p.value.Value)
	if s != p.value.Value {
		d.report(CodeLogSourceCase, fmt.Sprintf("the %s is written in lower case: %s", p.key.Value, s), d.at(p.value, ""))
	}
	return s
}

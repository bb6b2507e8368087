package sigma

import (
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"
)

// filter reads a filter once its metadata is known. The nodes are those of the
// rules it names, for linking.
func (d *document) filter(meta Meta, logsource, n *yaml.Node) (*Filter, []*yaml.Node) {
	f := &Filter{Meta: meta, LogSource: d.logSource(logsource)}
	if n.Kind != yaml.MappingNode {
		d.report(CodeFilterRules, "a filter is a map of rules, search identifiers and a condition, this is "+kindName(n), d.at(n, ""))
		return f, nil
	}
	ps := d.pairs(n)
	refs := d.filterRules(f, n, ps)
	ids := d.identifiers(ps, "condition", "rules")
	i := indexKey(ps, "condition")
	if i < 0 {
		d.report(CodeFilterCondition, "the condition is missing", d.at(n, ""))
		return f, refs
	}
	condition := ps[i].value
	if condition.Kind != yaml.ScalarNode {
		d.report(CodeFilterCondition, "a filter's condition is text, this is "+kindName(condition), d.at(condition, ""))
		return f, refs
	}
	if len(ids) == 0 {
		return f, refs
	}
	e, _, pipe := d.condition(condition, ids)
	if pipe >= 0 {
		d.report(CodeFilterCondition, "a filter has no aggregation", d.within(condition, pipe, 1, ""))
	}
	f.Expr = e
	if e != nil && exprSize(e, maxExprSize) >= maxExprSize {
		d.report(CodeConditionTooDeep, fmt.Sprintf("the condition comes to more than %d predicates", maxExprSize), d.at(condition, ""))
	}
	d.unused(ids, condition)
	if words := strings.Fields(strings.ToLower(strings.ReplaceAll(condition.Value, "(", " "))); !d.failed && !slices.Contains(words, "not") {
		d.advise(CodeFilterKeeps, "write not before what is to be left out",
			"without not, the rules match only what the filter matches", d.at(condition, ""))
	}
	return f, refs
}

// filterRules reads the rules that the filter is for. An empty list is any, as
// other tools take it.
func (d *document) filterRules(f *Filter, n *yaml.Node, ps []pair) []*yaml.Node {
	i := indexKey(ps, "rules")
	if i < 0 {
		d.advise(CodeFilterRules, "a list of ids or names, or any", "the rules that the filter is for are missing", d.at(n, ""))
		return nil
	}
	value := ps[i].value
	if value.Kind == yaml.ScalarNode && strings.EqualFold(value.Value, "any") || value.Kind == yaml.SequenceNode && len(value.Content) == 0 {
		f.Any = true
		return nil
	}
	nodes := []*yaml.Node{value}
	if value.Kind == yaml.SequenceNode {
		nodes = value.Content
	}
	var refs []*yaml.Node
	for _, r := range nodes {
		if r = follow(r); r.Kind != yaml.ScalarNode || r.Value == "" || isNull(r) {
			d.report(CodeFilterRules, "a rule is referred to by id or name, this is "+kindName(r), d.at(r, ""))
			continue
		}
		f.Rules = append(f.Rules, r.Value)
		refs = append(refs, r)
	}
	return refs
}

// covers says whether a filter's log source includes a rule's.
func (ls LogSource) covers(rule LogSource) bool {
	part := func(mine, theirs string) bool { return mine == "" || mine == theirs }
	return part(ls.Category, rule.Category) && part(ls.Product, rule.Product) && part(ls.Service, rule.Service)
}

package sigma

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"go.yaml.in/yaml/v3"
)

// correlationReader reads the correlation section of a document.
type correlationReader struct {
	d *document
	c *Correlation
	// refs are the nodes of the references in c.Rules.
	refs []*yaml.Node
	kind, condition,
	aliases, groups *yaml.Node
}

// correlation reads a correlation once its metadata is known. The nodes are
// those of its references, for linking.
func (d *document) correlation(meta Meta, n *yaml.Node) (*Correlation, []*yaml.Node) {
	r := &correlationReader{d: d, c: &Correlation{Meta: meta}}
	if n.Kind != yaml.MappingNode {
		d.report(CodeCorrelationType, "a correlation is a map, this is "+kindName(n), d.at(n, ""))
		return r.c, nil
	}
	r.sections(n)
	r.setType(n)
	if d.failed {
		return r.c, r.refs
	}
	r.setCondition(n)
	r.checkRequired(n)
	r.checkAliases()
	return r.c, r.refs
}

func (r *correlationReader) sections(n *yaml.Node) {
	spanned := false
	for _, p := range r.d.pairs(n) {
		switch p.key.Value {
		case "type":
			r.kind = p.value
		case "rules":
			r.references(p)
		case "group-by":
			r.groups = p.value
			r.c.GroupBy = r.groupBy(p)
		case "timespan", "timeframe":
			spanned = true
			r.c.Timespan = r.d.timespan(p.value, CodeTimespan)
		case "aliases":
			r.aliases = p.value
		case "generate":
			r.generate(p)
		case "condition":
			r.condition = p.value
		default:
			r.d.report(CodeCorrelationKey, fmt.Sprintf("%q is not read: correlations have no such attribute", p.key.Value), r.d.at(p.key, ""))
		}
	}
	if !spanned {
		r.d.report(CodeTimespan, "the timespan is missing", r.d.at(n, ""))
	}
}

// maxReferences bounds the rules of one correlation.
const maxReferences = 1000

func (r *correlationReader) references(p pair) {
	nodes := []*yaml.Node{p.value}
	if p.value.Kind == yaml.SequenceNode {
		nodes = p.value.Content
	}
	if len(nodes) > maxReferences {
		r.d.report(CodeCorrelationRules, fmt.Sprintf("more than %d rules are correlated", maxReferences), r.d.at(nodes[maxReferences], ""))
		return
	}
	for _, n := range nodes {
		if n = follow(n); n.Kind != yaml.ScalarNode || n.Value == "" {
			r.d.report(CodeCorrelationRules, "a rule is referred to by id or name, this is "+kindName(n), r.d.at(n, ""))
			continue
		}
		r.c.Rules = append(r.c.Rules, n.Value)
		r.refs = append(r.refs, n)
	}
}

func (r *correlationReader) groupBy(p pair) []string {
	if p.value.Kind == yaml.MappingNode {
		r.d.report(CodeGroupBy, "group-by is a list of fields, this is a map", r.d.at(p.value, ""))
		return nil
	}
	out := r.d.texts(p)
	for i := range out {
		out[i] = withoutBlanks(out[i])
	}
	return out
}

func (r *correlationReader) generate(p pair) {
	if p.value.Tag != "!!bool" {
		r.d.report(CodeAttributeType, "generate is true or false, this is "+kindName(p.value), r.d.at(p.value, ""))
		return
	}
	r.c.Generate = strings.EqualFold(p.value.Value, "true")
}

var correlationTypes = []CorrelationType{
	EventCount, ValueCount, Temporal, TemporalOrdered, TemporalExtended, TemporalOrderedExtended,
	ValueSum, ValueAvg, ValuePercentile, ValueMedian,
}

// setType reads the type; a temporal one whose condition is text is extended.
func (r *correlationReader) setType(n *yaml.Node) {
	if r.kind == nil {
		r.d.report(CodeCorrelationType, "the type of the correlation is missing", r.d.at(n, ""))
		return
	}
	t := CorrelationType(r.kind.Value)
	if r.kind.Kind != yaml.ScalarNode || !slices.Contains(correlationTypes, t) {
		names := make([]string, len(correlationTypes))
		for i, known := range correlationTypes {
			names[i] = string(known)
		}
		r.d.advise(CodeCorrelationType, strings.Join(names, ", "), fmt.Sprintf("unknown correlation type %q", r.kind.Value), r.d.at(r.kind, ""))
		return
	}
	if r.condition != nil && r.condition.Kind == yaml.ScalarNode {
		switch t {
		case Temporal:
			t = TemporalExtended
		case TemporalOrdered:
			t = TemporalOrderedExtended
		}
	}
	r.c.Type = t
}

func isTemporal(t CorrelationType) bool {
	return t == Temporal || t == TemporalOrdered || isExtended(t)
}

func isExtended(t CorrelationType) bool {
	return t == TemporalExtended || t == TemporalOrderedExtended
}

func (r *correlationReader) setCondition(n *yaml.Node) {
	switch {
	case r.condition == nil && isTemporal(r.c.Type) && !isExtended(r.c.Type):
	case r.condition == nil:
		r.d.report(CodeCorrelationCondition, fmt.Sprintf("the condition is missing; %s needs one", r.c.Type), r.d.at(n, ""))
	case isExtended(r.c.Type):
		r.extended()
	case r.condition.Kind != yaml.MappingNode:
		r.d.report(CodeCorrelationCondition, "a condition is a map, and text for temporal types only, this is "+kindName(r.condition), r.d.at(r.condition, ""), r.d.at(r.kind, "the type"))
	default:
		r.bounds()
	}
}

var boundOps = map[string]Bound{
	"lt": {Op: Less}, "lte": {Op: LessEqual}, "gt": {Op: Greater}, "gte": {Op: GreaterEqual}, "eq": {Op: Equals}, "neq": {Op: Equals, Not: true},
}

// bounds reads a condition that is a map.
func (r *correlationReader) bounds() {
	var nodes []*yaml.Node
	for _, p := range r.d.pairs(r.condition) {
		b, ok := boundOps[p.key.Value]
		switch {
		case ok:
			f, err := strconv.ParseFloat(p.value.Value, 64)
			if p.value.Kind != yaml.ScalarNode || err != nil || f-f != 0 {
				r.d.report(CodeCorrelationCondition, fmt.Sprintf("%s takes a number, this is %s", p.key.Value, kindName(p.value)), r.d.at(p.value, ""))
				continue
			}
			b.Number = f
			r.c.Condition.Bounds = append(r.c.Condition.Bounds, b)
			nodes = append(nodes, p.key)
		case p.key.Value == "field":
			r.c.Condition.Fields = r.groupBy(p)
		case p.key.Value == "percentile":
			r.percentile(p)
		default:
			r.d.advise(CodeConditionKey, "gt, gte, lt, lte, eq, neq, field or percentile", fmt.Sprintf("unknown key %q in the condition", p.key.Value), r.d.at(p.key, ""))
		}
	}
	if len(nodes) == 0 && !r.d.failed {
		r.d.report(CodeCorrelationCondition, "the condition compares with no number", r.d.at(r.condition, ""))
	}
	r.checkBounds(nodes)
}

func (r *correlationReader) percentile(p pair) {
	f, err := strconv.ParseFloat(p.value.Value, 64)
	if p.value.Kind != yaml.ScalarNode || err != nil || !(f >= 0 && f <= 100) {
		r.d.report(CodeCorrelationCondition, "a percentile is a number from 0 to 100", r.d.at(p.value, ""))
		return
	}
	r.c.Condition.Percentile = f
}

// checkBounds refuses bounds that no number satisfies.
func (r *correlationReader) checkBounds(nodes []*yaml.Node) {
	bounds := r.c.Condition.Bounds
	for i := range bounds {
		for j := range i {
			if clash(bounds[j], bounds[i]) {
				r.d.report(CodeBounds, "no number is both", r.d.at(nodes[i], "this"), r.d.at(nodes[j], "and this"))
				return
			}
		}
	}
}

// clash says whether two bounds exclude each other.
func clash(a, b Bound) bool {
	lowA, highA := a.interval()
	lowB, highB := b.interval()
	low, high := max(lowA, lowB), min(highA, highB)
	if low > high {
		return true
	}
	strict := func(x Bound, at float64) bool {
		return x.Number == at && (x.Op == Less || x.Op == Greater || x.Not)
	}
	return low == high && (strict(a, low) || strict(b, low))
}

// interval is the closed interval around what the bound allows.
func (b Bound) interval() (low, high float64) {
	const inf = 1e308
	switch {
	case b.Not:
		return -inf, inf
	case b.Op == Less, b.Op == LessEqual:
		return -inf, b.Number
	case b.Op == Greater, b.Op == GreaterEqual:
		return b.Number, inf
	default:
		return b.Number, b.Number
	}
}

// extended reads a condition over rule references. Without a list of rules it
// makes one, in the order of the condition.
func (r *correlationReader) extended() {
	n := r.condition
	if n.Kind != yaml.ScalarNode {
		r.d.report(CodeCorrelationCondition, fmt.Sprintf("%s takes a condition in text, this is %s", r.c.Type, kindName(n)), r.d.at(n, ""))
		return
	}
	tokens, _, pipe := tokenize(n.Value)
	if pipe >= 0 {
		r.d.report(CodeConditionSyntax, "a correlation's condition has no aggregation", r.d.within(n, pipe, 1, ""))
		return
	}
	if !r.d.wordsLeft(n, len(tokens)) {
		return
	}
	c, p := parseCondition(tokens, len(n.Value))
	if p.fault != "" {
		r.d.report(p.code, p.fault, r.d.within(n, p.where.offset, len(p.where.text), ""))
		return
	}
	listed := len(r.c.Rules) > 0
	var ids []compiled
	for i, ref := range r.c.Rules {
		ids = append(ids, r.reference(ref, r.refs[i]))
	}
	if !listed {
		ids = r.collectNames(c, ids)
	}
	r.c.Condition.Expr = r.d.resolve(n, c, ids)
	for _, id := range ids {
		if !id.used && !r.d.failed {
			r.d.report(CodeExtendedRules, fmt.Sprintf("the condition does not use the rule %q", id.name), r.d.at(id.key, "listed here"), r.d.at(n, "not in here"))
		}
	}
}

func (r *correlationReader) reference(ref string, n *yaml.Node) compiled {
	e := &Predicate{Op: Equals, Cased: true, Text: ref, Written: ref, Position: r.d.position(n)}
	return compiled{name: ref, key: n, expr: e}
}

func (r *correlationReader) collectNames(c *clause, ids []compiled) []compiled {
	if c.kind == nameClause && !slices.Contains(r.c.Rules, c.name) {
		place := *r.condition
		place.Value = c.name
		r.c.Rules, r.refs = append(r.c.Rules, c.name), append(r.refs, &place)
		ids = append(ids, r.reference(c.name, &place))
	}
	for _, k := range c.kids {
		ids = r.collectNames(k, ids)
	}
	return ids
}

// checkRequired reports what a type needs and has not.
func (r *correlationReader) checkRequired(n *yaml.Node) {
	if len(r.c.Rules) == 0 && !r.d.failed {
		r.d.report(CodeCorrelationRules, "the rules that are correlated are missing", r.d.at(n, ""))
	}
	if seen := repeated(r.c.Rules); seen[1] > 0 {
		r.d.report(CodeCorrelationRules, "the rule is listed twice", r.d.at(r.refs[seen[1]], "again here"), r.d.at(r.refs[seen[0]], "first here"))
	}
	fields := len(r.c.Condition.Fields)
	switch r.c.Type {
	case ValueCount:
		if fields == 0 && !r.d.failed {
			r.d.report(CodeConditionField, "value_count needs a field in its condition", r.d.at(r.condition, ""), r.d.at(r.kind, "the type"))
		}
	case ValueSum, ValueAvg, ValuePercentile, ValueMedian:
		if fields != 1 && !r.d.failed {
			r.d.report(CodeConditionField, fmt.Sprintf("%s needs one field in its condition, there are %d", r.c.Type, fields), r.d.at(r.condition, ""), r.d.at(r.kind, "the type"))
		}
	}
	if r.c.Type == ValuePercentile && !r.d.failed && find(r.condition, "percentile") == nil {
		r.d.report(CodePercentile, "value_percentile names no percentile: 50 is taken", r.d.at(r.condition, ""), r.d.at(r.kind, "the type"))
		r.c.Condition.Percentile = 50
	}
}

// repeated returns the indexes of a text that is there twice, zeros if none is.
func repeated(list []string) [2]int {
	at := make(map[string]int, len(list))
	for i, s := range list {
		if j, ok := at[s]; ok {
			return [2]int{j, i}
		}
		at[s] = i
	}
	return [2]int{}
}

func (r *correlationReader) checkAliases() {
	if r.aliases == nil {
		return
	}
	if r.aliases.Kind != yaml.MappingNode {
		r.d.report(CodeAttributeType, "aliases is a map, this is "+kindName(r.aliases), r.d.at(r.aliases, ""))
		return
	}
	r.c.Aliases = map[string]map[string]string{}
	for _, p := range r.d.pairs(r.aliases) {
		r.alias(p)
	}
}

func (r *correlationReader) alias(p pair) {
	if p.value.Kind != yaml.MappingNode {
		r.d.report(CodeAliasRule, "an alias is a map from rule to field, this is "+kindName(p.value), r.d.at(p.value, ""))
		return
	}
	name := withoutBlanks(p.key.Value)
	fields := map[string]string{}
	for _, q := range r.d.pairs(p.value) {
		if !slices.Contains(r.c.Rules, q.key.Value) {
			r.d.report(CodeAliasRule, fmt.Sprintf("the alias speaks of the rule %q, which is not correlated here", q.key.Value), r.d.at(q.key, ""))
		}
		fields[q.key.Value] = withoutBlanks(r.d.text(q))
	}
	r.c.Aliases[name] = fields
	if !slices.Contains(r.c.GroupBy, name) && !slices.Contains(r.c.Condition.Fields, name) {
		marks := []Mark{r.d.at(p.key, "defined here")}
		if r.groups != nil {
			marks = append(marks, r.d.at(r.groups, "not in here"))
		}
		r.d.report(CodeAliasUnused, fmt.Sprintf("the alias %q is not used", name), marks...)
	}
}

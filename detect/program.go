package detect

import (
	"encoding/binary"
	"hash/maphash"
	"slices"
	"sync"

	"github.com/dwell-project/dwell/detect/ioc"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/correlation"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// Program is a set of rules compiled for matching. It is safe for concurrent
// use; each goroutine takes a [Matcher] of its own.
type Program struct {
	rules  []rule
	groups []ruleGroup
	tables *taxonomy.Tables
	names  *event.Names
	seeds  seeds

	conditions []node // by number in tables.Conditions
	accounts   []string
	exceptions map[int32][]*Exception

	correlations *correlation.Set
	unheard      []bool // by rule: its matches are no detections of their own
	mute         map[*sigma.Correlation]bool

	predicates predicateNumbers

	indicators    *ioc.Set // nil if there are none
	patterns      patterns
	allExceptions []*Exception

	mu      sync.Mutex // guards what follows
	classes map[string]*class
	values  map[string]*valueMatcher
}

// ruleGroup is the rules of one log source, by number in ascending order.
type ruleGroup struct {
	source sigma.LogSource
	rules  []int32
}

// rule is one compiled rule; its place in Program.rules is its number.
type rule struct {
	*sigma.Rule
	condition node
	refs      []string // fields that the condition relates to each other
	json      func() []byte
}

// Compile makes a program of the rules and correlations that opt admits. names
// numbers the fields of the events that the program will see; parsers must use
// the same table. The problems are those of correlations, which are then left
// out.
func Compile(rules []*sigma.Rule, correlations []*sigma.Correlation, tables *taxonomy.Tables,
	names *event.Names, opt Options,
) (*Program, []sigma.Problem) {
	chosen := opt.selectFrom(rules, correlations)
	p := &Program{
		tables: tables, names: names, seeds: seeds{maphash.MakeSeed(), maphash.MakeSeed()},
		accounts:   accountFields(),
		exceptions: map[int32][]*Exception{},
		unheard:    chosen.unheard, mute: chosen.mute,
		predicates: predicateNumbers{byKey: map[sigma.Key]int32{}},
		indicators: opt.compileIndicators(), allExceptions: opt.Exceptions,
		classes: map[string]*class{}, values: map[string]*valueMatcher{},
	}
	for _, c := range tables.Conditions() {
		p.conditions = append(p.conditions, p.predicates.compileExpr(c))
	}
	for _, r := range chosen.rules {
		p.add(r, opt.Exceptions)
	}
	p.groupRules()
	unused := p.addPatterns()
	p.predicates.byKey = nil // as large as the rules, and only compiling asks it
	var problems []sigma.Problem
	p.correlations, problems = correlation.Compile(chosen.rules, chosen.correlations)
	if unused != nil {
		problems = append(problems, sigma.Problem{Message: unused.Error()})
	}
	for i := range p.unheard {
		p.unheard[i] = p.unheard[i] || p.correlations.Silent(i)
	}
	return p, problems
}

func (p *Program) add(r *sigma.Rule, exceptions []*Exception) {
	number := int32(len(p.rules))
	p.rules = append(p.rules, rule{
		Rule: r, condition: p.predicates.compileExpr(r.Expr), refs: related(r.Expr),
		json: sync.OnceValue(func() []byte { return appendRuleJSON(nil, &r.Meta) }),
	})
	for _, e := range exceptions {
		if e.concerns(&r.Meta) {
			p.exceptions[number] = append(p.exceptions[number], e)
		}
	}
}

// ruleJSON returns what [Detection.AppendJSON] says of a rule, made once.
func (p *Program) ruleJSON(rule int32) []byte { return p.rules[rule].json() }

// groupRules gathers the rules by log source: of a few thousand rules there are
// some hundred, and a class asks each whether it admits the class's records.
func (p *Program) groupRules() {
	at := map[sigma.LogSource]int{}
	for i := range p.rules {
		source := p.rules[i].LogSource
		source.Definition = ""
		n, ok := at[source]
		if !ok {
			n = len(p.groups)
			at[source] = n
			p.groups = append(p.groups, ruleGroup{source: source})
		}
		p.groups[n].rules = append(p.groups[n].rules, int32(i))
	}
}

// related returns the fields that an expression relates to each other, sorted.
func related(e sigma.Expr) []string {
	var fields []string
	switch e := e.(type) {
	case sigma.And:
		for _, x := range e {
			fields = append(fields, related(x)...)
		}
	case sigma.Or:
		for _, x := range e {
			fields = append(fields, related(x)...)
		}
	case sigma.Not:
		fields = related(e.X)
	case *sigma.Predicate:
		if e.Op == sigma.FieldRef {
			fields = []string{e.Field, e.Ref.Field}
		}
	}
	slices.Sort(fields)
	return slices.Compact(fields)
}

// Rules returns the rules that the program holds, by number.
func (p *Program) Rules() []*sigma.Rule {
	rules := make([]*sigma.Rule, len(p.rules))
	for i := range p.rules {
		rules[i] = p.rules[i].Rule
	}
	return rules
}

// Predicates returns how many different predicates the rules share.
func (p *Program) Predicates() int { return len(p.predicates.all) }

// class is the part of a program that records of one view can meet: rules whose
// log source admits them, and the columns that those rules ask.
type class struct {
	view  taxonomy.View
	rules []classRule
	// witnesses gives, by predicate, the rules (as indexes into rules) that
	// must be looked at when it is true; always are those without a witness.
	witnesses map[int32][]int32
	always    []int32
	columns   []column
	byField   map[string]int32
	// keywords is the column of rules that ask any field, -1 if there is none.
	keywords int32
}

// classRule is a rule as this class sees it.
type classRule struct {
	number    int32
	condition node
}

// column is one Sigma field in a class.
type column struct {
	field  string
	values *valueMatcher
}

// class returns the class of a view, made at the first call for it.
func (p *Program) class(v taxonomy.View) *class {
	key := v.Key()
	p.mu.Lock()
	defer p.mu.Unlock()
	c, ok := p.classes[key]
	if !ok {
		if len(p.classes) >= maxClasses {
			clear(p.classes) // matchers keep theirs
		}
		c = p.newClass(v)
		p.classes[key] = c
	}
	return c
}

func (p *Program) newClass(v taxonomy.View) *class {
	c := &class{view: v, witnesses: map[int32][]int32{}, byField: map[string]int32{}, keywords: -1}
	for i := range p.groups {
		ok, conditions := v.Admits(p.groups[i].source)
		if !ok {
			continue
		}
		for _, n := range p.groups[i].rules {
			c.rules = append(c.rules, classRule{number: n, condition: p.within(conditions, p.rules[n].condition)})
		}
	}
	p.testRules(c)
	slices.SortFunc(c.rules, func(a, b classRule) int { return int(a.number - b.number) })
	cost := func(n int32) float64 { return likelihood(p.predicates.all[n].Predicate) }
	for i := range c.rules {
		w := c.rules[i].condition.witness(cost)
		if w == nil {
			c.always = append(c.always, int32(i))
		}
		for _, predicate := range w {
			c.witnesses[predicate] = append(c.witnesses[predicate], int32(i))
		}
	}
	p.addColumns(c)
	return c
}

// within adds to a condition what the log source asks of the record itself.
func (p *Program) within(groups []taxonomy.Group, condition node) node {
	if len(groups) == 0 {
		return condition
	}
	all := []node{condition}
	for _, g := range groups {
		one := node{kind: nodeOr}
		for _, n := range g {
			one.kids = append(one.kids, p.conditions[n])
		}
		all = append(all, one)
	}
	return node{kind: nodeAnd, kids: all}
}

// addColumns sorts the predicates of the class's rules by field. Keywords ask
// every field, so every column answers them too: a value is then read once.
func (p *Program) addColumns(c *class) {
	asked := make([]bool, len(p.predicates.all))
	byField := map[string][]*predicate{}
	var fields []string
	for i := range c.rules {
		c.rules[i].condition.predicates(func(n int32) {
			if asked[n] {
				return
			}
			asked[n] = true
			pred := p.predicates.all[n]
			if _, ok := byField[pred.Field]; !ok {
				fields = append(fields, pred.Field)
			}
			byField[pred.Field] = append(byField[pred.Field], pred)
		})
	}
	for _, field := range fields {
		all := byField[field]
		if field != "" {
			all = append(all, byField[""]...)
		} else {
			c.keywords = int32(len(c.columns))
		}
		c.byField[field] = int32(len(c.columns))
		c.columns = append(c.columns, column{field: field, values: p.sharedValues(all)})
	}
	if p.indicators != nil && c.keywords < 0 {
		// Indicators ask every field, as keywords do.
		c.keywords = int32(len(c.columns))
		c.columns = append(c.columns, column{values: p.sharedValues(nil)})
	}
}

// sharedValues returns one matcher for equal lists of predicates.
func (p *Program) sharedValues(predicates []*predicate) *valueMatcher {
	key := make([]byte, 0, 4*len(predicates))
	for _, q := range predicates {
		key = binary.LittleEndian.AppendUint32(key, uint32(q.number))
	}
	v, ok := p.values[string(key)]
	if !ok {
		v = newValueMatcher(predicates)
		v.indicators, v.firstProbe = p.indicators, int32(len(p.predicates.all))
		p.values[string(key)] = v
	}
	return v
}

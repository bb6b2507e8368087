package detect

import (
	"github.com/dwell-project/dwell/sigma"
)

// node is a rule's condition over predicate numbers.
type node struct {
	kind nodeKind
	// predicate is the number asked, for nodePredicate.
	predicate int32
	kids      []node
}

type nodeKind uint8

const (
	nodePredicate nodeKind = iota
	nodeAnd
	nodeOr
	nodeNot
	nodeTrue
	nodeFalse
	// nodeOpen can only be answered on the record: it relates two fields.
	nodeOpen
)

// truth is the value of a condition when only the values' predicate sets are
// known.
type truth uint8

const (
	no truth = iota
	open
	yes
)

// compileExpr numbers the predicates of an expression.
func (n *predicateNumbers) compileExpr(e sigma.Expr) node {
	switch e := e.(type) {
	case sigma.And:
		return node{kind: nodeAnd, kids: n.compileAll(e)}
	case sigma.Or:
		return node{kind: nodeOr, kids: n.compileAll(e)}
	case sigma.Not:
		return node{kind: nodeNot, kids: []node{n.compileExpr(e.X)}}
	case sigma.Const:
		if e {
			return node{kind: nodeTrue}
		}
		return node{kind: nodeFalse}
	case *sigma.Predicate:
		return n.compilePredicate(e)
	default:
		return node{kind: nodeFalse}
	}
}

func (n *predicateNumbers) compileAll(exprs []sigma.Expr) []node {
	kids := make([]node, len(exprs))
	for i, e := range exprs {
		kids[i] = n.compileExpr(e)
	}
	return kids
}

func (n *predicateNumbers) compilePredicate(p *sigma.Predicate) node {
	switch p.Op {
	case sigma.FieldRef:
		return node{kind: nodeOpen}
	case sigma.IsNull:
		// A column only speaks up for values that it has: absent is "not
		// present", null a value of its own.
		present := &sigma.Predicate{Field: p.Field, Op: sigma.Exists}
		absent := node{kind: nodeNot, kids: []node{{predicate: n.number(present)}}}
		return node{kind: nodeOr, kids: []node{absent, {predicate: n.number(p)}}}
	default:
		return node{predicate: n.number(p)}
	}
}

// predicateNumbers gives equal predicates of all rules one number.
type predicateNumbers struct {
	all   []*predicate
	byKey map[sigma.Key]int32
}

func (n *predicateNumbers) number(p *sigma.Predicate) int32 {
	key := p.Key()
	if i, ok := n.byKey[key]; ok {
		return i
	}
	i := int32(len(n.all))
	n.byKey[key] = i
	n.all = append(n.all, &predicate{number: i, Predicate: p})
	return i
}

// eval says whether the condition holds, given the predicates marked true with
// the current epoch.
func (d *node) eval(marks []uint32, epoch uint32) truth {
	switch d.kind {
	case nodePredicate:
		if marks[d.predicate] == epoch {
			return yes
		}
		return no
	case nodeAnd:
		result := yes
		for i := range d.kids {
			if result = min(result, d.kids[i].eval(marks, epoch)); result == no {
				return no
			}
		}
		return result
	case nodeOr:
		result := no
		for i := range d.kids {
			if result = max(result, d.kids[i].eval(marks, epoch)); result == yes {
				return yes
			}
		}
		return result
	case nodeNot:
		return yes - d.kids[0].eval(marks, epoch)
	case nodeTrue:
		return yes
	case nodeOpen:
		return open
	default:
		return no
	}
}

// predicates calls visit for every predicate number in the condition.
func (d *node) predicates(visit func(int32)) {
	if d.kind == nodePredicate {
		visit(d.predicate)
	}
	for i := range d.kids {
		d.kids[i].predicates(visit)
	}
}

// positive calls visit for the true predicates that make the condition true:
// those not under a negation, in branches that hold.
func (d *node) positive(marks []uint32, epoch uint32, visit func(int32)) {
	switch d.kind {
	case nodePredicate:
		if marks[d.predicate] == epoch {
			visit(d.predicate)
		}
	case nodeAnd, nodeOr:
		for i := range d.kids {
			if k := &d.kids[i]; k.eval(marks, epoch) != no {
				k.positive(marks, epoch, visit)
			}
		}
	}
}

// witness returns predicates of which at least one is true whenever the
// condition is, nil if the condition can be true without any. Among the parts
// of a conjunction it takes the one least likely to be true by cost.
func (d *node) witness(cost func(int32) float64) []int32 {
	switch d.kind {
	case nodePredicate:
		return []int32{d.predicate}
	case nodeAnd:
		var best []int32
		for i := range d.kids {
			w := d.kids[i].witness(cost)
			if w != nil && (best == nil || total(w, cost) < total(best, cost)) {
				best = w
			}
		}
		return best
	case nodeOr:
		all := []int32{}
		for i := range d.kids {
			w := d.kids[i].witness(cost)
			if w == nil {
				return nil
			}
			all = append(all, w...)
		}
		return all
	case nodeFalse:
		return []int32{}
	case nodeNot:
		return d.kids[0].witnessOfNot(cost)
	default:
		return nil
	}
}

// witnessOfNot is witness for the negation of d.
func (d *node) witnessOfNot(cost func(int32) float64) []int32 {
	switch d.kind {
	case nodeTrue:
		return []int32{}
	case nodeNot:
		return d.kids[0].witness(cost)
	case nodeOr: // not (a or b): not a and not b
		for i := range d.kids {
			if w := d.kids[i].witnessOfNot(cost); w != nil {
				return w
			}
		}
	}
	return nil
}

func total(predicates []int32, cost func(int32) float64) float64 {
	var sum float64
	for _, p := range predicates {
		sum += cost(p)
	}
	return sum
}

// likelihood is a rough guess of how often a predicate is true: long literals
// rarely, presence almost always. It only decides which rules are looked at
// needlessly, never which fire.
func likelihood(p *sigma.Predicate) float64 {
	switch p.Op {
	case sigma.Exists, sigma.IsNull:
		return 100
	case sigma.Equals:
		return 1 / float64(2+len(p.Text))
	case sigma.Contains, sigma.StartsWith, sigma.EndsWith:
		return 2 / float64(1+len(p.Text))
	default:
		return 0.2
	}
}

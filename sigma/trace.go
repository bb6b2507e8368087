package sigma

// Trace says why an expression came out true or false on a record: it has the
// shape of the expression.
type Trace struct {
	Expr    Expr
	Outcome bool
	// Children are those of And, Or and Not, all of them evaluated.
	Children []*Trace

	// For a predicate that is true: the text of the value that satisfied it and
	// the bytes of it that did. HasValue is false where there is no value, as
	// with IsNull.
	HasValue   bool
	Value      string
	Start, End int
	// Seen are the texts of the field's values if the predicate is false, at
	// most MaxSeen of them.
	Seen []string
}

// MaxSeen bounds the values that a trace shows of one field.
const MaxSeen = 10

// Explain evaluates every part of an expression on a record.
func Explain(e Expr, r Record) *Trace {
	t := &Trace{Expr: e}
	switch e := e.(type) {
	case And:
		t.Outcome = true
		for _, x := range e {
			t.Outcome = t.child(x, r) && t.Outcome
		}
	case Or:
		for _, x := range e {
			t.Outcome = t.child(x, r) || t.Outcome
		}
	case Not:
		t.Outcome = !t.child(e.X, r)
	case Const:
		t.Outcome = bool(e)
	case *Predicate:
		t.predicate(e, r)
	}
	return t
}

func (t *Trace) child(e Expr, r Record) bool {
	c := Explain(e, r)
	t.Children = append(t.Children, c)
	return c.Outcome
}

func (t *Trace) predicate(p *Predicate, r Record) {
	f, ok := p.find(r)
	t.Outcome = ok
	if ok && hasText(f.value.Kind) {
		t.HasValue = true
		t.Value, t.Start, t.End = f.value.Text(), f.start, f.end
		if p.Op == Exists {
			t.End = len(t.Value)
		}
	}
	if ok || p.Field == "" {
		return
	}
	for v := range r.Values(p.Field) {
		if len(t.Seen) == MaxSeen {
			break
		}
		t.Seen = append(t.Seen, v.Text())
	}
}

// Matched returns the predicates that are true, in the order written, leaving
// out those under a Not: what to show of a match.
func (t *Trace) Matched() []*Trace {
	var out []*Trace
	var visit func(*Trace)
	visit = func(t *Trace) {
		switch t.Expr.(type) {
		case *Predicate:
			out = append(out, t)
		case And, Or:
			for _, c := range t.Children {
				if c.Outcome {
					visit(c)
				}
			}
		}
	}
	if t.Outcome {
		visit(t)
	}
	return out
}

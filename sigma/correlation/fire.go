package correlation

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/binary"
	"math"
	"slices"

	"github.com/dwell-project/dwell/event"
)

// closeDue decides the windows of a node that end now.
func (e *engine) closeDue(n *node) error {
	gs := &e.state[n.index]
	for _, d := range gs.due {
		g := gs.hot[d]
		if g == nil {
			var err error
			if g, err = e.thaw(n, d); err != nil {
				return err
			}
		}
		figure, holds, err := e.finalFigure(n, g)
		if err != nil {
			return err
		}
		if holds {
			if err := e.fire(n, g, after(g.open, n.span), figure); err != nil {
				return err
			}
		}
		e.forget(n, g)
	}
	gs.due = gs.due[:0]
	return nil
}

// fire makes a hit of a group's window, hands it on to the correlations above,
// and keeps it for report unless it is silent.
func (e *engine) fire(n *node, g *group, at int64, figure float64) error {
	leaves, exports, err := e.gather(n, g)
	if err != nil {
		return err
	}
	g.hit = hitID(n, g, leaves)
	if len(n.uses) > 0 {
		a := &arrival{leaf: leaf{t: at, id: g.hit, rule: -1}, values: g.export(n, exports), leaves: leaves}
		if err := e.deliver(n.uses, a); err != nil {
			return err
		}
	}
	if n.silent {
		return nil
	}
	h := &Hit{
		Correlation: n.correlation, Rule: n.rule, Time: utc(shownTime(at, g)), ID: g.hit, Figure: figure,
		Group: slices.Clone(g.shown), Late: g.late, Early: e.loose, index: n.index, key: g.key, leaves: leaves,
	}
	e.hits = append(e.hits, h)
	return nil
}

// shownTime is the end of the window, or the last event of one without end.
func shownTime(at int64, g *group) int64 {
	if at == math.MaxInt64 {
		return g.last
	}
	return at
}

// gather returns the base matches in a window, each event once, in order, and
// the values that correlations above ask for.
func (e *engine) gather(n *node, g *group) ([]leaf, []valueSet, error) {
	leaves := make([]leaf, 0, g.queue.n)
	exports := make([]valueSet, len(n.exports))
	err := e.pool.each(&g.queue, func(en *entry) {
		leaves = en.appendLeaves(leaves)
		en.collect(exports)
	})
	return distinctLeaves(leaves), exports, err
}

func (en *entry) appendLeaves(to []leaf) []leaf {
	if en.rule < 0 {
		return append(to, en.x.leaves...)
	}
	return append(to, en.leaf)
}

func (en *entry) collect(exports []valueSet) {
	if en.x == nil {
		return
	}
	for i, vs := range en.x.exports {
		for _, v := range vs {
			exports[i].add(v)
		}
	}
}

// valueSet is different values, compared as Sigma does, in the order they came.
type valueSet struct {
	values []string
	seen   map[string]bool
}

func (s *valueSet) add(v string) {
	k := string(appendFold(nil, v))
	if s.seen[k] {
		return
	}
	if s.seen == nil {
		s.seen = map[string]bool{}
	}
	s.seen[k] = true
	s.values = append(s.values, v)
}

func compareLeaves(a, b leaf) int {
	return cmp.Or(cmp.Compare(a.t, b.t), bytes.Compare(a.id[:], b.id[:]), cmp.Compare(a.rule, b.rule), cmp.Compare(a.ref, b.ref))
}

func distinctLeaves(leaves []leaf) []leaf {
	if !slices.IsSortedFunc(leaves, compareLeaves) {
		slices.SortFunc(leaves, compareLeaves)
	}
	return slices.CompactFunc(leaves, func(a, b leaf) bool { return a.t == b.t && a.id == b.id })
}

// export lays out the values that a hit shows to the correlations above: of a
// group-by field the group's, else all that its events have.
func (g *group) export(n *node, collected []valueSet) [][]string {
	values := make([][]string, len(n.exports))
	for i, at := range n.grouped {
		switch {
		case at < 0:
			values[i] = collected[i].values
		case !g.shown[at].Absent:
			values[i] = []string{g.shown[at].Value}
		}
	}
	return values
}

// goOn tells the correlations above that ask which rules match, not how often,
// that the condition still holds at this instant.
func (e *engine) goOn(n *node, g *group, items []item) error {
	a := &arrival{leaf: leaf{t: g.last, rule: -1}}
	exports := make([]valueSet, len(n.exports))
	h := sha256.New()
	h.Write(g.hit[:])
	for i := range items {
		en := &items[i].e
		a.leaves = en.appendLeaves(a.leaves)
		en.collect(exports)
		h.Write(en.id[:])
	}
	a.leaves = distinctLeaves(a.leaves)
	a.values = g.export(n, exports)
	copy(a.id[:], h.Sum(nil))
	var uses []use
	for _, u := range n.uses {
		if e.set.nodes[u.node].condition.temporal() {
			uses = append(uses, u)
		}
	}
	return e.deliver(uses, a)
}

// hitForm begins what a hit's id is a digest of; it is frozen like the forms of
// event ids.
const hitForm = "dwell correlation hit 1\x00"

func hitID(n *node, g *group, leaves []leaf) event.ID {
	h := sha256.New()
	h.Write([]byte(hitForm))
	var b []byte
	for _, s := range []string{n.identity, g.key} {
		b = binary.BigEndian.AppendUint64(b, uint64(len(s)))
		b = append(b, s...)
	}
	h.Write(b)
	for i := range leaves {
		h.Write(leaves[i].id[:])
	}
	return event.ID(h.Sum(nil)[:16])
}

// report emits the hits of an instant in the order of their last event, the
// correlation, and the group.
func (e *engine) report() error {
	slices.SortFunc(e.hits, func(a, b *Hit) int {
		x, y := a.Last(), b.Last()
		return cmp.Or(a.Time.Compare(b.Time), bytes.Compare(x.ID[:], y.ID[:]), cmp.Compare(a.index, b.index),
			compareKeys(a.key, b.key))
	})
	for _, h := range e.hits {
		e.stats.Hits++
		if err := e.emit(h); err != nil {
			return err
		}
	}
	clear(e.hits)
	e.hits = e.hits[:0]
	return nil
}

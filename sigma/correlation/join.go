package correlation

import "slices"

// join lets entries into a window that has others of their time, or later ones,
// already. They keep their own time, and only a window that they lie in takes
// them.
func (e *engine) join(n *node, g *group, items []item) error {
	from := g.open
	if n.condition.rising {
		from = before(g.last, n.span)
	}
	fit := items[:0:0]
	for _, it := range items {
		if it.e.t >= from {
			fit = append(fit, it)
		} else {
			e.stats.Outside++
		}
	}
	if len(fit) == 0 {
		return nil
	}
	all, err := e.drain(g)
	if err != nil {
		return err
	}
	old := len(all)
	for _, it := range fit {
		all = append(all, item{g, it.e})
	}
	slices.SortStableFunc(all, func(a, b item) int { return compareEntries(&a.e, &b.e) })
	all = e.onlyNew(n, all)
	if len(all) == old {
		e.stats.Duplicate++
	}
	if err := e.refill(n, g, all); err != nil {
		return err
	}
	g.late = g.late || e.late && len(all) > old
	if !n.condition.rising || len(all) == old {
		return nil
	}
	return e.decide(n, g, fit)
}

func compareEntries(a, b *entry) int {
	x, y := a.leaf, b.leaf
	x.rule, y.rule, x.ref, y.ref = a.slot, b.slot, 0, 0
	return compareLeaves(x, y)
}

// drain takes all entries out of a window.
func (e *engine) drain(g *group) ([]item, error) {
	all := make([]item, 0, g.queue.n+1)
	err := e.pool.each(&g.queue, func(en *entry) { all = append(all, item{g, *en}) })
	if err != nil {
		return nil, err
	}
	e.pool.clear(&g.queue)
	return all, nil
}

// refill makes a window anew from entries in order.
func (e *engine) refill(n *node, g *group, all []item) error {
	g.tally = n.condition.newTally()
	for len(all) > 0 {
		k := 1
		for k < len(all) && all[k].e.t == all[0].e.t {
			k++
		}
		if err := e.add(n, g, all[:k]); err != nil {
			return err
		}
		all = all[k:]
	}
	return nil
}

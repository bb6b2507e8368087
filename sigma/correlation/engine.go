package correlation

import (
	"container/heap"
	"hash/maphash"
	"math"
	"math/bits"
	"slices"
	"strings"
	"time"
)

// engine runs correlations over matches that come in the order of time. All
// matches of one instant enter together: the order of equal times means
// nothing.
type engine struct {
	set   *Set
	pool  pool
	state []groups // by node
	inbox [][]item // by node: what enters at this instant
	dirty []uint64 // bit set: nodes to look at in this instant
	timer timers   // when windows close
	now   int64
	loose bool // announce only; see Stream
	late  bool // what enters now is late
	stats Stats
	hits  []*Hit // of this instant
	emit  func(*Hit) error

	seeds     [2]maphash.Seed
	victim    int      // node whose groups are frozen next
	frozenBuf []byte   // scratch
	keys      [][]byte // scratch
	slots     []bool   // scratch
}

// timer says that the window of a group closes at an instant.
type timer struct {
	at   int64
	node int
	d    digest
}

type timers []timer

func (t timers) Len() int { return len(t) }
func (t timers) Less(i, j int) bool {
	return t[i].at < t[j].at || t[i].at == t[j].at && t[i].node < t[j].node
}
func (t timers) Swap(i, j int) { t[i], t[j] = t[j], t[i] }
func (t *timers) Push(x any)   { *t = append(*t, x.(timer)) }
func (t *timers) Pop() any {
	last := (*t)[len(*t)-1]
	*t = (*t)[:len(*t)-1]
	return last
}

func newEngine(s *Set, o Options, emit func(*Hit) error) *engine {
	e := &engine{set: s, emit: emit, now: never, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()}}
	e.pool.dir, e.pool.limit = o.Dir, o.Memory
	if e.pool.limit <= 0 {
		e.pool.limit = defaultMemory
	}
	e.state = make([]groups, len(s.nodes))
	e.inbox = make([][]item, len(s.nodes))
	e.dirty = make([]uint64, (len(s.nodes)+63)/64)
	rules := 0
	for i, n := range s.nodes {
		e.state[i].hot = map[digest]*group{}
		e.state[i].swept = never
		rules = max(rules, n.condition.rules)
	}
	e.slots = make([]bool, rules)
	return e
}

// before and after are t ∓ span without overflow.
func before(t, span int64) int64 {
	if t < never+1+span {
		return never + 1
	}
	return t - span
}

func after(t, span int64) int64 {
	if t > math.MaxInt64-span {
		return math.MaxInt64
	}
	return t + span
}

// advance closes every window that ends before t.
func (e *engine) advance(t int64) error {
	for len(e.timer) > 0 && e.timer[0].at < t {
		if err := e.instant(e.timer[0].at); err != nil {
			return err
		}
	}
	return nil
}

// deliver hands an arrival to the correlations that use it. They look at it
// when instant is called.
func (e *engine) deliver(uses []use, a *arrival) error {
	for _, u := range uses {
		n := e.set.nodes[u.node]
		if e.loose && !n.early {
			continue
		}
		if a.t < before(e.now, n.span) { // late, and no window that it lies in is open
			e.stats.Outside++
			continue
		}
		en, ok := n.entryFor(a, u.slot)
		if !ok {
			continue
		}
		for _, key := range e.groupKeys(&n.slots[u.slot], a) {
			if err := e.accept(n, key, a, en); err != nil {
				return err
			}
		}
	}
	return nil
}

// groupKeys returns the keys of the groups that an arrival belongs to.
func (e *engine) groupKeys(s *slot, a *arrival) [][]byte {
	if len(e.keys) == 0 {
		e.keys = append(e.keys, nil)
	}
	keys := e.keys[:1]
	keys[0] = keys[0][:0]
	for _, at := range s.group {
		vs := column(a.values, at)
		switch len(vs) {
		case 0:
			for i := range keys {
				keys[i] = appendAbsent(keys[i])
			}
		case 1:
			for i := range keys {
				keys[i] = appendKey(keys[i], vs[0])
			}
		default:
			keys = e.multiply(keys, vs)
		}
	}
	return keys
}

// multiply extends every key by every different value.
func (e *engine) multiply(keys [][]byte, vs []string) [][]byte {
	var folded []string
	for _, v := range vs {
		folded = append(folded, string(appendKey(nil, v)))
	}
	slices.Sort(folded)
	folded = slices.Compact(folded)
	var next [][]byte
	for _, k := range keys {
		for _, v := range folded {
			if len(next) == MaxGroups {
				e.stats.Crowded++
				return next
			}
			next = append(next, append(slices.Clip(slices.Clone(k)), v...))
		}
	}
	return next
}

// accept puts an entry into the inbox of its group, which it makes if need be.
func (e *engine) accept(n *node, key []byte, a *arrival, en entry) error {
	gs := &e.state[n.index]
	d := e.digest(key)
	g := gs.hot[d]
	if g == nil {
		var err error
		if g, err = e.thaw(n, d); err != nil {
			return err
		}
	}
	if g == nil {
		g = &group{key: string(key), digest: d, last: a.t, open: a.t, tally: n.condition.newTally()}
		gs.hot[d] = g
		gs.append(g)
		if !n.condition.rising {
			heap.Push(&e.timer, timer{after(a.t, n.span), n.index, d})
		}
	}
	g.spell(n, a, en.slot)
	e.inbox[n.index] = append(e.inbox[n.index], item{g, en})
	e.dirty[n.index/64] |= 1 << (n.index % 64)
	return nil
}

// groupBytes estimates what a group holds besides its key and entries.
const groupBytes = 320

// spell takes note of how the arrival spells the group's values.
func (g *group) spell(n *node, a *arrival, slot int32) {
	fields := n.groupFields()
	if g.shown == nil {
		g.shown = make([]GroupValue, len(fields))
	}
	rest := g.key
	for i, at := range n.slots[slot].group {
		folded, after, absent := cutKey(rest)
		rest = after
		g.shown[i].Field, g.shown[i].Absent = fields[i], absent
		for _, v := range column(a.values, at) {
			if !absent && sameFold(v, folded) {
				if g.shown[i].Value != v {
					g.shown[i].Value = strings.Clone(v)
				}
				break
			}
		}
	}
}

func sameFold(v, folded string) bool {
	var buf [64]byte
	return string(appendFold(buf[:0], v)) == folded
}

// instant lets everything delivered for time t enter, closes the windows that
// end there, and emits the hits.
func (e *engine) instant(t int64) error {
	e.now = max(e.now, t)
	for len(e.timer) > 0 && e.timer[0].at <= t {
		due := heap.Pop(&e.timer).(timer)
		e.state[due.node].due = append(e.state[due.node].due, due.d)
		e.dirty[due.node/64] |= 1 << (due.node % 64)
	}
	for w := 0; w < len(e.dirty); w++ {
		for e.dirty[w] != 0 {
			i := w*64 + bits.TrailingZeros64(e.dirty[w])
			e.dirty[w] &= e.dirty[w] - 1
			if err := e.visit(e.set.nodes[i], t); err != nil {
				return err
			}
		}
	}
	if err := e.report(); err != nil {
		return err
	}
	return e.makeRoom()
}

// visit lets the inbox of one correlation enter its groups.
func (e *engine) visit(n *node, t int64) error {
	box := e.inbox[n.index]
	if len(box) > 1 {
		slices.SortFunc(box, compareItems)
	}
	for len(box) > 0 {
		k := 1
		for k < len(box) && box[k].g == box[0].g {
			k++
		}
		if err := e.enter(n, box[0].g, t, box[:k]); err != nil {
			return err
		}
		box = box[k:]
	}
	clear(e.inbox[n.index])
	e.inbox[n.index] = e.inbox[n.index][:0]
	if n.condition.rising {
		return e.expire(n)
	}
	return e.closeDue(n)
}

// enter adds the entries of one instant to a group.
func (e *engine) enter(n *node, g *group, t int64, items []item) error {
	if t < g.last || t == g.last && g.queue.n > 0 {
		return e.join(n, g, items)
	}
	if n.condition.rising {
		if err := e.evict(n, g, before(t, n.span)); err != nil {
			return err
		}
	}
	items = e.onlyNew(n, items)
	if err := e.add(n, g, items); err != nil {
		return err
	}
	g.last, g.late = t, g.late || e.late
	gs := &e.state[n.index]
	gs.unlink(g)
	gs.append(g)
	if n.condition.rising {
		if err := e.decide(n, g, items); err != nil {
			return err
		}
	}
	e.weigh(g)
	return nil
}

// onlyNew drops entries of one instant that are the same event: where events
// are counted or their numbers taken, also one that matched several rules; then
// the first rule listed decides.
func (e *engine) onlyNew(n *node, items []item) []item {
	once := n.condition.kind == counting || n.condition.valued()
	return slices.CompactFunc(items, func(a, b item) bool {
		return a.e.id == b.e.id && a.e.t == b.e.t && (once || a.e.slot == b.e.slot)
	})
}

// add puts entries of one instant at the end of the window.
func (e *engine) add(n *node, g *group, items []item) error {
	for i := range items {
		n.condition.count(&g.tally, &items[i].e, 1)
		if err := e.pool.push(&g.queue, items[i].e); err != nil {
			return err
		}
		e.slots[items[i].e.slot] = true
	}
	n.condition.advance(&g.tally, items[0].e.t, e.slots)
	for i := range items {
		e.slots[items[i].e.slot] = false
	}
	return nil
}

// evict drops what is older than from and re-arms the group if its condition
// was false just before the instant that begins.
func (e *engine) evict(n *node, g *group, from int64) error {
	for g.queue.n > 0 {
		front, err := e.pool.front(&g.queue)
		if err != nil {
			return err
		}
		if front.t >= from {
			break
		}
		n.condition.count(&g.tally, front, -1)
		e.pool.pop(&g.queue)
	}
	if g.queue.n == 0 {
		g.late = false
	}
	if g.holding {
		_, g.holding = n.condition.figure(&g.tally, from)
	}
	return nil
}

// decide reports a hit if the condition became true with the new items.
func (e *engine) decide(n *node, g *group, items []item) error {
	figure, holds := n.condition.figure(&g.tally, before(g.last, n.span))
	if !holds {
		g.holding = false
		return nil
	}
	if !g.holding {
		g.holding = true
		if err := e.fire(n, g, g.last, figure); err != nil {
			return err
		}
	} else if n.feeds {
		if err := e.goOn(n, g, items); err != nil {
			return err
		}
	}
	return e.trim(n, g)
}

// trim drops entries that a window can do without: as long as the rest alone
// fulfils the condition nothing new is reported, and when part of the rest has
// left the window, so have they. What a group holds is thus bounded by the
// rule's threshold and not by the number of events.
func (e *engine) trim(n *node, g *group) error {
	if n.condition.kind == summing {
		return nil
	}
	for g.queue.n > 1 {
		front, err := e.pool.front(&g.queue)
		if err != nil {
			return err
		}
		from := before(g.last, n.span)
		if n.condition.kind == inOrder || n.condition.kind == alternatives {
			from = after(front.t, 1)
		}
		n.condition.count(&g.tally, front, -1)
		if _, holds := n.condition.figure(&g.tally, from); !holds {
			n.condition.count(&g.tally, front, 1)
			return nil
		}
		e.pool.pop(&g.queue)
	}
	return nil
}

// expire forgets groups whose window is empty by now.
func (e *engine) expire(n *node) error {
	gs := &e.state[n.index]
	for g := gs.first; g != nil && g.last < before(e.now, n.span); g = gs.first {
		e.forget(n, g)
	}
	return e.sweep(n)
}

func (e *engine) forget(n *node, g *group) {
	gs := &e.state[n.index]
	gs.unlink(g)
	delete(gs.hot, g.digest)
	e.pool.clear(&g.queue)
	e.pool.used -= g.bytes
}

func utc(t int64) time.Time { return time.Unix(0, t).UTC() }

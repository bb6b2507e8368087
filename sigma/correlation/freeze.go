package correlation

import (
	"encoding/binary"
	"hash/maphash"
	"maps"
	"math"
	"slices"
)

// digest stands for a group's key, so that groups on disk cost few bytes of
// memory. It is 128 bits under seeds that differ from run to run: no input can
// be made to collide.
type digest [2]uint64

// frozen is a group that is in the spill file.
type frozen struct {
	at   block
	last int64
}

// frozenBytes estimates what a frozen group holds in memory.
const frozenBytes = 96

func (e *engine) digest(key []byte) digest {
	return digest{maphash.Bytes(e.seeds[0], key), maphash.Bytes(e.seeds[1], key)}
}

// makeRoom brings memory back within its bound at the end of an instant, when
// nobody holds a group: first full chunks go to disk, then whole groups, those
// untouched for longest first. Groups of this instant stay: they may be the ones
// that the next is for, and a big one would go to and fro with every event.
func (e *engine) makeRoom() error {
	if err := e.pool.relieve(); err != nil {
		return err
	}
	for idle := 0; e.pool.over() && idle < len(e.state); e.victim = (e.victim + 1) % len(e.state) {
		gs := &e.state[e.victim]
		if gs.first == nil || gs.first.last >= e.now {
			idle++
			continue
		}
		idle = 0
		// Some at a time, so that correlations share the memory.
		for k := 0; k < 64 && e.pool.over() && gs.first != nil && gs.first.last < e.now; k++ {
			if err := e.freeze(gs, gs.first); err != nil {
				return err
			}
		}
	}
	return nil
}

// freeze writes a group to disk and leaves only its digest and place.
func (e *engine) freeze(gs *groups, g *group) error {
	b := appendGroup(e.frozenBuf[:0], g)
	e.frozenBuf = b
	at, err := e.pool.put(b)
	if err != nil {
		return err
	}
	for _, c := range g.queue.chunks {
		e.pool.used -= c.bytes
		*c = chunk{listed: c.listed}
	}
	gs.unlink(g)
	delete(gs.hot, g.digest)
	if gs.cold == nil {
		gs.cold = map[digest]frozen{}
	}
	gs.cold[g.digest] = frozen{at: at, last: g.last}
	e.pool.used += frozenBytes - g.bytes
	return nil
}

// thaw brings a group back, nil if there is none.
func (e *engine) thaw(n *node, d digest) (*group, error) {
	gs := &e.state[n.index]
	f, ok := gs.cold[d]
	if !ok {
		return nil, nil
	}
	b, err := e.pool.get(f.at, e.frozenBuf)
	if err != nil {
		return nil, err
	}
	e.frozenBuf = b
	e.pool.release(f.at)
	delete(gs.cold, d)
	dec := decoder{b: b}
	g := dec.group(n)
	if dec.bad {
		return nil, errSpill
	}
	g.digest = d
	for _, c := range g.queue.chunks {
		for i := range c.entries {
			e.pool.charge(c, c.entries[i].size())
		}
	}
	gs.hot[d] = g
	gs.append(g)
	e.pool.used -= frozenBytes
	e.weigh(g)
	return g, nil
}

// sweep forgets frozen groups whose window is empty by now. Going through all
// of them once in a quarter of the timespan costs each group a few looks.
func (e *engine) sweep(n *node) error {
	gs := &e.state[n.index]
	if len(gs.cold) == 0 || e.now < gs.swept {
		return nil
	}
	gs.swept = after(e.now, n.span/4+1)
	for d, f := range gs.cold {
		if f.last >= before(e.now, n.span) {
			continue
		}
		// Its queue may have blocks of its own, so it is read once more.
		g, err := e.thaw(n, d)
		if err != nil {
			return err
		}
		e.forget(n, g)
	}
	return nil
}

// weigh accounts for what a group holds besides entries.
func (e *engine) weigh(g *group) {
	now := int64(groupBytes + 2*len(g.key) + 80*len(g.tally.keys) + 4*len(g.tally.slots))
	for _, s := range g.tally.starts {
		now += 24 + 8*int64(len(s))
	}
	e.pool.used += now - g.bytes
	g.bytes = now
}

func appendGroup(b []byte, g *group) []byte {
	b = appendStrings(b, []string{g.key})
	b = binary.AppendUvarint(b, uint64(len(g.shown)))
	for _, v := range g.shown {
		b = appendStrings(b, []string{v.Field, v.Value})
		b = append(b, flags(v.Absent))
	}
	b = binary.AppendVarint(b, g.open)
	b = binary.AppendVarint(b, g.last)
	b = append(b, flags(g.holding, g.late, g.tally.capped))
	b = append(b, g.hit[:]...)
	b = appendTally(b, &g.tally)
	b = binary.AppendUvarint(b, uint64(len(g.queue.chunks)))
	for _, c := range g.queue.chunks {
		b = binary.AppendUvarint(b, uint64(c.n))
		b = append(b, flags(c.entries == nil))
		if c.entries == nil {
			b = binary.AppendUvarint(b, uint64(c.at.off))
			b = binary.AppendUvarint(b, uint64(c.at.n))
			b = append(b, c.at.class)
			continue
		}
		for i := c.from; i < c.from+c.n; i++ {
			b = appendEntry(b, &c.entries[i])
		}
	}
	return b
}

func flags(bits ...bool) byte {
	var f byte
	for i, on := range bits {
		if on {
			f |= 1 << i
		}
	}
	return f
}

func appendTally(b []byte, t *tally) []byte {
	b = binary.AppendUvarint(b, uint64(t.n))
	b = binary.AppendUvarint(b, uint64(t.nums))
	for _, n := range t.slots {
		b = binary.AppendUvarint(b, uint64(n))
	}
	b = binary.AppendUvarint(b, uint64(len(t.keys)))
	for _, k := range slices.Sorted(maps.Keys(t.keys)) {
		b = appendStrings(b, []string{k})
		b = binary.AppendUvarint(b, uint64(t.keys[k]))
	}
	b = binary.AppendUvarint(b, uint64(len(t.sum.parts)))
	for _, f := range t.sum.parts {
		b = binary.LittleEndian.AppendUint64(b, math.Float64bits(f))
	}
	for _, s := range t.starts {
		for _, at := range s {
			b = binary.LittleEndian.AppendUint64(b, uint64(at))
		}
	}
	return b
}

// group reads what appendGroup wrote of a group of the node.
func (d *decoder) group(n *node) *group {
	g := &group{key: d.text()}
	for range d.length() {
		v := GroupValue{}
		if texts := d.strings(); len(texts) == 2 {
			v.Field, v.Value = texts[0], texts[1]
		}
		v.Absent = d.byte()&1 != 0
		g.shown = append(g.shown, v)
	}
	g.open, g.last = d.int(), d.int()
	f := d.byte()
	g.holding, g.late = f&1 != 0, f&2 != 0
	copy(g.hit[:], d.bytes(len(g.hit)))
	g.tally = n.condition.newTally()
	g.tally.capped = f&4 != 0
	d.tally(&g.tally)
	for range d.length() {
		c := d.chunk()
		g.queue.chunks = append(g.queue.chunks, c)
		g.queue.n += c.n
	}
	return g
}

func (d *decoder) chunk() *chunk {
	c := &chunk{n: int(d.uint())}
	if d.byte()&1 != 0 {
		c.at = block{off: int64(d.uint()), n: int32(d.uint()), class: d.byte()}
		return c
	}
	for i := 0; i < c.n && !d.bad; i++ {
		c.entries = append(c.entries, d.entry())
	}
	return c
}

func (d *decoder) tally(t *tally) {
	t.n, t.nums = int(d.uint()), int(d.uint())
	for i := range t.slots {
		t.slots[i] = int32(d.uint())
	}
	for range d.length() {
		k := d.text()
		t.keys[k] = int32(d.uint())
	}
	for range d.length() {
		t.sum.parts = append(t.sum.parts, math.Float64frombits(d.fixed()))
	}
	for _, s := range t.starts {
		for i := range s {
			s[i] = int64(d.fixed())
		}
	}
}

func (d *decoder) text() string {
	if texts := d.strings(); len(texts) == 1 {
		return texts[0]
	}
	d.bad = true
	return ""
}

func (d *decoder) byte() byte {
	if b := d.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

func (d *decoder) fixed() uint64 {
	if b := d.bytes(8); len(b) == 8 {
		return binary.LittleEndian.Uint64(b)
	}
	return 0
}

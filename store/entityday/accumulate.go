package entityday

import (
	"slices"

	"github.com/dwell-project/dwell/entity"
)

// Accumulator makes the rows of one dataset and day. It is used by one
// goroutine.
//
// Values and hosts come as numbers of dictionaries: small, each defined once
// before it is used. It costs least if events come sorted by host.
type Accumulator struct {
	dataset string
	day     Day
	columns []*Column
	hosts   []string // by number
	seen    []tally  // by number of host
	size    int
}

// NewAccumulator returns an empty accumulator.
func NewAccumulator(dataset string, day Day) *Accumulator {
	return &Accumulator{dataset: dataset, day: day}
}

// MaxNumber is the largest number of a value or host.
const MaxNumber = 1<<28 - 1

// DefineHost says which host a number means: a name or, for records that name no
// host, the address that stands for it. A text that is neither is no host.
func (a *Accumulator) DefineHost(n uint32, text string) {
	for int(n) >= len(a.hosts) {
		a.hosts = append(a.hosts, "")
		a.seen = append(a.seen, tally{})
	}
	a.hosts[n] = HostName(text)
	a.size += 64 + len(text)
}

// HostName returns the spelling that rows have of a host: that of package entity
// for a host, else for an address, else "".
func HostName(text string) string {
	if v, ok := entity.Canonical(entity.Address, text); ok {
		return v
	}
	v, _ := entity.Canonical(entity.Host, text)
	return v
}

// Saw counts an event of a host, for the row that says that it reported.
func (a *Accumulator) Saw(host uint32, at Micros) {
	if int(host) < len(a.seen) {
		a.seen[host].add(at)
	}
}

// Size estimates how many bytes the accumulator takes. It grows with the
// distinct values and with the pairs of value and host; callers seal a run before
// it is too much.
func (a *Accumulator) Size() int {
	size := a.size
	for _, c := range a.columns {
		size += cap(c.slots)*sizeofSlot + cap(c.tallies)*sizeofTally
	}
	return size
}

// Column takes the values of one field in one role.
func (a *Accumulator) Column(f entity.Field) *Column {
	c := &Column{field: f, owner: a}
	a.columns = append(a.columns, c)
	return c
}

// Column counts the values of one field.
type Column struct {
	field   entity.Field
	owner   *Accumulator
	slots   []slot // by number of value
	read    []entity.Entity
	tallies []tally
	// compacted is how many tallies were left when doubles were last joined.
	compacted int
}

// slot is what is known of a value: where its entities are, and its last tally.
type slot struct {
	first, n uint32 // in read; n is 0 for values that name nothing
	tally    uint32
}

// tally counts the events with one value on one host.
type tally struct {
	value, host uint32
	first, last Micros
	count       int64
}

const (
	sizeofSlot  = 12
	sizeofTally = 32
)

func (t *tally) add(at Micros) {
	if t.count == 0 || at < t.first {
		t.first = at
	}
	if t.count == 0 || at > t.last {
		t.last = at
	}
	t.count++
}

// Define says which text a number means.
func (c *Column) Define(n uint32, text string) {
	before := len(c.read)
	c.read = c.field.Read(c.read, text)
	c.define(n, before)
}

// DefineAccount says which account a number means that stands for a pair of
// values, domain and name.
func (c *Column) DefineAccount(n uint32, domain, name string) {
	before := len(c.read)
	if v, ok := entity.JoinAccount(domain, name); ok {
		c.read = append(c.read, entity.Entity{Kind: entity.Account, Value: v})
	}
	c.define(n, before)
}

// defineAll says which entities a number means.
func (c *Column) defineAll(n uint32, all []entity.Entity) {
	before := len(c.read)
	c.read = append(c.read, all...)
	c.define(n, before)
}

func (c *Column) define(n uint32, before int) {
	if int(n) >= len(c.slots) {
		c.slots = slices.Grow(c.slots, int(n)+1-len(c.slots))[:n+1]
	}
	c.slots[n] = slot{first: uint32(before), n: uint32(len(c.read) - before), tally: noTally}
	for _, e := range c.read[before:] {
		c.owner.size += 48 + len(e.Value)
	}
}

const noTally = 1<<32 - 1

// Add counts an event that has the value with a number on a host. Numbers that
// are not defined are nothing.
func (c *Column) Add(n, host uint32, at Micros) {
	if int(n) >= len(c.slots) {
		return
	}
	s := &c.slots[n]
	if s.n == 0 {
		return
	}
	if s.tally < uint32(len(c.tallies)) {
		if t := &c.tallies[s.tally]; t.host == host {
			t.add(at)
			return
		}
	}
	c.begin(s, n, host, at)
}

// doubles is how many tallies are begun before those of one value and host are
// joined.
const doubles = 1 << 16

// begin begins a tally for a value whose last event was on another host. There
// may be one for this host already; joining them later, many at once, is cheaper
// than looking for it now.
func (c *Column) begin(s *slot, n, host uint32, at Micros) {
	if len(c.tallies) >= 2*c.compacted+doubles {
		c.compact()
	}
	s.tally = uint32(len(c.tallies))
	c.tallies = append(c.tallies, tally{value: n, host: host, first: at, last: at, count: 1})
}

// compact joins the tallies of one value and host, and sorts them.
func (c *Column) compact() {
	slices.SortFunc(c.tallies, func(a, b tally) int {
		x, y := uint64(a.value)<<32|uint64(a.host), uint64(b.value)<<32|uint64(b.host)
		switch {
		case x < y:
			return -1
		case x > y:
			return 1
		default:
			return 0
		}
	})
	kept := c.tallies[:0]
	for _, t := range c.tallies {
		if n := len(kept); n > 0 && kept[n-1].value == t.value && kept[n-1].host == t.host {
			last := &kept[n-1]
			last.first, last.last, last.count = min(last.first, t.first), max(last.last, t.last), last.count+t.count
			continue
		}
		kept = append(kept, t)
	}
	c.tallies, c.compacted = kept, len(kept)
	for i := range c.slots {
		c.slots[i].tally = noTally
	}
	for i, t := range c.tallies {
		c.slots[t.value].tally = uint32(i)
	}
}

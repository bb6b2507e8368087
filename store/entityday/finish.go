package entityday

import (
	"cmp"
	"iter"
	"slices"
	"strings"

	"github.com/dwell-project/dwell/entity"
)

// finished are the parts of rows as numbers, ready to be put in order.
type finished struct {
	*Accumulator
	entities []entity.Entity
	keys     []string // of the entities
	numbers  map[entity.Entity]uint32
	hostRank []uint32 // equal names have equal ranks
	parts    []part
}

// part is a row of which the entity is known by its number.
type part struct {
	entity      uint32
	role        entity.Role
	host        uint32
	first, last Micros
	count       int64
}

// Rows yields the rows, sorted. The accumulator stays as it is.
func (a *Accumulator) Rows() iter.Seq[Row] {
	return func(yield func(Row) bool) {
		f := finished{Accumulator: a, numbers: map[entity.Entity]uint32{}}
		f.rankHosts()
		f.collect()
		f.sort()
		f.rows(yield)
	}
}

func (f *finished) rankHosts() {
	order := make([]uint32, len(f.hosts))
	for i := range order {
		order[i] = uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(f.hosts[a], f.hosts[b]) })
	f.hostRank = make([]uint32, len(f.hosts))
	for i, n := range order {
		f.hostRank[n] = uint32(i)
		if i > 0 && f.hosts[n] == f.hosts[order[i-1]] {
			f.hostRank[n] = f.hostRank[order[i-1]]
		}
	}
}

// collect makes the parts of all columns, and those of the hosts themselves.
func (f *finished) collect() {
	total := len(f.hosts)
	for _, c := range f.columns {
		c.compact()
		for _, t := range c.tallies {
			total += int(c.slots[t.value].n)
		}
	}
	f.parts = make([]part, 0, total)
	for _, c := range f.columns {
		f.collectColumn(c)
	}
	for n, t := range f.seen {
		if t.count == 0 || f.hosts[n] == "" {
			continue
		}
		e := entity.Entity{Kind: entity.Host, Value: f.hosts[n]}
		if _, isAddress := entity.Canonical(entity.Address, e.Value); !isAddress {
			f.parts = append(f.parts, part{f.number(e), entity.Reporter, uint32(n), t.first, t.last, t.count})
		}
	}
}

func (f *finished) collectColumn(c *Column) {
	numbers := make([]uint32, len(c.read))
	known := make([]bool, len(c.read))
	for _, t := range c.tallies {
		s := c.slots[t.value]
		for i := s.first; i < s.first+s.n; i++ {
			if !known[i] {
				numbers[i], known[i] = f.number(c.read[i]), true
			}
			f.parts = append(f.parts, part{numbers[i], c.field.Role, t.host, t.first, t.last, t.count})
		}
	}
}

func (f *finished) number(e entity.Entity) uint32 {
	n, ok := f.numbers[e]
	if !ok {
		n = uint32(len(f.entities))
		f.numbers[e] = n
		f.entities = append(f.entities, e)
	}
	return n
}

// sort puts the parts in the order of their rows: dealt to their entities, in the
// order of the keys, then sorted within each, which are few.
func (f *finished) sort() {
	f.keys = make([]string, len(f.entities))
	order := make([]uint32, len(f.entities))
	for i, e := range f.entities {
		f.keys[i], order[i] = e.Key(), uint32(i)
	}
	slices.SortFunc(order, func(a, b uint32) int { return strings.Compare(f.keys[a], f.keys[b]) })
	counts := make([]uint32, len(f.entities))
	for _, p := range f.parts {
		counts[p.entity]++
	}
	starts := make([]uint32, len(f.entities))
	at := uint32(0)
	for _, n := range order {
		starts[n], at = at, at+counts[n]
	}
	sorted := make([]part, len(f.parts))
	for _, p := range f.parts {
		sorted[starts[p.entity]] = p
		starts[p.entity]++
	}
	f.parts = sorted
	for from := 0; from < len(sorted); {
		to := from + int(counts[sorted[from].entity])
		if to > from+1 {
			slices.SortFunc(sorted[from:to], f.compareParts)
		}
		from = to
	}
}

func (f *finished) compareParts(a, b part) int {
	if a.role != b.role {
		return strings.Compare(a.role.String(), b.role.String())
	}
	return cmp.Compare(f.rank(a.host), f.rank(b.host))
}

// rank returns the place of a host in the order of names, -1 for none.
func (f *finished) rank(host uint32) int {
	if int(host) >= len(f.hosts) || f.hosts[host] == "" {
		return -1
	}
	return int(f.hostRank[host])
}

// rows joins the parts of one entity, role and host, and yields what they give.
func (f *finished) rows(yield func(Row) bool) {
	days := OneDay(f.day)
	for i := 0; i < len(f.parts); {
		p := f.parts[i]
		for i++; i < len(f.parts) && f.parts[i].entity == p.entity && f.compareParts(f.parts[i], p) == 0; i++ {
			o := f.parts[i]
			p.first, p.last, p.count = min(p.first, o.first), max(p.last, o.last), p.count+o.count
		}
		r := Row{
			Entity: f.entities[p.entity], Dataset: f.dataset, Role: p.role,
			First: p.first, Last: p.last, Count: p.count, Days: days, key: f.keys[p.entity],
		}
		if int(p.host) < len(f.hosts) {
			r.Host = f.hosts[p.host]
		}
		if f.day == Undated {
			r.First, r.Last = 0, 0
		}
		if !yield(r) {
			return
		}
	}
}

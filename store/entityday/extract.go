package entityday

import (
	"encoding/binary"
	"iter"

	"github.com/dwell-project/dwell/entity"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/ecs"
)

// Extractor takes entities from events of any kind, by the tables of package ecs
// and the fields of package entity. It is used by one goroutine.
type Extractor struct {
	mapper  *ecs.Mapper
	names   *event.Names
	plans   map[ecs.Origin]*plan
	uses    map[useKind]*use
	domains map[string]bool // ECS fields that hold domains of accounts
	targets []ecs.Target
	fields  int // in all plans, met or not
}

// NewExtractor returns an extractor for events whose fields are numbered in
// names.
func NewExtractor(t *ecs.Tables, names *event.Names) *Extractor {
	x := &Extractor{
		mapper: ecs.NewMapper(t, names), names: names,
		plans: map[ecs.Origin]*plan{}, uses: map[useKind]*use{}, domains: map[string]bool{},
	}
	for _, f := range entity.Fields {
		if f.Domain != "" {
			x.domains[f.Domain] = true
		}
	}
	return x
}

func (x *Extractor) plan(o ecs.Origin) *plan {
	p, ok := x.plans[o]
	if !ok {
		if len(x.plans) >= maxPlans || x.fields >= maxFields {
			clear(x.plans)
			x.fields = 0
		}
		p = &plan{}
		x.plans[o] = p
	}
	return p
}

// Run collects the entities of the events of one dataset and day. Runs of one
// extractor share what it has learnt, and its goroutine.
type Run struct {
	x       *Extractor
	acc     *Accumulator
	columns []*runColumn // by number of use, nil where not met yet
	hosts   map[string]uint32
	buf     []byte
	domains [][]byte // of the event, by number in its plan: kind and data
	size    int      // of the texts kept, in bytes
}

// runColumn is a column with the numbers that its values got.
type runColumn struct {
	*Column
	numbers map[string]uint32
}

// Run begins a run.
func (x *Extractor) Run(dataset string, day Day) *Run {
	return &Run{x: x, acc: NewAccumulator(dataset, day), hosts: map[string]uint32{}}
}

// Rows yields the rows of the events added, sorted.
func (r *Run) Rows() iter.Seq[Row] { return r.acc.Rows() }

// Size estimates how many bytes the run takes; see [Accumulator.Size].
func (r *Run) Size() int {
	return r.size + r.acc.Size()
}

// Add counts what an event names. The event's dataset and day are those of the
// run; it is not kept.
func (r *Run) Add(e *event.Event) {
	o := r.x.mapper.Origin(e)
	p := r.x.plan(o)
	r.findDomains(o, p, e)
	host, at := r.host(o, p, e), MicrosOf(e.Time)
	r.acc.Saw(host, at)
	for i := range e.Fields {
		f := &e.Fields[i]
		if !f.HasText() || len(f.Data) == 0 {
			continue
		}
		plan := r.x.field(o, p, f.Name)
		for _, u := range plan.uses {
			c := r.column(u)
			c.Add(r.number(c, u, f, r.domain(p, plan, u)), host, at)
		}
	}
}

// findDomains notes the values of the fields that hold domains.
func (r *Run) findDomains(o ecs.Origin, p *plan, e *event.Event) {
	for i := range r.domains {
		r.domains[i] = r.domains[i][:0]
	}
	for i := range e.Fields {
		f := &e.Fields[i]
		at := r.x.field(o, p, f.Name).domain
		if at == 0 || !f.HasText() || len(f.Data) == 0 || isDash(f) {
			continue
		}
		for len(r.domains) < at {
			r.domains = append(r.domains, nil)
		}
		if d := r.domains[at-1]; len(d) == 0 {
			r.domains[at-1] = append(append(d, byte(f.Kind)), f.Data...)
		}
	}
}

// isDash says whether a value is the "-" that stands for none.
func isDash(f *event.Field) bool {
	return f.Data[0] == '-' && (len(f.Data) == 1 || f.Kind == event.TextUTF16 && len(f.Data) == 2)
}

// domain returns the kind and data of the domain that belongs to a use of a
// field, nil if the record has none. Of several it is that whose name begins most
// like the field's: actor.user.domain for actor.user.name.
func (r *Run) domain(p *plan, f *fieldPlan, u *use) (best []byte) {
	if u.kind.domain == "" {
		return nil
	}
	alike := -1
	for i, d := range p.domains {
		if d.ecs != u.kind.domain || i >= len(r.domains) || len(r.domains[i]) == 0 {
			continue
		}
		if n := commonPrefix(d.native, f.native); n > alike {
			best, alike = r.domains[i], n
		}
	}
	return best
}

func commonPrefix(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && a[n] == b[n] {
		n++
	}
	return n
}

func (r *Run) column(u *use) *runColumn {
	for u.number >= len(r.columns) {
		r.columns = append(r.columns, nil)
	}
	c := r.columns[u.number]
	if c == nil {
		c = &runColumn{r.acc.Column(u.field), map[string]uint32{}}
		r.columns[u.number] = c
	}
	return c
}

// number returns the number of a value in its column, which it gets if it is
// new.
func (r *Run) number(c *runColumn, u *use, f *event.Field, domain []byte) uint32 {
	r.buf = append(append(r.buf[:0], byte(f.Kind)), f.Data...)
	if u.kind.domain != "" {
		r.buf = binary.LittleEndian.AppendUint32(append(r.buf, domain...), uint32(len(domain)))
	}
	if n, ok := c.numbers[string(r.buf)]; ok {
		return n
	}
	n := uint32(len(c.numbers))
	key := string(r.buf)
	c.numbers[key] = n
	r.size += 64 + len(key)
	found, ok := u.read[key]
	if !ok {
		found = u.entities(textOf(domain), f.Text())
		if len(u.read) >= maxRead {
			clear(u.read)
		}
		if len(key) <= maxReadBytes {
			u.read[key] = found
		}
	}
	c.defineAll(n, found)
	return n
}

// textOf returns the text of a kind and data.
func textOf(b []byte) string {
	if len(b) == 0 {
		return ""
	}
	return event.Field{Kind: event.Kind(b[0]), Data: b[1:]}.Text()
}

// host returns the number of the host that the event speaks of or, if it names
// none, of the address that began the connection.
func (r *Run) host(o ecs.Origin, p *plan, e *event.Event) uint32 {
	if e.Host.HasText() && len(e.Host.Data) > 0 {
		return r.hostNumber(append(append(r.buf[:0], byte(e.Host.Kind)), e.Host.Data...))
	}
	if e.Source != nil && e.Source.Host != "" {
		return r.hostNumber(append(append(r.buf[:0], byte(event.Text)), e.Source.Host...))
	}
	var best *event.Field
	rank := 0
	for i := range e.Fields {
		f := &e.Fields[i]
		if s := r.x.field(o, p, f.Name).standIn; s > rank && f.HasText() && len(f.Data) > 0 {
			best, rank = f, s
		}
	}
	if best == nil {
		return r.hostNumber(r.buf[:0])
	}
	return r.hostNumber(append(append(r.buf[:0], byte(best.Kind)), best.Data...))
}

func (r *Run) hostNumber(b []byte) uint32 {
	r.buf = b
	if n, ok := r.hosts[string(b)]; ok {
		return n
	}
	n := uint32(len(r.hosts))
	r.hosts[string(b)] = n
	r.acc.DefineHost(n, textOf(b))
	return n
}

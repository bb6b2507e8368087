package segment

import (
	"bytes"
	"cmp"
	"fmt"
	"hash/maphash"
	"io"
	"slices"
	"time"

	"github.com/parquet-go/parquet-go/format"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/evidence"
)

// Run describes a sealed run.
type Run struct {
	Rows     int   `json:"rows"`
	RawBytes int64 `json:"raw_bytes"` // of all records
	// First and Last are the times of the earliest and the latest record, zero if
	// none has a time.
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
	// Hosts are the hosts that records speak of, sorted.
	Hosts []string `json:"hosts"`
	// Root is the root of the tree of the run's leaves.
	Root evidence.Digest `json:"-"`

	blocks []evidence.Digest
	names  []string // from firstName on
}

// Seal sorts the events, leaves out those that were added twice, makes their
// leaves with the run's secret, and writes them as a file of one run. The builder is used up, also if there is an error.
func (b *Builder) Seal(w io.Writer, secret []byte) (Run, error) {
	z, err := b.types.encoder()
	if err != nil {
		return Run{}, err
	}
	defer b.types.release(z)
	s := sealer{b: b, e: encoder{zstd: z}, blinder: evidence.NewBlinder(secret)}
	if err := s.readShapes(); err != nil {
		return Run{}, err
	}
	s.order()
	s.once()
	s.plan()
	if err := s.rows(); err != nil {
		return Run{}, err
	}
	return s.finish(w)
}

// sealer is the work of one Seal.
type sealer struct {
	b       *Builder
	e       encoder
	run     Run
	blinder *evidence.Blinder
	tree    evidence.Tree

	rank    []uint32 // of hosts, by name
	shapes  []*shape
	outs    []*out            // of vectors, sorted by name
	slots   [][]slotOut       // by shape: the slots with values
	common  [nCommon]*out     // columns that are no vector
	renders map[any]*renderer // by out and form
	record  []byte
}

// out is a column while it is written.
type out struct {
	chunk
	vector *vector
	byDict bool
	number []uint32 // of a value in the dictionary plus one, by number in the vector
	order  []uint32 // the dictionary's values
	// values of the page, in their order
	entries []uint32
}

// slotOut says where the value of a slot goes.
type slotOut struct {
	*out
	render  *renderer
	literal []byte
	placed  bool
}

func (s *sealer) readShapes() error {
	for i := range s.b.blobs {
		sh, err := readShape(s.b.blobs[i].blob, len(s.b.states))
		if err != nil {
			return err
		}
		s.shapes = append(s.shapes, sh)
	}
	for _, st := range s.b.states[firstName:] {
		s.run.names = append(s.run.names, st.field)
	}
	return nil
}

// order sorts the rows by host, time and id.
func (s *sealer) order() {
	hosts := s.b.hosts.all
	sorted := make([]uint32, len(hosts))
	for i := range sorted {
		sorted[i] = uint32(i)
	}
	slices.SortFunc(sorted, func(a, b uint32) int { return cmp.Compare(hosts[a], hosts[b]) })
	s.rank = make([]uint32, len(hosts))
	for i, h := range sorted {
		s.rank[h] = uint32(i)
		if hosts[h] != "" {
			s.run.Hosts = append(s.run.Hosts, hosts[h])
		}
	}
	slices.SortFunc(s.b.rows, func(a, b row) int {
		if c := cmp.Compare(s.rank[a.host], s.rank[b.host]); c != 0 {
			return c
		}
		if a.timed != b.timed {
			if a.timed {
				return 1
			}
			return -1
		}
		return cmp.Or(cmp.Compare(a.time, b.time), bytes.Compare(a.id[:], b.id[:]))
	})
}

// once leaves out records that were added twice: they stand beside each other.
func (s *sealer) once() {
	kept := s.b.rows[:0]
	for i := range s.b.rows {
		r := s.b.rows[i]
		if len(kept) > 0 && kept[len(kept)-1].id == r.id {
			s.b.blobs[r.shape].rows--
			continue
		}
		kept = append(kept, r)
	}
	s.b.rows = kept
	s.run.Rows = len(kept)
}

// dictWorth is how many times a value must come on average, and dictFrom how many
// values there must be, for a dictionary to pay.
const (
	dictWorth = 1.6
	dictFrom  = 64
)

// plan decides how each vector is written.
func (s *sealer) plan() {
	byVector := map[*vector]*out{}
	s.renders = map[any]*renderer{}
	for i, sh := range s.shapes {
		var slots []slotOut
		for _, l := range sh.slots {
			if l.form == formNone {
				continue
			}
			v := s.b.column(s.b.states[l.name], l.variant)
			o := byVector[v]
			if o == nil {
				o = s.newOut(s.b.states[l.name], l, v)
				byVector[v] = o
				s.outs = append(s.outs, o)
			}
			o.values += int64(s.b.blobs[i].rows)
			type key struct {
				*out
				slotForm
			}
			k := key{o, l.slotForm}
			if s.renders[k] == nil {
				s.renders[k] = &renderer{slotForm: l.slotForm, from: v}
			}
			slots = append(slots, slotOut{o, s.renders[k], l.literal, l.placed})
		}
		s.slots = append(s.slots, slots)
	}
	for _, o := range s.outs {
		o.byDict = o.typ != Bool && o.values >= dictFrom && float64(o.values) >= dictWorth*float64(o.vector.len())
		o.encoding = o.plainEncoding()
		if o.byDict {
			o.encoding = format.RLEDictionary
			o.number = make([]uint32, o.vector.len())
		}
		o.values = 0
		if len(s.b.rows) >= limitsFrom {
			o.limits(o.vector)
			o.filter(o.vector)
		}
	}
	for _, r := range s.renders {
		r.again = byVector[r.from].byDict
	}
	slices.SortFunc(s.outs, func(a, b *out) int { return cmp.Compare(a.name, b.name) })
	s.planCommon()
}

func (s *sealer) newOut(st *state, l slot, v *vector) *out {
	name := columnOf(l, st.field)
	list := l.variant >= inBytes || l.name == nameSpelled
	return &out{chunk: chunk{column: column{name: name, typ: v.typ, list: list}}, vector: v}
}

// plainEncoding returns the encoding of a column without a dictionary.
func (c *chunk) plainEncoding() format.Encoding {
	switch c.physical() {
	case format.ByteArray:
		return format.DeltaLengthByteArray
	case format.Int64:
		return format.DeltaBinaryPacked
	}
	return format.Plain
}

// rows writes all rows, page by page.
func (s *sealer) rows() error {
	for first := 0; first < len(s.b.rows); first += pageRows {
		page := s.b.rows[first:min(first+pageRows, len(s.b.rows))]
		for i := range page {
			if err := s.row(first+i, i, &page[i]); err != nil {
				return err
			}
		}
		for _, o := range s.outs {
			if err := o.endPage(&s.e, first, len(page)); err != nil {
				return err
			}
		}
		if err := s.endCommon(first, page); err != nil {
			return err
		}
	}
	return nil
}

// row puts one row into the pages and hashes its record.
func (s *sealer) row(index, inPage int, r *row) error {
	sh := s.shapes[r.shape]
	values := s.b.values[r.values:]
	s.record = s.record[:0]
	for i := range s.slots[r.shape] {
		o := &s.slots[r.shape][i]
		v := values[i]
		if o.placed {
			s.record = append(s.record, o.literal...)
			s.record = o.render.append(s.record, v)
		} else if sh.raw && o.name == hiddenColumns[nameRaw] {
			s.record = append(s.record, o.vector.text(v)...)
		}
		o.take(inPage, v)
	}
	s.record = append(s.record, sh.tail...)
	s.run.RawBytes += int64(len(s.record))
	if maphash.Bytes(s.b.seed, s.record) != r.check {
		return fmt.Errorf("sealing record at offset %d, line %d: %w", r.offset, r.line, ErrRebuild)
	}
	if r.frame > 0 {
		s.tree.Add(s.blinder.Leaf(uint64(index), s.record, s.b.framed[r.frame-1].Digest[:]))
	} else {
		s.tree.Add(s.blinder.Leaf(uint64(index), s.record))
	}
	return nil
}

// take notes that a row of the page has a value.
func (o *out) take(row int, v uint32) {
	o.present(row)
	if o.byDict {
		if o.number[v] == 0 {
			o.order = append(o.order, v)
			o.number[v] = uint32(len(o.order))
		}
		v = o.number[v] - 1
	}
	o.entries = append(o.entries, v)
}

// endPage writes a column's page.
func (o *out) endPage(e *encoder, first, rows int) error {
	if err := o.encode(e); err != nil {
		return fmt.Errorf("writing column %s: %w", o.name, err)
	}
	n := len(o.entries)
	o.entries = o.entries[:0]
	return o.end(e, first, rows, n)
}

func (o *out) encode(e *encoder) error {
	switch {
	case o.byDict:
		e.nums = e.nums[:0]
		for _, v := range o.entries {
			e.nums = append(e.nums, int32(v))
		}
		return e.encodeNumbers()
	case o.vector.isText():
		e.text, e.ends = e.text[:0], append(e.ends[:0], 0)
		for _, v := range o.entries {
			e.text = append(e.text, o.vector.text(v)...)
			e.ends = append(e.ends, uint32(len(e.text)))
		}
		return e.encodeTexts()
	}
	e.ints = e.ints[:0]
	for _, v := range o.entries {
		e.ints = append(e.ints, o.vector.ints[v])
	}
	if o.typ == Bool {
		e.encodeBools()
		return nil
	}
	return e.encodeInts()
}

// rebuilds says whether the event that was just taken apart can be put together
// again from its shape and values.
func (b *Builder) rebuilds(ev *event.Event) bool {
	sh, err := readShape(b.key, len(b.states))
	if err != nil {
		return false
	}
	record, i := b.check[:0], 0
	for _, l := range sh.slots {
		if l.form == formNone {
			continue
		}
		if l.placed {
			record = append(record, l.literal...)
			record, _ = b.column(b.states[l.name], l.variant).appendForm(record, l.slotForm, b.row[i])
		}
		i++
	}
	record = append(record, sh.tail...)
	b.check = record
	return bytes.Equal(record, ev.Raw)
}

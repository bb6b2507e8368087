package segment

import (
	"bytes"
	"encoding/binary"
	"errors"
	"hash/maphash"
	"strconv"
	"time"

	"github.com/dwell-project/dwell/event"
)

// Builder collects events of one dataset and day and seals them as a run. It is
// used by one goroutine at a time.
type Builder struct {
	names *event.Names
	types *Types
	seed  maphash.Seed

	states  []*state // by the run's number of the name
	byName  []uint32 // by event.Name: index in states, 0 is none
	shapes  map[string]uint32
	blobs   []shapeUse
	rows    []row
	values  []uint32 // of all rows: for each slot with a value, its number
	hosts   index[string]
	files   index[source]
	frames  index[event.ID] // by the beginning of the digest
	framed  []*event.Frame  // by number
	last    *event.Source   // the one of the last event
	lastAt  uint32
	columns int // fields that have one
	held    int64
	serial  uint64

	context    context
	isFramed   bool // the event has a frame
	key        []byte
	row        []uint32
	buf, check []byte
	host       []byte
}

// row is one event while it is collected.
type row struct {
	id     event.ID
	time   int64
	offset int64
	line   int64
	record int64
	check  uint64 // of the raw bytes
	values uint32 // where they begin
	host   uint32
	source uint32
	shape  uint32
	frame  uint32 // plus one
	timed  bool
}

// rowBytes is what a row takes, roughly.
const rowBytes = 96

// source is what of an event.Source is kept.
type source struct {
	path  string
	first [32]byte
}

// shapeUse is a shape with how often it is used.
type shapeUse struct {
	blob []byte
	rows int
}

// index numbers values.
type index[T comparable] struct {
	of  map[T]uint32
	all []T
}

func (x *index[T]) put(v T) uint32 {
	n, ok := x.of[v]
	if !ok {
		if x.of == nil {
			x.of = map[T]uint32{}
		}
		n = uint32(len(x.all))
		x.of[v] = n
		x.all = append(x.all, v)
	}
	return n
}

// NewBuilder returns an empty builder. Types are those of the dataset, and are
// added to.
func NewBuilder(names *event.Names, types *Types) *Builder {
	b := &Builder{names: names, types: types, seed: maphash.MakeSeed(), shapes: map[string]uint32{}}
	for _, column := range hiddenColumns {
		typ := Text
		switch column {
		case hiddenColumns[nameRaw], hiddenColumns[nameSpelled], hiddenColumns[nameOtherBytes]:
			typ = rawBytes
		}
		b.states = append(b.states, &state{field: column, fixed: typ})
	}
	return b
}

// Len returns how many events were added.
func (b *Builder) Len() int { return len(b.rows) }

// Bytes returns about how much memory the builder holds.
func (b *Builder) Bytes() int64 { return b.held + int64(len(b.rows))*rowBytes + int64(len(b.values))*4 }

// state returns what is known of a field's name.
func (b *Builder) state(n event.Name) (uint32, *state) {
	if int(n) < len(b.byName) {
		if i := b.byName[n]; i != 0 {
			return i, b.states[i]
		}
	} else {
		b.byName = append(b.byName, make([]uint32, int(n)+1-len(b.byName))...)
	}
	b.byName[n] = uint32(len(b.states))
	b.states = append(b.states, &state{field: b.names.Text(n)})
	b.held += 256
	return b.byName[n], b.states[b.byName[n]]
}

// Add copies an event. The id is that which the event has.
func (b *Builder) Add(ev *event.Event, id event.ID) {
	r := row{
		id: id, offset: ev.Offset, line: ev.Line, record: ev.Record, values: uint32(len(b.values)),
		check: maphash.Bytes(b.seed, ev.Raw), source: b.source(ev.Source), host: b.hostOf(ev),
	}
	if !ev.Time.IsZero() {
		r.time, r.timed = nanoseconds(ev.Time)
	}
	if f := ev.NeededFrame(); f != nil {
		r.frame = b.frames.put(event.ID(f.Digest[:])) + 1
		if int(r.frame) > len(b.framed) {
			b.framed = append(b.framed, &event.Frame{Digest: f.Digest, Data: bytes.Clone(f.Data)})
			b.held += int64(len(f.Data))
		}
	}
	b.isFramed = r.frame > 0
	r.shape = b.shape(ev, r.timed)
	b.values = append(room(b.values, len(b.row)), b.row...)
	b.blobs[r.shape].rows++
	b.rows = append(room(b.rows, 1), r)
}

func (b *Builder) source(s *event.Source) uint32 {
	if s == nil {
		return b.files.put(source{})
	}
	if s != b.last {
		b.last, b.lastAt = s, b.files.put(source{s.Path, s.First})
	}
	return b.lastAt
}

// hostOf returns the number of the event's host.
func (b *Builder) hostOf(ev *event.Event) uint32 {
	if ev.Host.Kind == event.Absent {
		return b.hosts.put(ev.HostName())
	}
	b.host = ev.Host.AppendText(b.host[:0])
	if n, ok := b.hosts.of[string(b.host)]; ok {
		return n
	}
	return b.hosts.put(string(b.host))
}

// shape takes the event apart and returns the number of its shape; the numbers
// of its values are then in b.row.
func (b *Builder) shape(ev *event.Event, timed bool) uint32 {
	if !isBinary(ev.Raw) || !b.manyShapes() {
		if n, ok := b.tryShape(ev, timed, true); ok {
			return n
		}
	}
	n, _ := b.tryShape(ev, timed, false)
	return n
}

// isBinary says whether a record holds the lengths of its values, so that a shape
// that is new is likely not to come again: it is an EVTX record.
func isBinary(raw []byte) bool { return bytes.HasPrefix(raw, []byte("**\x00\x00")) }

// maxShapes bounds the shapes of a run in proportion to its rows. More means
// that records have too much between their values.
const maxShapes = 1024

// manyShapes says whether new shapes cost more than the records themselves.
func (b *Builder) manyShapes() bool { return len(b.shapes) > maxShapes+len(b.rows)/8 }

// tryShape is shape, with the literal bytes of the record or with the record as
// a value. It is false if the bytes could not be put together again.
func (b *Builder) tryShape(ev *event.Event, timed, cut bool) (uint32, bool) {
	b.key, b.row, b.context = b.key[:0], b.row[:0], contextOf(ev.Raw)
	b.serial++
	at := 0
	for i := range ev.Fields {
		at = b.slot(ev, &ev.Fields[i], at, cut)
	}
	if !cut {
		b.putRaw(ev.Raw)
	}
	b.describe(ev, timed)
	if cut {
		b.key = binary.AppendUvarint(b.key, endTail)
		b.key = appendSized(b.key, ev.Raw[at:])
	} else {
		b.key = binary.AppendUvarint(b.key, endRaw)
	}
	if n, ok := b.shapes[string(b.key)]; ok {
		return n, true
	}
	if cut && (b.manyShapes() || !b.rebuilds(ev)) {
		return 0, false
	}
	n := uint32(len(b.blobs))
	blob := bytes.Clone(b.key)
	b.shapes[string(blob)] = n
	b.blobs = append(b.blobs, shapeUse{blob: blob})
	b.held += int64(2*len(blob) + 64)
	return n, true
}

// slot takes one field of the event and returns where in its bytes to go on.
func (b *Builder) slot(ev *event.Event, f *event.Field, at int, cut bool) int {
	n, s := b.state(f.Name)
	again := s.event == b.serial
	s.event = b.serial
	var c cell
	place := -1
	if f.Kind > event.EmptyObject {
		c = b.cell(s, *f, again)
		if cut {
			place = placeIn(ev.Raw, f.Data, at)
		}
	}
	if c.form == formPrevious {
		b.literal(ev.Raw, at, place)
		b.key = append(b.key, nameSpelled, byte(event.Binary), byte(inMain), byte(formRaw))
		b.row = append(b.row, c.spelled)
		b.key = binary.AppendUvarint(b.key, unplaced)
	} else {
		b.literal(ev.Raw, at, place)
	}
	b.key = binary.AppendUvarint(b.key, uint64(n))
	if c.form == formNone {
		b.key = append(b.key, byte(f.Kind), byte(inMain), byte(formNone))
		return at
	}
	kind := f.Kind
	if c.form >= formXML {
		kind = event.Text // which kind it is, the value says
	} else if c.form == formWord {
		kind = event.True
	}
	b.key = append(b.key, byte(kind), byte(c.variant), byte(c.form))
	b.row = append(b.row, c.entry)
	if place < 0 {
		return at
	}
	return place + len(f.Data)
}

// literal writes where a slot is: behind the bytes between at and its place.
func (b *Builder) literal(raw []byte, at, place int) {
	if place < 0 {
		b.key = binary.AppendUvarint(b.key, unplaced)
		return
	}
	b.key = binary.AppendUvarint(b.key, placed+uint64(place-at))
	b.key = append(b.key, raw[at:place]...)
}

// placeIn returns where part lies in raw, not before at; -1 if it does not. Both
// are slices of one array if a parser cut part out of raw, and then what they
// could grow by says where. It is only a guess: that the bytes are the same is
// what counts.
func placeIn(raw, part []byte, at int) int {
	place := cap(raw) - cap(part)
	if place < at || place+len(part) > len(raw) || !bytes.Equal(raw[place:place+len(part)], part) {
		return -1
	}
	return place
}

// cell returns where the value of a field is, putting it there if it is new.
func (b *Builder) cell(s *state, f event.Field, again bool) cell {
	d := &s.sides[0]
	if again {
		d = &s.sides[1]
	}
	if d.direct {
		b.held += int64(len(f.Data) + 8)
		return b.fit(s, d, f, again)
	}
	kind := uint8(f.Kind) | uint8(b.context)<<6
	c, hash := d.find(b.seed, kind, f.Data)
	d.judge(c != nil)
	if c != nil {
		return *c
	}
	fresh := b.fit(s, d, f, again)
	b.held += int64(2*len(f.Data) + 56)
	if !d.direct {
		d.put(hash, kind, f.Data, fresh)
	}
	return fresh
}

// put adds a slot without a place for a value that is no field's.
func (b *Builder) put(n int, f event.Field) {
	c := b.cell(b.states[n], f, false)
	b.key = binary.AppendUvarint(b.key, unplaced)
	if c.form == formPrevious {
		b.key = append(b.key, nameSpelled, byte(event.Binary), byte(inMain), byte(formRaw))
		b.row = append(b.row, c.spelled)
		b.key = binary.AppendUvarint(b.key, unplaced)
	}
	b.key = append(b.key, byte(n), byte(f.Kind), byte(c.variant), byte(c.form))
	b.row = append(b.row, c.entry)
}

// putRaw adds a slot without a place for the whole record.
func (b *Builder) putRaw(raw []byte) {
	b.key = append(b.key, unplaced, nameRaw, byte(event.Binary), byte(inMain), byte(formRaw))
	b.row = append(b.row, b.states[nameRaw].vector(inMain).addText(raw))
	b.held += int64(len(raw))
}

// describe writes what the event is besides its fields.
func (b *Builder) describe(ev *event.Event, timed bool) {
	const text = event.Text
	if !timed && !ev.Time.IsZero() {
		far := strconv.AppendInt(nil, ev.Time.Unix(), 10)
		far = strconv.AppendInt(append(far, '.'), int64(ev.Time.Nanosecond()), 10)
		b.put(nameFar, event.Field{Kind: text, Data: far})
	}
	host := refer(ev, ev.Host)
	if host == refHidden && ev.Host.Kind == text && bytes.Equal(ev.Host.Data, b.host) {
		host = refHost
	}
	refs := [...]uint64{host, refer(ev, ev.Provider), refer(ev, ev.Channel), refer(ev, ev.Code)}
	for i, f := range [...]event.Field{ev.Host, ev.Provider, ev.Channel, ev.Code} {
		if refs[i] == refHidden {
			b.put([...]int{nameHost, nameProvider, nameChannel, nameCode}[i], f)
		}
	}
	b.key = binary.AppendUvarint(b.key, endSlots)
	flags := byte(ev.Identity)&flagIdentity | byte(ev.Assumed)<<shiftAssumed&flagAssumed
	if ev.Record != ev.Line {
		flags |= flagRecord
	}
	if b.isFramed {
		flags |= flagFrame
	}
	if ev.Host.Kind == event.Absent && ev.Source != nil && ev.Source.Host != "" {
		flags |= flagSourceHost
	}
	b.key = append(b.key, flags)
	b.key = appendSized(appendSized(b.key, []byte(ev.Schema)), []byte(ev.Dataset))
	for _, r := range refs {
		b.key = binary.AppendUvarint(b.key, r)
	}
}

// refer says where a copy of a field is.
func refer(ev *event.Event, f event.Field) uint64 {
	if f.Kind == event.Absent {
		return refAbsent
	}
	for i := range ev.Fields {
		g := &ev.Fields[i]
		if g.Name == f.Name && g.Kind == f.Kind && bytes.Equal(g.Data, f.Data) {
			return refField + uint64(i)
		}
	}
	return refHidden
}

// ErrRebuild says that a record could not be put together again when it was
// sealed. Nothing is written then; the record is still in the head.
var ErrRebuild = errors.New("the record is not what was added")

// farTime reads a time that is too far off for a column.
func farTime(text []byte) (time.Time, error) {
	whole, nanos, _ := bytes.Cut(text, []byte("."))
	s, err := strconv.ParseInt(string(whole), 10, 64)
	if err != nil {
		return time.Time{}, err
	}
	n, err := strconv.ParseInt(string(nanos), 10, 64)
	return time.Unix(s, n).UTC(), err
}

package store

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"sync"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/store/segment"
)

// ErrDamaged reports a file of the archive that is not as it was sealed. It is
// set aside: nothing in it is believed.
var ErrDamaged = errors.New("not as it was sealed: set aside")

// Wants says which fields of events somebody asks for. It is used by one
// goroutine.
type Wants struct {
	// Origin says which fields tell where an event belongs, besides its schema,
	// provider, channel and code.
	Origin func(event.Name) bool
	// Fields says which fields of events of the same origin as the given one are
	// asked for.
	Fields func(*event.Event) func(event.Name) bool
}

// openSegment opens a segment that is as the manifest says.
func (a *Archive) openSegment(s *Segment, names *event.Names) (*segment.Segment, *os.File, error) {
	f, err := a.openFile(s.Path)
	if err != nil {
		return nil, nil, fmt.Errorf("opening segment %s: %w", s.Path, err)
	}
	if err = checkContent(f, s.Size, s.Digest); err == nil {
		var opened *segment.Segment
		if opened, err = segment.Open(f, s.Size, names); err == nil {
			return opened, f, nil
		}
		err = fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return nil, nil, errors.Join(fmt.Errorf("opening segment %s: %w", s.Path, err), f.Close())
}

// openFile opens a file that the manifest names.
func (a *Archive) openFile(local string) (*os.File, error) {
	f, err := os.Open(a.path(local))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: it is not there", ErrDamaged)
	}
	return f, err
}

func checkContent(r io.Reader, size int64, want string) error {
	h := sha256.New()
	n, err := io.Copy(h, r)
	switch {
	case err != nil:
		return err
	case n != size:
		return fmt.Errorf("%w: %d bytes instead of %d", ErrDamaged, n, size)
	case hex.EncodeToString(h.Sum(nil)) != want:
		return fmt.Errorf("%w: its SHA-256 is another", ErrDamaged)
	}
	return nil
}

// sealedSource is the content of an input that stands for a segment. It is not
// read as bytes: its splitter looks at the segment.
type sealedSource struct{ segment *Segment }

// Read implements [io.Reader]: there are no bytes.
func (*sealedSource) Read([]byte) (int, error) { return 0, io.EOF }

// Close implements [io.Closer].
func (*sealedSource) Close() error { return nil }

// sealedFormat gives sealed events as if they were parsed.
type sealedFormat struct {
	archive *Archive
	wants   func() *Wants // nil if all fields are asked for

	mu sync.Mutex
	of map[*event.Source]*Segment
}

// Name implements [parse.Format].
func (*sealedFormat) Name() string { return "archive segment" }

// Recognise implements [parse.Format]; segments are never looked for.
func (*sealedFormat) Recognise([]byte) (confidence float64, reason string) { return 0, "" }

// Split implements [parse.Format].
func (f *sealedFormat) Split(r io.Reader, src *event.Source) parse.Splitter {
	sealed, ok := r.(*sealedSource)
	if !ok {
		return &sealedSplitter{}
	}
	f.mu.Lock()
	f.of[src] = sealed.segment
	f.mu.Unlock()
	return &sealedSplitter{segment: sealed.segment}
}

// sealedSplitter gives a block for each run of a segment. The number of the run
// is the block's Record; Data has no bytes.
type sealedSplitter struct {
	segment *Segment
	next    int
}

// Next implements [parse.Splitter].
func (s *sealedSplitter) Next(b *parse.Block) error {
	if s.segment == nil || s.next == len(s.segment.Runs) {
		return io.EOF
	}
	b.Data, b.Offset, b.Record = b.Data[:0], 0, int64(s.next)
	s.next++
	return nil
}

// NewDecoder implements [parse.Format].
func (f *sealedFormat) NewDecoder(names *event.Names) parse.Decoder {
	d := &sealedDecoder{format: f, names: names}
	if f.wants != nil {
		d.wants = f.wants()
	}
	return d
}

// sealedDecoder reads runs. It keeps the last segment open: the next block is
// mostly of the same.
type sealedDecoder struct {
	format  *sealedFormat
	names   *event.Names
	wants   *Wants
	from    *Segment
	sealed  *segment.Segment
	file    *os.File
	origins map[string]*origins // by dataset
}

// Decode implements [parse.Decoder].
func (d *sealedDecoder) Decode(b *parse.Block, yield func(*event.Event) bool, report func(parse.Problem)) {
	d.format.mu.Lock()
	s := d.format.of[b.Source]
	d.format.mu.Unlock()
	if err := d.decode(s, int(b.Record), yield); err != nil {
		report(parse.Problem{Path: b.Source.Path, Record: b.Record, Err: err})
	}
}

func (d *sealedDecoder) decode(s *Segment, run int, yield func(*event.Event) bool) error {
	if err := d.open(s); err != nil {
		return err
	}
	o := d.originsOf(s.Dataset)
	for row, done := 0, false; !done; {
		r, err := d.sealed.NewReader(run, o.want())
		if err == nil {
			r.Seek(row)
			row, done = d.read(r, o, row, yield)
			err = r.Err()
		}
		if err != nil {
			return fmt.Errorf("reading run %s: %w: %w", s.Runs[run].ID, ErrDamaged, err)
		}
	}
	return nil
}

// read yields events from the given row on. It stops, not done, at the first of
// an origin that was not met before: of it, other fields may be asked for.
func (d *sealedDecoder) read(r *segment.Reader, o *origins, row int, yield func(*event.Event) bool) (next int, done bool) {
	dictionary := d.format.archive.dictionaries.Add(1)
	for ; r.Next(); row++ {
		ev := r.Event()
		if !o.knows(ev) {
			return row, false
		}
		ev.Dictionary = dictionary
		if o.wants != nil {
			ev.Partial = r.Complete
		}
		if !yield(ev) {
			return row, true
		}
	}
	return row, true
}

// origins are where the events of a dataset belong, as far as they were met, and
// what is asked of them.
type origins struct {
	wants *Wants // nil if everything is asked for
	known map[string]bool
	asked []func(event.Name) bool
	key   []byte
}

// maxOrigins bounds the origins told apart, longOrigin, in bytes, what tells one.
// Beyond them all fields are read.
const (
	maxOrigins = 1 << 10
	longOrigin = 1 << 12
)

// originsOf returns the origins of a dataset.
func (d *sealedDecoder) originsOf(dataset string) *origins {
	if d.origins == nil {
		d.origins = map[string]*origins{}
	}
	o, ok := d.origins[dataset]
	if !ok {
		o = &origins{wants: d.wants, known: map[string]bool{}}
		d.origins[dataset] = o
	}
	return o
}

// knows says whether the event's origin was met before, and notes it.
func (o *origins) knows(ev *event.Event) bool {
	if o.wants == nil {
		return true
	}
	o.key = o.appendKey(o.key[:0], ev)
	if o.known[string(o.key)] {
		return true
	}
	if len(o.known) == maxOrigins || len(o.key) > longOrigin {
		o.wants, o.known, o.asked = nil, nil, nil
		return false
	}
	o.known[string(o.key)] = true
	o.asked = append(o.asked, o.wants.Fields(ev))
	return false
}

// appendKey appends what tells where an event belongs.
func (o *origins) appendKey(dst []byte, ev *event.Event) []byte {
	dst = append(append(dst, ev.Schema...), 0)
	for _, f := range [...]*event.Field{&ev.Channel, &ev.Provider, &ev.Code} {
		dst = append(append(append(dst, byte(f.Kind)), f.Data...), 0)
	}
	for i := range ev.Fields {
		if f := &ev.Fields[i]; o.wants.Origin(f.Name) {
			dst = append(append(append(dst, byte(f.Name), byte(f.Name>>8), byte(f.Kind)), f.Data...), 0)
		}
	}
	return dst
}

// want returns which fields are asked for of events of the origins known; nil
// means all.
func (o *origins) want() func(event.Name) bool {
	if o.wants == nil {
		return nil
	}
	return func(n event.Name) bool {
		return o.wants.Origin(n) || slices.ContainsFunc(o.asked, func(f func(event.Name) bool) bool { return f(n) })
	}
}

// open makes s the segment at hand.
func (d *sealedDecoder) open(s *Segment) error {
	if d.from == s {
		return nil
	}
	if err := d.close(); err != nil {
		return err
	}
	sealed, file, err := d.format.archive.openSegment(s, d.names)
	if err != nil {
		return err
	}
	d.from, d.sealed, d.file = s, sealed, file
	return nil
}

// close lets go of the segment at hand.
func (d *sealedDecoder) close() error {
	if d.file == nil {
		return nil
	}
	d.sealed.Close()
	file := d.file
	d.from, d.file = nil, nil
	return file.Close()
}

// idsAt returns the ids of the records that are sealed at a place. Segments that
// are damaged are handed to aside.
func (a *Archive) idsAt(m *Manifest, at place, aside func(path string, err error)) (map[event.ID]bool, error) {
	ids := map[event.ID]bool{}
	for i := range m.Segments {
		s := &m.Segments[i]
		if s.Dataset != at.dataset || s.Day != at.day {
			continue
		}
		err := a.ids(s, func(id event.ID) { ids[id] = true })
		if errors.Is(err, ErrDamaged) {
			aside(s.Path, err)
		} else if err != nil {
			return nil, err
		}
	}
	return ids, nil
}

// ids yields the ids of a segment's records.
func (a *Archive) ids(s *Segment, yield func(event.ID)) error {
	sealed, file, err := a.openSegment(s, event.NewNames())
	if err != nil {
		return err
	}
	defer file.Close()
	defer sealed.Close()
	for run := range s.Runs {
		r, err := sealed.NewReader(run, func(event.Name) bool { return false })
		if err != nil {
			return fmt.Errorf("reading run %s: %w: %w", s.Runs[run].ID, ErrDamaged, err)
		}
		for r.Next() {
			yield(*r.Event().Stored)
		}
		if err := r.Err(); err != nil {
			return fmt.Errorf("reading run %s: %w: %w", s.Runs[run].ID, ErrDamaged, err)
		}
	}
	return nil
}

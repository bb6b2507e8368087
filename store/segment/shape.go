package segment

import (
	"encoding/binary"
	"errors"

	"github.com/dwell-project/dwell/event"
)

// A shape is written as slots, one after the other, what the event is besides
// its fields, and what follows the last slot. Each slot begins with one of these
// numbers; numbers are written as in varints.
const (
	// unplaced is a slot whose value is not in the record's bytes.
	unplaced = 0
	// endSlots ends the slots.
	endSlots = 1
	// placed + n is a slot behind n literal bytes, which follow.
	placed = 2
)

// What follows the description.
const (
	endTail = 0 // the literal bytes behind the last slot, with their length
	endRaw  = 1 // nothing: the record is a value of its own
)

// Where the copy of a field is.
const (
	refAbsent = 0
	refHidden = 1 // it is a value of its own
	refHost   = 2 // it is the text in _host
	refField  = 3 // plus the number of the field
)

// Flags of a shape.
const (
	flagIdentity   = 1 << iota // ids are by record
	flagZone                   // event.AssumedZone
	flagYear                   // event.AssumedYear
	flagRecord                 // _record is there
	flagFrame                  // _frame is there
	flagSourceHost             // the host is that of the source

	flagAssumed  = flagZone | flagYear
	shiftAssumed = 1
)

// shape is a shape read.
type shape struct {
	slots    []slot
	flags    byte
	schema   string
	dataset  string
	refs     [4]uint64 // host, provider, channel, code
	tail     []byte
	raw      bool
	literals int // how many bytes
}

// slot is one value of a shape.
type slot struct {
	slotForm
	literal []byte // before it, if it is placed
	placed  bool
	name    uint32 // the run's number
	variant variant
}

func appendSized(dst, b []byte) []byte {
	return append(binary.AppendUvarint(dst, uint64(len(b))), b...)
}

// errShape reports a shape that is broken.
var errShape = errors.New("broken shape")

// shapeReader reads a shape; after the first fault it reads nothing.
type shapeReader struct {
	rest   []byte
	broken bool
}

func (r *shapeReader) number() uint64 {
	v, n := binary.Uvarint(r.rest)
	if n <= 0 || r.broken {
		r.broken = true
		return 0
	}
	r.rest = r.rest[n:]
	return v
}

func (r *shapeReader) bytes(n uint64) []byte {
	if r.broken || n > uint64(len(r.rest)) {
		r.broken = true
		return nil
	}
	b := r.rest[:n:n]
	r.rest = r.rest[n:]
	return b
}

func (r *shapeReader) byte() byte {
	if b := r.bytes(1); len(b) == 1 {
		return b[0]
	}
	return 0
}

// readShape reads a shape, in which names are below nNames.
func readShape(blob []byte, nNames int) (*shape, error) {
	r := shapeReader{rest: blob}
	s := &shape{}
	for p := r.number(); p != endSlots && !r.broken; p = r.number() {
		var l slot
		if p >= placed {
			l.placed, l.literal = true, r.bytes(p-placed)
			s.literals += len(l.literal)
		}
		l.name = uint32(min(r.number(), 1<<30))
		l.kind, l.variant, l.form = event.Kind(r.byte()), variant(r.byte()), form(r.byte())
		if int(l.name) >= nNames || l.variant >= nVariants || l.kind > event.Binary {
			return nil, errShape
		}
		s.slots = append(s.slots, l)
	}
	s.flags = r.byte()
	s.schema, s.dataset = string(r.bytes(r.number())), string(r.bytes(r.number()))
	for i := range s.refs {
		s.refs[i] = r.number()
	}
	if s.raw = r.number() == endRaw; !s.raw {
		s.tail = r.bytes(r.number())
		s.literals += len(s.tail)
	}
	if r.broken || len(r.rest) > 0 {
		return nil, errShape
	}
	return s, nil
}

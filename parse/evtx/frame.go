package evtx

import (
	"encoding/binary"
	"errors"
	"fmt"
	"math"
	"slices"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// A record means nothing without the templates and names of its chunk. The
// frame of a record holds those that it refers to, where they were:
//
//	version of the form (1 byte)
//	place of the chunk in the source (8 bytes, little-endian)
//	pieces: place in the chunk (2), length (2), bytes
//
// With the record's own place this is enough to read it as it was read in its
// chunk. Records of one template share one frame.
const (
	frameForm   = 1
	frameHeader = 9
	pieceHeader = 4
)

// reference is a part of a chunk that a record refers to.
type reference struct{ at, size int }

// usage is a template that a record uses, or a name outside of templates, and
// where it is in the chunk.
type usage struct {
	at       int
	template *template // nil for a name
}

// maxUsages bounds what a record refers to. One that refers to more was made to.
const maxUsages = 1 << 12

// framer notes what the record being read refers to.
type framer struct {
	used   []usage
	frames map[string]*event.Frame // of the chunk, by what they hold
	key    []byte
}

func (f *framer) note(u usage) {
	if len(f.used) < maxUsages {
		f.used = append(f.used, u)
	}
}

// noteNames adds the names that binary XML at base refers to outside itself.
func (f *framer) noteNames(chunk []byte, base int, holes []hole) {
	for _, h := range holes {
		if at := base + h.at; !h.inline && at+4 <= len(chunk) {
			f.note(usage{at: int(binary.LittleEndian.Uint32(chunk[at:]))})
		}
	}
}

// frame returns the frame of the record that was read last, nil if it needs
// none. It is the same for records that refer to the same.
func (s *templates) frame(offset int64) *event.Frame {
	if len(s.used) == 0 {
		return nil
	}
	s.key = s.key[:0]
	for _, u := range s.used {
		s.key = binary.LittleEndian.AppendUint32(s.key, uint32(u.at))
	}
	made := s.frames[string(s.key)]
	if made == nil {
		data := binary.LittleEndian.AppendUint64([]byte{frameForm}, uint64(offset))
		made = event.NewFrame(s.appendPieces(data, s.references(nil, s.used)))
		if s.frames == nil {
			s.frames = map[string]*event.Frame{}
		}
		s.frames[string(s.key)] = made
	}
	return made
}

// references appends the parts of the chunk that usages need.
func (s *templates) references(refs []reference, used []usage) []reference {
	for _, u := range used {
		if u.template == nil {
			refs = s.appendName(refs, u.at)
			continue
		}
		size, ok := s.bodySize(uint32(u.at))
		if !ok {
			continue
		}
		refs = append(refs, reference{u.at, definitionHeader + size})
		for _, h := range u.template.holes {
			if at := u.at + definitionHeader + h.at; !h.inline && at+4 <= len(s.chunk) {
				refs = s.appendName(refs, int(binary.LittleEndian.Uint32(s.chunk[at:])))
			}
		}
		refs = s.references(refs, u.template.uses)
	}
	return refs
}

// appendName appends the place of a name: the offset of the next one, the name
// and its NUL.
func (s *templates) appendName(refs []reference, at int) []reference {
	if raw, ok := nameBytes(s.chunk, at); ok {
		refs = append(refs, reference{at, 4 + len(raw) + 2})
	}
	return refs
}

// appendPieces appends parts of the chunk, those that meet as one.
func (s *templates) appendPieces(data []byte, refs []reference) []byte {
	slices.SortFunc(refs, func(a, b reference) int { return a.at - b.at })
	for i := 0; i < len(refs); {
		from, to := refs[i].at, refs[i].at+refs[i].size
		for i++; i < len(refs) && refs[i].at <= to; i++ {
			to = max(to, refs[i].at+refs[i].size)
		}
		to = min(to, len(s.chunk), from+math.MaxUint16)
		data = binary.LittleEndian.AppendUint16(data, uint16(from))
		data = binary.LittleEndian.AppendUint16(data, uint16(to-from))
		data = append(data, s.chunk[from:to]...)
	}
	return data
}

// ErrFrame says that a frame is none, or not that of the record.
var ErrFrame = errors.New("no frame of this record")

// Lone reads records alone, each from its bytes and its frame.
type Lone struct {
	d     *decoder
	chunk []byte
}

// NewLone returns a reader of lone records.
func NewLone(names *event.Names) *Lone {
	return &Lone{d: newDecoder(names), chunk: make([]byte, chunkSize)}
}

// Decode reads a record again, of which Raw, Frame, Offset, Line and Source are
// given. The result is what decoding its whole chunk gave, and is valid until the
// next call. It returns [ErrFrame] if the two do not fit, and what is wrong with
// a record that cannot be read, together with what can be.
func (l *Lone) Decode(given *event.Event) (*event.Event, error) {
	offset, err := l.place(given)
	if err != nil {
		return nil, fmt.Errorf("reading a record alone: offset 0x%x: %w", given.Offset, err)
	}
	rec := record{l.chunk[given.Offset-offset:][:len(given.Raw)], int(given.Offset - offset)}
	l.d.begin(l.chunk)
	l.d.offset = offset
	fields, err := l.d.record(rec)
	if err != nil {
		fields = l.d.texts(rec, l.d.message)
	}
	l.d.fill(&parse.Block{Data: l.chunk, Offset: offset, Source: given.Source}, rec, fields)
	l.d.event.Line = given.Line
	return &l.d.event, err
}

// place puts the record and the pieces of its frame where they were in their
// chunk, and returns where that was.
func (l *Lone) place(e *event.Event) (int64, error) {
	clear(l.chunk)
	offset := e.Offset - chunkHeader
	var pieces []byte
	if e.Frame != nil {
		data := e.Frame.Data
		if len(data) < frameHeader || data[0] != frameForm {
			return 0, ErrFrame
		}
		offset, pieces = int64(binary.LittleEndian.Uint64(data[1:])), data[frameHeader:]
	}
	at := e.Offset - offset
	if at < 0 || at+int64(len(e.Raw)) > chunkSize || len(e.Raw) < minRecord {
		return 0, ErrFrame
	}
	for len(pieces) > 0 {
		if len(pieces) < pieceHeader {
			return 0, ErrFrame
		}
		from, size := int(binary.LittleEndian.Uint16(pieces)), int(binary.LittleEndian.Uint16(pieces[2:]))
		pieces = pieces[pieceHeader:]
		if size > len(pieces) || from+size > chunkSize {
			return 0, ErrFrame
		}
		copy(l.chunk[from:], pieces[:size])
		pieces = pieces[size:]
	}
	copy(l.chunk[at:], e.Raw)
	return offset, nil
}

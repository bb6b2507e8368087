// Package event holds one telemetry record, whatever wrote it.
//
// An [Event] is a view: its fields are typed slices into the record's raw
// bytes, numbered by a shared [Names] table and decoded only when somebody
// asks. A parser fills the same Event again and again; whoever wants to keep
// one copies what it needs before the next record is parsed.
//
// Nested records are flattened in document order: {"a":{"b":1}} is the field
// "a.b". An array gives one field per element under the array's own name, so a
// repeated field is several fields with one name. An empty array, an empty
// object, an empty string, null and an absent field are five different things
// (see [Kind]).
//
// This is the lowest floor of dwell: it imports the standard library alone.
package event

import (
	"crypto/sha256"
	"time"
)

// Event is one record. The slices in it are valid until its parser goes on.
type Event struct {
	// Time is the record's own time in UTC, zero if it has none.
	Time time.Time
	// Dataset is the kind of source, lower case, as "windows.security".
	Dataset string
	// Schema names how the fields are called: "evtx", "ecs", "nxlog", "flat" …
	// The field mappings of package taxonomy are keyed by it.
	Schema string

	// Host is the machine that the record speaks of (Kind Absent if unknown).
	Host Field
	// Provider, Channel and Code say what wrote the record, which log it is in
	// and which kind of record it is (ECS event.provider, winlog.channel,
	// event.code). Each is a copy of one of Fields, or Absent.
	Provider, Channel, Code Field

	// Fields are the record's values in document order.
	Fields []Field
	// Raw is the record as it came: a line without its end, an EVTX record with
	// its header.
	Raw []byte

	// Record is the EventRecordID, or the 1-based number of the line on which
	// the record begins.
	Record int64
	// Line is the 1-based number of the line on which the record begins; in a
	// binary source, the record's ordinal in it. Never the source's own counter.
	Line int64
	// Assumed says what of Time the record did not say.
	Assumed Assumed
	// Offset is the position of Raw in the decompressed source, in bytes.
	Offset int64
	// Source is where the record was read.
	Source *Source

	// Identity overrides how the id is made; see [Event.ID].
	Identity Identity

	// Frame is what the record needs besides its bytes to be read again, nil if
	// that is nothing. A parser that makes it only when asked sets Framing
	// instead; see [Event.NeededFrame].
	Frame   *Frame
	Framing func() *Frame
	// Values, if it is there, gives for each of Fields the number of its value
	// among those of its name, in the part of an archive that the event comes
	// from: equal numbers mean equal texts. 0 is a value without a number.
	Values []uint32
	// Dictionary tells where numbers in Values hold: it is another one whenever
	// they mean other values, and 0 if there are none. No two readers of a
	// process use one.
	Dictionary uint64
	// Stored is the id that an archive keeps with the event, nil outside one.
	Stored *ID
	// Partial is set while fields that nobody asked for, and Raw, are left out.
	// It fills them in.
	Partial func() error
}

// Frame is what surrounds a record and gives it its meaning: of an EVTX record,
// the templates and names of its chunk. Many records share one.
type Frame struct {
	// Digest is the SHA-256 of Data.
	Digest [32]byte
	Data   []byte
}

// Assumed is a set of what a parser had to assume about a record's time.
type Assumed uint8

const (
	// AssumedZone: the time had no zone and was taken to be UTC or in the zone
	// that the user named.
	AssumedZone Assumed = 1 << iota
	// AssumedYear: the time had no year, which was inferred from the source.
	AssumedYear
)

// Source is one file or stream. A parser sets First before it yields the first
// event; afterwards a Source does not change.
type Source struct {
	// Path is the file as the user named it, "-" for standard input.
	Path string
	// First is the SHA-256 of the first decompressed record: with offset and
	// bytes it identifies a record whatever the file is called.
	First [32]byte
	// Written is when the source was last written, in UTC: no record in it is
	// later. It is zero if nobody said; a parser may set it with First.
	Written time.Time
	// Host is the host that the source comes from, if a collection of files says
	// so; it holds for events that name no host themselves.
	Host string
}

// Reset empties the event for the next record and keeps the field slice.
func (e *Event) Reset() {
	*e = Event{Fields: e.Fields[:0], Values: e.Values[:0], Source: e.Source}
}

// HostName returns the machine that the record speaks of: the one it names, else
// the one its source comes from; "" if neither is known.
func (e *Event) HostName() string {
	if e.Host.Kind == Absent && e.Source != nil {
		return e.Source.Host
	}
	return e.Host.Text()
}

// First returns the first field with the given name.
func (e *Event) First(n Name) (Field, bool) {
	for _, f := range e.Fields {
		if f.Name == n {
			return f, true
		}
	}
	return Field{}, false
}

// NeededFrame returns the event's frame, making it if need be. It must be asked
// for while the event is valid.
func (e *Event) NeededFrame() *Frame {
	if e.Frame == nil && e.Framing != nil {
		return e.Framing()
	}
	return e.Frame
}

// NewFrame returns the frame of the given data.
func NewFrame(data []byte) *Frame { return &Frame{Digest: sha256.Sum256(data), Data: data} }

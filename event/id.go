package event

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
)

// ID names one record for ever: the same record gives the same ID in a copy of
// its file, its compressed copy, a rotated or grown file, a live stream and an
// archive. It is the first 128 bits of a SHA-256.
type ID [16]byte

// String returns the 32 lower-case hexadecimal digits of the ID.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// ParseID reads what [ID.String] writes.
func ParseID(s string) (ID, bool) {
	var id ID
	if len(s) != hex.EncodedLen(len(id)) {
		return ID{}, false
	}
	_, err := hex.Decode(id[:], []byte(s))
	return id, err == nil
}

// Identity says what an event's [ID] is made from.
type Identity uint8

const (
	// ByPosition is for sources without a record number of their own: digest
	// of the source's first record, offset, bytes.
	ByPosition Identity = iota
	// ByRecord is for Windows event logs, whose records carry computer,
	// channel, EventRecordID and time: these and a digest of the decoded
	// values, so that the same record in another file or chunk is the same.
	ByRecord
)

// The canonical forms below are frozen. A change needs a new version in the
// prefix and a new Identity: ids already written must stay reproducible.
const (
	positionForm = "dwell event id 1 position\x00"
	recordForm   = "dwell event id 1 record\x00"
)

// ID returns the event's id: the one stored with it, or computed. That costs a
// hash over the record, so it is asked for only when a record matters.
//
// ByPosition hashes the prefix, Source.First, the offset as 8 bytes big-endian,
// and Raw. ByRecord hashes the prefix; host, channel and Record; the time as
// seconds and nanoseconds; then every field in document order as name, class
// and text. Texts carry their length as 8 bytes big-endian before them.
//
// An id that is Stored is returned as it is.
func (e *Event) ID(names *Names) ID {
	id, _ := e.IDInto(names, nil)
	return id
}

// IDInto is [Event.ID] with a buffer to work in, which it returns, perhaps
// larger, for the next call.
func (e *Event) IDInto(names *Names, buf []byte) (ID, []byte) {
	buf = buf[:0]
	if e.Stored != nil {
		return *e.Stored, buf
	}
	if e.Identity == ByRecord {
		buf = e.appendRecordForm(buf, names)
	} else {
		buf = append(buf, positionForm...)
		buf = append(buf, e.Source.First[:]...)
		buf = binary.BigEndian.AppendUint64(buf, uint64(e.Offset))
		buf = append(buf, e.Raw...)
	}
	sum := sha256.Sum256(buf)
	return ID(sum[:16]), buf
}

func (e *Event) appendRecordForm(buf []byte, names *Names) []byte {
	buf = append(buf, recordForm...)
	buf = appendSized(buf, e.Host)
	buf = appendSized(buf, e.Channel)
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Record))
	buf = binary.BigEndian.AppendUint64(buf, uint64(e.Time.Unix()))
	buf = binary.BigEndian.AppendUint32(buf, uint32(e.Time.Nanosecond()))
	for _, f := range e.Fields {
		name := names.Text(f.Name)
		buf = binary.BigEndian.AppendUint64(buf, uint64(len(name)))
		buf = append(buf, name...)
		buf = append(buf, f.Kind.class())
		buf = appendSized(buf, f)
	}
	return buf
}

// appendSized appends the value's text after its length.
func appendSized(buf []byte, f Field) []byte {
	at := len(buf)
	buf = f.AppendText(append(buf, make([]byte, 8)...))
	binary.BigEndian.PutUint64(buf[at:], uint64(len(buf)-at-8))
	return buf
}

// class folds encodings of one type together, so that how a value was stored
// does not enter the id.
func (k Kind) class() byte {
	switch k {
	case Absent, Null, EmptyList, EmptyObject:
		return byte('0' + k)
	case Text, TextJSON, TextXML, TextUTF16, TextANSI:
		return 's'
	case True, False, Bool32:
		return 'b'
	case GUID:
		return 'g'
	case SID:
		return 'i'
	case FileTime, SystemTime:
		return 't'
	case Binary:
		return 'x'
	default:
		return 'n'
	}
}

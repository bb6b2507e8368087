package evtx

import (
	"bytes"
	"encoding/binary"

	"github.com/dwell-project/dwell/event"
)

// Value types, MS-EVEN6 section 2.2.12 (BinXml value types).
const (
	typeNull    = 0x00
	typeString  = 0x01
	typeANSI    = 0x02
	typeBool    = 0x0d
	typeBinary  = 0x0e
	typeSizeT   = 0x10
	typeSID     = 0x13
	typeBinXML  = 0x21
	typeXML     = 0x23
	typeIsArray = 0x80
)

// value is one substitution value of a template instance.
type value struct {
	data []byte
	at   int32 // where data is in the chunk: binary XML refers by offset
	typ  uint8
}

// scalar says how a value type is shown and how wide it is; width 0 is any.
type scalar struct {
	kind  event.Kind
	width uint8
}

// scalars is the table of value types without the array bit. Types that are
// not in it (and 0x20, a handle) are shown as bytes.
var scalars = [typeIsArray]scalar{
	typeString: {event.TextUTF16, 0},
	typeANSI:   {event.TextANSI, 0},
	0x03:       {event.Int8, 1},
	0x04:       {event.Uint8, 1},
	0x05:       {event.Int16, 2},
	0x06:       {event.Uint16, 2},
	0x07:       {event.Int32, 4},
	0x08:       {event.Uint32, 4},
	0x09:       {event.Int64, 8},
	0x0a:       {event.Uint64, 8},
	0x0b:       {event.Float32, 4},
	0x0c:       {event.Float64, 8},
	typeBool:   {event.Bool32, 4},
	typeBinary: {event.Binary, 0},
	0x0f:       {event.GUID, 16},
	0x11:       {event.FileTime, 8},
	0x12:       {event.SystemTime, 16},
	typeSID:    {event.SID, 0},
	0x14:       {event.Hex32, 4},
	0x15:       {event.Hex64, 8},
	typeXML:    {event.TextUTF16, 0},
}

// isNull says whether the value is nothing: the null type, or no bytes in a
// type that cannot be empty.
func (v value) isNull() bool {
	if len(v.data) > 0 {
		return v.typ == typeNull
	}
	switch v.typ {
	case typeString, typeANSI, typeBinary, typeXML:
		return false
	}
	return true
}

func (v value) isBinXML() bool { return v.typ == typeBinXML && len(v.data) > 0 }

func (v value) isArray() bool { return v.typ&typeIsArray != 0 }

// field gives the value's kind and bytes. A value whose size does not fit its
// type is shown as bytes, so that nothing is lost.
func (v value) field() (event.Kind, []byte) {
	if v.typ < typeIsArray {
		s := scalars[v.typ]
		switch {
		case s.kind == event.TextUTF16:
			return s.kind, trimNULs(v.data)
		case s.width != 0 && int(s.width) == len(v.data):
			return s.kind, v.data
		case v.typ == typeNull:
			return event.Null, nil
		}
	}
	return v.oddField()
}

// oddField is the part of [value.field] that is seldom needed.
func (v value) oddField() (event.Kind, []byte) {
	if v.typ >= typeIsArray {
		return event.Binary, v.data
	}
	switch s := scalars[v.typ]; {
	case v.typ == typeSizeT && len(v.data) == 4:
		return event.Hex32, v.data
	case v.typ == typeSizeT && len(v.data) == 8:
		return event.Hex64, v.data
	case v.typ == typeSID && len(v.data) >= 8 && len(v.data) == 8+4*int(v.data[1]):
		return event.SID, v.data
	case v.typ == typeANSI:
		return event.TextANSI, bytes.TrimRight(v.data, "\x00")
	case s.width == 0 && s.kind == event.Binary:
		return event.Binary, v.data
	}
	return event.Binary, v.data
}

// trimNULs removes NULs and an odd byte at the end of UTF-16LE.
func trimNULs(b []byte) []byte {
	n := len(b) &^ 1
	for n >= 2 && b[n-1] == 0 && b[n-2] == 0 {
		n -= 2
	}
	return b[:n]
}

// next takes the first item off an array and returns the rest; false at the
// end. Items of UTF-16 and ANSI arrays end with a NUL, SIDs carry their length,
// all others have the width of their type.
func (v value) next() (item, rest value, ok bool) {
	if len(v.data) == 0 {
		return value{}, value{}, false
	}
	typ := v.typ &^ typeIsArray
	if typ == typeBinXML || typ == typeXML {
		typ = typeBinary // there are no such arrays
	}
	n, skip := v.itemLen(typ)
	item = value{v.data[:n], v.at, typ}
	return item, value{v.data[n+skip:], v.at + int32(n+skip), v.typ}, true
}

// itemLen returns the length of the first item and of its terminator.
func (v value) itemLen(typ uint8) (n, skip int) {
	switch {
	case typ == typeString:
		for i := 0; i+1 < len(v.data); i += 2 {
			if v.data[i] == 0 && v.data[i+1] == 0 {
				return i, 2
			}
		}
	case typ == typeANSI:
		if i := bytes.IndexByte(v.data, 0); i >= 0 {
			return i, 1
		}
	case typ == typeSID && len(v.data) >= 8:
		return min(8+4*int(v.data[1]), len(v.data)), 0
	case scalars[typ].width != 0:
		return min(int(scalars[typ].width), len(v.data)), 0
	}
	return len(v.data), 0
}

// readValues reads the value list of a template instance that begins at at:
// a count, as many descriptors of size (2), type (1) and padding (1), and the
// values one after the other. It returns the values and where they end. A
// value that does not fit in the data ends the list: ok is false, and the
// values before it are returned.
func readValues(vals []value, data []byte, at int) (out []value, end int, ok bool) {
	if at < 0 || at+4 > len(data) {
		return vals, at, false
	}
	n := int(binary.LittleEndian.Uint32(data[at:]))
	at += 4
	if n < 0 || n > (len(data)-at)/4 {
		return vals, at, false
	}
	descriptors := data[at : at+4*n]
	at += 4 * n
	for len(descriptors) >= 4 {
		size := int(binary.LittleEndian.Uint16(descriptors))
		if at+size > len(data) {
			return vals, at, false
		}
		vals = append(vals, value{data[at : at+size], int32(at), descriptors[2]})
		at += size
		descriptors = descriptors[4:]
	}
	return vals, at, true
}

// appendText appends the text of the value; the items of an array are joined
// by commas.
func (v value) appendText(dst []byte) []byte {
	if !v.isArray() {
		kind, data := v.field()
		return event.Field{Kind: kind, Data: data}.AppendText(dst)
	}
	sep := false
	for item, rest, ok := v.next(); ok; item, rest, ok = rest.next() {
		if sep {
			dst = append(dst, ',')
		}
		dst, sep = item.appendText(dst), true
	}
	return dst
}

// appendJSON appends the value as JSON; an array of one item is that item, any
// other is a list.
func (v value) appendJSON(dst []byte) []byte {
	if !v.isArray() {
		kind, data := v.field()
		return event.Field{Kind: kind, Data: data}.AppendJSON(dst)
	}
	at, n := len(dst), 0
	for item, rest, ok := v.next(); ok; item, rest, ok = rest.next() {
		if n++; n == 1 {
			dst = append(dst, '[')
		} else {
			dst = append(dst, ',')
		}
		dst = item.appendJSON(dst)
	}
	switch n {
	case 0:
		return append(dst, "[]"...)
	case 1:
		return append(dst[:at], dst[at+1:]...)
	}
	return append(dst, ']')
}

package event

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"
	"unicode/utf16"
	"unicode/utf8"
)

// Kind is the type of a value and the encoding of its bytes. Numbers are
// little-endian, as EVTX (MS-EVEN6 section 2.2.12) stores them.
type Kind uint8

const (
	// Absent is no value at all; no field of an event has it, only an unset
	// Host, Provider, Channel or Code.
	Absent Kind = iota
	// Null is a value that is there and says nothing.
	Null
	// EmptyList and EmptyObject are an array and an object without members.
	EmptyList
	EmptyObject

	// Text is UTF-8; invalid bytes stay as they are.
	Text
	// TextJSON is the body of a JSON string that contains escapes.
	TextJSON
	// TextXML is character data that contains entities or CDATA.
	TextXML
	// TextUTF16 is UTF-16LE without terminator.
	TextUTF16
	// TextANSI is one byte a character, read as Windows-1252.
	TextANSI
	// Number is a decimal number as text, as in JSON.
	Number
	// True and False are JSON booleans; Data is the literal.
	True
	False

	// Int8 to Uint64 are integers of that width.
	Int8
	Uint8
	Int16
	Uint16
	Int32
	Uint32
	Int64
	Uint64
	// Hex32 and Hex64 are unsigned and shown as 0x….
	Hex32
	Hex64
	// Float32 and Float64 are IEEE 754.
	Float32
	Float64
	// Bool32 is a 32-bit boolean.
	Bool32
	// GUID is 16 bytes, the first three parts little-endian.
	GUID
	// SID is a Windows security identifier (MS-DTYP 2.4.2.2).
	SID
	// FileTime is 100 ns ticks since 1601-01-01 UTC.
	FileTime
	// SystemTime is a Windows SYSTEMTIME, taken as UTC.
	SystemTime
	// Binary is bytes shown as upper-case hexadecimal.
	Binary
)

// Field is one value of a record under its name. Data is a slice into the
// record (or into the EVTX template that the record uses).
type Field struct {
	Data []byte
	Name Name
	Kind Kind
}

// IsText says whether the value is characters.
func (f Field) IsText() bool { return f.Kind >= Text && f.Kind <= TextANSI }

// HasText says whether the value has a text form: null and the empty kinds have
// none.
func (f Field) HasText() bool { return f.Kind >= Text }

// Text returns the value as a string; see [Field.AppendText].
func (f Field) Text() string { return string(f.AppendText(nil)) }

// AppendText appends the value's text form, the one that rules are matched
// against: strings decoded, integers in decimal, Hex kinds as 0x…, GUIDs
// lower case in braces, SIDs as S-1-…, times as RFC 3339 in UTC with as
// many digits as the source keeps, bytes as hexadecimal. Null and the empty
// kinds have none. A value whose bytes are too short for its kind is shown as
// hexadecimal, so that nothing is lost.
func (f Field) AppendText(dst []byte) []byte {
	switch f.Kind {
	case Text, Number, True, False:
		return append(dst, f.Data...)
	case TextUTF16:
		return AppendUTF16(dst, f.Data)
	case TextJSON:
		return appendUnescapedJSON(dst, f.Data)
	case TextXML:
		return appendUnescapedXML(dst, f.Data)
	case TextANSI:
		return appendANSI(dst, f.Data)
	case Absent, Null, EmptyList, EmptyObject:
		return dst
	case Binary:
		return appendHex(dst, f.Data)
	}
	if len(f.Data) < f.Kind.width() {
		return appendHex(dst, f.Data)
	}
	return f.appendScalar(dst)
}

// width returns how many bytes a fixed-size kind needs.
func (k Kind) width() int {
	switch k {
	case Int8, Uint8:
		return 1
	case Int16, Uint16:
		return 2
	case Int32, Uint32, Hex32, Float32, Bool32:
		return 4
	case Int64, Uint64, Hex64, Float64, FileTime:
		return 8
	case GUID, SystemTime:
		return 16
	case SID:
		return 8
	default:
		return 0
	}
}

func (f Field) appendScalar(dst []byte) []byte {
	switch f.Kind {
	case Int8, Int16, Int32, Int64:
		v, _ := f.Int()
		return strconv.AppendInt(dst, v, 10)
	case Uint8, Uint16, Uint32, Uint64:
		v, _ := f.Uint()
		return strconv.AppendUint(dst, v, 10)
	case Hex32, Hex64:
		v, _ := f.Uint()
		return strconv.AppendUint(append(dst, "0x"...), v, 16)
	case Float32:
		v := math.Float32frombits(binary.LittleEndian.Uint32(f.Data))
		return strconv.AppendFloat(dst, float64(v), 'g', -1, 32)
	case Float64:
		v := math.Float64frombits(binary.LittleEndian.Uint64(f.Data))
		return strconv.AppendFloat(dst, v, 'g', -1, 64)
	case Bool32:
		return strconv.AppendBool(dst, binary.LittleEndian.Uint32(f.Data) != 0)
	case GUID:
		return appendGUID(dst, f.Data)
	case SID:
		return appendSID(dst, f.Data)
	case FileTime, SystemTime:
		t, ok := f.Time()
		if !ok {
			return appendHex(dst, f.Data)
		}
		return f.appendTime(dst, t)
	default:
		return dst
	}
}

// appendTime writes RFC 3339 with the seven digits of a FileTime or the three
// of a SystemTime.
func (f Field) appendTime(dst []byte, t time.Time) []byte {
	year, month, day := t.Date()
	hour, minute, second := t.Clock()
	dst = append(appendPadded(dst, year, 4), '-')
	dst = append(appendPadded(dst, int(month), 2), '-')
	dst = append(appendPadded(dst, day, 2), 'T')
	dst = append(appendPadded(dst, hour, 2), ':')
	dst = append(appendPadded(dst, minute, 2), ':')
	dst = append(appendPadded(dst, second, 2), '.')
	if f.Kind == SystemTime {
		return append(appendPadded(dst, t.Nanosecond()/1e6, 3), 'Z')
	}
	return append(appendPadded(dst, t.Nanosecond()/100, 7), 'Z')
}

// Uint returns the value of an unsigned integer or a boolean.
func (f Field) Uint() (uint64, bool) {
	if f.Kind < Int8 || f.Kind > Bool32 || len(f.Data) < f.Kind.width() {
		return 0, false
	}
	switch f.Kind {
	case Uint8:
		return uint64(f.Data[0]), true
	case Uint16:
		return uint64(binary.LittleEndian.Uint16(f.Data)), true
	case Uint32, Hex32, Bool32:
		return uint64(binary.LittleEndian.Uint32(f.Data)), true
	case Uint64, Hex64:
		return binary.LittleEndian.Uint64(f.Data), true
	default:
		return 0, false
	}
}

// Int returns the value of an integer of any kind that fits in 64 signed bits,
// and of text that is one.
func (f Field) Int() (int64, bool) {
	if u, ok := f.Uint(); ok {
		return int64(u), u <= math.MaxInt64
	}
	if len(f.Data) < f.Kind.width() {
		return 0, false
	}
	switch f.Kind {
	case Int8:
		return int64(int8(f.Data[0])), true
	case Int16:
		return int64(int16(binary.LittleEndian.Uint16(f.Data))), true
	case Int32:
		return int64(int32(binary.LittleEndian.Uint32(f.Data))), true
	case Int64:
		return int64(binary.LittleEndian.Uint64(f.Data)), true
	case Text, Number:
		return parseInt(f.Data)
	case TextUTF16:
		if len(f.Data) > 2*maxDigits {
			return 0, false
		}
		var buf [4 * maxDigits]byte
		return parseInt(AppendUTF16(buf[:0], f.Data))
	default:
		return 0, false
	}
}

// maxDigits is more than any number of 64 bits has.
const maxDigits = 24

func parseInt(b []byte) (int64, bool) {
	if len(b) > maxDigits {
		return 0, false
	}
	v, err := strconv.ParseInt(string(b), 10, 64)
	return v, err == nil
}

// fileTimeEpoch is 1601-01-01 in seconds before 1970-01-01.
const fileTimeEpoch = 11644473600

// Time returns the value of a FileTime or SystemTime; false if it is neither,
// too short, or no date of the calendar.
func (f Field) Time() (time.Time, bool) {
	if len(f.Data) < f.Kind.width() {
		return time.Time{}, false
	}
	switch f.Kind {
	case FileTime:
		ticks := binary.LittleEndian.Uint64(f.Data)
		t := time.Unix(int64(ticks/1e7)-fileTimeEpoch, int64(ticks%1e7)*100).UTC()
		return t, t.Year() <= 9999
	case SystemTime:
		u := func(i int) int { return int(binary.LittleEndian.Uint16(f.Data[2*i:])) }
		t := time.Date(u(0), time.Month(u(1)), u(3), u(4), u(5), u(6), u(7)*1e6, time.UTC)
		valid := u(1) >= 1 && u(1) <= 12 && t.Day() == u(3) && u(4) < 24 && u(5) < 60 && u(6) < 60 && u(7) < 1000
		return t, valid && u(0) <= 9999
	default:
		return time.Time{}, false
	}
}

// AppendUTF16 appends UTF-16LE as UTF-8. A lone surrogate becomes U+FFFD, an
// odd last byte is dropped.
func AppendUTF16(dst, src []byte) []byte {
	for {
		for len(src) >= 8 {
			w := binary.LittleEndian.Uint64(src)
			if w&^uint64(laneASCII) != 0 {
				break
			}
			dst, src = binary.LittleEndian.AppendUint32(dst, packLanes(w)), src[8:]
		}
		if len(src) < 2 {
			return dst
		}
		if src[1] == 0 && src[0] < utf8.RuneSelf {
			dst, src = append(dst, src[0]), src[2:]
			continue
		}
		r, n := decodeUTF16(src)
		dst, src = utf8.AppendRune(dst, r), src[n:]
	}
}

// decodeUTF16 reads the character at the start of src, which has two bytes at
// least, and returns its length in bytes.
func decodeUTF16(src []byte) (r rune, n int) {
	r = rune(src[0]) | rune(src[1])<<8
	if !utf16.IsSurrogate(r) {
		return r, 2
	}
	if len(src) >= 4 {
		low := rune(src[2]) | rune(src[3])<<8
		if full := utf16.DecodeRune(r, low); full != utf8.RuneError {
			return full, 4
		}
	}
	return utf8.RuneError, 2
}

func appendHex(dst, src []byte) []byte {
	const digits = "0123456789ABCDEF"
	for _, b := range src {
		dst = append(dst, digits[b>>4], digits[b&15])
	}
	return dst
}

// guidOrder is the order in which a GUID's bytes are written.
const guidOrder = "\x03\x02\x01\x00-\x05\x04-\x07\x06-\x08\x09-\x0a\x0b\x0c\x0d\x0e\x0f"

// appendGUID writes {xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx}, as Windows renders
// event XML.
func appendGUID(dst, b []byte) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '{')
	for i := range len(guidOrder) {
		at := guidOrder[i]
		if at == '-' {
			dst = append(dst, '-')
			continue
		}
		dst = append(dst, digits[b[at]>>4], digits[b[at]&15])
	}
	return append(dst, '}')
}

// appendSID writes S-R-I-S…, MS-DTYP 2.4.2.1.
func appendSID(dst, b []byte) []byte {
	n := int(b[1])
	if len(b) < 8+4*n {
		return appendHex(dst, b)
	}
	dst = strconv.AppendUint(append(dst, "S-"...), uint64(b[0]), 10)
	authority := uint64(binary.BigEndian.Uint16(b[2:]))<<32 | uint64(binary.BigEndian.Uint32(b[4:]))
	dst = strconv.AppendUint(append(dst, '-'), authority, 10)
	for i := range n {
		dst = strconv.AppendUint(append(dst, '-'), uint64(binary.LittleEndian.Uint32(b[8+4*i:])), 10)
	}
	return dst
}

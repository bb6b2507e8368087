package evtxwrite

import (
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"
	"unicode/utf16"
)

// Value is one typed value. Type is a value type of MS-EVEN6 section 2.2.12,
// Bytes its encoding, so that a test can also write what no writer should.
type Value struct {
	Type  byte
	Bytes []byte
	// elem is the content of binary XML, which is encoded in its place.
	elem *Element
}

const (
	typeString = 0x01
	typeBinXML = 0x21
	typeArray  = 0x80
)

// Null is a value that says nothing.
func Null() Value { return Value{} }

// String is UTF-16 text.
func String(s string) Value { return Value{Type: typeString, Bytes: encodeUTF16(s)} }

// ANSI is text of one byte a character.
func ANSI(b string) Value { return Value{Type: 0x02, Bytes: []byte(b)} }

// Int8 to Float64 are numbers of that width.
func Int8(v int8) Value { return Value{Type: 0x03, Bytes: []byte{byte(v)}} }

// Uint8 is an unsigned number of 8 bits.
func Uint8(v uint8) Value { return Value{Type: 0x04, Bytes: []byte{v}} }

// Int16 is a number of 16 bits.
func Int16(v int16) Value { return fixed(0x05, uint64(v), 2) }

// Uint16 is an unsigned number of 16 bits.
func Uint16(v uint16) Value { return fixed(0x06, uint64(v), 2) }

// Int32 is a number of 32 bits.
func Int32(v int32) Value { return fixed(0x07, uint64(v), 4) }

// Uint32 is an unsigned number of 32 bits.
func Uint32(v uint32) Value { return fixed(0x08, uint64(v), 4) }

// Int64 is a number of 64 bits.
func Int64(v int64) Value { return fixed(0x09, uint64(v), 8) }

// Uint64 is an unsigned number of 64 bits.
func Uint64(v uint64) Value { return fixed(0x0a, v, 8) }

// Float32 is a number of single precision.
func Float32(v float32) Value { return fixed(0x0b, uint64(math.Float32bits(v)), 4) }

// Float64 is a number of double precision.
func Float64(v float64) Value { return fixed(0x0c, math.Float64bits(v), 8) }

// Bool is a boolean of 32 bits.
func Bool(v bool) Value {
	if v {
		return fixed(0x0d, 1, 4)
	}
	return fixed(0x0d, 0, 4)
}

// Binary is bytes.
func Binary(b []byte) Value { return Value{Type: 0x0e, Bytes: b} }

// Size32 and Size64 are sizes as a machine of that width has them.
func Size32(v uint32) Value { return fixed(0x10, uint64(v), 4) }

// Size64 is a size of 64 bits.
func Size64(v uint64) Value { return fixed(0x10, v, 8) }

// FileTime is a time in steps of 100 ns.
func FileTime(t time.Time) Value { return fixed(0x11, fileTime(t), 8) }

// SystemTime is a time in milliseconds, split into its parts.
func SystemTime(t time.Time) Value {
	t = t.UTC()
	var b []byte
	for _, v := range []int{t.Year(), int(t.Month()), int(t.Weekday()), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond() / 1e6} {
		b = binary.LittleEndian.AppendUint16(b, uint16(v))
	}
	return Value{Type: 0x12, Bytes: b}
}

// Hex32 and Hex64 are unsigned numbers that are shown in hexadecimal.
func Hex32(v uint32) Value { return fixed(0x14, uint64(v), 4) }

// Hex64 is a hexadecimal number of 64 bits.
func Hex64(v uint64) Value { return fixed(0x15, v, 8) }

// BinXML is an element as a value; its own values make a template instance.
func BinXML(e *Element) Value { return Value{Type: typeBinXML, elem: e} }

// GUID reads a GUID of the form {5770385f-c22a-43e0-bf4c-06f5698ffbd9}, with or
// without braces.
func GUID(s string) (Value, error) {
	b, err := hex.DecodeString(strings.ReplaceAll(strings.Trim(s, "{}"), "-", ""))
	if err != nil || len(b) != 16 {
		return Value{}, fmt.Errorf("%q is no GUID", s)
	}
	out := binary.LittleEndian.AppendUint32(nil, binary.BigEndian.Uint32(b))
	out = binary.LittleEndian.AppendUint16(out, binary.BigEndian.Uint16(b[4:]))
	out = binary.LittleEndian.AppendUint16(out, binary.BigEndian.Uint16(b[6:]))
	return Value{Type: 0x0f, Bytes: append(out, b[8:]...)}, nil
}

// SID reads a security identifier of the form S-1-5-18.
func SID(s string) (Value, error) {
	parts := strings.Split(s, "-")
	if len(parts) < 3 || parts[0] != "S" || len(parts) > 3+15 {
		return Value{}, fmt.Errorf("%q is no SID", s)
	}
	nums := make([]uint64, 0, len(parts)-1)
	for _, p := range parts[1:] {
		n, err := strconv.ParseUint(p, 10, 48)
		if err != nil {
			return Value{}, fmt.Errorf("%q is no SID", s)
		}
		nums = append(nums, n)
	}
	b := []byte{byte(nums[0]), byte(len(nums) - 2)}
	b = binary.BigEndian.AppendUint16(b, uint16(nums[1]>>32))
	b = binary.BigEndian.AppendUint32(b, uint32(nums[1]))
	for _, n := range nums[2:] {
		b = binary.LittleEndian.AppendUint32(b, uint32(n))
	}
	return Value{Type: 0x13, Bytes: b}, nil
}

// Array is the array of items, which are all of one type. Texts are ended by a
// NUL each.
func Array(items ...Value) Value {
	v := Value{Type: typeArray | typeString}
	for _, item := range items {
		v.Type = typeArray | item.Type
		v.Bytes = append(v.Bytes, item.Bytes...)
		switch item.Type {
		case typeString:
			v.Bytes = append(v.Bytes, 0, 0)
		case 0x02:
			v.Bytes = append(v.Bytes, 0)
		}
	}
	return v
}

func fixed(typ byte, v uint64, width int) Value {
	return Value{Type: typ, Bytes: binary.LittleEndian.AppendUint64(nil, v)[:width]}
}

// fileTimeEpoch is 1601-01-01 in seconds before 1970-01-01.
const fileTimeEpoch = 11644473600

func fileTime(t time.Time) uint64 {
	return uint64(t.Unix()+fileTimeEpoch)*1e7 + uint64(t.Nanosecond()/100)
}

func encodeUTF16(s string) []byte {
	var b []byte
	for _, u := range utf16.Encode([]rune(s)) {
		b = binary.LittleEndian.AppendUint16(b, u)
	}
	return b
}

package segment

import (
	"encoding/binary"
	"math"
	"strconv"
	"time"

	"github.com/dwell-project/dwell/event"
)

// form says how the bytes of a field come out of its column. The numbers are
// written into shapes and never change their meaning.
type form uint8

const (
	// formNone is for kinds that have no value.
	formNone form = 0
	// formPlain: the column's text as it is.
	formPlain form = 1
	// formRaw: the bytes of a `__bytes` column as they are.
	formRaw form = 2
	// formUTF16 and formANSI: the column's text in that encoding.
	formUTF16 form = 3
	formANSI  form = 4
	// formInt: an integer in decimal.
	formInt form = 5
	// formWidth: an integer, little-endian, as wide as the kind.
	formWidth form = 6
	// formTicks and formSystem: a time as FILETIME and SYSTEMTIME.
	formTicks  form = 7
	formSystem form = 8
	// formWord and formBits: a boolean as a word and as 32 bits.
	formWord form = 9
	formBits form = 10
	// formParsed: the value of which the column has the text form.
	formParsed form = 11
	// formPrevious: the bytes of the slot before, which has no name. The column
	// has the text form.
	formPrevious form = 12
	// formShortest and formPoint: a decimal with no more digits than it needs;
	// the latter with one at least.
	formShortest form = 13
	formPoint    form = 14
	// formDigits + n: a decimal with n digits behind the point.
	formDigits form = 15
	// formXML + a set of xmlSpelling, formJSON + a set of jsonSpelling: the
	// column's text escaped.
	formXML  form = 64
	formJSON form = 128
)

// ofText says whether the form is one of a column of texts.
func (f form) ofText() bool {
	switch f {
	case formPlain, formRaw, formUTF16, formANSI, formParsed, formPrevious:
		return true
	}
	return f >= formXML
}

// appendInt appends an entry of an Int, Bool, Time or Decimal column in a form.
func (f form) appendInt(dst []byte, kind event.Kind, v int64) []byte {
	switch f {
	case formInt:
		return strconv.AppendInt(dst, v, 10)
	case formWidth:
		return binary.LittleEndian.AppendUint64(dst, uint64(v))[:len(dst)+width(kind)]
	case formTicks:
		return binary.LittleEndian.AppendUint64(dst, uint64(v/100+fileTimeEpoch*1e7))
	case formSystem:
		return appendSystemTime(dst, time.Unix(0, v).UTC())
	case formWord:
		return strconv.AppendBool(dst, v != 0)
	case formBits:
		return append(dst, byte(v), 0, 0, 0)
	default:
		return f.appendDecimal(dst, v)
	}
}

// fileTimeEpoch is 1601-01-01 in seconds before 1970-01-01.
const fileTimeEpoch = 11644473600

// width is how many bytes an integer of a kind has.
func width(k event.Kind) int {
	switch k {
	case event.Int8, event.Uint8:
		return 1
	case event.Int16, event.Uint16:
		return 2
	case event.Int32, event.Uint32, event.Hex32:
		return 4
	default:
		return 8
	}
}

func appendSystemTime(dst []byte, t time.Time) []byte {
	for _, v := range [...]int{
		t.Year(), int(t.Month()), int(t.Weekday()), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond() / 1e6,
	} {
		dst = binary.LittleEndian.AppendUint16(dst, uint16(v))
	}
	return dst
}

// Decimals have scale digits behind the point in a column.
const (
	scale     = 6
	precision = 18
	unit      = 1e6
)

// appendDecimal appends a decimal with the digits that the form asks for.
func (f form) appendDecimal(dst []byte, v int64) []byte {
	whole, part := v/unit, v%unit
	if v < 0 {
		dst, whole, part = append(dst, '-'), -whole, -part
	}
	dst = strconv.AppendInt(dst, whole, 10)
	if f == formShortest && part == 0 || f == formDigits {
		return dst
	}
	dst = append(dst, '.')
	at := len(dst)
	dst = strconv.AppendInt(dst, unit+part, 10)
	dst = append(dst[:at], dst[at+1:]...) // the one that keeps the zeros
	if f > formDigits {
		return dst[:at+min(int(f-formDigits), scale)]
	}
	for len(dst) > at+1 && dst[len(dst)-1] == '0' {
		dst = dst[:len(dst)-1]
	}
	return dst
}

// parseDecimal reads a number with a point, and how many digits are behind it.
func parseDecimal(b []byte) (v int64, digits int, ok bool) {
	negative := len(b) > 0 && b[0] == '-'
	if negative {
		b = b[1:]
	}
	if len(b) == 0 || len(b) > precision+1 {
		return 0, 0, false
	}
	point := -1
	for i, c := range b {
		switch {
		case c == '.' && point < 0:
			point = i
		case c-'0' < 10:
			v = v*10 + int64(c-'0')
		default:
			return 0, 0, false
		}
	}
	if point >= 0 {
		digits = len(b) - point - 1
	}
	if digits > scale || len(b)-digits > precision-scale {
		return 0, 0, false
	}
	for range scale - digits {
		v *= 10
	}
	if negative {
		v = -v
	}
	return v, digits, true
}

// parseInt reads an integer in the one way in which formInt writes it.
func parseInt(b []byte) (int64, bool) {
	if len(b) == 0 || len(b) > 20 {
		return 0, false
	}
	digits := b
	if b[0] == '-' {
		digits = b[1:]
	}
	if len(digits) == 0 || digits[0] == '0' && len(b) > 1 {
		return 0, false
	}
	if len(digits) > 18 {
		v, err := strconv.ParseInt(string(b), 10, 64)
		return v, err == nil
	}
	var v int64
	for _, c := range digits {
		if c-'0' >= 10 {
			return 0, false
		}
		v = v*10 + int64(c-'0')
	}
	if b[0] == '-' {
		v = -v
	}
	return v, true
}

// nanoseconds gives a time as a Time column has it; false if it is too far off.
func nanoseconds(t time.Time) (int64, bool) {
	s := t.Unix()
	const most = math.MaxInt64 / int64(time.Second)
	if s >= most || s <= -most {
		return 0, false
	}
	return t.UnixNano(), true
}

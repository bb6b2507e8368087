package event

import (
	"encoding/binary"
	"math"
	"slices"
	"unicode/utf8"
)

// AppendJSON appends the value as JSON (RFC 8259): integers and finite floats
// as numbers with every digit they have, booleans as true and false, Null and
// Absent as null, the empty kinds as [] and {}, everything else as the string
// that [Field.AppendText] gives. Floats that JSON has no number for, and a
// Number that is none, are strings too.
//
// Bytes that are not UTF-8 become U+FFFD here and nowhere else.
func (f Field) AppendJSON(dst []byte) []byte {
	switch f.Kind {
	case Absent, Null:
		return append(dst, "null"...)
	case EmptyList:
		return append(dst, "[]"...)
	case EmptyObject:
		return append(dst, "{}"...)
	case True:
		return append(dst, "true"...)
	case False:
		return append(dst, "false"...)
	case TextUTF16:
		return append(appendUTF16JSON(append(dst, '"'), f.Data), '"')
	case Number:
		if isJSONNumber(f.Data) {
			return append(dst, f.Data...)
		}
	case Int8, Uint8, Int16, Uint16, Int32, Uint32, Int64, Uint64, Bool32:
		if len(f.Data) >= f.Kind.width() {
			return f.appendScalar(dst)
		}
	case Float32, Float64:
		if len(f.Data) >= f.Kind.width() && f.isFinite() {
			return f.appendScalar(dst)
		}
	}
	return f.AppendJSONString(dst)
}

// AppendJSONString appends the value's text form as a JSON string, whatever its
// kind.
func (f Field) AppendJSONString(dst []byte) []byte {
	dst = append(dst, '"')
	switch f.Kind {
	case TextUTF16:
		dst = appendUTF16JSON(dst, f.Data)
	case TextJSON, TextXML, TextANSI:
		var buf [256]byte
		dst = appendEscaped(dst, f.AppendText(buf[:0]))
	case Text, Number, True, False:
		dst = appendEscaped(dst, f.Data)
	default: // digits, letters and punctuation alone
		dst = f.AppendText(dst)
	}
	return append(dst, '"')
}

// AppendJSONString appends s as a JSON string.
func AppendJSONString(dst, s []byte) []byte {
	return append(appendEscaped(append(dst, '"'), s), '"')
}

// isFinite is false for floats that are not a number or infinite.
func (f Field) isFinite() bool {
	var v float64
	switch f.Kind {
	case Float32:
		v = float64(math.Float32frombits(binary.LittleEndian.Uint32(f.Data)))
	case Float64:
		v = math.Float64frombits(binary.LittleEndian.Uint64(f.Data))
	}
	return !math.IsNaN(v) && !math.IsInf(v, 0)
}

// isJSONNumber checks the grammar of RFC 8259 section 6.
func isJSONNumber(b []byte) bool {
	i := 0
	digits := func() bool {
		from := i
		for i < len(b) && b[i] >= '0' && b[i] <= '9' {
			i++
		}
		return i > from
	}
	if i < len(b) && b[i] == '-' {
		i++
	}
	from := i
	if !digits() || b[from] == '0' && i-from > 1 {
		return false
	}
	if i < len(b) && b[i] == '.' {
		if i++; !digits() {
			return false
		}
	}
	if i < len(b) && b[i]|0x20 == 'e' {
		if i++; i < len(b) && (b[i] == '+' || b[i] == '-') {
			i++
		}
		if !digits() {
			return false
		}
	}
	return i == len(b)
}

// appendEscaped appends UTF-8 as the body of a JSON string.
func appendEscaped(dst, src []byte) []byte {
	from := 0
	for i := 0; i < len(src); {
		c := src[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRune(src[i:])
			if r == utf8.RuneError && n == 1 {
				dst = append(append(dst, src[from:i]...), "\uFFFD"...)
				from = i + 1
			}
			i += n
			continue
		}
		if c < ' ' || c == '"' || c == '\\' {
			dst = appendEscape(append(dst, src[from:i]...), c)
			from = i + 1
		}
		i++
	}
	return append(dst, src[from:]...)
}

// appendEscape appends a character that may not stand in a JSON string as it
// is, or any other ASCII character.
func appendEscape(dst []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	switch c {
	case '"', '\\':
		return append(dst, '\\', c)
	case '\b':
		return append(dst, `\b`...)
	case '\f':
		return append(dst, `\f`...)
	case '\n':
		return append(dst, `\n`...)
	case '\r':
		return append(dst, `\r`...)
	case '\t':
		return append(dst, `\t`...)
	}
	if c < ' ' {
		return append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
	}
	return append(dst, c)
}

// Four UTF-16 units in a word: their lowest and highest bits, and the
// characters that JSON escapes.
const (
	lanes     = 0x0001_0001_0001_0001
	laneHigh  = 0x8000_8000_8000_8000
	laneASCII = 0x007f_007f_007f_007f
	laneSpace = ' ' * lanes
	laneQuote = '"' * lanes
	laneSlash = '\\' * lanes
)

// appendUTF16JSON appends UTF-16LE as the body of a JSON string. Four units at
// a time are taken where all are ASCII and none needs an escape: logs are
// nearly all of that kind, and a unit at a time costs three times as much.
func appendUTF16JSON(dst, src []byte) []byte {
	dst = slices.Grow(dst, len(src)/2)
	for {
		for len(src) >= 8 {
			w := binary.LittleEndian.Uint64(src)
			// In each lane below, the high bit is lost where the unit is less
			// than a space, a quote or a backslash.
			plain := ((w | laneHigh) - laneSpace) & (((w ^ laneQuote) | laneHigh) - lanes) & (((w ^ laneSlash) | laneHigh) - lanes)
			if w&^uint64(laneASCII) != 0 || plain&laneHigh != laneHigh {
				break
			}
			dst = binary.LittleEndian.AppendUint32(dst, packLanes(w))
			src = src[8:]
		}
		if len(src) < 2 {
			return dst
		}
		if src[1] == 0 && src[0] < utf8.RuneSelf {
			dst, src = appendEscape(dst, src[0]), src[2:]
			continue
		}
		r, n := decodeUTF16(src)
		dst, src = utf8.AppendRune(dst, r), src[n:]
	}
}

// packLanes joins the low bytes of four UTF-16 units.
func packLanes(w uint64) uint32 {
	w = (w | w>>8) & 0x0000_ffff_0000_ffff
	return uint32(w | w>>16)
}

// appendPadded appends v, which is not negative, in decimal with width digits.
func appendPadded(dst []byte, v, width int) []byte {
	dst = append(dst, "0000000"[:width]...)
	for i := len(dst) - 1; v > 0 && i >= len(dst)-width; i-- {
		dst[i] = byte('0' + v%10)
		v /= 10
	}
	return dst
}

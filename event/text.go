package event

import (
	"bytes"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// appendUnescapedJSON decodes the body of a JSON string (RFC 8259 section 7).
// A broken escape is kept as it stands.
func appendUnescapedJSON(dst, src []byte) []byte {
	for len(src) > 0 {
		i := bytes.IndexByte(src, '\\')
		if i < 0 || i+1 >= len(src) {
			return append(dst, src...)
		}
		dst = append(dst, src[:i]...)
		r, n := decodeEscape(src[i:])
		if n == 0 {
			dst, src = append(dst, src[i:i+2]...), src[i+2:]
			continue
		}
		dst, src = utf8.AppendRune(dst, r), src[i+n:]
	}
	return dst
}

// decodeEscape reads the escape at the start of src and returns its length, 0
// if it is none.
func decodeEscape(src []byte) (rune, int) {
	switch c := src[1]; c {
	case '"', '\\', '/':
		return rune(c), 2
	case 'b':
		return '\b', 2
	case 'f':
		return '\f', 2
	case 'n':
		return '\n', 2
	case 'r':
		return '\r', 2
	case 't':
		return '\t', 2
	case 'u':
		r, ok := hex4(src[2:])
		if !ok {
			return 0, 0
		}
		if !utf16.IsSurrogate(r) {
			return r, 6
		}
		if len(src) >= 12 && src[6] == '\\' && src[7] == 'u' {
			if low, ok := hex4(src[8:]); ok {
				if full := utf16.DecodeRune(r, low); full != utf8.RuneError {
					return full, 12
				}
			}
		}
		return utf8.RuneError, 6
	}
	return 0, 0
}

func hex4(b []byte) (rune, bool) {
	if len(b) < 4 {
		return 0, false
	}
	var r rune
	for _, c := range b[:4] {
		switch {
		case c >= '0' && c <= '9':
			r = r<<4 | rune(c-'0')
		case c >= 'a' && c <= 'f':
			r = r<<4 | rune(c-'a'+10)
		case c >= 'A' && c <= 'F':
			r = r<<4 | rune(c-'A'+10)
		default:
			return 0, false
		}
	}
	return r, true
}

// appendUnescapedXML decodes entities, character references and CDATA sections
// (XML 1.0 sections 2.7, 4.1, 4.6). An unknown entity is kept as it stands.
func appendUnescapedXML(dst, src []byte) []byte {
	for len(src) > 0 {
		i := bytes.IndexAny(src, "&<")
		if i < 0 {
			return append(dst, src...)
		}
		dst, src = append(dst, src[:i]...), src[i:]
		if body, ok := bytes.CutPrefix(src, []byte("<![CDATA[")); ok {
			if inner, rest, ok := bytes.Cut(body, []byte("]]>")); ok {
				dst, src = append(dst, inner...), rest
				continue
			}
		}
		r, n := decodeEntity(src)
		if n == 0 {
			dst, src = append(dst, src[0]), src[1:]
			continue
		}
		dst, src = utf8.AppendRune(dst, r), src[n:]
	}
	return dst
}

// decodeEntity reads the entity at the start of src and returns its length, 0
// if it is none.
func decodeEntity(src []byte) (rune, int) {
	end := bytes.IndexByte(src[:min(len(src), 12)], ';')
	if src[0] != '&' || end < 0 {
		return 0, 0
	}
	switch name := string(src[1:end]); name {
	case "amp":
		return '&', end + 1
	case "lt":
		return '<', end + 1
	case "gt":
		return '>', end + 1
	case "quot":
		return '"', end + 1
	case "apos":
		return '\'', end + 1
	default:
		if len(name) < 2 || name[0] != '#' {
			return 0, 0
		}
		digits, base := name[1:], 10
		if digits[0] == 'x' || digits[0] == 'X' {
			digits, base = digits[1:], 16
		}
		v, err := strconv.ParseUint(digits, base, 32)
		if err != nil || v > utf8.MaxRune {
			return 0, 0
		}
		return rune(v), end + 1
	}
}

// windows1252 gives the characters of the bytes 0x80 to 0x9F; unassigned bytes
// stand for the control character of the same number, as WHATWG decodes them.
var windows1252 = [0x20]rune{
	'€', 0x81, '‚', 'ƒ', '„', '…', '†', '‡', 'ˆ', '‰', 'Š', '‹', 'Œ', 0x8d, 'Ž', 0x8f,
	0x90, '‘', '’', '“', '”', '•', '–', '—', '˜', '™', 'š', '›', 'œ', 0x9d, 'ž', 'Ÿ',
}

func appendANSI(dst, src []byte) []byte {
	for _, b := range src {
		switch {
		case b < utf8.RuneSelf:
			dst = append(dst, b)
		case b < 0xA0:
			dst = utf8.AppendRune(dst, windows1252[b-0x80])
		default:
			dst = utf8.AppendRune(dst, rune(b))
		}
	}
	return dst
}

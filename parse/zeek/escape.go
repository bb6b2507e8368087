package zeek

import (
	"bytes"
	"unicode/utf8"
)

// unescape appends src with \xHH and \\ undone. Another backslash stands for
// itself, as old versions wrote it.
func unescape(dst, src []byte) []byte {
	for {
		i := bytes.IndexByte(src, '\\')
		if i < 0 || i+1 >= len(src) {
			return append(dst, src...)
		}
		dst = append(dst, src[:i]...)
		src = src[i:]
		switch {
		case src[1] == '\\':
			dst, src = append(dst, '\\'), src[2:]
		case src[1] == 'x' && len(src) >= 4 && isHex(src[2]) && isHex(src[3]):
			dst, src = append(dst, unhex(src[2])<<4|unhex(src[3])), src[4:]
		default:
			dst, src = append(dst, '\\'), src[1:]
		}
	}
}

func isHex(c byte) bool { return c-'0' < 10 || (c|0x20)-'a' < 6 }

func unhex(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return (c | 0x20) - 'a' + 10
}

// escaper writes text as Zeek's ASCII writer does.
type escaper struct {
	separators []string // are escaped wherever they stand
	ascii      bool     // what is beyond ASCII is escaped though it is UTF-8
}

// append appends text with backslashes, control characters, separators and
// bytes that are not UTF-8 escaped.
func (e *escaper) append(dst, text []byte) []byte {
	for len(text) > 0 {
		if n := e.separatorAt(text); n > 0 {
			for _, c := range text[:n] {
				dst = appendHex(dst, c)
			}
			text = text[n:]
			continue
		}
		c := text[0]
		switch {
		case c == '\\':
			dst = append(dst, '\\', '\\')
		case c < ' ' || c == 0x7f:
			dst = appendHex(dst, c)
		case c >= utf8.RuneSelf:
			r, n := utf8.DecodeRune(text)
			if e.ascii || r == utf8.RuneError && n == 1 {
				dst = appendHex(dst, c)
				break
			}
			dst, text = append(dst, text[:n]...), text[n:]
			continue
		default:
			dst = append(dst, c)
		}
		text = text[1:]
	}
	return dst
}

func (e *escaper) separatorAt(text []byte) int {
	for _, s := range e.separators {
		if s != "" && len(text) >= len(s) && string(text[:len(s)]) == s {
			return len(s)
		}
	}
	return 0
}

func appendHex(dst []byte, c byte) []byte {
	const digits = "0123456789abcdef"
	return append(dst, '\\', 'x', digits[c>>4], digits[c&15])
}

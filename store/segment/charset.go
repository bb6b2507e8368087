package segment

import (
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
)

// appendUTF16 appends UTF-8 as UTF-16LE.
func appendUTF16(dst, text []byte) []byte {
	for len(text) > 0 {
		if text[0] < utf8.RuneSelf {
			dst, text = append(dst, text[0], 0), text[1:]
			continue
		}
		r, n := utf8.DecodeRune(text)
		text = text[n:]
		if r > 0xffff {
			high, low := utf16.EncodeRune(r)
			dst, r = append(dst, byte(high), byte(high>>8)), low
		}
		dst = append(dst, byte(r), byte(r>>8))
	}
	return dst
}

// appendANSI appends UTF-8 as Windows-1252, with a question mark for what that
// does not have.
func appendANSI(dst, text []byte) []byte {
	for _, r := range string(text) {
		dst = append(dst, ansiByte(r))
	}
	return dst
}

func ansiByte(r rune) byte {
	if r < utf8.RuneSelf || r >= 0xa0 && r <= 0xff {
		return byte(r)
	}
	for b := 0x80; b < 0xa0; b++ {
		text := event.Field{Kind: event.TextANSI, Data: []byte{byte(b)}}.AppendText(nil)
		if got, _ := utf8.DecodeRune(text); got == r {
			return byte(b)
		}
	}
	return '?'
}

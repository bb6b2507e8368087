package jsonl

import (
	"bytes"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/winxml"
)

// AppendNative appends the record's own JSON on one line, without line end:
// white space between tokens is left out, everything else is kept byte for
// byte, so that numbers stay as precise and members as many as they were. Only
// bytes that are no UTF-8, which JSON must be, become U+FFFD. An
// unparsed record becomes {"message":"…"}, and event XML what package winxml
// makes of it.
func AppendNative(dst []byte, e *event.Event) []byte {
	if e.Schema == parse.Unparsed {
		dst = append(dst, `{"message":`...)
		return append(event.AppendJSONString(dst, e.Raw), '}')
	}
	raw := e.Raw
	if len(raw) > 0 && raw[0] == '<' {
		return winxml.AppendNative(dst, e)
	}
	from := len(dst)
	for i := 0; i < len(raw); i++ {
		switch c := raw[i]; c {
		case ' ', '\t', '\r', '\n':
		case '"':
			end := i + 1
			for end < len(raw) && raw[end] != '"' {
				if raw[end] == '\\' {
					end++
				}
				end++
			}
			end = min(end+1, len(raw))
			dst = append(dst, raw[i:end]...)
			i = end - 1
		default:
			dst = append(dst, c)
		}
	}
	if !utf8.Valid(dst[from:]) {
		dst = appendValid(dst[:from], bytes.Clone(dst[from:]))
	}
	return dst
}

// appendValid appends text with U+FFFD for each byte that is no UTF-8.
func appendValid(dst, text []byte) []byte {
	for len(text) > 0 {
		r, n := utf8.DecodeRune(text)
		dst, text = utf8.AppendRune(dst, r), text[n:]
	}
	return dst
}

// AppendNative is [AppendNative], for those who have a decoder at hand.
func (d *decoder) AppendNative(dst []byte, e *event.Event) []byte { return AppendNative(dst, e) }

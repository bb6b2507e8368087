package sigma

import (
	"encoding/base64"
	"encoding/binary"
	"slices"
	"strings"
	"unicode"
	"unicode/utf16"
	"unicode/utf8"
)

// base64Shifts returns what a text looks like inside longer Base64 if 0, 1 or 2
// bytes of a group stand before it, without the characters at either end that
// depend on its neighbours.
func base64Shifts(s string) [3]string {
	var out [3]string
	for shift := range out {
		padded := append(make([]byte, shift), s...)
		enc := base64.RawStdEncoding.EncodeToString(padded)
		// Each character holds 6 bits: those that start before the text or end
		// after it are not the text's alone.
		first, last := (shift*8+5)/6, len(padded)*8/6
		if first <= last {
			out[shift] = enc[first:last]
		}
	}
	return out
}

// encodeUTF16 returns the text as UTF-16 bytes.
func encodeUTF16(s string, order binary.AppendByteOrder, mark bool) string {
	var b []byte
	if mark {
		b = order.AppendUint16(b, 0xFEFF)
	}
	for _, unit := range utf16.Encode([]rune(s)) {
		b = order.AppendUint16(b, unit)
	}
	return string(b)
}

// dashes are the characters that the modifier windash exchanges.
var dashes = [...]string{"-", "/", "\u2013", "\u2014", "\u2015"}

// windash returns every spelling of a pattern in which a dash that begins a
// parameter (one with no word character before it and one after it) is any of
// the five characters; false if they would be more than limit.
func windash(p Pattern, limit int) ([]Pattern, bool) {
	var places []place
	for i, part := range p {
		if part.Wildcard == 0 {
			places = append(places, dashPlaces(i, part.Literal)...)
		}
	}
	total := 1
	for range places {
		if total *= len(dashes); total > limit {
			return nil, false
		}
	}
	out := make([]Pattern, 0, total)
	for n := range total {
		out = append(out, substitute(p, places, n))
	}
	return out, true
}

// place is a dash: the number of the part, the bytes it takes there.
type place struct{ part, start, end int }

func dashPlaces(part int, s string) []place {
	var out []place
	before := rune(0)
	for i, r := range s {
		if slices.Contains(dashes[:], string(r)) && !isWord(before) {
			end := i + utf8.RuneLen(r)
			if after, _ := utf8.DecodeRuneInString(s[end:]); end < len(s) && isWord(after) {
				out = append(out, place{part, i, end})
			}
		}
		before = r
	}
	return out
}

func isWord(r rune) bool {
	return r == '_' || unicode.IsLetter(r) || unicode.IsNumber(r)
}

// substitute writes the spelling with number n: its digits to the base of 5 are
// the dashes, the first place being the lowest digit.
func substitute(p Pattern, places []place, n int) Pattern {
	out := slices.Clone(p)
	for i := 0; i < len(places); {
		part := places[i].part
		s := p[part].Literal
		var b strings.Builder
		at := 0
		for ; i < len(places) && places[i].part == part; i++ {
			b.WriteString(s[at:places[i].start])
			b.WriteString(dashes[n%len(dashes)])
			n /= len(dashes)
			at = places[i].end
		}
		b.WriteString(s[at:])
		out[part].Literal = b.String()
	}
	return out
}

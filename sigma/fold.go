package sigma

import (
	"unicode"
	"unicode/utf8"
)

// Fold appends src to dst with every character replaced by the one that stands
// for all its case variants, and returns the result: for valid UTF-8,
// Fold(a) equals Fold(b) if and only if strings.EqualFold(a, b). ASCII letters
// become lower case. Bytes that are not UTF-8 stay as they are. The result may
// be shorter or longer than src.
func Fold(dst, src []byte) []byte {
	for i, c := range src {
		if c >= utf8.RuneSelf {
			return foldRunes(dst, src[i:])
		}
		dst = append(dst, foldByte(c))
	}
	return dst
}

// FoldString is [Fold] of a string. It allocates only if something changes.
func FoldString(s string) string {
	for i := range len(s) {
		if c := s[i]; c >= utf8.RuneSelf || foldByte(c) != c {
			return string(Fold(make([]byte, 0, len(s)+8), []byte(s)))
		}
	}
	return s
}

func foldByte(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}

func foldRunes(dst, src []byte) []byte {
	for len(src) > 0 {
		r, size := utf8.DecodeRune(src)
		switch {
		case r < utf8.RuneSelf:
			dst = append(dst, foldByte(byte(r)))
		case r == utf8.RuneError && size == 1:
			dst = append(dst, src[0])
		default:
			dst = utf8.AppendRune(dst, foldRune(r))
		}
		src = src[size:]
	}
	return dst
}

// foldRune returns the lowest character of r's case orbit (Unicode simple case
// folding), in lower case if that is an ASCII letter.
func foldRune(r rune) rune {
	low := r
	for f := unicode.SimpleFold(r); f != r; f = unicode.SimpleFold(f) {
		low = min(low, f)
	}
	if low < utf8.RuneSelf {
		return rune(foldByte(byte(low)))
	}
	return low
}

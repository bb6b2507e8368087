package jsonl

import (
	"encoding/binary"
	"math/bits"

	"github.com/dwell-project/dwell/event"
)

// Eight bytes at a time: every byte of ones is 1, of highs 0x80.
const (
	ones  = 0x0101010101010101
	highs = 0x8080808080808080
)

// marks sets the high bit of every byte of w that ends a run of plain
// characters in a string: a quote, a backslash or a control character. Only the
// lowest set bit is sure; borrows may set more above it.
//
// Flipping bit 1 swaps 0x20, 0x21 with 0x22, 0x23 and keeps controls among
// themselves, so that one comparison with 0x21 finds controls and the quote.
func marks(w uint64) uint64 {
	low := w ^ 0x02*ones
	back := w ^ '\\'*ones
	return ((low-0x21*ones)&^low | (back-ones)&^back) & highs
}

// text finds the end of the string whose body begins at data[i]: the place of
// its closing quote. The kind says whether it has escapes.
func (s *scanner) text(i int) (int, event.Kind) {
	data := s.data
	kind := event.Text
	for {
		i = plainRun(data, i)
		if i >= len(data) {
			return s.fail(i, "text without end"), kind
		}
		switch data[i] {
		case '"':
			return i, kind
		case '\\':
			kind = event.TextJSON
			if i+1 < len(data) && data[i+1] == '\\' { // the usual one in paths
				i += 2
				continue
			}
			n := escape(data[i:])
			if n == 0 {
				return s.fail(i, "broken escape in text"), kind
			}
			i += n
		default:
			return s.fail(i, "control character in text"), kind
		}
	}
}

// plainRun returns the end of the run of plain characters that begins at
// data[i].
func plainRun(data []byte, i int) int {
	for len(data)-i >= 8 {
		if m := marks(binary.LittleEndian.Uint64(data[i:])); m != 0 {
			return i + bits.TrailingZeros64(m)>>3
		}
		i += 8
	}
	for i < len(data) && data[i] >= ' ' && data[i] != '"' && data[i] != '\\' {
		i++
	}
	return i
}

// escape returns the length of the escape that begins b, 0 if it is broken.
func escape(b []byte) int {
	if len(b) < 2 {
		return 0
	}
	switch b[1] {
	case '\\', '"', '/', 'b', 'f', 'n', 'r', 't':
		return 2
	case 'u':
		if len(b) >= 6 && isHex(b[2]) && isHex(b[3]) && isHex(b[4]) && isHex(b[5]) {
			return 6
		}
	}
	return 0
}

func isHex(c byte) bool {
	return c-'0' < 10 || (c|0x20)-'a' < 6
}

// number reads a number by the grammar of RFC 8259 section 6.
func (s *scanner) number(i int, k *key) int {
	data, start := s.data, i
	if i < len(data) && data[i] == '-' {
		i++
	}
	first := i
	i = digits(data, i)
	if i == first {
		return s.fail(i, "expected a value")
	}
	if data[first] == '0' && i > first+1 {
		return s.fail(first+1, "digit after a leading zero")
	}
	if i < len(data) && data[i] == '.' {
		end := digits(data, i+1)
		if end == i+1 {
			return s.fail(end, "expected a digit after the decimal point")
		}
		i = end
	}
	if i < len(data) && data[i]|0x20 == 'e' {
		i++
		if i < len(data) && (data[i] == '+' || data[i] == '-') {
			i++
		}
		end := digits(data, i)
		if end == i {
			return s.fail(end, "expected a digit in the exponent")
		}
		i = end
	}
	s.add(k, event.Number, data[start:i])
	return i
}

func digits(data []byte, i int) int {
	for i < len(data) && data[i]-'0' < 10 {
		i++
	}
	return i
}

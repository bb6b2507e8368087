package segment

import (
	"slices"

	"github.com/dwell-project/dwell/event"
)

// variant says which of a field's columns holds a value.
type variant uint8

const (
	inMain       variant = iota
	inText               // `__text`: does not fit the column's type
	inBytes              // `__bytes`: is not UTF-8; a list
	inMore               // `__more`: a further value of a repeated field; a list
	inOther              // `_other`: of a field without a column; a list
	inOtherBytes         // `_other_bytes`: so, and not UTF-8
	nVariants
)

// vector is one column of a run while it is collected: the values that are in
// it, each once if that is worth the looking, by number.
type vector struct {
	typ  Type
	ints []int64 // unless typ is Text or rawBytes
	data []byte
	ends []uint32
}

func (v *vector) len() int {
	if v.isText() {
		return len(v.ends)
	}
	return len(v.ints)
}

func (v *vector) isText() bool { return v.typ == Text || v.typ == rawBytes }

// text returns a value of a vector of texts.
func (v *vector) text(i uint32) []byte {
	if i == 0 {
		return v.data[:v.ends[0]]
	}
	return v.data[v.ends[i-1]:v.ends[i]]
}

// addText appends a value and returns its number.
func (v *vector) addText(text []byte) uint32 {
	v.data = append(room(v.data, len(text)), text...)
	v.ends = append(room(v.ends, 1), uint32(len(v.data)))
	return uint32(len(v.ends) - 1)
}

// addInt appends a value and returns its number.
func (v *vector) addInt(i int64) uint32 {
	v.ints = append(room(v.ints, 1), i)
	return uint32(len(v.ints) - 1)
}

// appendForm appends the bytes of a field whose value has number i, and
// returns its kind.
func (v *vector) appendForm(dst []byte, s slotForm, i uint32) ([]byte, event.Kind) {
	if !v.isText() {
		return s.form.appendNumber(dst, s.kind, v.ints[i])
	}
	return s.form.appendText(dst, s.kind, v.text(i))
}

// slotForm is what of a slot decides how its value is written.
type slotForm struct {
	form form
	kind event.Kind
}

// appendNumber is appendInt with the kind, which for a boolean is in the value.
func (f form) appendNumber(dst []byte, kind event.Kind, v int64) ([]byte, event.Kind) {
	if f == formWord {
		kind = event.False
		if v != 0 {
			kind = event.True
		}
	}
	return f.appendInt(dst, kind, v), kind
}

// appendText appends an entry of a column of texts in a form, and returns the
// kind that it then has.
func (f form) appendText(dst []byte, kind event.Kind, text []byte) ([]byte, event.Kind) {
	switch {
	case f >= formJSON:
		dst, escaped := jsonSpelling(f-formJSON).appendEscaped(dst, text)
		return dst, kindOf(escaped, event.TextJSON)
	case f >= formXML:
		dst, escaped := xmlSpelling(f-formXML).appendEscaped(dst, text)
		return dst, kindOf(escaped, event.TextXML)
	case f == formUTF16:
		return appendUTF16(dst, text), kind
	case f == formANSI:
		return appendANSI(dst, text), kind
	case f == formParsed:
		b, _ := parseKind(kind, text)
		return append(dst, b...), kind
	default:
		return append(dst, text...), kind
	}
}

func kindOf(escaped bool, kind event.Kind) event.Kind {
	if escaped {
		return kind
	}
	return event.Text
}

// room makes room for n more elements. What is large is doubled, where append
// would add a quarter and copy it four times as often.
func room[T any](s []T, n int) []T {
	if len(s)+n <= cap(s) {
		return s
	}
	return slices.Grow(s, max(n, len(s)))
}

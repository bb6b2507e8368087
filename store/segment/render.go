package segment

import (
	"slices"

	"github.com/dwell-project/dwell/event"
)

// renderer writes the values of one column in one form. It remembers what it
// wrote if a value comes more than once.
type renderer struct {
	slotForm
	from  *vector
	done  []field
	again bool
}

// field is a value written.
type field struct {
	data []byte
	kind event.Kind
}

// isCopy says whether the form is the column's text as it is.
func (r *renderer) isCopy() bool {
	return (r.form == formPlain || r.form == formRaw) && r.from.isText()
}

// isText says whether the value is the column's text in some spelling.
func (r *renderer) isText() bool {
	switch {
	case !r.from.isText():
		return false
	case r.form >= formXML:
		return true
	default:
		return r.form == formUTF16 || r.form == formANSI
	}
}

// get returns the value with the given number; buf is room for one that is not
// remembered.
func (r *renderer) get(i uint32, buf []byte) field {
	if r.isCopy() {
		return field{r.from.text(i), r.kind}
	}
	if r.again && r.done == nil {
		r.done = make([]field, r.from.len())
	}
	if r.again && r.done[i].kind != event.Absent {
		return r.done[i]
	}
	if r.again {
		buf = nil
	}
	data, kind := r.from.appendForm(buf[:0], r.slotForm, i)
	f := field{slices.Clip(data), kind}
	if r.again {
		r.done[i] = f
	}
	return f
}

// append appends the bytes of the value with the given number.
func (r *renderer) append(dst []byte, i uint32) []byte {
	switch {
	case r.isCopy():
		return append(dst, r.from.text(i)...)
	case r.again:
		return append(dst, r.get(i, nil).data...)
	}
	dst, _ = r.from.appendForm(dst, r.slotForm, i)
	return dst
}

package zeek

import (
	"bytes"
	"fmt"
	"io"
	"math"
	"net/netip"
	"slices"
	"strconv"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/blocks"
)

// Writer writes records as Zeek's ASCII log writer does
// (src/threading/formatters/Ascii.cc of Zeek 4 to 7). It looks at the fields of
// an event and never at its raw bytes: values are read as what their column's
// type says and written anew. A value that is not of the type is written as a
// string.
//
// It is for one goroutine.
type Writer struct {
	// ASCII has characters beyond ASCII written as escapes, as Zeek did by
	// default before version 4.1.
	ASCII bool

	w      io.Writer
	names  *event.Names
	header *Header
	by     map[event.Name][]int // the columns of a name
	values [][]event.Field      // by column
	line   []byte
}

// NewWriter returns a writer to w of events whose fields are named by names.
func NewWriter(w io.Writer, names *event.Names) *Writer { return &Writer{w: w, names: names} }

// Header writes the header lines, without "#open", and makes them those of the
// records to come.
func (w *Writer) Header(h *Header) error {
	w.Use(h)
	line := fmt.Appendf(nil, "#separator %s\n", escapeAll(h.Separator))
	for _, d := range [][2]string{
		{"#set_separator", h.SetSeparator}, {"#empty_field", h.Empty}, {"#unset_field", h.Unset}, {"#path", h.Path},
	} {
		line = append(append(append(append(line, d[0]...), h.Separator...), d[1]...), '\n')
	}
	fields, types := []byte("#fields"), []byte("#types")
	for _, c := range h.Columns {
		fields = append(append(fields, h.Separator...), c.Name...)
		types = append(append(types, h.Separator...), c.Type.String()...)
	}
	line = append(append(append(append(line, fields...), '\n'), types...), '\n')
	_, err := w.w.Write(line)
	return err
}

func escapeAll(s string) []byte {
	var dst []byte
	for i := range len(s) {
		dst = appendHex(dst, s[i])
	}
	return dst
}

// Use makes a header that of the records to come and writes nothing.
func (w *Writer) Use(h *Header) {
	w.header, w.by, w.values = h, map[event.Name][]int{}, make([][]event.Field, len(h.Columns))
	for i, c := range h.Columns {
		n := w.names.Intern(c.Name)
		w.by[n] = append(w.by[n], i)
	}
}

// Record writes one record: of each column the fields of its name, and the
// unset value where there are none. Fields that no column names are left out.
func (w *Writer) Record(e *event.Event) error {
	h := w.header
	if h == nil || len(h.Columns) == 0 {
		return ErrNoHeader
	}
	for i := range w.values {
		w.values[i] = w.values[i][:0]
	}
	for _, f := range e.Fields {
		if at := w.by[f.Name]; len(at) > 0 {
			w.values[at[0]] = append(w.values[at[0]], f)
		}
	}
	w.line = w.line[:0]
	for i, c := range h.Columns {
		if i > 0 {
			w.line = append(w.line, h.Separator...)
		}
		w.column(c.Type, w.values[i])
	}
	if blocks.IsHeader(w.line) {
		at := bytes.IndexByte(w.line, '#')
		w.line = slices.Replace(w.line, at, at+1, []byte(`\x23`)...)
	}
	w.line = append(w.line, '\n')
	_, err := w.w.Write(w.line)
	return err
}

// column appends the values of one column.
func (w *Writer) column(t Type, values []event.Field) {
	h := w.header
	switch {
	case len(values) == 0 || t.Container == "" && values[0].Kind == event.Null:
		w.line = append(w.line, h.Unset...)
	case t.Container == "":
		w.value(t.Of, values[0], []string{h.Separator})
	case values[0].Kind == event.EmptyList:
		w.line = append(w.line, h.Empty...)
	default:
		for i, f := range values {
			if i > 0 {
				w.line = append(w.line, h.SetSeparator...)
			}
			if f.Kind == event.Null {
				w.line = append(w.line, h.Unset...)
				continue
			}
			w.value(t.Of, f, []string{h.Separator, h.SetSeparator})
		}
	}
}

// value appends one value that is set.
func (w *Writer) value(of string, f event.Field, separators []string) {
	text := f.AppendText(nil)
	if typed, ok := appendTyped(w.line, of, f, text); ok {
		w.line = typed
		return
	}
	h, esc := w.header, escaper{separators: separators, ascii: w.ASCII}
	switch {
	case len(text) == 0:
		w.line = append(w.line, h.Empty...)
	case string(text) == h.Empty || string(text) == h.Unset:
		w.line = esc.append(appendHex(w.line, text[0]), text[1:])
	default:
		w.line = esc.append(w.line, text)
	}
}

// appendTyped appends a value of the types that are not text.
func appendTyped(dst []byte, of string, f event.Field, text []byte) (typed []byte, ok bool) {
	switch of {
	case "bool":
		switch f.Kind {
		case event.True:
			return append(dst, 'T'), true
		case event.False:
			return append(dst, 'F'), true
		}
	case "count", "port":
		v, err := strconv.ParseUint(string(text), 10, 64)
		return strconv.AppendUint(dst, v, 10), f.Kind == event.Number && err == nil
	case "int":
		v, err := strconv.ParseInt(string(text), 10, 64)
		return strconv.AppendInt(dst, v, 10), f.Kind == event.Number && err == nil
	case "time", "interval":
		v, err := strconv.ParseFloat(string(text), 64)
		return appendFixed(dst, v), f.Kind == event.Number && err == nil
	case "double":
		v, err := strconv.ParseFloat(string(text), 64)
		return appendDouble(dst, v), f.Kind == event.Number && err == nil
	case "addr":
		a, err := netip.ParseAddr(string(text))
		return a.AppendTo(dst), err == nil && f.Kind == event.Text
	case "subnet":
		p, err := netip.ParsePrefix(string(text))
		return p.AppendTo(dst), err == nil && f.Kind == event.Text
	}
	return dst, false
}

// maxFixed is the largest number that Zeek's printing (modp_dtoa) writes
// without exponent.
const maxFixed = 1<<31 - 1

// appendFixed appends a time or interval, with six decimals.
func appendFixed(dst []byte, v float64) []byte {
	if math.Abs(v) > maxFixed {
		return strconv.AppendFloat(dst, v, 'e', -1, 64)
	}
	return strconv.AppendFloat(dst, v, 'f', 6, 64)
}

// appendDouble appends a double, with one to six decimals.
func appendDouble(dst []byte, v float64) []byte {
	if math.Abs(v) > maxFixed {
		return strconv.AppendFloat(dst, v, 'e', -1, 64)
	}
	from := len(dst)
	dst = strconv.AppendFloat(dst, v, 'f', 6, 64)
	for bytes.HasSuffix(dst[from:], []byte("0")) && !bytes.HasSuffix(dst[from:], []byte(".0")) {
		dst = dst[:len(dst)-1]
	}
	return dst
}

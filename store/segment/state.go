package segment

import (
	"bytes"
	"hash/maphash"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
)

// Numbers of names that are no field's: values that stand in a column of their
// own. Fields are numbered after them.
const (
	nameSpelled  = iota // bytes of a record that no form gives
	nameProvider        // of an event, where it is no copy of a field
	nameChannel
	nameCode
	nameHost
	nameFar // a time too far off for _time: seconds and nanoseconds
	nameRaw // the record, where shape and values do not give it
	// values of fields that have no column, because too many have one
	nameOther
	nameOtherBytes
	firstName
)

// hiddenColumns are the columns of these names.
var hiddenColumns = [firstName]string{
	nameSpelled: "_spelled", nameProvider: "_provider", nameChannel: "_channel", nameCode: "_code",
	nameHost: "_hostname", nameFar: "_far", nameRaw: "_raw", nameOther: "_other", nameOtherBytes: "_other_bytes",
}

// state is what a builder knows of one name.
type state struct {
	field   string // its name
	fixed   Type   // of its column, 0 until it has a value
	vectors [nVariants]*vector
	sides   [2]side // of first values, of further ones
	event   uint64  // the last one that had it
}

// vector returns one of the columns.
func (s *state) vector(v variant) *vector {
	if s.vectors[v] == nil {
		typ := s.fixed
		switch v {
		case inText, inMore:
			typ = Text
		case inBytes:
			typ = rawBytes
		}
		s.vectors[v] = &vector{typ: typ}
	}
	return s.vectors[v]
}

// cell is where a value is.
type cell struct {
	entry   uint32
	spelled uint32 // entry of nameSpelled, for formPrevious
	variant variant
	form    form
}

// side remembers the values of a name by their bytes and kinds, and where they
// are.
type side struct {
	table []uint32 // index of an entry plus one; its size is a power of two
	known []known
	keys  []byte
	last  int // index of the last entry met
	// seen and found count looks; when few find anything, there are no more.
	seen, found int
	direct      bool
	habit       form // that the last text with habits was in
}

type known struct {
	hash     uint32
	from, to uint32 // in keys
	kind     uint8  // with the context
	cell     cell
}

// find returns the cell of a value that is known.
func (s *side) find(seed maphash.Seed, kind uint8, data []byte) (c *cell, hash uint32) {
	if s.last < len(s.known) {
		if k := &s.known[s.last]; k.kind == kind && bytes.Equal(s.keys[k.from:k.to], data) {
			return &k.cell, 0
		}
	}
	hash = uint32(maphash.Bytes(seed, data)) ^ uint32(kind)*0x9e3779b1
	if len(s.table) == 0 {
		return nil, hash
	}
	mask := uint32(len(s.table) - 1)
	for i := hash & mask; s.table[i] != 0; i = (i + 1) & mask {
		k := &s.known[s.table[i]-1]
		if k.hash == hash && k.kind == kind && bytes.Equal(s.keys[k.from:k.to], data) {
			s.last = int(s.table[i] - 1)
			return &k.cell, hash
		}
	}
	return nil, hash
}

// put remembers a value that find did not find.
func (s *side) put(hash uint32, kind uint8, data []byte, c cell) {
	from := uint32(len(s.keys))
	s.keys = append(room(s.keys, len(data)), data...)
	s.last = len(s.known)
	s.known = append(room(s.known, 1), known{hash, from, uint32(len(s.keys)), kind, c})
	if 4*len(s.known) > 3*len(s.table) {
		s.grow()
		return
	}
	s.place(hash, uint32(len(s.known)))
}

func (s *side) place(hash, number uint32) {
	mask := uint32(len(s.table) - 1)
	i := hash & mask
	for s.table[i] != 0 {
		i = (i + 1) & mask
	}
	s.table[i] = number
}

func (s *side) grow() {
	s.table = make([]uint32, max(16, 2*len(s.table)))
	for i := range s.known {
		s.place(s.known[i].hash, uint32(i+1))
	}
}

// Values that are nearly all different are not looked up: of a window of looks
// one in worthWhile must find something.
const (
	lookWindow = 2048
	worthWhile = 5
)

// judge counts a look and gives up looking if it does not pay.
func (s *side) judge(found bool) {
	s.seen++
	if found {
		s.found++
	}
	if s.seen < lookWindow {
		return
	}
	if s.found*worthWhile < s.seen {
		s.direct = true
		s.table, s.known, s.keys, s.last = nil, nil, nil, 0
	}
	s.seen, s.found = 0, 0
}

// natural returns the type of column that suits a value, and the number that
// it then is.
func natural(f event.Field) (Type, int64) {
	switch f.Kind {
	case event.Number:
		if v, ok := parseInt(f.Data); ok {
			return Int, v
		}
		if v, digits, ok := parseDecimal(f.Data); ok && digits > 0 {
			return Decimal, v
		}
	case event.True, event.False:
		if f.Kind == event.True && string(f.Data) == "true" {
			return Bool, 1
		}
		if f.Kind == event.False && string(f.Data) == "false" {
			return Bool, 0
		}
	case event.Bool32:
		if v, ok := f.Uint(); ok && v <= 1 && len(f.Data) == 4 {
			return Bool, int64(v)
		}
	case event.Int8, event.Int16, event.Int32, event.Int64, event.Uint8, event.Uint16, event.Uint32, event.Uint64:
		if v, ok := f.Int(); ok && len(f.Data) == width(f.Kind) {
			return Int, v
		}
	case event.FileTime, event.SystemTime:
		if t, ok := f.Time(); ok {
			if v, ok := nanoseconds(t); ok && exactTime(f, v) {
				return Time, v
			}
		}
	}
	return Text, 0
}

func exactTime(f event.Field, v int64) bool {
	form := formTicks
	if f.Kind == event.SystemTime {
		form = formSystem
	}
	return bytes.Equal(form.appendInt(nil, f.Kind, v), f.Data)
}

// numberForms gives the form of a kind in a column of its natural type.
func numberForm(k event.Kind) form {
	switch k {
	case event.Number:
		return formInt
	case event.True, event.False:
		return formWord
	case event.Bool32:
		return formBits
	case event.FileTime:
		return formTicks
	case event.SystemTime:
		return formSystem
	default:
		return formWidth
	}
}

// context is what a record is written in: there, a text without escapes is one
// that needs none.
type context uint8

const (
	inLine context = iota
	inJSON
	inXML
)

func contextOf(raw []byte) context {
	if len(raw) > 0 && raw[0] == '{' {
		return inJSON
	}
	if len(raw) > 0 && raw[0] == '<' {
		return inXML
	}
	return inLine
}

// maxColumns bounds the fields of a run that have columns of their own. Records
// of a thousand fields and more have keys that are values, and a table of them
// serves nobody.
const maxColumns = 1000

// column returns one of the columns of a name, which may be one for all.
func (b *Builder) column(s *state, v variant) *vector {
	switch v {
	case inOther:
		return b.states[nameOther].vector(inMain)
	case inOtherBytes:
		return b.states[nameOtherBytes].vector(inMain)
	}
	return s.vector(v)
}

// fit finds the column and the form for a value and puts it there.
func (b *Builder) fit(s *state, d *side, f event.Field, again bool) cell {
	if s.fixed == 0 && b.columns >= maxColumns {
		return b.fitText(s, d, f, inOther)
	}
	typ, number := natural(f)
	if s.fixed == 0 {
		s.fixed = b.types.fix(s.field, typ)
		b.columns++
	}
	v := inMain
	switch {
	case again:
		v = inMore
	case s.fixed == Decimal && f.Kind == event.Number:
		if c, ok := b.fitDecimal(s, d, f); ok {
			return c
		}
		v = inText
	case s.fixed == typ && typ != Text:
		return cell{entry: s.vector(inMain).addInt(number), form: numberForm(f.Kind)}
	case s.fixed != Text:
		v = inText
	}
	return b.fitText(s, d, f, v)
}

// fitText puts a value into a column as text.
func (b *Builder) fitText(s *state, d *side, f event.Field, v variant) cell {
	bytes := inBytes
	if v == inOther {
		bytes = inOtherBytes
	}
	b.buf = f.AppendText(b.buf[:0])
	if !utf8.Valid(b.buf) {
		return cell{entry: b.column(s, bytes).addText(f.Data), variant: bytes, form: formRaw}
	}
	form, ok := b.textForm(d, f)
	c := cell{entry: b.column(s, v).addText(b.buf), variant: v, form: form}
	if !ok {
		c.form = formPrevious
		c.spelled = b.states[nameSpelled].vector(inMain).addText(f.Data)
	}
	return c
}

// fitDecimal puts a number into a column of decimals, if one of the forms gives
// it back.
func (b *Builder) fitDecimal(s *state, d *side, f event.Field) (cell, bool) {
	v, digits, ok := parseDecimal(f.Data)
	if !ok {
		return cell{}, false
	}
	var room [32]byte
	for _, form := range [...]form{d.habit, formPoint, formShortest, formDigits + form(digits)} {
		if form != formNone && form < formXML && bytes.Equal(form.appendDecimal(room[:0], v), f.Data) {
			d.habit = form
			return cell{entry: s.vector(inMain).addInt(v), form: form}, true
		}
	}
	return cell{}, false
}

// textForm finds the form in which the text in b.buf is the field's bytes.
func (b *Builder) textForm(d *side, f event.Field) (form, bool) {
	plain := formPlain
	switch f.Kind {
	case event.Text:
		escaped := [...]form{inLine: d.habit, inJSON: max(d.habit, formJSON), inXML: max(d.habit, formXML)}[b.context]
		if escaped >= formXML && b.gives(escaped, f) {
			return escaped, true
		}
	case event.TextJSON:
		habits := formJSON + form(jsonHabits(f.Data))
		for _, form := range [...]form{max(d.habit, formJSON), max(d.habit, formJSON) | habits, habits} {
			if b.gives(form, f) {
				d.habit = form
				return form, true
			}
		}
		return 0, false
	case event.TextXML:
		habits := formXML + form(xmlHabits(f.Data))
		for _, form := range [...]form{max(d.habit, formXML), max(d.habit, formXML) | habits, habits} {
			if form < formJSON && b.gives(form, f) {
				d.habit = form
				return form, true
			}
		}
		return 0, false
	case event.TextUTF16:
		plain = formUTF16
	case event.TextANSI:
		plain = formANSI
	case event.Number, event.True, event.False:
	default:
		plain = formParsed
	}
	return plain, b.gives(plain, f)
}

// gives says whether the text in b.buf, in a form, is the field.
func (b *Builder) gives(form form, f event.Field) bool {
	var kind event.Kind
	b.check, kind = form.appendText(b.check[:0], f.Kind, b.buf)
	return kind == f.Kind && bytes.Equal(b.check, f.Data)
}

package zeek

import (
	"bytes"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// class is what a column's values are decoded to.
type class uint8

const (
	text class = iota
	number
	boolean
)

// layout is a header made ready for decoding.
type layout struct {
	Header
	columns   []column
	ts        int // the column with the record's time, -1 if there is none
	separator byte
	dataset   string
	path      []byte
}

type column struct {
	name     event.Name
	class    class
	elements bool
}

func newLayout(h *Header, names *event.Names) *layout {
	l := &layout{Header: *h, ts: -1, dataset: "zeek." + strings.ToLower(h.Path), path: []byte(h.Path)}
	if h.Path == "" {
		l.dataset = "zeek.unknown"
	}
	l.separator = h.Separator[0]
	for i, c := range h.Columns {
		col := column{name: names.Intern(c.Name), elements: c.Type.Container != ""}
		switch c.Type.Of {
		case "time", "interval", "count", "int", "double", "port":
			col.class = number
		case "bool":
			col.class = boolean
		}
		if c.Type == (Type{Of: "time"}) && (l.ts < 0 || c.Name == "ts") {
			l.ts = i
		}
		l.columns = append(l.columns, col)
	}
	return l
}

// decoder turns blocks of Zeek's text into events.
type decoder struct {
	names   *event.Names
	message event.Name
	header  Header
	layout  *layout // of header; nil until a record needs it
	head    []byte  // the block header that header was read from

	writer, yes, no []byte

	event   event.Event
	fields  []event.Field
	scratch []byte // texts whose escapes are undone
}

func newDecoder(names *event.Names) *decoder {
	return &decoder{
		names: names, message: names.Intern("message"), header: *NewHeader(""),
		writer: []byte("zeek"), yes: []byte("true"), no: []byte("false"),
	}
}

// Decode implements [parse.Decoder].
func (d *decoder) Decode(b *parse.Block, yield func(*event.Event) bool, report func(parse.Problem)) {
	for _, p := range b.Problems {
		report(p)
	}
	d.begin(b.Head)
	line := b.Record
	for at := 0; at < len(b.Data); line++ {
		raw, next := cutLine(b.Data, at)
		start := at
		at = next
		problem := func(err error) {
			report(parse.Problem{
				Path: b.Source.Path, Offset: b.Offset + int64(start), Length: int64(len(raw)), Record: line, Err: err,
			})
		}
		if blocks.IsHeader(raw) {
			d.layout, d.head = nil, nil
			if err := d.header.Add(raw); err != nil {
				problem(err)
			}
			continue
		}
		if len(raw) == 0 {
			continue
		}
		e := &d.event
		e.Reset()
		e.Raw, e.Record, e.Line, e.Offset, e.Source = raw, line, line, b.Offset+int64(start), b.Source
		if err := d.record(raw); err != nil {
			problem(err)
			e.Schema, e.Dataset = parse.Unparsed, parse.Unknown
			e.Fields = append(d.fields[:0], event.Field{Name: d.message, Kind: event.Text, Data: raw})
		}
		if !yield(e) {
			return
		}
	}
}

// begin puts the header lines of a block in force.
func (d *decoder) begin(head []byte) {
	if d.head != nil && bytes.Equal(d.head, head) {
		return
	}
	d.header, d.layout, d.head = *NewHeader(""), nil, head
	for line := range bytes.Lines(head) {
		// What is wrong with it was reported where it stands in the source.
		_ = d.header.Add(line)
	}
}

// cutLine returns the line at a place without its end, and where the next is.
func cutLine(data []byte, at int) (line []byte, next int) {
	n := bytes.IndexByte(data[at:], '\n')
	if n < 0 {
		line, next = data[at:], len(data)
	} else {
		line, next = data[at:at+n], at+n+1
	}
	if n := len(line); n > 0 && line[n-1] == '\r' {
		line = line[:n-1]
	}
	return line, next
}

var errColumns = errors.New("the record has not as many values as its header has columns")

// record fills the event from one line.
func (d *decoder) record(raw []byte) error {
	if d.layout == nil {
		if len(d.header.Columns) == 0 {
			return ErrNoHeader
		}
		d.layout = newLayout(&d.header, d.names)
	}
	l, e := d.layout, &d.event
	d.fields, d.scratch = d.fields[:0], d.scratch[:0]
	escaped := bytes.IndexByte(raw, '\\') >= 0
	rest, more := raw, true
	for i := range l.columns {
		if !more {
			return fmt.Errorf("%w: %d of %d", errColumns, i, len(l.columns))
		}
		var value []byte
		value, rest, more = l.next(rest)
		if i == l.ts {
			e.Time, _ = seconds(value)
		}
		if string(value) != l.Unset {
			d.value(&l.columns[i], value, escaped)
		}
	}
	if more {
		return fmt.Errorf("%w: more than %d", errColumns, len(l.columns))
	}
	e.Fields = d.fields
	e.Schema, e.Dataset = "zeek", l.dataset
	e.Provider = event.Field{Kind: event.Text, Data: d.writer}
	if len(l.path) > 0 {
		e.Channel = event.Field{Kind: event.Text, Data: l.path}
	}
	return nil
}

// next cuts the first value off a line.
func (l *layout) next(line []byte) (value, rest []byte, more bool) {
	if len(l.Separator) > 1 {
		return bytes.Cut(line, []byte(l.Separator))
	}
	if n := bytes.IndexByte(line, l.separator); n >= 0 {
		return line[:n], line[n+1:], true
	}
	return line, nil, false
}

// value adds the fields of a column's value, which is set.
func (d *decoder) value(c *column, value []byte, escaped bool) {
	l := d.layout
	if !c.elements {
		if string(value) == l.Empty {
			value = value[:0]
		}
		d.add(c, value, escaped)
		return
	}
	if string(value) == l.Empty {
		d.fields = append(d.fields, event.Field{Name: c.name, Kind: event.EmptyList, Data: value[:0]})
		return
	}
	for more := true; more; {
		element := value
		if l.SetSeparator == "" {
			more = false
		} else {
			element, value, more = bytes.Cut(value, []byte(l.SetSeparator))
		}
		switch string(element) {
		case l.Unset:
			d.fields = append(d.fields, event.Field{Name: c.name, Kind: event.Null})
		case l.Empty:
			d.add(c, element[:0], false)
		default:
			d.add(c, element, escaped)
		}
	}
}

// add adds one value as a field.
func (d *decoder) add(c *column, value []byte, escaped bool) {
	f := event.Field{Name: c.name, Kind: event.Text, Data: value}
	switch {
	case c.class == number && isNumber(value):
		f.Kind = event.Number
	case c.class == boolean && string(value) == "T":
		f.Kind, f.Data = event.True, d.yes
	case c.class == boolean && string(value) == "F":
		f.Kind, f.Data = event.False, d.no
	case escaped && bytes.IndexByte(value, '\\') >= 0:
		from := len(d.scratch)
		d.scratch = unescape(d.scratch, value)
		f.Data = d.scratch[from:]
	}
	d.fields = append(d.fields, f)
}

// isNumber says whether a value begins and goes on as a number does.
func isNumber(b []byte) bool {
	if len(b) > 1 && b[0] == '-' {
		b = b[1:]
	}
	if len(b) == 0 || b[0]-'0' >= 10 {
		return false
	}
	for _, c := range b {
		if c-'0' >= 10 && c != '.' && c != 'e' && c != '-' && c != '+' {
			return false
		}
	}
	return true
}

// seconds reads seconds since 1970 with up to nine decimals.
func seconds(b []byte) (time.Time, bool) {
	whole, nanos, scale := int64(0), int64(0), int64(-1)
	for i, c := range b {
		switch {
		case c == '.' && scale < 0 && i > 0:
			scale = 1e9
		case c-'0' >= 10 || i > 20:
			return time.Time{}, false
		case scale < 0:
			whole = whole*10 + int64(c-'0')
		default:
			scale /= 10
			nanos += int64(c-'0') * scale
		}
		if whole > maxSeconds {
			return time.Time{}, false
		}
	}
	return time.Unix(whole, nanos).UTC(), len(b) > 0
}

// maxSeconds is the end of the year 9999.
const maxSeconds = 253402300799

package csvlog

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
)

var (
	errColumns  = errors.New("the row has not as many cells as there are columns")
	errUnclosed = errors.New("quotes are not closed")
)

// decoder turns blocks of rows into events.
type decoder struct {
	names   *event.Names
	message event.Name
	rows    parse.Decoder // of the objects that rows are made
	layout  *layout
	head    []byte // the header lines that layout is from
	cells   Cells
	object  []byte // a row as JSON
	inner   parse.Block
	event   event.Event
}

// layout is a table made ready for decoding.
type layout struct {
	table
	kind                            kind
	keys                            [][]byte // `"name":`, of each column
	apart                           [][]byte // the same, beside an AuditData that is taken apart
	audit                           int      // the column AuditData, -1 if there is none
	time, host, provider, code, log event.Name
}

// columnOf returns the name of the first of the columns that is there, else a
// name that no field has.
func columnOf(t *table, columns []string, names *event.Names) event.Name {
	if i := t.firstOf(columns); i >= 0 {
		return names.Intern(t.columns[i])
	}
	return event.MaxNames
}

func newLayout(t *table, names *event.Names) *layout {
	k := t.kind()
	l := &layout{table: *t, kind: k, audit: t.index("AuditData")}
	l.time, l.host = columnOf(t, k.time, names), columnOf(t, k.host, names)
	l.provider, l.code, l.log = columnOf(t, k.provider, names), columnOf(t, k.code, names), columnOf(t, k.channel, names)
	for i, name := range t.columns {
		if name == "" {
			name = fmt.Sprintf("column%d", i+1)
		}
		l.keys = append(l.keys, append(event.AppendJSONString(nil, []byte(name)), ':'))
		l.apart = append(l.apart, append(event.AppendJSONString(nil, []byte("export."+name)), ':'))
	}
	return l
}

func newDecoder(names *event.Names) *decoder {
	return &decoder{names: names, message: names.Intern("message"), rows: jsonl.Format{}.NewDecoder(names)}
}

// Decode implements [parse.Decoder].
func (d *decoder) Decode(b *parse.Block, yield func(*event.Event) bool, report func(parse.Problem)) {
	for _, p := range b.Problems {
		report(p)
	}
	data, at, line := b.Data, 0, b.Record
	if b.Head == nil {
		var t *table
		if t, at = readTable(data); t != nil {
			d.layout, d.head = newLayout(t, d.names), nil
		}
		line += int64(bytes.Count(data[:at], []byte{'\n'}))
	} else if d.layout == nil || !bytes.Equal(d.head, b.Head) {
		t, _ := readTable(b.Head)
		d.layout, d.head = newLayout(t, d.names), b.Head
	}
	for at < len(data) {
		start, first := at, line
		record, err := d.cut(data, at)
		at += len(record)
		line += int64(bytes.Count(record, []byte{'\n'}))
		raw := TrimEnd(record)
		if len(raw) == 0 {
			continue
		}
		place := event.Event{Raw: raw, Record: first, Line: first, Offset: b.Offset + int64(start), Source: b.Source}
		if err == nil {
			err = d.fill(raw)
		}
		if err != nil {
			report(parse.Problem{Path: b.Source.Path, Offset: place.Offset, Length: int64(len(raw)), Record: first, Err: err})
		}
		if !d.row(&place, err == nil, yield) {
			return
		}
	}
}

// cut returns the row at a place with its line end; if its quotes are never
// closed, the line alone, with an error.
func (d *decoder) cut(data []byte, at int) ([]byte, error) {
	end, _ := RecordEnd(data, at, d.layout.delimiter)
	if bytes.IndexByte(data[at:end], '"') < 0 || Closed(data, at, d.layout.delimiter) {
		return data[at:end], nil
	}
	return data[at:lineEnd(data, at)], errUnclosed
}

// fill makes an object of a row.
func (d *decoder) fill(raw []byte) error {
	l := d.layout
	cells := d.cells.Split(raw, l.delimiter)
	if len(cells) != len(l.columns) {
		return fmt.Errorf("%w: %d for %d", errColumns, len(cells), len(l.columns))
	}
	keys := l.keys
	if l.audit >= 0 && len(cells[l.audit]) > 0 && cells[l.audit][0] == '{' && json.Valid(cells[l.audit]) {
		keys = l.apart
	}
	d.object = append(d.object[:0], '{')
	for i, cell := range cells {
		key := keys[i]
		if i == l.audit {
			key = l.keys[i]
		}
		d.object = append(append(d.object, key...), '"')
		d.object = appendBody(d.object, cell)
		d.object = append(d.object, '"', ',')
	}
	d.object[len(d.object)-1] = '}'
	return nil
}

// appendBody appends text as the body of a JSON string and leaves bytes that
// are not UTF-8 as they are, which package jsonl does too.
func appendBody(dst, text []byte) []byte {
	const digits = "0123456789abcdef"
	from := 0
	for i, c := range text {
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		dst = append(dst, text[from:i]...)
		from = i + 1
		switch c {
		case '"', '\\':
			dst = append(dst, '\\', c)
		default:
			dst = append(dst, '\\', 'u', '0', '0', digits[c>>4], digits[c&15])
		}
	}
	return append(dst, text[from:]...)
}

// row yields the event of a row; of one that is not well-formed, its text.
func (d *decoder) row(place *event.Event, good bool, yield func(*event.Event) bool) (goOn bool) {
	put := func(e *event.Event) bool {
		e.Raw, e.Record, e.Line, e.Offset, e.Source = place.Raw, place.Record, place.Line, place.Offset, place.Source
		return yield(e)
	}
	if !good {
		e := &d.event
		e.Reset()
		e.Schema, e.Dataset = parse.Unparsed, parse.Unknown
		e.Fields = append(e.Fields, event.Field{Name: d.message, Kind: event.Text, Data: place.Raw})
		return put(e)
	}
	goOn = true
	d.inner.Data, d.inner.Source = d.object, place.Source
	d.rows.Decode(&d.inner, func(e *event.Event) bool {
		d.describe(e)
		goOn = put(e)
		return false
	}, func(parse.Problem) {})
	return goOn
}

// describe fills what the event says about itself, as far as package jsonl
// does not know it.
func (d *decoder) describe(e *event.Event) {
	l := d.layout
	switch {
	case e.Schema == "json" || l.kind.own:
		e.Schema, e.Dataset = l.kind.schema, l.kind.dataset
		e.Host, e.Provider = valueOf(e, l.host), valueOf(e, l.provider)
		e.Code, e.Channel = valueOf(e, l.code), valueOf(e, l.log)
		d.time(e)
	case e.Time.IsZero():
		d.time(e)
	}
}

// valueOf returns the first field of a name, Absent if it is empty.
func valueOf(e *event.Event, name event.Name) event.Field {
	if f, ok := e.First(name); ok && len(f.Data) > 0 {
		return f
	}
	return event.Field{}
}

// time reads the row's time from the column that holds it.
func (d *decoder) time(e *event.Event) {
	l := d.layout
	t, zoned, ok := When(valueOf(e, l.time).Text())
	if !ok {
		return
	}
	e.Time, e.Assumed = t, 0
	if !zoned && !l.kind.utc {
		e.Assumed = event.AssumedZone
	}
}

package w3c

import (
	"bytes"
	"errors"
	"fmt"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
	"github.com/dwell-project/dwell/parse/csvlog"
)

// ErrNoFields reports a record with no "#Fields:" line above it.
var ErrNoFields = errors.New("no #Fields line names the columns of this record")

var errColumns = errors.New("the record has not as many values as #Fields has names")

// decoder turns blocks of W3C text into events.
type decoder struct {
	names   *event.Names
	message event.Name
	header  header
	layout  *layout // of header; nil until a record needs it
	head    []byte  // the block header that header was read from
	fresh   bool    // header is what head says

	cells   csvlog.Cells
	event   event.Event
	fields  []event.Field
	scratch []byte
	day     [10]byte // the last date, and its first second
	dayAt   int64
}

func newDecoder(names *event.Names) *decoder {
	return &decoder{names: names, message: names.Intern("message")}
}

// Decode implements [parse.Decoder].
func (d *decoder) Decode(b *parse.Block, yield func(*event.Event) bool, report func(parse.Problem)) {
	for _, p := range b.Problems {
		report(p)
	}
	d.begin(b.Head)
	line := b.Record
	for at := 0; at < len(b.Data); {
		start, first := at, line
		record := cutRecord(b.Data, at, d.separator())
		at += len(record)
		line += int64(bytes.Count(record, []byte{'\n'}))
		raw := csvlog.TrimEnd(record)
		if blocks.IsHeader(raw) {
			d.header.add(raw)
			d.layout, d.fresh = nil, false
			continue
		}
		if len(raw) == 0 || d.repeatsNames(raw, b.Data[at:]) {
			continue
		}
		e := &d.event
		e.Reset()
		e.Raw, e.Record, e.Line, e.Offset, e.Source = raw, first, first, b.Offset+int64(start), b.Source
		if err := d.record(raw); err != nil {
			report(parse.Problem{
				Path: b.Source.Path, Offset: e.Offset, Length: int64(len(raw)), Record: first, Err: err,
			})
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
	if d.fresh && bytes.Equal(d.head, head) {
		return
	}
	d.header, d.layout, d.head, d.fresh = header{}, nil, head, true
	for line := range bytes.Lines(head) {
		d.header.add(line)
	}
}

// separator returns what separates cells under the header in force.
func (d *decoder) separator() byte {
	if d.layout != nil {
		return d.layout.separator
	}
	_, separator := d.header.names()
	return separator
}

// repeatsNames says whether a line is no record but the names of the columns,
// as Exchange writes them above the header and again after it.
func (d *decoder) repeatsNames(raw, after []byte) bool {
	if d.header.fields == "" {
		return blocks.IsHeader(after) && looksLikeNames(raw)
	}
	if d.layout == nil {
		d.layout = newLayout(&d.header, d.names)
	}
	return len(d.layout.columns) > 1 && bytes.Equal(raw, d.layout.line)
}

// looksLikeNames says whether a line is names with commas between them.
func looksLikeNames(line []byte) bool {
	for _, c := range line {
		letter := (c|0x20)-'a' < 26
		if !letter && (c-'0' > 9) && !bytes.ContainsRune([]byte(",-_.:() "), rune(c)) {
			return false
		}
	}
	return len(line) > 0 && (line[0]|0x20)-'a' < 26 && bytes.IndexByte(line, ',') > 0
}

// record fills the event from one record.
func (d *decoder) record(raw []byte) error {
	if d.header.fields == "" {
		return ErrNoFields
	}
	l, e := d.layout, &d.event
	cells := d.split(raw)
	if len(cells) != len(l.columns) && !(len(cells) == len(l.columns)+1 && len(cells[len(l.columns)]) == 0) {
		return fmt.Errorf("%w: %d for %d", errColumns, len(cells), len(l.columns))
	}
	d.fields, d.scratch = d.fields[:0], d.scratch[:0]
	for i := range l.columns {
		c, value := &l.columns[i], cells[i]
		if len(value) == 0 || len(value) == 1 && value[0] == '-' {
			continue
		}
		f := event.Field{Name: c.name, Kind: event.Text, Data: value}
		switch {
		case c.number && isNumber(value):
			f.Kind = event.Number
		case c.agent:
			f.Data = d.unplus(value)
		}
		switch i {
		case l.hostAt:
			e.Host = f
		case l.codeAt:
			e.Code = f
		}
		d.fields = append(d.fields, f)
	}
	d.describe(cells)
	return nil
}

// describe fills what the event says about itself.
func (d *decoder) describe(cells [][]byte) {
	l, e := d.layout, &d.event
	if l.uri != 0 {
		d.joinURI(cells)
	}
	e.Fields = d.fields
	e.Schema, e.Dataset = "w3c", l.dataset
	e.Channel = event.Field{Kind: event.Text, Data: l.channel}
	if len(l.software) > 0 {
		e.Provider = event.Field{Kind: event.Text, Data: l.software}
	}
	switch {
	case l.momentAt >= 0:
		moment := cells[l.momentAt]
		e.Time, _ = parse.When(moment)
		if !hasZone(moment) {
			e.Assumed |= event.AssumedZone
		}
	case l.timeAt >= 0:
		date := l.date
		if l.dateAt >= 0 {
			date = cells[l.dateAt]
		}
		e.Time = d.when(date, cells[l.timeAt])
		if l.local {
			e.Assumed |= event.AssumedZone
		}
	}
}

// split returns the cells of a record.
func (d *decoder) split(raw []byte) [][]byte {
	l := d.layout
	separator := l.separator
	// CloudFront names its columns with blanks between and its values with tabs.
	if separator == ' ' && bytes.IndexByte(raw, '\t') >= 0 && bytes.Count(raw, []byte{'\t'}) == len(l.columns)-1 {
		separator = '\t'
	}
	if l.quoted {
		return d.cells.Split(raw, separator)
	}
	return d.cells.Bare(raw, separator)
}

// unplus returns a user agent with its blanks, which IIS writes as "+".
func (d *decoder) unplus(value []byte) []byte {
	if bytes.IndexByte(value, '+') < 0 {
		return value
	}
	from := len(d.scratch)
	d.scratch = append(d.scratch, value...)
	spaced := d.scratch[from:]
	for i, c := range value {
		if c == '+' && (i == 0 || value[i-1] != '+') {
			spaced[i] = ' '
		}
	}
	return spaced
}

// joinURI adds cs-uri, the stem and the query.
func (d *decoder) joinURI(cells [][]byte) {
	l := d.layout
	uri, query := cells[l.stemAt], []byte(nil)
	if len(uri) == 0 || string(uri) == "-" {
		return
	}
	if l.queryAt >= 0 {
		query = cells[l.queryAt]
	}
	if len(query) > 0 && string(query) != "-" {
		from := len(d.scratch)
		d.scratch = append(d.scratch, uri...)
		if query[0] != '?' { // HttpProxy has it
			d.scratch = append(d.scratch, '?')
		}
		d.scratch = append(d.scratch, query...)
		uri = d.scratch[from:]
	}
	d.fields = append(d.fields, event.Field{Name: l.uri, Kind: event.Text, Data: uri})
}

// when reads a date and a time of day; most records are of the same day as the
// one before.
func (d *decoder) when(date, clock []byte) time.Time {
	if len(date) != len(d.day) || len(clock) < len("15:04:05") || clock[2] != ':' || clock[5] != ':' {
		return time.Time{}
	}
	if !bytes.Equal(date, d.day[:]) {
		t, ok := parse.When(append(append(make([]byte, 0, 24), date...), " 00:00:00"...))
		if !ok {
			return time.Time{}
		}
		d.dayAt = t.Unix()
		copy(d.day[:], date)
	}
	hour, minute, second := two(clock), two(clock[3:]), two(clock[6:])
	if hour > 23 || minute > 59 || second > 60 {
		return time.Time{}
	}
	return time.Unix(d.dayAt+int64(hour)*3600+int64(minute)*60+int64(second), 0).UTC()
}

// two reads two digits; 100 or more if they are none.
func two(b []byte) int {
	high, low := b[0]-'0', b[1]-'0'
	if high > 9 || low > 9 {
		return 100
	}
	return int(high)*10 + int(low)
}

// hasZone says whether a date and time ends with a zone.
func hasZone(b []byte) bool {
	if len(b) < 19 {
		return false
	}
	return bytes.ContainsAny(b[19:], "Zz+-")
}

func isNumber(b []byte) bool {
	if len(b) > 18 || len(b) > 1 && b[0] == '0' {
		return false
	}
	for _, c := range b {
		if c-'0' > 9 {
			return false
		}
	}
	return true
}

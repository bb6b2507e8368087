package lines

import (
	"bytes"
	"errors"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
	"github.com/dwell-project/dwell/parse/winxml"
)

// ErrNotTaken reports a record that no parser knows.
var ErrNotTaken = errors.New("no parser knows the record")

// decoder turns blocks of text into events.
type decoder struct {
	set   *Set
	names *event.Names
	zone  *time.Location
	tables
	json, xml parse.Decoder
	matcher   matcher
	sieve     sieve // of the text that is asked about

	last                     *Parser // that took the last record
	envelope                 envelope
	fields                   []event.Field
	scratch                  []byte // values that do not stand in the record
	key                      []byte
	nested                   parse.Decoder // of JSON in JSON
	innerText                []byte        // the line that a JSON object carries
	carried                  bool          // whether the last event is of such a line
	bodies                   []event.Name
	journalTime, journalHost event.Name

	block  *parse.Block
	event  event.Event
	yield  func(*event.Event) bool
	report func(parse.Problem)
}

func newDecoder(set *Set, names *event.Names, zone *time.Location) *decoder {
	d := &decoder{set: set, names: names, zone: zone, tables: newTables(set, names)}
	d.journalTime, d.journalHost = names.Intern("__REALTIME_TIMESTAMP"), names.Intern("_HOSTNAME")
	for _, name := range bodies() {
		d.bodies = append(d.bodies, names.Intern(name))
	}
	return d
}

// Decode implements [parse.Decoder].
func (d *decoder) Decode(b *parse.Block, yield func(*event.Event) bool, report func(parse.Problem)) {
	for _, p := range b.Problems {
		report(p)
	}
	d.block, d.yield, d.report, d.last = b, yield, report, nil
	starts := d.sourceStarts(b.Head)
	line := b.Record
	for i := 0; i < len(b.Data); {
		end := starts.end(b.Data, i, d.known)
		raw := bytes.TrimRight(b.Data[i:end], "\r\n")
		if blankRun(raw) < len(raw) && !d.record(raw, i, line) {
			return
		}
		line += int64(bytes.Count(b.Data[i:end], []byte{'\n'}))
		i = end
	}
}

// record yields one record; false means that no more are wanted.
func (d *decoder) record(raw []byte, at int, line int64) bool {
	d.event.Reset()
	d.fields, d.scratch = d.fields[:0], d.scratch[:0]
	e := &d.event
	e.Raw, e.Record, e.Line, e.Offset, e.Source = raw, line, line, d.block.Offset+int64(at), d.block.Source
	if raw[0] == '{' || bytes.HasPrefix(raw, []byte("<Event")) {
		return d.other(raw)
	}
	d.open(raw)
	d.sieve.ready, d.carried = false, false
	if d.envelope.found && looksJSON(d.envelope.body) {
		if goOn, ok := d.jsonBody(); ok {
			return goOn
		}
	}
	if !d.take(raw) {
		d.unparsed(raw)
	}
	e.Fields = d.fields
	return d.yield(e)
}

// other gives a record to the decoder of its format.
func (d *decoder) other(raw []byte) bool {
	d.last, d.carried = nil, false
	goOn := true
	b := &parse.Block{Data: raw, Offset: d.event.Offset, Record: d.event.Record, Source: d.event.Source}
	d.decoderFor(raw).Decode(b, func(e *event.Event) bool {
		if d.carried = d.inner(e); d.carried {
			e = &d.event
		}
		goOn = d.yield(e)
		return goOn
	}, d.report)
	return goOn
}

func (d *decoder) decoderFor(raw []byte) parse.Decoder {
	if raw[0] != '{' {
		if d.xml == nil {
			d.xml = winxml.Format{}.NewDecoder(d.names)
		}
		return d.xml
	}
	if d.json == nil {
		d.json = jsonl.Format{}.NewDecoder(d.names)
	}
	return d.json
}

func looksJSON(body []byte) bool {
	body = bytes.TrimPrefix(body, []byte("@cee: "))
	return len(body) > 1 && body[0] == '{' && body[len(body)-1] == '}'
}

// jsonBody reads a body that is one JSON object, with the header's fields after
// its own.
func (d *decoder) jsonBody() (goOn, ok bool) {
	body := d.envelope.body
	body = bytes.TrimPrefix(body, []byte("@cee: "))
	b := &parse.Block{Data: body, Record: d.event.Record, Source: d.event.Source}
	d.decoderFor(body).Decode(b, func(e *event.Event) bool {
		if ok || e.Schema == parse.Unparsed || len(e.Raw) != len(body) {
			return false
		}
		ok = true
		e.Raw, e.Record, e.Line, e.Offset = d.event.Raw, d.event.Record, d.event.Line, d.event.Offset
		d.header()
		if e.Host.Kind == event.Absent {
			e.Host = d.field(d.hostname)
		}
		if e.Time.IsZero() {
			e.Time = d.headerTime()
		}
		e.Fields = append(e.Fields, d.fields...)
		goOn = d.yield(e)
		return false
	}, func(parse.Problem) {})
	d.fields = d.fields[:0]
	return goOn, ok
}

// unparsed makes the event of a record that nobody knows.
func (d *decoder) unparsed(raw []byte) {
	e := &d.event
	d.last = nil
	e.Schema, e.Dataset = parse.Unparsed, parse.Unknown
	d.fields = append(d.fields[:0], event.Field{Name: d.message, Kind: event.Text, Data: raw})
	e.Time = d.headerTime()
	d.report(parse.Problem{Path: e.Source.Path, Offset: e.Offset, Length: int64(len(raw)), Record: e.Record, Err: ErrNotTaken})
}

// header adds the fields of the envelope.
func (d *decoder) header() {
	v := &d.envelope
	d.addHeader(d.timestamp, v.stamp, event.Text)
	d.addHeader(d.hostname, v.host, event.Text)
	d.addHeader(d.program, v.program, event.Text)
	d.addHeader(d.pid, v.pid, kindOf("int", v.pid))
	d.addHeader(d.priority, v.priority, event.Number)
	d.addHeader(d.msgid, v.msgid, event.Text)
	d.addHeader(d.level, v.level, event.Text)
	d.addHeader(d.repeated, v.repeated, event.Number)
}

func (d *decoder) addHeader(n event.Name, value []byte, kind event.Kind) {
	if len(value) == 0 || len(value) == 1 && value[0] == '-' {
		return
	}
	if kind == event.Number && !plainNumber(value) {
		kind = event.Text
	}
	d.fields = append(d.fields, event.Field{Name: n, Kind: kind, Data: value})
}

// field returns the first field of a name, Absent if there is none or it says
// nothing.
func (d *decoder) field(n event.Name) event.Field {
	for _, f := range d.fields {
		if f.Name == n && f.Kind >= event.Text && len(f.Data) > 0 {
			return f
		}
	}
	return event.Field{}
}

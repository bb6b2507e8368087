package lines

import (
	"bytes"
	"strings"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// bodies are the names under which collectors keep the line that they carry in
// a JSON object: container runtimes (log), Beats and Fluentd (message), the
// journal (MESSAGE), Logstash (event.original), Splunk (_raw, result._raw).
func bodies() []string {
	return []string{"event.original", "_raw", "result._raw", "log", "message", "MESSAGE"}
}

// maxBody is the longest line in an envelope that is looked at, in bytes.
const maxBody = 1 << 20

// inner reads the line that a JSON object carries, if the object is otherwise of
// no known shape and a parser knows the line. The event then is that of the
// line, with the object's other fields after its own.
func (d *decoder) inner(outer *event.Event) bool {
	if outer.Schema != "json" && outer.Schema != "ecs" {
		return false
	}
	at := d.bodyOf(outer)
	if at < 0 {
		return false
	}
	d.innerText = bytes.TrimRight(outer.Fields[at].AppendText(d.innerText[:0]), "\r\n")
	if len(d.innerText) == 0 {
		return false
	}
	if looksJSON(d.innerText) {
		return d.innerJSON(outer, at)
	}
	if !d.innerLine(outer) {
		return false
	}
	d.carry(&d.event, d.fields, outer, at)
	return true
}

// bodyOf returns which field of an object is the line, -1 if none is, or if the
// collector has read the line itself.
func (d *decoder) bodyOf(outer *event.Event) int {
	found, rank := -1, len(d.bodies)
	for i, f := range outer.Fields {
		for r, n := range d.bodies {
			if f.Name == n && r < rank && (f.Kind == event.Text || f.Kind == event.TextJSON) && len(f.Data) <= maxBody {
				found, rank = i, r
			}
		}
		if found < 0 && outer.Schema == "json" {
			continue
		}
		if name := d.names.Text(f.Name); outer.Schema == "ecs" && isRead(name) {
			return -1
		}
	}
	return found
}

// isRead says whether a name shows that a collector has taken the line apart.
func isRead(name string) bool {
	for _, p := range []string{"source.", "destination.", "user.", "process.", "winlog.", "event.action", "event.code", "url."} {
		if strings.HasPrefix(name, p) {
			return true
		}
	}
	return false
}

// innerLine reads a line of text with the parsers; false means that none knows
// it.
func (d *decoder) innerLine(outer *event.Event) bool {
	last := d.last
	d.place(outer)
	d.fields, d.scratch, d.last, d.sieve.ready = d.fields[:0], d.scratch[:0], nil, false
	d.open(d.innerText)
	known := d.take(d.innerText) && d.last != nil && !d.last.General && (d.last != d.set.syslog || len(d.envelope.stamp) > 0)
	d.last = last
	return known
}

// place makes the event of a line stand where the object stands.
func (d *decoder) place(outer *event.Event) {
	d.event.Reset()
	e := &d.event
	e.Raw, e.Record, e.Line, e.Offset, e.Source = outer.Raw, outer.Record, outer.Line, outer.Offset, outer.Source
}

// carry gives an event the fields of the object around its line, and what only
// the object says of time and host.
func (d *decoder) carry(e *event.Event, own []event.Field, outer *event.Event, body int) {
	for i, f := range outer.Fields {
		if i != body {
			own = append(own, f)
		}
	}
	e.Fields = own
	if e.Time.IsZero() {
		e.Time, e.Assumed = outer.Time, outer.Assumed
	}
	if e.Host.Kind == event.Absent {
		e.Host = outer.Host
	}
	for _, f := range outer.Fields { // the journal's own names
		switch {
		case f.Name == d.journalTime && e.Time.IsZero():
			if s, ok := readLayout("epoch_us", f.Data); ok {
				e.Time = s.time
			}
		case f.Name == d.journalHost && e.Host.Kind == event.Absent:
			e.Host = f
		}
	}
}

// innerJSON reads a line that is a JSON object itself, of a known shape, into
// d.event.
func (d *decoder) innerJSON(outer *event.Event, body int) (ok bool) {
	if d.nested == nil {
		d.nested = jsonl.Format{}.NewDecoder(d.names)
	}
	b := &parse.Block{Data: d.innerText, Record: outer.Record, Source: outer.Source}
	d.nested.Decode(b, func(e *event.Event) bool {
		if e.Schema == parse.Unparsed || e.Schema == "json" || len(e.Raw) != len(d.innerText) {
			return false
		}
		ok = true
		d.event.Reset()
		fields := d.event.Fields
		d.event = *e
		d.event.Raw, d.event.Record, d.event.Line, d.event.Offset = outer.Raw, outer.Record, outer.Line, outer.Offset
		d.carry(&d.event, append(fields, e.Fields...), outer, body)
		return false
	}, func(parse.Problem) {})
	return ok
}

// mayCarry says whether text may have objects with lines in them.
func mayCarry(head []byte) bool {
	for _, name := range []string{`"original":`, `_raw":`, `"log":`, `"message":`, `"MESSAGE":`} {
		if bytes.Contains(head, []byte(name)) {
			return true
		}
	}
	return false
}

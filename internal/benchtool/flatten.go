package main

import (
	"bufio"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// flattener turns EVTX records into flat JSON lines whose fields are called as
// rules call them, with the log source in each: what the peer reads best.
type flattener struct {
	names  *event.Names
	tables *taxonomy.Tables
	views  map[taxonomy.Origin]taxonomy.View
	keys   map[taxonomy.Origin]map[event.Name]string
	line   []byte
	values []flatValue
	out    *bufio.Writer
	events int
	err    error
}

// flatValue is a field under its flat name.
type flatValue struct {
	key   string
	field event.Field
}

func newFlattener(w io.Writer) (*flattener, error) {
	tables, err := taxonomy.Load()
	if err != nil {
		return nil, err
	}
	return &flattener{
		names: event.NewNames(), tables: tables, out: bufio.NewWriterSize(w, 1<<18),
		views: map[taxonomy.Origin]taxonomy.View{}, keys: map[taxonomy.Origin]map[event.Name]string{},
	}, nil
}

// flattenEVTX reads an EVTX file and writes its records to w. It returns how
// many there were.
func flattenEVTX(r io.Reader, w io.Writer) (int, error) {
	f, err := newFlattener(w)
	if err != nil {
		return 0, err
	}
	var format evtx.Format
	split, decoder := format.Split(r, &event.Source{}), format.NewDecoder(f.names)
	for block := new(parse.Block); ; {
		if err := split.Next(block); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return f.events, err
		}
		decoder.Decode(block, f.add, func(p parse.Problem) { f.err = errors.Join(f.err, p) })
	}
	return f.events, errors.Join(f.err, f.out.Flush())
}

// add writes one record; false ends the reading.
func (f *flattener) add(e *event.Event) bool {
	o := taxonomy.Origin{Schema: e.Schema, Channel: e.Channel.Text(), Provider: e.Provider.Text(), Code: e.Code.Text()}
	view, ok := f.views[o]
	if !ok {
		view = f.tables.View(o)
		f.views[o], f.keys[o] = view, map[event.Name]string{}
	}
	f.collect(e, view, f.keys[o])
	f.line = append(f.line[:0], '{')
	f.member("product", f.attribute(view.Products))
	f.member("service", f.attribute(view.Services))
	f.member("category", f.attribute(view.Categories))
	f.member("Channel", o.Channel)
	f.member("Computer", e.Host.Text())
	f.member("Provider_Name", o.Provider)
	f.member("@timestamp", e.Time.Format(time.RFC3339Nano))
	f.line = append(append(append(f.line, `"EventID":`...), o.Code...), ',')
	for i := range f.values {
		f.fieldMember(i)
	}
	f.line = append(f.line[:len(f.line)-1], "}\n"...)
	f.events++
	_, err := f.out.Write(f.line)
	f.err = errors.Join(f.err, err)
	return err == nil
}

// collect fills f.values with what is not in the header of the event.
func (f *flattener) collect(e *event.Event, view taxonomy.View, keys map[event.Name]string) {
	f.values = f.values[:0]
	for _, field := range e.Fields {
		key, ok := keys[field.Name]
		if !ok {
			key = flatName(f.names.Text(field.Name), view)
			keys[field.Name] = key
		}
		if key != "" && field.Kind >= event.Text {
			f.values = append(f.values, flatValue{key, field})
		}
	}
}

// flatName is what rules call a field; empty for those of the header, which
// are written from the event itself or not at all, and for names taken there.
func flatName(native string, view taxonomy.View) string {
	if strings.HasPrefix(native, "System.") {
		return ""
	}
	name := native
	for _, target := range view.Sigma(native) {
		if !strings.Contains(target.Field, ".") {
			name = target.Field
			break
		}
	}
	switch name {
	case "product", "service", "category", "Channel", "Computer", "Provider_Name", "EventID", "@timestamp":
		return native
	}
	return name
}

// attribute is the narrowest log source name that the event has: one that asks
// something of the event, else the last, since the tables go from wide to
// narrow.
func (f *flattener) attribute(attrs []taxonomy.Attribute) string {
	best := ""
	for _, a := range attrs {
		if a.Conditions == nil {
			best = a.Name
		}
	}
	for _, a := range attrs {
		for _, c := range a.Conditions {
			if f.holds(f.tables.Conditions()[c]) {
				return a.Name
			}
		}
	}
	return best
}

// holds evaluates the conditions that log source tables are written in.
func (f *flattener) holds(x sigma.Expr) bool {
	switch x := x.(type) {
	case sigma.And:
		for _, y := range x {
			if !f.holds(y) {
				return false
			}
		}
		return true
	case sigma.Or:
		return slices.ContainsFunc(x, f.holds)
	case *sigma.Predicate:
		for _, v := range f.values {
			if v.key == x.Field && (x.Op == sigma.Exists || strings.EqualFold(v.field.Text(), x.Text)) {
				return true
			}
		}
		return false
	default:
		f.err = errors.Join(f.err, fmt.Errorf("evaluating a log source table: %T is not known here", x))
		return false
	}
}

// fieldMember appends the field with all later ones of its name as one member,
// unless an earlier one did.
func (f *flattener) fieldMember(at int) {
	key, n := f.values[at].key, 0
	for i, v := range f.values {
		if v.key == key {
			if i < at {
				return
			}
			n++
		}
	}
	f.line = append(appendString(f.line, key), ':')
	if n > 1 {
		f.line = append(f.line, '[')
	}
	for _, v := range f.values[at:] {
		if v.key == key {
			f.line = append(appendValue(f.line, v.field), ',')
		}
	}
	if n > 1 {
		f.line = append(f.line[:len(f.line)-1], "],"...)
	}
}

func (f *flattener) member(key, value string) {
	if value != "" {
		f.line = append(appendString(append(appendString(f.line, key), ':'), value), ',')
	}
}

// appendValue writes integers as numbers and everything else as text.
func appendValue(dst []byte, f event.Field) []byte {
	if f.Kind >= event.Int8 && f.Kind <= event.Uint64 {
		return f.AppendText(dst)
	}
	return appendString(dst, f.Text())
}

// appendString writes a JSON string (RFC 8259 section 7); what is not UTF-8
// becomes U+FFFD.
func appendString(dst []byte, s string) []byte {
	const digits = "0123456789abcdef"
	dst = append(dst, '"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			dst = append(dst, '\\', byte(r))
		case r < ' ':
			dst = append(append(dst, `\u00`...), digits[r>>4], digits[r&15])
		default:
			dst = utf8.AppendRune(dst, r)
		}
	}
	return append(dst, '"')
}

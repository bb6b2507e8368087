package jsonl

import (
	"bytes"
	"fmt"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/winxml"
)

// decoder turns blocks of JSON text into events.
type decoder struct {
	tree    *scanner // knows Windows events written as a tree
	plain   *scanner // takes every object as it stands
	xml     parse.Decoder
	message event.Name
	data    event.Name // of a Data element and its Name, as they stand
	naming  event.Name
	name    []byte

	shapes   shapes
	network  *network
	known    *known
	datasets map[string]string
	inner    *scanner // reads records within texts
	text     []byte   // such a text
	within   *scanner // reads values within texts
	// xmlWithin reads Windows events within texts.
	xmlWithin parse.Decoder
	texts     []byte         // such texts
	element   []byte         // the name of an element
	elements  int            // names made for elements
	pending   []pendingValue // of an element
	wrapped   bool           // the block has records in an envelope
	opening   []byte         // how a record began that is in no envelope

	block  *parse.Block
	line   int64 // of the next byte
	event  event.Event
	yield  func(*event.Event) bool
	report func(parse.Problem)
}

func newDecoder(names *event.Names) *decoder {
	roles := roleTable()
	d := &decoder{
		tree:     newScanner(names, roles, false),
		plain:    newScanner(names, roles, true),
		message:  names.Intern("message"),
		data:     names.Intern("EventData.Data"),
		naming:   names.Intern("EventData.Data.Name"),
		name:     []byte("EventData."),
		shapes:   allShapes(),
		network:  newNetwork(names),
		known:    newKnown(names),
		datasets: map[string]string{},
	}
	for _, s := range []*scanner{d.tree, d.plain} {
		s.known, s.network = d.known, d.network
	}
	return d
}

// Decode implements [parse.Decoder].
func (d *decoder) Decode(b *parse.Block, yield func(*event.Event) bool, report func(parse.Problem)) {
	for _, p := range b.Problems {
		report(p)
	}
	d.block, d.line, d.yield, d.report, d.wrapped = b, b.Record, yield, report, len(b.Head) > 0
	data := b.Data
	d.tree.data, d.plain.data = data, data
	for i := d.skip(0); i < len(data); i = d.skip(i) {
		var next int
		if data[i] == '{' {
			if n := d.envelope(i); n > 0 {
				i += n
			}
			next = d.object(i)
		} else {
			next = d.other(i)
		}
		if next < 0 {
			return
		}
		i = next
	}
}

// skip passes over what stands between records: white space, and the brackets
// and commas of an array of records.
func (d *decoder) skip(i int) int {
	data := d.block.Data
	start := i
	for i < len(data) {
		switch data[i] {
		case '{':
			return i
		case '\n':
			d.line++
			start = i + 1
		case ' ', '\t', '\r':
		case '[', ']', ',':
		default:
			if d.wrapped {
				if n := tail(data[i:]); n > 0 {
					d.line += int64(bytes.Count(data[i:i+n], []byte{'\n'}))
					i += n
					start = i
					continue
				}
			}
			return firstOf(data, start)
		}
		i++
	}
	return i
}

// envelope passes over the beginning of an envelope and returns its length, 0 if
// a record begins at data[i].
func (d *decoder) envelope(i int) int {
	data := d.block.Data[i:]
	if len(d.opening) > 0 && bytes.HasPrefix(data, d.opening) {
		return 0
	}
	n := envelope(data)
	if n == 0 {
		d.opening = append(d.opening[:0], plainOpening(data)...)
	} else {
		d.wrapped = true
		d.line += int64(bytes.Count(d.block.Data[i:i+n], []byte{'\n'}))
	}
	return n
}

// firstOf returns the first place from i that is no white space.
func firstOf(data []byte, i int) int {
	for data[i] == ' ' || data[i] == '\t' || data[i] == '\r' {
		i++
	}
	return i
}

// object yields the record that begins at data[i] and returns the place after
// it, -1 if no more are wanted.
func (d *decoder) object(i int) int {
	s := d.tree
	s.lines = 0
	end := s.object(i)
	if end >= 0 && s.inTree && !isTree(s.seen) {
		s = d.plain
		s.lines = 0
		end = s.object(i)
	}
	if end < 0 {
		return d.broken(i, s.failedAt, s.failure)
	}
	e := &d.event
	e.Reset()
	e.Fields = s.fields
	e.Raw = d.block.Data[i:end]
	e.Record, e.Line, e.Offset, e.Source = d.line, d.line, d.block.Offset+int64(i), d.block.Source
	d.describe(s, e)
	if s.seen.has(dataName) && s == d.tree {
		e.Fields = d.nameData(s.fields)
	}
	if s.deep > 0 {
		d.problem(i, end, errDeep)
	}
	d.line += int64(s.lines)
	if !d.yield(e) {
		return -1
	}
	return end
}

// broken yields the text that begins at data[i] with {, and is no JSON object,
// as an unparsed record. If the fault is on its first line, the record is that
// line. Else it is all lines up to the next one that begins in the same way:
// as far in, with {.
func (d *decoder) broken(i, at int, why string) int {
	data := d.block.Data
	end := lineEnd(data, i)
	if at > end {
		start := bytes.LastIndexByte(data[:i], '\n') + 1
		mark := append([]byte{'\n'}, data[start:i+1]...)
		if len(bytes.TrimLeft(data[start:i], " \t")) > 0 {
			mark = []byte("\n{")
		}
		if n := bytes.Index(data[end:], mark); n >= 0 {
			end += n
		} else {
			end = len(data)
		}
	}
	return d.unparsed(i, end, fmt.Errorf("reading JSON object: offset 0x%x: %s", d.block.Offset+int64(at), why))
}

// other yields the line that begins at data[i] and is no JSON object: as event
// XML if it begins like that.
func (d *decoder) other(i int) int {
	end := lineEnd(d.block.Data, i)
	line := d.block.Data[i:end]
	if !bytes.HasPrefix(line, []byte("<Event")) {
		return d.unparsed(i, end, ErrNotObject)
	}
	if d.xml == nil {
		d.xml = winxml.Format{}.NewDecoder(d.tree.names)
	}
	b := parse.Block{Data: line, Offset: d.block.Offset + int64(i), Record: d.line, Source: d.block.Source}
	d.xml.Decode(&b, func(e *event.Event) bool {
		if !d.yield(e) {
			end = -1
		}
		return end >= 0
	}, d.report)
	return end
}

func (d *decoder) unparsed(i, end int, why error) int {
	raw := bytes.TrimRight(d.block.Data[i:end], " \t\r\n")
	e := &d.event
	e.Reset()
	e.Schema, e.Dataset = parse.Unparsed, parse.Unknown
	e.Fields = append(d.plain.fields[:0], event.Field{Name: d.message, Kind: event.Text, Data: raw})
	e.Raw, e.Record, e.Line, e.Offset, e.Source = raw, d.line, d.line, d.block.Offset+int64(i), d.block.Source
	d.problem(i, i+len(raw), why)
	d.line += int64(bytes.Count(d.block.Data[i:end], []byte{'\n'}))
	if !d.yield(e) {
		return -1
	}
	return end
}

func (d *decoder) problem(i, end int, why error) {
	d.report(parse.Problem{
		Path: d.block.Source.Path, Offset: d.block.Offset + int64(i), Length: int64(end - i), Record: d.line, Err: why,
	})
}

// lineEnd returns the place of the line end at or after i.
func lineEnd(data []byte, i int) int {
	if n := bytes.IndexByte(data[i:], '\n'); n >= 0 {
		return i + n
	}
	return len(data)
}

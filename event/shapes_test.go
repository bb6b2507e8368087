package event_test

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
)

// The shapes that the record was tried on; docs/decisions/0002 speaks of them.
// The parsers here are small and trusting: they show that a record of the shape
// fits into an Event, as a real parser fills it, not how to read hostile input.

// A shape is a way to fill an event from raw bytes and what must come out.
type shape struct {
	name string
	raw  []byte
	fill func(e *event.Event, names *event.Names, raw []byte)
	want []string // name, kind, text
}

const nestedECS = `{"@timestamp":"2025-03-01T10:00:00.123Z","host":{"name":"dc1","ip":["10.0.0.1","fe80::1"],"os":{}},` +
	`"event":{"code":"4688","category":["process","host"],"outcome":null},` +
	`"process":{"pid":4242,"elevated":true,"args":[],"command_line":"cmd.exe /c \"dir\" \u00e9","parent":{"pid":-1,"name":""}}}`

var nestedECSWant = []string{
	"@timestamp text 2025-03-01T10:00:00.123Z", "host.name text dc1",
	"host.ip text 10.0.0.1", "host.ip text fe80::1", "host.os emptyObject ",
	"event.code text 4688", "event.category text process", "event.category text host", "event.outcome null ",
	"process.pid number 4242", "process.elevated true true", "process.args emptyList ",
	`process.command_line escaped cmd.exe /c "dir" é`, "process.parent.pid number -1", "process.parent.name text ",
}

const flatNXLog = `{"EventTime":"2020-05-02 02:55:27","Hostname":"WS5.theshire.local","EventID":10,"Channel":"Microsoft-Windows-Sysmon/Operational",` +
	`"SourceImage":"C:\\windows\\system32\\svchost.exe","GrantedAccess":"0x1000","Message":null,"port":60737,"tags":["mordor","host"]}`

var flatNXLogWant = []string{
	"EventTime text 2020-05-02 02:55:27", "Hostname text WS5.theshire.local", "EventID number 10",
	"Channel text Microsoft-Windows-Sysmon/Operational",
	`SourceImage escaped C:\windows\system32\svchost.exe`, "GrantedAccess text 0x1000", "Message null ",
	"port number 60737", "tags text mordor", "tags text host",
}

// zeekColumns is as wide as the widest Zeek logs with all scripts loaded.
const zeekColumns = 60

// zeekRow returns a row with every fourth column unset, every tenth empty and a
// set of three in column 7.
func zeekRow() (raw []byte, want []string) {
	var cells []string
	for i := range zeekColumns {
		name := fmt.Sprintf("id.column_%02d", i)
		switch {
		case i == 7:
			cells = append(cells, "a,bb,ccc")
			want = append(want, name+" text a", name+" text bb", name+" text ccc")
		case i%4 == 3:
			cells = append(cells, "-")
			want = append(want, name+" null ")
		case i%10 == 0:
			cells = append(cells, "(empty)")
			want = append(want, name+" emptyList ")
		default:
			cells = append(cells, fmt.Sprintf("value%d", i))
			want = append(want, fmt.Sprintf("%s text value%d", name, i))
		}
	}
	return []byte(strings.Join(cells, "\t")), want
}

// evtxPlan is an EVTX template cut to what matters here: names known from the
// template, values one behind another in the record, typed, with their lengths
// before them.
var evtxPlan = []struct {
	name string
	kind event.Kind
}{
	{"EventID", event.Uint16},
	{"EventRecordID", event.Uint64},
	{"UtcTime", event.FileTime},
	{"ProcessGuid", event.GUID},
	{"ProcessId", event.Uint32},
	{"Image", event.TextUTF16},
	{"SubjectUserSid", event.SID},
	{"SubjectLogonId", event.Hex64},
	{"Hash", event.Binary},
	{"Elevated", event.Bool32},
	{"Data", event.TextUTF16}, // a repeated field: the classic <Data> without names
	{"Data", event.TextUTF16},
	{"Reserved", event.Null},
}

func evtxRecord() []byte {
	sid := append([]byte{1, 2, 0, 0, 0, 0, 0, 5}, binary.LittleEndian.AppendUint32(binary.LittleEndian.AppendUint32(nil, 32), 544)...)
	values := [][]byte{
		binary.LittleEndian.AppendUint16(nil, 1),
		binary.LittleEndian.AppendUint64(nil, 1<<40),
		binary.LittleEndian.AppendUint64(nil, 132539328001234567),
		bytes.Repeat([]byte{0xAB}, 16),
		binary.LittleEndian.AppendUint32(nil, 7),
		utf16le("C:\\Windows\\žluťoučký.exe"),
		sid,
		binary.LittleEndian.AppendUint64(nil, 0x3e7),
		{0xDE, 0xAD},
		binary.LittleEndian.AppendUint32(nil, 1),
		utf16le("first"),
		utf16le("𝒮econd"),
		nil,
	}
	var raw []byte
	for _, v := range values {
		raw = append(binary.LittleEndian.AppendUint16(raw, uint16(len(v))), v...)
	}
	return raw
}

var evtxWant = []string{
	"EventID uint16 1", "EventRecordID uint64 1099511627776", "UtcTime filetime 2021-01-01T00:00:00.1234567Z",
	"ProcessGuid guid {abababab-abab-abab-abab-abababababab}", "ProcessId uint32 7",
	"Image utf16 C:\\Windows\\žluťoučký.exe", "SubjectUserSid sid S-1-5-32-544", "SubjectLogonId hex64 0x3e7",
	"Hash binary DEAD", "Elevated bool32 true", "Data utf16 first", "Data utf16 𝒮econd", "Reserved null ",
}

func utf16le(s string) []byte {
	var out []byte
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}

func shapes() []shape {
	row, rowWant := zeekRow()
	return []shape{
		{"EVTX", evtxRecord(), fillEVTX(), evtxWant},
		{"nested ECS JSON", []byte(nestedECS), fillJSON(), nestedECSWant},
		{"flat NXLog JSON", []byte(flatNXLog), fillJSON(), flatNXLogWant},
		{"Zeek row of 60 columns", row, fillZeek(), rowWant},
	}
}

func fillEVTX() func(*event.Event, *event.Names, []byte) {
	return func(e *event.Event, names *event.Names, raw []byte) {
		e.Reset()
		e.Raw, e.Identity = raw, event.ByRecord
		for _, p := range evtxPlan {
			n := int(binary.LittleEndian.Uint16(raw))
			name, _ := names.Lookup(p.name)
			if name == 0 {
				name = names.Intern(p.name)
			}
			e.Fields = append(e.Fields, event.Field{Name: name, Kind: p.kind, Data: raw[2 : 2+n]})
			raw = raw[2+n:]
		}
	}
}

func fillZeek() func(*event.Event, *event.Names, []byte) {
	var columns []event.Name
	return func(e *event.Event, names *event.Names, raw []byte) {
		for i := len(columns); i < zeekColumns; i++ { // the #fields line
			columns = append(columns, names.Intern(fmt.Sprintf("id.column_%02d", i)))
		}
		e.Reset()
		e.Raw = raw
		for i := 0; ; i++ {
			cell, rest, more := bytes.Cut(raw, []byte("\t"))
			appendZeekCell(e, columns[i], cell, i == 7)
			if raw = rest; !more {
				return
			}
		}
	}
}

func appendZeekCell(e *event.Event, name event.Name, cell []byte, set bool) {
	switch string(cell) {
	case "-":
		e.Fields = append(e.Fields, event.Field{Name: name, Kind: event.Null, Data: cell})
		return
	case "(empty)":
		e.Fields = append(e.Fields, event.Field{Name: name, Kind: event.EmptyList, Data: cell})
		return
	}
	for more := true; more; {
		member, rest := cell, []byte(nil)
		if more = false; set {
			member, rest, more = bytes.Cut(cell, []byte(","))
		}
		e.Fields = append(e.Fields, event.Field{Name: name, Kind: event.Text, Data: member})
		cell = rest
	}
}

func fillJSON() func(*event.Event, *event.Names, []byte) {
	var s jsonScanner
	return func(e *event.Event, names *event.Names, raw []byte) {
		e.Reset()
		e.Raw = raw
		s.e, s.names, s.rest, s.path = e, names, raw, s.path[:0]
		s.value()
	}
}

// jsonScanner flattens compact, valid JSON.
type jsonScanner struct {
	e     *event.Event
	names *event.Names
	rest  []byte
	path  []byte
}

func (s *jsonScanner) value() {
	switch s.rest[0] {
	case '{':
		s.members('}', event.EmptyObject)
	case '[':
		s.members(']', event.EmptyList)
	case '"':
		body := s.text()
		kind := event.Text
		if bytes.IndexByte(body, '\\') >= 0 {
			kind = event.TextJSON
		}
		s.add(kind, body)
	default:
		end := bytes.IndexAny(s.rest, ",]}")
		literal := s.rest[:end]
		s.rest = s.rest[end:]
		kind := map[byte]event.Kind{'n': event.Null, 't': event.True, 'f': event.False}[literal[0]]
		if kind == event.Absent {
			kind = event.Number
		}
		s.add(kind, literal)
	}
}

// members reads an object or array: an object's members get their own path.
func (s *jsonScanner) members(end byte, empty event.Kind) {
	if s.rest[1] == end {
		s.add(empty, s.rest[:2])
		s.rest = s.rest[2:]
		return
	}
	depth := len(s.path)
	for s.rest[0] != end {
		s.rest = s.rest[1:] // the bracket or comma
		if end == '}' {
			if s.path = s.path[:depth]; depth > 0 {
				s.path = append(s.path, '.')
			}
			s.path = append(s.path, s.text()...)
			s.rest = s.rest[1:] // the colon
		}
		s.value()
	}
	s.path = s.path[:depth]
	s.rest = s.rest[1:]
}

// text reads a string and returns its body.
func (s *jsonScanner) text() []byte {
	for i := 1; ; i++ {
		switch s.rest[i] {
		case '\\':
			i++
		case '"':
			body := s.rest[1:i]
			s.rest = s.rest[i+1:]
			return body
		}
	}
}

func (s *jsonScanner) add(kind event.Kind, data []byte) {
	s.e.Fields = append(s.e.Fields, event.Field{Name: s.names.InternBytes(s.path), Kind: kind, Data: data})
}

func TestEveryShapeFitsInAnEvent(t *testing.T) {
	for _, s := range shapes() {
		t.Run(s.name, func(t *testing.T) {
			names, e := event.NewNames(), &event.Event{Source: &event.Source{}}
			s.fill(e, names, s.raw)
			if diff := cmp.Diff(s.want, describe(e, names)); diff != "" {
				t.Errorf("fields (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAnEventIsFilledAgainWithoutTraceOfTheLastRecord(t *testing.T) {
	names, e := event.NewNames(), &event.Event{Source: &event.Source{}}
	for range 2 {
		for _, s := range shapes() {
			s.fill(e, names, s.raw)
			if diff := cmp.Diff(s.want, describe(e, names)); diff != "" {
				t.Errorf("%s after another shape (-want +got):\n%s", s.name, diff)
			}
			fresh := &event.Event{Source: e.Source}
			s.fill(fresh, names, s.raw)
			if e.ID(names) != fresh.ID(names) {
				t.Errorf("%s: the id depends on the record before", s.name)
			}
		}
	}
}

func TestFieldsAreViewsOfTheRecord(t *testing.T) {
	for _, s := range shapes() {
		names, e := event.NewNames(), &event.Event{Source: &event.Source{}}
		raw := bytes.Clone(s.raw)
		s.fill(e, names, raw)
		clear(raw)
		for _, f := range e.Fields {
			if len(bytes.Trim(f.Data, "\x00")) != 0 {
				t.Errorf("%s: field %s keeps a copy %q of its value", s.name, names.Text(f.Name), f.Data)
			}
		}
	}
}

func TestFillingAnEventAllocatesNothing(t *testing.T) {
	for _, s := range shapes() {
		names, e := event.NewNames(), &event.Event{Source: &event.Source{}}
		buf := make([]byte, 0, 1024)
		one := func() {
			s.fill(e, names, s.raw)
			for _, f := range e.Fields {
				buf = f.AppendText(buf[:0])
			}
		}
		settle(names, one)
		if n := testing.AllocsPerRun(100, one); n != 0 {
			t.Errorf("%s: %v allocations to fill and read %d fields; want 0", s.name, n, len(e.Fields))
		}
	}
}

// settle runs one until its names are among those found without a lock, as
// they are in a real run after the first records.
func settle(names *event.Names, one func()) {
	one()
	for i := range 64 {
		names.Intern(fmt.Sprintf("padding %d", i))
	}
	one()
}

func BenchmarkShapes(b *testing.B) {
	for _, s := range shapes() {
		b.Run(s.name, func(b *testing.B) {
			names, e := event.NewNames(), &event.Event{Source: &event.Source{}}
			buf := make([]byte, 0, 1024)
			one := func() {
				s.fill(e, names, s.raw)
				for _, f := range e.Fields {
					buf = f.AppendText(buf[:0])
				}
			}
			settle(names, one)
			b.ReportAllocs()
			b.SetBytes(int64(len(s.raw)))
			for b.Loop() {
				one()
			}
			b.ReportMetric(float64(len(e.Fields)), "fields/event")
		})
	}
}

// describe writes each field as name, kind and text.
func describe(e *event.Event, names *event.Names) []string {
	kinds := map[event.Kind]string{
		event.Null: "null", event.EmptyList: "emptyList", event.EmptyObject: "emptyObject",
		event.Text: "text", event.TextJSON: "escaped", event.TextUTF16: "utf16", event.Number: "number",
		event.True: "true", event.False: "false", event.Uint16: "uint16", event.Uint32: "uint32",
		event.Uint64: "uint64", event.Hex64: "hex64", event.FileTime: "filetime", event.GUID: "guid",
		event.SID: "sid", event.Binary: "binary", event.Bool32: "bool32",
	}
	var out []string
	for _, f := range e.Fields {
		out = append(out, fmt.Sprintf("%s %s %s", names.Text(f.Name), kinds[f.Kind], f.Text()))
	}
	return out
}

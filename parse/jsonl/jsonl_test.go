package jsonl_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// record is what the tests look at of an event.
type record struct {
	Schema, Dataset, Time         string
	Host, Provider, Channel, Code string
	Record, Offset                int64
	Raw                           string
	Fields                        []string // name, sign of the kind, text
}

var kindSigns = map[event.Kind]string{
	event.Null: "!", event.EmptyList: "[]", event.EmptyObject: "{}", event.Text: "=", event.TextJSON: "=",
	event.Number: "#", event.True: "?", event.False: "?",
}

func snapshot(names *event.Names, e *event.Event) record {
	r := record{
		Schema: e.Schema, Dataset: e.Dataset, Host: e.Host.Text(), Provider: e.Provider.Text(), Channel: e.Channel.Text(),
		Code: e.Code.Text(), Record: e.Record, Offset: e.Offset, Raw: string(e.Raw),
	}
	if !e.Time.IsZero() {
		r.Time = e.Time.Format(time.RFC3339Nano)
	}
	for _, f := range e.Fields {
		r.Fields = append(r.Fields, names.Text(f.Name)+kindSigns[f.Kind]+f.Text())
	}
	return r
}

// readAll splits and decodes a text; the test fails if an event's bytes are not
// at its offset.
func readAll(t testing.TB, text string, newSplitter func(io.Reader, *event.Source) parse.Splitter) ([]record, []parse.Problem) {
	t.Helper()
	names := event.NewNames()
	d := jsonl.Format{}.NewDecoder(names)
	s := newSplitter(strings.NewReader(text), &event.Source{Path: "test.json"})
	var records []record
	var problems []parse.Problem
	var b parse.Block
	for {
		err := s.Next(&b)
		if err == io.EOF {
			return records, problems
		}
		if err != nil {
			t.Fatal(err)
		}
		d.Decode(&b, func(e *event.Event) bool {
			records = append(records, snapshot(names, e))
			return true
		}, func(p parse.Problem) { problems = append(problems, p) })
	}
}

func read(t testing.TB, text string) ([]record, []parse.Problem) {
	t.Helper()
	return readAll(t, text, jsonl.Format{}.Split)
}

// readOne reads a text that is one good record.
func readOne(t *testing.T, text string) record {
	t.Helper()
	records, problems := read(t, text)
	if len(records) != 1 || len(problems) != 0 {
		t.Fatalf("read %d records, problems %v; want one record and no problem\n%s", len(records), problems, text)
	}
	return records[0]
}

func checkFields(t *testing.T, text string, want ...string) {
	t.Helper()
	if diff := cmp.Diff(want, readOne(t, text).Fields); diff != "" {
		t.Errorf("fields of %s (-want +got):\n%s", text, diff)
	}
}

func TestNestedObjectsBecomeDottedNames(t *testing.T) {
	checkFields(t, `{"a":{"b":{"c":1},"d":"x"},"e":2.5e3}`, "a.b.c#1", "a.d=x", "e#2.5e3")
}

func TestArraysBecomeRepeatedFields(t *testing.T) {
	checkFields(t, `{"a":[1,"x",null,[true,[]],{"b":1,"c":{}},{"b":2}]}`, "a#1", "a=x", "a!", "a?true", "a[]", "a.b#1", "a.c{}", "a.b#2")
}

func TestEmptyValuesAreToldApart(t *testing.T) {
	checkFields(t, `{"a":"","b":null,"c":[],"d":{},"e":[ ],"f":{ },"":0}`, "a=", "b!", "c[]", "d{}", "e[]", "f{}", "#0")
}

func TestDuplicateKeysAreBothKept(t *testing.T) {
	checkFields(t, `{"a":1,"a":2}`, "a#1", "a#2")
}

func TestEscapesAreDecodedInNamesAndValues(t *testing.T) {
	checkFields(t, `{"p\u0061th":"C:\\Windows\\\"\u00e9\ud83d\ude00\/\n"}`, "path=C:\\Windows\\\"é😀/\n")
}

func TestInvalidUTF8InStringsIsKept(t *testing.T) {
	checkFields(t, "{\"a\xff\":\"b\xfe\xff\"}", "a\xff=b\xfe\xff")
}

func TestWhatIsNestedTooDeepIsKeptAsText(t *testing.T) {
	inner := strings.Repeat(`{"a":`, 40) + "1" + strings.Repeat("}", 40)
	text := strings.Repeat(`{"a":`, 128) + inner + strings.Repeat("}", 128)
	records, problems := read(t, text)
	if len(records) != 1 || len(problems) != 1 {
		t.Fatalf("read %d records, problems %v; want 1 and 1", len(records), problems)
	}
	want := []string{strings.Repeat("a.", 127) + "a=" + inner}
	if diff := cmp.Diff(want, records[0].Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func TestRecordsAreReadHoweverTheyAreLaidOut(t *testing.T) {
	for name, text := range map[string]string{
		"lines":             "{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n",
		"no last line end":  "{\"a\":1}\n{\"a\":2}\n{\"a\":3}",
		"CRLF, blank lines": "\r\n{\"a\":1}\r\n\r\n  {\"a\":2}  \r\n{\"a\":3}\r\n\r\n",
		"byte order mark":   "\xef\xbb\xbf{\"a\":1}\n{\"a\":2}\n{\"a\":3}\n",
		"one line":          `{"a":1}{"a":2} {"a":3}`,
		"array on one line": `[{"a":1},{"a":2},{"a":3}]`,
		"array of lines":    "[\n{\"a\":1},\n{\"a\":2},\n{\"a\":3}\n]\n",
		"lines with commas": "{\"a\":1},\n{\"a\":2},\n{\"a\":3}\n",
		"pretty":            "{\n  \"a\": 1\n}\n{\n  \"a\": 2\n}\n{\n  \"a\": 3\n}\n",
		"pretty array":      "[\n  {\n    \"a\": 1\n  },\n  {\n    \"a\": 2\n  }, {\n    \"a\": 3\n  }\n]\n",
		"UTF-16":            "\xff\xfe{\x00\"\x00a\x00\"\x00:\x001\x00}\x00\n\x00{\x00\"\x00a\x00\"\x00:\x002\x00}\x00\n\x00{\x00\"\x00a\x00\"\x00:\x003\x00}\x00",
	} {
		records, problems := read(t, text)
		var got []string
		for _, r := range records {
			got = append(got, r.Fields...)
		}
		if diff := cmp.Diff([]string{"a#1", "a#2", "a#3"}, got); diff != "" || len(problems) > 0 {
			t.Errorf("%s: problems %v, fields (-want +got):\n%s", name, problems, diff)
		}
	}
}

func TestRecordIsTheLineOnWhichItBegins(t *testing.T) {
	text := "\n{\"a\":\n1}\n[{\"b\":1},{\n\"c\":2\n},\n{bad}\n\nalso bad\n{\"d\":1}"
	records, _ := read(t, text)
	var got []string
	for _, r := range records {
		got = append(got, fmt.Sprintf("%d %d %s", r.Record, r.Offset, r.Raw))
	}
	want := []string{
		"2 1 {\"a\":\n1}", "4 11 {\"b\":1}", "4 19 {\n\"c\":2\n}", "7 30 {bad}", "9 37 also bad", "10 46 {\"d\":1}",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestWhatIsNoObjectIsKeptAndReported(t *testing.T) {
	for _, bad := range []string{
		`{"a":1`, `{"a":}`, `{"a" 1}`, `{"a":01}`, `{"a":1.}`, `{"a":1e}`, `{"a":-}`, `{"a":+1}`, `{"a":tru}`, `{"a":'x'}`, `{'a':1}`,
		`{a:1}`, `{"a":1,}`, `{"a":[1,]}`, `{"a":[1}`, `{,}`, `{"a":"\x"}`, `{"a":"\u12g4"}`, "{\"a\":\"\t\"}", "{\"a\":\"\x00\"}",
		`12`, `"text"`, `[1,2,3]`, `["a",{"b":1}]`, `plain text`, `<Event`, "\x00\x01\x02", `{`, `{"`, `{"a`, `{"a"`, `{"a":`, `{"a":"b`,
	} {
		records, problems := read(t, "{\"first\":1}\n"+bad+"\n{\"last\":1}\n")
		if len(records) != 3 || len(problems) != 1 {
			t.Errorf("%q: read %d records, problems %v; want 3 and 1", bad, len(records), problems)
			continue
		}
		want := record{Schema: "unparsed", Dataset: "unknown", Record: 2, Offset: 12, Raw: bad, Fields: []string{"message=" + bad}}
		if diff := cmp.Diff(want, records[1]); diff != "" {
			t.Errorf("%q (-want +got):\n%s", bad, diff)
		}
		p := problems[0]
		if p.Offset != 12 || p.Record != 2 || p.Length != int64(len(bad)) || p.Path != "test.json" {
			t.Errorf("%q: problem %+v; want it at line 2, offset 12, length %d", bad, p, len(bad))
		}
	}
}

func TestBrokenPrettyRecordEndsWhereTheNextBegins(t *testing.T) {
	text := "{\n  \"a\": 1\n}\n{\n  \"a\": {\n    \"b\": oops\n  }\n}\n{\n  \"a\": 3\n}\n"
	records, problems := read(t, text)
	if len(records) != 3 || len(problems) != 1 {
		t.Fatalf("read %d records, problems %v; want 3 and 1", len(records), problems)
	}
	if got, want := records[1].Raw, "{\n  \"a\": {\n    \"b\": oops\n  }\n}"; got != want {
		t.Errorf("raw = %q; want %q", got, want)
	}
	if got, want := records[2].Record, int64(9); got != want {
		t.Errorf("record after the broken one begins on line %d; want %d", got, want)
	}
	if got, want := problems[0].Error(), "test.json: record 4, offset 0xd: reading JSON object: offset 0x21: expected a value"; got != want {
		t.Errorf("problem = %s; want %s", got, want)
	}
}

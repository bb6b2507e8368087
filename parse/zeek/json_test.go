package zeek_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
	"github.com/dwell-project/dwell/parse/zeek"
)

// toJSON writes one line of a log as Zeek's JSON writer does, by code of its
// own. ok is false where JSON cannot hold the values: bytes that are no UTF-8.
func toJSON(t testing.TB, h *zeek.Header, line, path string) (object string, ok bool) {
	t.Helper()
	escape := regexp.MustCompile(`\\\\|\\x[0-9a-fA-F]{2}`)
	plain := func(s string) string {
		return escape.ReplaceAllStringFunc(s, func(e string) string {
			if e == `\\` {
				return `\`
			}
			n, err := strconv.ParseUint(e[2:], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			return string([]byte{byte(n)})
		})
	}
	one := func(of, s string) string {
		switch of {
		case "bool":
			return map[string]string{"T": "true", "F": "false"}[s]
		case "time", "interval", "count", "int", "double", "port":
			if json.Valid([]byte(s)) {
				return s
			}
		}
		if s == h.Empty {
			s = ""
		}
		s = plain(s)
		ok = ok && utf8.ValidString(s)
		quoted, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(quoted)
	}
	ok = true
	var members []string
	if path != "" {
		members = append(members, fmt.Sprintf(`"_path":%q`, path))
	}
	for i, s := range strings.Split(line, "\t") {
		c := h.Columns[i]
		value := ""
		switch {
		case s == h.Unset:
			continue
		case c.Type.Container == "":
			value = one(c.Type.Of, s)
		case s == h.Empty:
			value = "[]"
		default:
			var elements []string
			for element := range strings.SplitSeq(s, h.SetSeparator) {
				if element == h.Unset {
					elements = append(elements, "null")
					continue
				}
				elements = append(elements, one(c.Type.Of, element))
			}
			value = "[" + strings.Join(elements, ",") + "]"
		}
		members = append(members, fmt.Sprintf("%q:%s", c.Name, value))
	}
	return "{" + strings.Join(members, ",") + "}", ok
}

// summary is what two events must have in common.
type summary struct {
	Schema, Dataset, Channel, Provider, Time string
	Fields                                   []string
}

func summaryOf(e *event.Event, names *event.Names) summary {
	s := summary{
		Schema: e.Schema, Dataset: e.Dataset, Channel: e.Channel.Text(), Provider: e.Provider.Text(), Time: e.Time.String(),
	}
	for _, f := range e.Fields {
		if name := names.Text(f.Name); name != "_path" {
			s.Fields = append(s.Fields, name+"="+string(f.AppendJSON(nil)))
		}
	}
	return s
}

// eachRecord hands over the records of a log with their header.
func eachRecord(t testing.TB, text []byte, yield func(h *zeek.Header, line string)) {
	t.Helper()
	h := zeek.NewHeader("")
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSuffix(line, "\n")
		switch {
		case strings.HasPrefix(line, "#"):
			if err := h.Add([]byte(line)); err != nil {
				t.Fatal(err)
			}
		case len(h.Columns) > 0 && strings.Count(line, "\t") == len(h.Columns)-1:
			yield(h, line)
		}
	}
}

func one(t testing.TB, f parse.Format, names *event.Names, text string, yield func(*event.Event)) {
	t.Helper()
	n := 0
	problems := decodeAll(t, f, names, []byte(text), func(e *event.Event) { n++; yield(e) })
	if n != 1 || len(problems) > 0 {
		t.Fatalf("%q: %d events, problems %v", text, n, problems)
	}
}

func TestTextAndJSONOfTheSameRecordAreTheSameEvent(t *testing.T) {
	records, beyondJSON := 0, 0
	for _, folder := range []string{"zed-sample-data/zeek-default", "zeek-baseline/testing"} {
		for _, path := range realLogs(t, folder) {
			names := event.NewNames()
			text := content(t, path)
			var objects strings.Builder
			var lines []string
			eachRecord(t, text, func(h *zeek.Header, line string) {
				object, ok := toJSON(t, h, line, h.Path)
				if !ok || len(lines) > 500 {
					beyondJSON++
					line, object = "", `{"ts":1,"_path":"`+h.Path+`"}`
				}
				objects.WriteString(object + "\n")
				lines = append(lines, line)
			})
			var fromText []summary
			problems := decodeAll(t, zeek.Format{}, names, text, func(e *event.Event) {
				if e.Schema == "zeek" {
					fromText = append(fromText, summaryOf(e, names))
				}
			})
			i := 0
			decodeAll(t, jsonl.Format{}, names, []byte(objects.String()), func(e *event.Event) {
				defer func() { i++ }()
				if lines[i] == "" {
					return
				}
				records++
				got := summaryOf(e, names)
				if diff := cmp.Diff(fromText[i], got); diff != "" && len(problems) == 0 {
					t.Fatalf("%s record %d: (-text +JSON)\n%s", path, i+1, diff)
				}
			})
		}
	}
	t.Logf("%d records compared, %d passed over", records, beyondJSON)
}

func TestPathsAreToldFromFieldsAlone(t *testing.T) {
	right, unknown := 0, 0
	for _, path := range realLogs(t, "zed-sample-data/zeek-default") {
		names := event.NewNames()
		n := 0
		eachRecord(t, content(t, path), func(h *zeek.Header, line string) {
			if n++; n > 100 {
				return
			}
			object, _ := toJSON(t, h, line, "")
			one(t, jsonl.Format{}, names, object, func(e *event.Event) {
				switch e.Dataset {
				case "zeek." + h.Path:
					right++
				case "zeek.unknown", "json":
					if h.Path != "known_hosts" && h.Path != "loaded_scripts" { // one name and no more
						unknown++
					}
				default:
					t.Errorf("%s: taken for %s: %s", h.Path, e.Dataset, object)
				}
			})
		})
	}
	t.Logf("%d right, %d unknown", right, unknown)
	if unknown*50 > right {
		t.Errorf("%d of %d paths are not told", unknown, right+unknown)
	}
}

// FuzzWriterIsTheInverse writes records, reads them as text and as JSON, and
// compares.
func FuzzWriterIsTheInverse(f *testing.F) {
	f.Add("a\tb", "1.5", "-", false, "(empty)")
	f.Add("", "-3.000001", "x,y\\", true, "#\x00\xff")
	f.Add("ü,-", "1e9", "(empty)", true, "-")
	f.Fuzz(func(t *testing.T, s, number, element string, truth bool, last string) {
		names := event.NewNames("s", "n", "b", "v", "w")
		fields := []event.Field{
			{Name: 1, Kind: event.Text, Data: []byte(s)},
			{Name: 2, Kind: event.Number, Data: []byte("17.250000")},
			{Name: 3, Kind: event.False, Data: []byte("false")},
			{Name: 4, Kind: event.Text, Data: []byte(element)},
			{Name: 4, Kind: event.Null},
			{Name: 4, Kind: event.Text, Data: []byte(last)},
			{Name: 5, Kind: event.EmptyList, Data: []byte{}},
		}
		if truth {
			fields[2] = event.Field{Name: 3, Kind: event.True, Data: []byte("true")}
		}
		if v, err := strconv.ParseFloat(number, 64); err == nil && v > -1e9 && v < 1e9 {
			fields[1].Data = strconv.AppendFloat(nil, v, 'f', 6, 64)
		}
		var text bytes.Buffer
		w := zeek.NewWriter(&text, names)
		w.ASCII = truth
		h := zeek.NewHeader("p", zeek.Column{Name: "s", Type: zeek.ParseType("string")}, zeek.Column{Name: "n", Type: zeek.ParseType("interval")},
			zeek.Column{Name: "b", Type: zeek.ParseType("bool")}, zeek.Column{Name: "v", Type: zeek.ParseType("vector[string]")},
			zeek.Column{Name: "w", Type: zeek.ParseType("set[addr]")}, zeek.Column{Name: "none", Type: zeek.ParseType("count")})
		if err := w.Header(h); err != nil {
			t.Fatal(err)
		}
		if err := w.Record(&event.Event{Fields: fields}); err != nil {
			t.Fatal(err)
		}
		one(t, zeek.Format{}, names, text.String(), func(e *event.Event) {
			if diff := cmp.Diff(fieldTexts(fields, names), fieldTexts(e.Fields, names)); diff != "" {
				t.Errorf("%q: fields differ (-written +read):\n%s", text.String(), diff)
			}
		})
		again, problems := rewrite(t, text.Bytes(), truth)
		if !bytes.Equal(again, text.Bytes()) || len(problems) > 0 {
			t.Errorf("written %q, written again %q, problems %v", text.Bytes(), again, problems)
		}
	})
}

func fieldTexts(fields []event.Field, names *event.Names) []string {
	var out []string
	for _, f := range fields {
		out = append(out, fmt.Sprintf("%s %d %q", names.Text(f.Name), f.Kind, f.AppendText(nil)))
	}
	return out
}

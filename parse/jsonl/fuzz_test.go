package jsonl_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// flatten is the slow way: encoding/json's tokens, one field after another.
func flatten(d *json.Decoder, path string, out *[]string) {
	tok, err := d.Token()
	if err != nil {
		panic(err) // only called with valid JSON
	}
	switch v := tok.(type) {
	case nil:
		*out = append(*out, path+"!")
	case bool:
		*out = append(*out, path+"?"+fmt.Sprint(v))
	case json.Number:
		*out = append(*out, path+"#"+v.String())
	case string:
		*out = append(*out, path+"="+v)
	case json.Delim:
		if !d.More() {
			*out = append(*out, path+map[json.Delim]string{'{': "{}", '[': "[]"}[v])
		}
		for d.More() {
			if v == '[' {
				flatten(d, path, out)
				continue
			}
			name, _ := d.Token()
			flatten(d, under(path, name.(string)), out)
		}
		_, _ = d.Token()
	}
}

func under(path, name string) string {
	if path == "\x00top" {
		return name
	}
	return path + "." + name
}

// FuzzObjectAgreesWithEncodingJSON takes one text: it is one record with the
// fields that encoding/json sees in it, or it is refused by both.
func FuzzObjectAgreesWithEncodingJSON(f *testing.F) {
	for _, s := range []string{
		`{"a":{"b":[1,-2.5e+3,{"c":"x\u00e9\ud800\n"}]},"a":null}`, `{"a" : true , "b":[ ] ,"":{ } }`, `{"a":"0123456\\89","b":01}`,
		`{"@timestamp":"2024-01-01T00:00:00Z","Channel":"Security","EventID":4624}`, "{\"a\xff\":\"\x80\"}", `{"a":"\ud83d\ude00\ud83d"}`,
	} {
		f.Add([]byte(s))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		text = bytes.Trim(text, " \t\r\n")
		if len(text) == 0 || text[0] != '{' || treeNames(text) || listNames(text) {
			return
		}
		records, problems := read(t, string(text))
		if !json.Valid(text) {
			for _, r := range records {
				if r.Schema != "unparsed" && r.Raw == string(text) {
					t.Fatalf("%q: read as %q; encoding/json refuses it", text, r.Fields)
				}
			}
			return
		}
		if len(records) != 1 || records[0].Schema == "unparsed" || records[0].Raw != string(text) {
			t.Fatalf("%q: read as %+v, problems %v; want one record", text, records, problems)
		}
		if len(problems) > 0 || bytes.Count(text, []byte{'.'})+bytes.Count(text, []byte{'{'}) > 60 {
			return // deeper than what is taken apart, or names too long to have a number
		}
		var want []string
		d := json.NewDecoder(bytes.NewReader(text))
		d.UseNumber()
		flatten(d, "\x00top", &want)
		if string(want[0]) == "\x00top{}" {
			want = nil
		}
		got := records[0].Fields
		for i := range got {
			got[i] = string([]rune(got[i])) // as encoding/json, a U+FFFD for every byte that is no UTF-8
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Fatalf("%q: fields (-encoding/json +ours):\n%s", text, diff)
		}
	})
}

// listNames says whether a text may have a list of records in an envelope, or a
// record in a text.
func listNames(text []byte) bool {
	for _, name := range []string{"ecords", "value", "tems", "resources", "hits", "AuditData"} {
		if bytes.Contains(text, []byte(name)) {
			return true
		}
	}
	return bytes.Contains(text, []byte(`\u`))
}

// FuzzElementsOfAnEnvelopeAreRecords puts a list of objects into an envelope:
// its records are what encoding/json finds in the list.
func FuzzElementsOfAnEnvelopeAreRecords(f *testing.F) {
	for _, s := range []string{`[{"a":1},{"b":"]}"}]`, "[\n {\"a\":[{}]} ,\n{} ]", `[{"a":"\\\""},{"Records":[{"x":1}]}]`} {
		f.Add([]byte(s), uint8(9))
	}
	f.Fuzz(func(t *testing.T, text []byte, size uint8) {
		var list []json.RawMessage
		if json.Unmarshal(text, &list) != nil || len(list) == 0 {
			return
		}
		var want []string
		for _, one := range list {
			if one[0] != '{' || listNames(one) || treeNames(one) {
				return
			}
			want = append(want, string(one))
		}
		whole := `{"Records":` + string(text) + `,"nextLink":"}{"}`
		for _, sizes := range []blocks.Sizes{blocks.DefaultSizes(), {Block: 64 + int(size), Patience: 1 << 20, Record: 1 << 20}} {
			records, problems := readAll(t, whole, jsonl.SplitAt(sizes))
			var got []string
			for _, r := range records {
				got = append(got, r.Raw)
			}
			if diff := cmp.Diff(want, got); diff != "" || len(problems) > 0 {
				t.Fatalf("%q: %v (-encoding/json +ours):\n%s", whole, problems, diff)
			}
		}
	})
}

// treeNames says whether a text may have names that are read as levels of a
// Windows event or an Elastic export, or too long for a number of their own.
func treeNames(text []byte) bool {
	return bytes.Contains(text, []byte("vent")) || bytes.Contains(text, []byte("System")) || bytes.Contains(text, []byte("_source")) ||
		bytes.Contains(text, []byte(`\u`)) && !utf8.Valid(text) || len(text) > 900
}

// FuzzNothingIsLost takes any text: every byte of it is in the record that
// claims it or between records, records know their line, and blocks of any size
// give the same records as one block when all lines are objects.
func FuzzNothingIsLost(f *testing.F) {
	for _, s := range []string{
		"{\"a\":1}\n{\"b\":\n\n2}\njunk {\n{\"c\":\"\\\"}\"}", "[{\"a\":1},\n {\"a\":\"[\"},{\"b\n]", "{\n\"a\"\n:1}\n{\"x\"\r\n\r\n",
		"\xef\xbb\xbf{\"a\":{\"b\":[]}}\n\x00\x00\n,,,\n]]{}", "{\"a\":1}{\"b\":2}x{\"c\":3}\n{\"d\":4}",
	} {
		f.Add([]byte(s), uint8(3))
	}
	f.Fuzz(func(t *testing.T, source []byte, size uint8) {
		text, err := io.ReadAll(parse.Text(bytes.NewReader(source)))
		if err != nil {
			t.Fatal(err)
		}
		if listNames(text) {
			return
		}
		whole, _ := read(t, string(source))
		checkConserved(t, text, whole)
		parts, _ := readAll(t, string(source), jsonl.SplitAt(blocks.Sizes{Block: 1 + int(size), Patience: 1 << 20, Record: 1 << 20}))
		checkConserved(t, text, parts)
		for l := range strings.SplitSeq(string(text), "\n") {
			if !strings.HasPrefix(l, "{") || !json.Valid([]byte(l)) {
				return
			}
		}
		if diff := cmp.Diff(whole, parts); diff != "" {
			t.Fatalf("%q in blocks of %d (-one block +blocks):\n%s", text, 1+int(size), diff)
		}
	})
}

// checkConserved fails if a record is not where it says, or if what lies
// between records is more than white space, brackets and commas.
func checkConserved(t *testing.T, text []byte, records []record) {
	t.Helper()
	at := int64(0)
	for _, r := range records {
		if r.Offset < at || r.Offset+int64(len(r.Raw)) > int64(len(text)) || string(text[r.Offset:][:len(r.Raw)]) != r.Raw {
			t.Fatalf("%q: record %q is not at offset %d", text, r.Raw, r.Offset)
		}
		checkGap(t, text, at, r.Offset)
		if line := int64(1 + bytes.Count(text[:r.Offset], []byte{'\n'})); r.Record != line {
			t.Fatalf("%q: record %q says it is on line %d; it is on %d", text, r.Raw, r.Record, line)
		}
		at = r.Offset + int64(len(r.Raw))
	}
	checkGap(t, text, at, int64(len(text)))
}

func checkGap(t *testing.T, text []byte, from, to int64) {
	t.Helper()
	gap := text[from:to]
	if from == 0 {
		gap = bytes.TrimPrefix(gap, []byte("\xef\xbb\xbf"))
	}
	if rest := bytes.Trim(gap, "[], \t\r\n"); len(rest) > 0 {
		t.Fatalf("%q: %q at offset %d is in no record", text, rest, from)
	}
}

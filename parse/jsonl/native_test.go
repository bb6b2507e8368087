package jsonl_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
)

func native(text []byte) [][]byte {
	var out [][]byte
	b := &parse.Block{Data: text, Record: 1, Source: &event.Source{}}
	jsonl.Format{}.NewDecoder(event.NewNames()).Decode(b, func(e *event.Event) bool {
		out = append(out, jsonl.AppendNative(nil, e))
		return true
	}, func(parse.Problem) {})
	return out
}

func FuzzNativeAgreesWithCompact(f *testing.F) {
	f.Add([]byte("{ \"a b\" : [ 1.50 , \"\\\" \\\\\" ,\n true ] , \"a b\" :\t{ } }"))
	f.Fuzz(func(t *testing.T, text []byte) {
		text = bytes.TrimSpace(text)
		if len(text) == 0 || text[0] != '{' || !json.Valid(text) {
			return
		}
		var want bytes.Buffer
		if err := json.Compact(&want, text); err != nil {
			t.Fatal(err)
		}
		valid := string([]rune(want.String())) // U+FFFD for what is no UTF-8
		if got := native(text); len(got) != 1 || string(got[0]) != valid {
			t.Errorf("native form of %q is %q; want %q", text, got, valid)
		}
	})
}

func TestNativeFormIsUTF8(t *testing.T) {
	got := native([]byte("{\"a\": \"caf\xe9 \xff\xfe ok\"}\n"))
	if want := "{\"a\":\"caf\uFFFD \uFFFD\uFFFD ok\"}"; len(got) != 1 || string(got[0]) != want {
		t.Errorf("native form is %q; want %q", got, want)
	}
}

func TestNativeFormOfUnparsedTextIsAMessage(t *testing.T) {
	got := native([]byte("say \"hi\"\t\\\n"))
	if want := `{"message":"say \"hi\"\t\\"}`; len(got) != 1 || string(got[0]) != want {
		t.Errorf("native form is %q; want %s", got, want)
	}
}

func TestEventXMLOnALineIsRead(t *testing.T) {
	text := "{\"a\":1}\n<Event><System><EventID>5</EventID></System></Event>\n{\"a\":2}\n<Event><broken\n<Eventual/>\n"
	records, problems := read(t, text)
	var got []string
	for _, r := range records {
		got = append(got, r.Schema)
	}
	if want := "json evtx json unparsed unparsed"; len(problems) != 2 || strings.Join(got, " ") != want {
		t.Errorf("schemas %q, problems %v; want %q and two", got, problems, want)
	}
}

func TestNativeFormOfEventXMLIsItsTree(t *testing.T) {
	got := native([]byte("<Event><System><EventID>5</EventID></System></Event>\n"))
	if want := `{"Event":{"System":{"EventID":5}}}`; len(got) != 1 || string(got[0]) != want {
		t.Errorf("native form is %q; want %s", got, want)
	}
}

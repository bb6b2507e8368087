package evtx_test

import (
	"bytes"
	"encoding/binary"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/dwell-project/dwell/event"
	w "github.com/dwell-project/dwell/internal/evtxwrite"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
)

// nest puts an element into binary XML in an element and so on.
func nest(e *w.Element, levels int) *w.Element {
	for range levels {
		e = w.Elem("N", w.Sub(w.BinXML(e)))
	}
	return e
}

// tower nests elements in one template.
func tower(levels int) *w.Element {
	e := w.Elem("T", w.Text("top"))
	for range levels {
		e = w.Elem("T", w.Child(e))
	}
	return e
}

// readHostile decodes a log both ways and returns what was wrong with it. It
// fails if that takes long or gives much.
func readHostile(t *testing.T, log []byte) []parse.Problem {
	t.Helper()
	begin := time.Now()
	fields := 0
	problems, err := decodeAll(bytes.NewReader(log), event.NewNames(), func(e *event.Event) { fields += len(e.Fields) })
	if err != nil {
		t.Fatal(err)
	}
	lines, lineProblems, _ := dumpAll(bytes.NewReader(log))
	if took := time.Since(begin); took > 10*time.Second {
		t.Errorf("reading took %v", took)
	}
	if fields > 1<<18 || len(lines) > 16<<20 {
		t.Errorf("%d fields and %d bytes of JSON from %d bytes", fields, len(lines), len(log))
	}
	if len(problems) > len(lineProblems) { // there is a bound on the length of a line too
		t.Errorf("problems %v; for JSON %v", problems, lineProblems)
	}
	return problems
}

func TestNestingHasAnEnd(t *testing.T) {
	plain := w.Record{Time: testTime, Root: w.Elem("Event", w.Child(w.Elem("A", w.Sub(w.Uint8(1)))))}
	for name, test := range map[string]struct {
		e    *w.Element
		want string
	}{
		"a few values in values":   {nest(w.Elem("A"), 10), ""},
		"many values in values":    {nest(w.Elem("A"), 40), "nested too deeply"},
		"a few elements in each":   {tower(40), ""},
		"many elements in another": {tower(400), "nested too deeply"},
	} {
		log := writeLog(t, plain, w.Record{Time: testTime, Root: w.Elem("Event", w.Child(test.e))}, plain)
		problems := readHostile(t, log)
		if test.want == "" && len(problems) > 0 || test.want != "" && (len(problems) != 1 || !strings.Contains(problems[0].Error(), test.want)) {
			t.Errorf("%s: problems %v; want %q", name, problems, test.want)
		}
	}
}

// bomb is a log whose values are used a hundred times each, at every level.
func bomb(t *testing.T, levels int, inner *w.Element) []byte {
	t.Helper()
	for range levels {
		content := []w.Node{w.Sub(w.BinXML(inner))}
		for range 100 {
			content = append(content, w.Child(w.Elem("B", w.Sub(w.Null()))))
		}
		inner = w.Elem("N", content...)
	}
	log := writeLog(t, w.Record{Time: testTime, Root: w.Elem("Event", w.Child(inner))})
	// All substitutions are of value 0.
	return regexp.MustCompile(`(?s)\x02\x0d.\x00([\x00\x21])\x04`).ReplaceAll(log, []byte("\x02\x0d\x00\x00$1\x04"))
}

func TestValuesUsedOverAndOverDoNotUnfoldWithoutEnd(t *testing.T) {
	for name, inner := range map[string]*w.Element{
		"text":    w.Elem("A", w.Sub(w.String(strings.Repeat("x", 5000)))),
		"nothing": w.Elem("A").With("b", w.Optional(w.Null())),
		"list":    w.Elem("A", w.Sub(w.Array(w.String("a"), w.String("b"), w.String("c")))),
	} {
		for levels := 1; levels < 8; levels++ {
			problems := readHostile(t, bomb(t, levels, inner))
			if levels > 3 && (len(problems) == 0 || !strings.Contains(problems[len(problems)-1].Error(), "more than a record can hold")) {
				t.Errorf("%s, %d levels: problems %v", name, levels, problems)
			}
		}
	}
}

func TestOverlappingTemplatesDoNotCostMore(t *testing.T) {
	// Every record has a template of its own, and all of them say that they
	// reach to the end of the chunk.
	var log w.Log
	for i := range 400 {
		if err := log.Add(w.Record{Time: testTime, Root: w.Elem("Event", w.Child(w.Elem("A", w.Sub(w.Uint8(uint8(i))), w.Text(strings.Repeat("x", i%50)))))}); err != nil {
			t.Fatal(err)
		}
	}
	data := log.Bytes()[4096 : 4096+chunk]
	for at := 512; at < len(data)-64; {
		size := int(binary.LittleEndian.Uint32(data[at+4:]))
		if size == 0 {
			break
		}
		binary.LittleEndian.PutUint32(data[at+24+4+10+20:], uint32(len(data)-at-24-4-10-24))
		at += size
	}
	begin := time.Now()
	b := parse.Block{Data: data}
	evtx.Format{}.NewDecoder(event.NewNames()).Decode(&b, func(*event.Event) bool { return true }, func(parse.Problem) {})
	if took := time.Since(begin); took > time.Second {
		t.Errorf("decoding one chunk took %v", took)
	}
}

func TestManyDynamicNamesAreBounded(t *testing.T) {
	var log w.Log
	for i := range 3000 {
		data := w.Elem("Data", w.Sub(w.Uint32(uint32(i)))).With("Name", w.Sub(w.String(strings.Repeat("n", i%700))))
		if err := log.Add(w.Record{Time: testTime, Root: w.Elem("Event", w.Child(w.Elem("EventData", w.Child(data))))}); err != nil {
			t.Fatal(err)
		}
	}
	names := event.NewNames()
	n := 0
	if _, err := decodeAll(bytes.NewReader(log.Bytes()), names, func(e *event.Event) {
		want := "EventData." + strings.Repeat("n", n%700)
		if n%700 == 0 {
			want = "EventData.Data"
		}
		if got := names.Text(e.Fields[0].Name); got != want {
			t.Errorf("record %d has field %q; want %q", n, got, want)
		}
		n++
	}); err != nil || n != 3000 {
		t.Errorf("%d records, %v", n, err)
	}
}

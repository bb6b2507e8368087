package evtx_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/event"
	w "github.com/dwell-project/dwell/internal/evtxwrite"
)

// drawn is a value with what the reader must make of it.
type drawn struct {
	val  w.Value
	text string
}

// drawScalar draws a value of any type but null, arrays and binary XML.
func drawScalar(t *rapid.T) drawn {
	u := rapid.Uint64().Draw(t, "bits")
	sec := rapid.Int64Range(-11644473600, 253402300799).Draw(t, "seconds")
	moment := time.Unix(sec, int64(u%1e9)).UTC()
	switch rapid.IntRange(0, 19).Draw(t, "type") {
	case 0, 1, 2:
		return drawString(t)
	case 3:
		return drawn{w.Int8(int8(u)), fmt.Sprint(int8(u))}
	case 4:
		return drawn{w.Uint8(uint8(u)), fmt.Sprint(uint8(u))}
	case 5:
		return drawn{w.Int16(int16(u)), fmt.Sprint(int16(u))}
	case 6:
		return drawn{w.Uint16(uint16(u)), fmt.Sprint(uint16(u))}
	case 7:
		return drawn{w.Int32(int32(u)), fmt.Sprint(int32(u))}
	case 8:
		return drawn{w.Uint32(uint32(u)), fmt.Sprint(uint32(u))}
	case 9:
		return drawn{w.Int64(int64(u)), fmt.Sprint(int64(u))}
	case 10:
		return drawn{w.Uint64(u), fmt.Sprint(u)}
	case 11:
		f := math.Float64frombits(u)
		return drawn{w.Float64(f), strings.Replace(fmt.Sprint(f), "+Inf", "+Inf", 1)}
	case 12:
		return drawn{w.Bool(u&1 == 1), fmt.Sprint(u&1 == 1)}
	case 13:
		b := rapid.SliceOfN(rapid.Byte(), 1, 40).Draw(t, "bytes")
		return drawn{w.Binary(b), fmt.Sprintf("%X", b)}
	case 14:
		s := fmt.Sprintf("{%08x-%04x-%04x-%04x-%012x}", uint32(u), uint16(u>>8), uint16(u>>16), uint16(u>>24), u>>16)
		v, err := w.GUID(s)
		if err != nil {
			t.Fatal(err)
		}
		return drawn{v, s}
	case 15:
		return drawn{w.FileTime(moment), moment.Format("2006-01-02T15:04:05.0000000Z")}
	case 16:
		return drawn{w.SystemTime(moment), moment.Format("2006-01-02T15:04:05.000Z")}
	case 17:
		s := fmt.Sprintf("S-1-%d", u>>16)
		for _, sub := range rapid.SliceOfN(rapid.Uint32(), 0, 15).Draw(t, "subs") {
			s += fmt.Sprintf("-%d", sub)
		}
		v, err := w.SID(s)
		if err != nil {
			t.Fatal(err)
		}
		return drawn{v, s}
	case 18:
		return drawn{w.Hex32(uint32(u)), fmt.Sprintf("0x%x", uint32(u))}
	default:
		return drawn{w.Hex64(u), fmt.Sprintf("0x%x", u)}
	}
}

func drawString(t *rapid.T) drawn {
	s := string(utf16.Decode(utf16.Encode([]rune(rapid.String().Draw(t, "string")))))
	return drawn{w.String(s), strings.TrimRight(s, "\x00")}
}

// drawElement draws an element and appends the fields that it must give.
func drawElement(t *rapid.T, path string, depth int, want *[]leaf) *w.Element {
	e := w.Elem(rapid.SampledFrom([]string{"A", "B", "Čaj", "x-1"}).Draw(t, "name"))
	path = strings.TrimPrefix(path+"."+e.Name, ".")
	fields := len(*want)
	for i := range rapid.IntRange(0, 2).Draw(t, "attributes") {
		name := fmt.Sprintf("a%d", i)
		v := drawScalar(t)
		switch rapid.IntRange(0, 3).Draw(t, "attribute") {
		case 0:
			e.With(name, w.Text("fixed"))
			v.text = "fixed"
		case 1:
			e.With(name, w.Optional(w.Null()))
			continue
		case 2:
			e.With(name, w.Text("is "), w.Sub(v.val))
			v.text = "is " + v.text
		default:
			e.With(name, w.Sub(v.val))
		}
		*want = append(*want, leaf{name: path + "." + name, text: v.text})
	}
	drawnAt{path, depth, fields}.drawContent(t, e, want)
	return e
}

// drawnAt is where an element is drawn; before is how many fields there were
// before it.
type drawnAt struct {
	path          string
	depth, before int
}

// drawContent draws what stands in an element.
func (at drawnAt) drawContent(t *rapid.T, e *w.Element, want *[]leaf) {
	path, depth, before := at.path, at.depth, at.before
	bare := len(*want) == before
	add := func(text string) { *want = append(*want, leaf{name: path, text: text}) }
	kind := rapid.IntRange(0, 8).Draw(t, "content")
	if depth > 3 {
		kind %= 6
	}
	switch kind {
	case 0:
		if bare {
			*want = append(*want, leaf{name: path, null: true})
		}
	case 1:
		e.Content = []w.Node{w.Text("a"), w.CDATA("<b>"), w.CharRef('&'), w.EntityRef("quot")}
		add(`a<b>&"`)
	case 2:
		v := drawScalar(t)
		e.Content = []w.Node{w.Sub(v.val)}
		add(v.text)
	case 3:
		e.Content = []w.Node{w.Optional(w.Null())}
		if e.Dependent = rapid.Bool().Draw(t, "dependent"); e.Dependent {
			*want = (*want)[:before]
		} else if bare {
			*want = append(*want, leaf{name: path, null: true})
		}
	case 4:
		var items []w.Value
		for range rapid.IntRange(1, 4).Draw(t, "items") {
			v := drawString(t)
			v.val, v.text = w.String(strings.ReplaceAll(v.text, "\x00", "")), strings.ReplaceAll(v.text, "\x00", "")
			items = append(items, v.val)
			add(v.text)
		}
		e.Content = []w.Node{w.Sub(w.Array(items...))}
	case 5:
		a, b := drawScalar(t), drawScalar(t)
		e.Content = []w.Node{w.Sub(a.val), w.Text(" and "), w.Sub(b.val)}
		add(a.text + " and " + b.text)
	case 6:
		e.Content = []w.Node{w.Sub(w.BinXML(drawElement(t, path, depth+1, want)))}
	default:
		for range rapid.IntRange(1, 3).Draw(t, "children") {
			e.Content = append(e.Content, w.Child(drawElement(t, path, depth+1, want)))
		}
	}
	if kind >= 6 && len(*want) == before { // all in it is absent
		*want = append(*want, leaf{name: path, null: true})
	}
}

func TestWhateverIsWrittenIsReadBack(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var log w.Log
		var want [][]leaf
		for range rapid.IntRange(1, 5).Draw(t, "records") {
			var fields []leaf
			root := w.Elem("Event")
			for range rapid.IntRange(1, 4).Draw(t, "elements") {
				root.Content = append(root.Content, w.Child(drawElement(t, "", 0, &fields)))
			}
			if err := log.Add(w.Record{Time: testTime, Root: root}); err != nil {
				t.Fatal(err)
			}
			want = append(want, fields)
		}
		names := event.NewNames()
		var got [][]leaf
		problems, err := decodeAll(bytes.NewReader(log.Bytes()), names, func(e *event.Event) { got = append(got, fieldsOf(e, names)) })
		if err != nil || problems != nil {
			t.Fatalf("problems %v, error %v", problems, err)
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(leaf{}), cmpopts.EquateEmpty()); diff != "" {
			t.Errorf("-want +got: %s", diff)
		}
		lines, _, _ := dumpAll(bytes.NewReader(log.Bytes()))
		for line := range bytes.SplitSeq(bytes.TrimSuffix(lines, []byte("\n")), []byte("\n")) {
			if !json.Valid(line) {
				t.Errorf("no JSON: %s", line)
			}
		}
	})
}

package event_test

import (
	"encoding/binary"
	"encoding/json"
	"math"
	"strings"
	"testing"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
)

func field(kind event.Kind, data string) event.Field {
	return event.Field{Kind: kind, Data: []byte(data)}
}

func le(v uint64, n int) string {
	return string(binary.LittleEndian.AppendUint64(nil, v)[:n])
}

func TestAppendJSONKeepsTypes(t *testing.T) {
	tests := []struct {
		f    event.Field
		want string
	}{
		{event.Field{}, `null`},
		{field(event.Null, ""), `null`},
		{field(event.EmptyList, ""), `[]`},
		{field(event.EmptyObject, ""), `{}`},
		{field(event.True, "true"), `true`},
		{field(event.False, "false"), `false`},
		{field(event.Text, "a\"\\\x01\n\u2028é"), `"a\"\\\u0001\n` + "\u2028é\""},
		{field(event.Text, ""), `""`},
		{field(event.Text, "a\xff\xc3b"), "\"a\uFFFD\uFFFDb\""},
		{field(event.TextJSON, `tab\tquote\" \u00e9 \ud83e\udd8a \ud83e`), "\"tab\\tquote\\\" é \U0001F98A \uFFFD\""},
		{field(event.TextXML, `a &lt;b&gt; <![CDATA[&"]]>`), `"a <b> &\""`},
		{field(event.TextUTF16, "a\x00\"\x00\xac\x20"), `"a\"€"`},
		{field(event.TextANSI, "caf\xe9 \x80"), `"café €"`},
		{field(event.Number, "-12.50e+3"), `-12.50e+3`},
		{field(event.Number, "123456789012345678901234567890"), `123456789012345678901234567890`},
		{field(event.Number, "NaN"), `"NaN"`},
		{field(event.Number, "01"), `"01"`},
		{field(event.Number, "1."), `"1."`},
		{field(event.Number, ""), `""`},
		{field(event.Int8, "\xff"), `-1`},
		{field(event.Uint8, "\xff"), `255`},
		{field(event.Int16, "\x00\x80"), `-32768`},
		{field(event.Uint16, "\xff\xff"), `65535`},
		{field(event.Int32, "\xff\xff\xff\xff"), `-1`},
		{field(event.Uint32, "\xff\xff\xff\xff"), `4294967295`},
		{field(event.Int64, le(1<<63, 8)), `-9223372036854775808`},
		{field(event.Uint64, le(math.MaxUint64, 8)), `18446744073709551615`},
		{field(event.Uint64, "\x01"), `"01"`},
		{field(event.Hex32, le(0xbeef, 4)), `"0xbeef"`},
		{field(event.Hex64, le(1<<63, 8)), `"0x8000000000000000"`},
		{field(event.Float64, le(math.Float64bits(0.1), 8)), `0.1`},
		{field(event.Float32, le(uint64(math.Float32bits(0.1)), 4)), `0.1`},
		{field(event.Float64, le(math.Float64bits(math.NaN()), 8)), `"NaN"`},
		{field(event.Float32, le(uint64(math.Float32bits(float32(math.Inf(-1)))), 4)), `"-Inf"`},
		{field(event.Bool32, le(2, 4)), `true`},
		{field(event.Bool32, le(0, 4)), `false`},
		{field(event.SID, "\x01\x01\x00\x00\x00\x00\x00\x05\x12\x00\x00\x00"), `"S-1-5-18"`},
		{field(event.FileTime, le(132593079678912345, 8)), `"2021-03-04T05:06:07.8912345Z"`},
		{field(event.SystemTime, "\xe5\x07\x03\x00\x04\x00\x04\x00\x05\x00\x06\x00\x07\x00\x7b\x03"), `"2021-03-04T05:06:07.891Z"`},
		{field(event.FileTime, le(math.MaxUint64, 8)), `"FFFFFFFFFFFFFFFF"`},
		{field(event.Binary, "\x00\xfe"), `"00FE"`},
	}
	for _, test := range tests {
		got := string(test.f.AppendJSON([]byte("x")))
		if got != "x"+test.want {
			t.Errorf("AppendJSON of kind %d, %q = %s; want %s", test.f.Kind, test.f.Data, got[1:], test.want)
		}
		if !json.Valid([]byte(test.want)) {
			t.Errorf("%s is no JSON", test.want)
		}
	}
}

func TestAppendJSONStringQuotesEveryKind(t *testing.T) {
	for kind := event.Absent; kind <= event.Binary; kind++ {
		f := field(kind, "\x01\x01\x00\x00\x00\x00\x00\x05\x12\x00\x00\x00\x00\x00\x00\x00")
		var got string
		if err := json.Unmarshal(f.AppendJSONString(nil), &got); err != nil {
			t.Errorf("kind %d: %v", kind, err)
		}
		if want := strings.ToValidUTF8(f.Text(), "\uFFFD"); got != want {
			t.Errorf("kind %d: %q; want the text %q", kind, got, want)
		}
	}
}

// toValid replaces each invalid byte by U+FFFD, as encoding/json does.
func toValid(b []byte) string {
	var s strings.Builder
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		s.WriteRune(r)
		b = b[n:]
	}
	return s.String()
}

func FuzzJSONIsReadBack(f *testing.F) {
	f.Add(uint8(event.Text), []byte("a\"\\\x00\xff"))
	f.Add(uint8(event.TextUTF16), []byte("a\x00b\x00\"\x00c\x00d\x00\x3e\xd8\x8a\xdd\x3e\xd8"))
	f.Add(uint8(event.Number), []byte("-0.5E+10"))
	f.Add(uint8(event.TextJSON), []byte(`\u00e9\n`))
	f.Fuzz(func(t *testing.T, kind uint8, data []byte) {
		v := event.Field{Kind: event.Kind(kind) % (event.Binary + 1), Data: data}
		line := v.AppendJSON(nil)
		var got any
		dec := json.NewDecoder(strings.NewReader(string(line)))
		dec.UseNumber()
		if v.Kind == event.True || v.Kind == event.False {
			return // the data is the literal, whatever it is
		}
		if err := dec.Decode(&got); err != nil {
			t.Fatalf("kind %d, %q: %s: %v", v.Kind, data, line, err)
		}
		var text string
		switch got := got.(type) {
		case string:
			text = got
		case json.Number:
			text = got.String()
		case bool:
			text = map[bool]string{true: "true", false: "false"}[got]
		}
		if want := toValid(v.AppendText(nil)); text != want {
			t.Errorf("kind %d, %q: JSON says %q, text is %q", v.Kind, data, text, want)
		}
	})
}

func FuzzUTF16AgreesWithStandardLibrary(f *testing.F) {
	f.Add([]byte("a\x00b\x00c\x00d\x00e\x00\x00\xd8\x00\xdc"))
	f.Add([]byte("\x00\xdc\x00\xd8a\x00\x00"))
	f.Fuzz(func(t *testing.T, data []byte) {
		units := make([]uint16, len(data)/2)
		for i := range units {
			units[i] = binary.LittleEndian.Uint16(data[2*i:])
		}
		want := string(utf16.Decode(units))
		if got := string(event.AppendUTF16(nil, data)); got != want {
			t.Errorf("AppendUTF16(%x) = %q; want %q", data, got, want)
		}
		var got string
		if err := json.Unmarshal(field(event.TextUTF16, string(data)).AppendJSON(nil), &got); err != nil || got != want {
			t.Errorf("JSON of %x is read as %q, %v; want %q", data, got, err, want)
		}
	})
}

func TestAppendJSONDoesNotAllocate(t *testing.T) {
	buf := make([]byte, 0, 4096)
	text := strings.Repeat("C\x00:\x00\\\x00é\x00", 20)
	fields := []event.Field{
		field(event.TextUTF16, text), field(event.Text, "plain"), field(event.TextJSON, `a\tb`), field(event.Uint64, le(7, 8)),
		field(event.FileTime, le(132593079678912345, 8)), field(event.GUID, "0123456789abcdef"), field(event.Hex64, le(7, 8)),
	}
	if n := testing.AllocsPerRun(100, func() {
		for _, f := range fields {
			buf = f.AppendJSON(buf[:0])
			buf = f.AppendText(buf[:0])
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

func BenchmarkAppendJSONOfUTF16(b *testing.B) {
	f := field(event.TextUTF16, strings.Repeat("C\x00:\x00\\\x00W\x00i\x00n\x00d\x00o\x00w\x00s\x00", 8))
	buf := make([]byte, 0, 4096)
	b.SetBytes(int64(len(f.Data)))
	b.ReportAllocs()
	for b.Loop() {
		buf = f.AppendJSON(buf[:0])
	}
}

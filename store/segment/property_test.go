package segment_test

import (
	"bytes"
	"fmt"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/store/segment"
)

// drawEvents draws events of a few layouts, as parsers make them: mostly slices
// of the record, in any order, under any name and of any kind.
func drawEvents(t *rapid.T, names *event.Names) []*event.Event {
	sources := []*event.Source{{Path: "a.log", First: [32]byte{1}}, {Path: "b.log", First: [32]byte{2}, Host: "collector"}, nil}
	var all []*event.Event
	layouts := rapid.IntRange(1, 4).Draw(t, "layouts")
	for range layouts {
		kinds := rapid.SliceOfN(rapid.IntRange(int(event.Null), int(event.Binary)), 0, 12).Draw(t, "kinds")
		fields := make([]event.Name, len(kinds))
		for i := range fields {
			fields[i] = names.Intern(rapid.SampledFrom([]string{"a", "b", "b__text", "_time", "_", "", "x.y", "\xff", "c", "d"}).Draw(t, "name"))
		}
		opening := rapid.SampledFrom([]string{"{", "<", "", "a"}).Draw(t, "opening")
		for range rapid.IntRange(1, 30).Draw(t, "events") {
			all = append(all, drawEvent(t, opening, kinds, fields, rapid.SampledFrom(sources).Draw(t, "source")))
		}
	}
	return all
}

func drawEvent(t *rapid.T, opening string, kinds []int, names []event.Name, src *event.Source) *event.Event {
	raw := []byte(opening)
	type cut struct{ from, to int }
	cuts := make([]cut, len(kinds))
	e := &event.Event{
		Dataset: "d", Schema: rapid.SampledFrom([]string{"ecs", "evtx"}).Draw(t, "schema"), Source: src,
		Record: rapid.Int64().Draw(t, "record"), Line: rapid.Int64Range(0, 5).Draw(t, "line"), Offset: rapid.Int64().Draw(t, "offset"),
		Assumed: event.Assumed(rapid.IntRange(0, 3).Draw(t, "assumed")), Identity: event.Identity(rapid.IntRange(0, 1).Draw(t, "identity")),
		Time: rapid.SampledFrom([]time.Time{{}, time.Unix(0, 1), time.Unix(1e9, 5), time.Unix(4e9, 0), time.Unix(-2e10, 7), time.Unix(2e11, 0)}).Draw(t, "time").UTC(),
	}
	if e.Time.Year() == 1 {
		e.Time = time.Time{}
	}
	for i, k := range kinds {
		raw = append(raw, rapid.SampledFrom([]string{`"`, ",", " ", "", `":"`}).Draw(t, "literal")...)
		cuts[i].from = len(raw)
		raw = append(raw, drawData(t, event.Kind(k))...)
		cuts[i].to = len(raw)
	}
	raw = append(raw, rapid.SampledFrom([]string{"", "}", "\r"}).Draw(t, "tail")...)
	e.Raw = raw
	for i, k := range kinds {
		f := event.Field{Name: names[i], Kind: event.Kind(k), Data: raw[cuts[i].from:cuts[i].to]}
		if rapid.IntRange(0, 9).Draw(t, "elsewhere") == 0 {
			f.Data = bytes.Clone(f.Data)
		}
		e.Fields = append(e.Fields, f)
	}
	if rapid.Bool().Draw(t, "backwards") {
		slices.Reverse(e.Fields)
	}
	for _, to := range []*event.Field{&e.Host, &e.Provider, &e.Channel, &e.Code} {
		switch n := rapid.IntRange(-2, len(kinds)-1).Draw(t, "ref"); {
		case n >= 0:
			*to = e.Fields[n]
		case n == -2:
			*to = event.Field{Kind: event.Text, Data: []byte("somebody")}
		}
	}
	if rapid.IntRange(0, 4).Draw(t, "frame") == 0 {
		e.Frame = event.NewFrame([]byte{byte(rapid.IntRange(0, 2).Draw(t, "which"))})
	}
	return e
}

// drawData draws bytes that are likely for a kind, or any.
func drawData(t *rapid.T, k event.Kind) []byte {
	if rapid.IntRange(0, 7).Draw(t, "odd") == 0 {
		return rapid.SliceOfN(rapid.Byte(), 0, 24).Draw(t, "bytes")
	}
	texts := map[event.Kind][]string{
		event.Number:   {"0", "-0", "1", "-17", "9223372036854775807", "9223372036854775808", "1.5", "1.50", "0.000001", "-0.5", "-0.0", "5.0", "1e5", "007", "1.", "123456789012.5"},
		event.TextJSON: {`C:\\Windows`, `a\/b`, `\u003cb\u003E`, `\u00e9`, `\ud83d\ude00`, `\ud83d`, `a\n\u000a`, `\"\'`, `\`, `é\t`},
		event.Text:     {"x", "", "C:\\Windows", "é", "a/b", "<b>", "it's", "\x7f", "ab\tc", "😀"},
		event.TextXML:  {"&lt;a&gt;", "&#39;&apos;", "<![CDATA[x]]>", "a&#xA;b", "&amp;", "&unknown;"},
		event.True:     {"true"},
		event.False:    {"false"},
	}[k]
	if texts != nil {
		return []byte(rapid.SampledFrom(texts).Draw(t, "text"))
	}
	switch k {
	case event.Int8, event.Uint8:
		return rapid.SliceOfN(rapid.Byte(), 1, 1).Draw(t, "byte")
	case event.Int16, event.Uint16:
		return rapid.SliceOfN(rapid.Byte(), 2, 2).Draw(t, "short")
	case event.Int32, event.Uint32, event.Hex32, event.Float32, event.Bool32:
		return rapid.SliceOfN(rapid.ByteRange(0, 1), 4, 4).Draw(t, "word")
	case event.Int64, event.Uint64, event.Hex64, event.Float64, event.FileTime:
		return rapid.SliceOfN(rapid.Byte(), 8, 8).Draw(t, "long")
	case event.GUID, event.SystemTime:
		return rapid.SliceOfN(rapid.Byte(), 16, 16).Draw(t, "guid")
	case event.SID:
		return []byte{1, 1, 0, 0, 0, 0, 0, 5, 18, 0, 0, 0}
	case event.TextUTF16:
		return rapid.SliceOfN(rapid.SampledFrom([]byte{0, 'a', 0xd8, 0xdc}), 0, 8).Draw(t, "utf16")
	}
	return rapid.SliceOfN(rapid.Byte(), 0, 8).Draw(t, "data")
}

// comesBack holds that events are the same after they were sealed and read.
func comesBack(t *rapid.T) {
	names := event.NewNames()
	b := segment.NewBuilder(names, segment.NewTypes())
	var want []string
	for i, e := range drawEvents(t, names) {
		id := event.ID{byte(i), byte(i >> 8)}
		b.Add(e, id)
		if e.Source == nil {
			e.Source = &event.Source{}
		} else if e.Host.Kind != event.Absent {
			e.Source.Host = "" // it is kept for events that need it
		}
		want = append(want, told(names, e, id)+fmt.Sprint(e.Frame))
		if e.Source.Path == "b.log" {
			e.Source.Host = "collector"
		}
	}
	var file bytes.Buffer
	run, err := b.Seal(&file, []byte("secret"))
	if err != nil {
		t.Fatal(err)
	}
	s, err := segment.Open(bytes.NewReader(file.Bytes()), int64(file.Len()), names)
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	r, err := s.NewReader(0, nil)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for r.Next() {
		got = append(got, told(names, r.Event(), *r.Event().Stored)+fmt.Sprint(r.Event().Frame))
	}
	slices.Sort(got)
	slices.Sort(want)
	if r.Err() != nil || !slices.Equal(got, want) {
		for i := range want {
			if i >= len(got) || got[i] != want[i] {
				t.Fatalf("Err %v; event %d of %d is\n%q\nwant\n%q", r.Err(), i, len(got), at(got, i), want[i])
			}
		}
	}
	if err := s.Verify(0, []byte("secret")); err != nil || s.Runs()[0].Root != run.Root {
		t.Fatalf("Verify: %v", err)
	}
}

func at(all []string, i int) string {
	if i < len(all) {
		return all[i]
	}
	return ""
}

func TestAnyEventComesBack(t *testing.T) { rapid.Check(t, comesBack) }

func FuzzAnyEventComesBack(f *testing.F) { f.Fuzz(rapid.MakeFuzz(comesBack)) }

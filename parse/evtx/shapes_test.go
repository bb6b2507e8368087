package evtx_test

import (
	"testing"
	"time"

	w "github.com/dwell-project/dwell/internal/evtxwrite"
)

var testTime = time.Date(2021, 3, 4, 5, 6, 7, 891234500, time.UTC)

func must[T any](t testing.TB) func(T, error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// allValues has one value of every type, and an array of every type.
func allValues(t testing.TB) []w.Value {
	value := must[w.Value](t)
	scalars := []w.Value{
		w.String("čaj ☕ 🫖"), w.ANSI("caf\xe9"), w.Int8(-8), w.Uint8(200), w.Int16(-1600), w.Uint16(60000), w.Int32(-1 << 31),
		w.Uint32(1<<32 - 1), w.Int64(-1 << 63), w.Uint64(1<<64 - 1), w.Float32(0.1), w.Float64(-2.5e-300), w.Bool(true), w.Bool(false),
		w.Binary([]byte{0, 1, 0xfe}), value(w.GUID("{5770385f-c22a-43e0-bf4c-06f5698ffbd9}")), w.Size32(0xdead), w.Size64(1 << 40),
		w.FileTime(testTime), w.SystemTime(testTime), value(w.SID("S-1-5-21-4294967295-2-3-1001")), w.Hex32(0xbeef), w.Hex64(1 << 63),
	}
	all := append(scalars, w.Null(), w.String(""), w.ANSI(""), w.Binary(nil))
	for _, v := range scalars {
		all = append(all, w.Array(v), w.Array(v, v, v))
	}
	return append(all, w.Array(), w.Value{Type: 0x0a, Bytes: []byte{1, 2, 3}}, w.Value{Type: 0x13, Bytes: []byte{1, 9}},
		w.Value{Type: 0x20, Bytes: []byte{1}}, w.Value{Type: 0x7f, Bytes: []byte{1}}, w.Value{Type: 0x23, Bytes: []byte{'<', 0}})
}

// shapes are records with every shape of element that the format allows.
func shapes(t testing.TB) []w.Record {
	plain := w.Record{
		Time: testTime, Provider: "P", EventID: 1, Channel: "Microsoft-Windows-Sysmon/Operational", Computer: "HOST", UserSID: "S-1-5-18",
		Data: []w.Data{{Name: "Image", Value: w.String(`C:\a.exe`)}, {Name: "Pid", Value: w.Uint32(7)}},
	}
	values := plain
	values.Data = nil
	for _, v := range allValues(t) {
		values.Data = append(values.Data, w.Data{Name: "V", Value: v}, w.Data{Value: v})
	}
	user := plain
	user.Data, user.UserData = nil, w.Elem("LogFileCleared", w.Child(w.Elem("SubjectUserName", w.Sub(w.String("eve"))))).With("xmlns", w.Text("urn:x"))
	records := []w.Record{plain, plain, values, user, {Time: testTime, Bare: true, Root: w.Elem("Event", w.Child(w.Elem("A", w.Text("b"))))}}
	for _, e := range elements() {
		records = append(records, w.Record{Time: testTime, Root: w.Elem("Event", w.Child(e), w.Child(w.Elem("Z", w.Sub(w.Uint8(1)))))})
		records = append(records, w.Record{Time: testTime, Root: w.Elem("Event", w.Child(w.Elem("System")), w.Optional(w.BinXML(e)))})
	}
	return records
}

// dependent makes an element that is there only if its value is.
func dependent(e *w.Element) *w.Element {
	e.Dependent = true
	return e
}

// elements are shapes that no ordinary event has.
func elements() []*w.Element {
	data := func(name string, nodes ...w.Node) w.Node {
		return w.Child(w.Elem("Data", nodes...).With("Name", w.Text(name)))
	}
	deep := w.Elem("N", w.Sub(w.String("bottom")))
	for range 10 {
		deep = w.Elem("N", w.Sub(w.BinXML(deep)), w.Sub(w.Uint8(1)))
	}
	return []*w.Element{
		w.Elem("Empty"),
		w.Elem("Static").With("a", w.Text("1")).With("b", w.Text("")),
		w.Elem("Both", w.Sub(w.Uint8(1))).With("a", w.Sub(w.Uint8(2))).With("b", w.Optional(w.Null())),
		w.Elem("Neither", w.Sub(w.Null())).With("b", w.Optional(w.Null())),
		w.Elem("Null", w.Optional(w.Null())),
		dependent(w.Elem("Absent", w.Optional(w.Null()))),
		w.Elem("Present", w.Child(dependent(w.Elem("A", w.Optional(w.Uint8(1))))), w.Child(dependent(w.Elem("B", w.Optional(w.Null())).With("c", w.Sub(w.Uint8(1))))), w.Child(w.Elem("D"))),
		w.Elem("Hollow", w.Child(dependent(w.Elem("A", w.Optional(w.Null())))), w.Child(dependent(w.Elem("B", w.Optional(w.Null()))))),
		w.Elem("Joined", w.Text("a "), w.Sub(w.Uint8(1)), w.CDATA(" <b> "), w.CharRef(0x26), w.EntityRef("lt"), w.EntityRef("nbsp")).With("x", w.Text("p"), w.Sub(w.Uint8(3))),
		w.Elem("JoinedArray", w.Text("n"), w.Sub(w.Array(w.Uint8(1), w.Uint8(2)))),
		w.Elem("Mixed", w.Text("before "), w.Child(w.Elem("B", w.Sub(w.Uint8(1)))), w.Text(" \n"), w.Sub(w.String("after"))).With("y", w.Sub(w.Uint8(1))),
		w.Elem("Instruction", w.Instruction("target", "data"), w.Instruction("bare", "")),
		w.Elem("Repeated", w.Child(w.Elem("R", w.Sub(w.Uint8(1)))), w.Child(w.Elem("R", w.Sub(w.Array(w.Uint8(2), w.Uint8(3))))), w.Child(w.Elem("Q", w.Sub(w.Array(w.Uint8(4), w.Uint8(5)))))),
		w.Elem("EventData", data("A", w.Sub(w.Uint8(1))), data("A", w.Sub(w.Uint8(2))), data("B", w.Optional(w.Null())), data("C", w.Text("x"), w.Sub(w.Uint8(3))), w.Child(w.Elem("Data", w.Sub(w.String("unnamed"))))),
		w.Elem("EventData", w.Child(w.Elem("Data", w.Sub(w.Uint8(1))).With("Name", w.Sub(w.String("Dynamic"))).With("Type", w.Text("t")))),
		w.Elem("EventData", w.Child(dependent(w.Elem("Data", w.Optional(w.Null())))), w.Child(dependent(w.Elem("Binary", w.Optional(w.Null()))))),
		w.Elem("EventData", w.Child(dependent(w.Elem("Data", w.Optional(w.Array(w.String("a"), w.String("b")))))), w.Child(dependent(w.Elem("Data", w.Optional(w.Null())))), w.Child(w.Elem("Binary", w.Optional(w.Binary([]byte{1}))))),
		w.Elem("EventData", w.Child(w.Elem("Data", w.Optional(w.Null()))), w.Child(w.Elem("Data", w.Sub(w.Uint8(9)))), w.Child(w.Elem("Data", w.Text("two "), w.Sub(w.Uint8(2))))),
		w.Elem("EventData", w.Sub(w.BinXML(w.Elem("Data", w.Sub(w.Uint8(1))).With("Name", w.Text("Inner"))))),
		w.Elem("UserData", w.Sub(w.BinXML(w.Elem("X", w.Sub(w.BinXML(w.Elem("Y").With("k", w.Sub(w.Uint8(1)))))).With("xmlns", w.Text("urn:y"))))),
		w.Elem("TwoValues", w.Sub(w.BinXML(w.Elem("K", w.Text("1")))), w.Child(w.Elem("K", w.Text("2"))), w.Sub(w.BinXML(w.Elem("K", w.Text("3"))))),
		deep,
	}
}

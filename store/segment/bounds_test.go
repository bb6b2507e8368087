package segment_test

import (
	"bytes"
	"fmt"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/store/segment"
)

// TestFieldsWithoutEndHaveNoColumnsWithoutEnd seals records in which names of
// fields are values.
func TestFieldsWithoutEndHaveNoColumnsWithoutEnd(t *testing.T) {
	names := event.NewNames()
	b := segment.NewBuilder(names, segment.NewTypes())
	src := &event.Source{Path: "a"}
	var want []string
	for i := range 50 {
		e := &event.Event{Dataset: "d", Source: src, Raw: []byte("{"), Offset: int64(i)}
		for k := range 100 {
			value := []byte(fmt.Sprintf("%d-%d", i, k))
			if k == 3 {
				value = append(value, 0xff)
			}
			e.Fields = append(e.Fields, event.Field{Name: names.Intern(fmt.Sprintf("f%d", 100*i+k)), Kind: event.Text, Data: value})
		}
		id := event.ID{byte(i)}
		b.Add(e, id)
		want = append(want, told(names, e, id))
	}
	var file bytes.Buffer
	if _, err := b.Seal(&file, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	checkSame(t, "many fields", want, readAll(t, names, file.Bytes()))
	checkReaders(t, names, file.Bytes())
	f, err := parquet.OpenFile(bytes.NewReader(file.Bytes()), int64(file.Len()))
	if err != nil {
		t.Fatal(err)
	}
	if n := len(f.Schema().Columns()); n > 1100 {
		t.Errorf("5000 fields have %d columns", n)
	}
}

func TestALongRunIsReadFromAnyRow(t *testing.T) {
	names := event.NewNames()
	b := segment.NewBuilder(names, segment.NewTypes())
	src := &event.Source{Path: "a"}
	const rows = 40000 // of some pages
	for i := range rows {
		raw := fmt.Appendf(nil, `{"n":%d,"even":%v}`, i, i%2 == 0)
		e := &event.Event{Dataset: "d", Source: src, Raw: raw, Line: int64(i), Record: int64(i)}
		e.Fields = append(e.Fields, event.Field{Name: names.Intern("n"), Kind: event.Number, Data: raw[5 : 5+len(fmt.Sprint(i))]})
		if i%3 == 0 {
			e.Fields = append(e.Fields, event.Field{Name: names.Intern("third"), Kind: event.Text, Data: []byte("yes")})
		}
		b.Add(e, event.ID{byte(i >> 16), byte(i >> 8), byte(i)})
	}
	var file bytes.Buffer
	if _, err := b.Seal(&file, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	s := open(t, names, file.Bytes())
	r, err := s.NewReader(0, func(n event.Name) bool { return names.Text(n) == "third" })
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []int{39999, 0, 16384, 16383, 20001, 20000, 32768, 5} {
		r.Seek(row)
		if !r.Next() || r.Event().Stored[2] != byte(row) || (len(r.Event().Fields) == 1) != (row%3 == 0) {
			t.Errorf("row %d: %v, %v", row, r.Event(), r.Err())
		}
		if err := r.Complete(); err != nil || string(r.Event().Raw) != fmt.Sprintf(`{"n":%d,"even":%v}`, row, row%2 == 0) {
			t.Errorf("row %d: %s, %v", row, r.Event().Raw, err)
		}
	}
	checkProof(t, s, 0, 39990)
	var joined bytes.Buffer
	if _, err := segment.Join(&joined, s, open(t, names, small(t, names)), s); err != nil {
		t.Fatal(err)
	}
	checkReaders(t, names, joined.Bytes())
	all := open(t, names, joined.Bytes())
	if n := all.Rows(); n != 2*rows+3 {
		t.Errorf("%d rows after joining", n)
	}
	for i, run := range all.Runs() {
		if i != 1 && run.Root != s.Runs()[0].Root {
			t.Errorf("run %d has another root after joining", i)
		}
	}
}

package segment_test

import (
	"bytes"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/store/segment"
)

// small is a sealed file of a few events.
func small(t testing.TB, names *event.Names) []byte {
	t.Helper()
	b := segment.NewBuilder(names, segment.NewTypes())
	src := &event.Source{Path: "a.log"}
	for i := range 3 {
		raw := []byte(`{"User":"anna","Code":4624,"Path":"C:\\x"}`)
		raw[9] += byte(i)
		b.Add(&event.Event{Dataset: "d", Schema: "flat", Source: src, Raw: raw, Line: int64(i + 1), Record: int64(i + 1), Offset: int64(50 * i), Fields: []event.Field{
			{Name: names.Intern("User"), Kind: event.Text, Data: raw[9:13]},
			{Name: names.Intern("Code"), Kind: event.Number, Data: raw[22:26]},
			{Name: names.Intern("Path"), Kind: event.TextJSON, Data: raw[35:40]},
		}}, event.ID{byte(i)})
	}
	var file bytes.Buffer
	if _, err := b.Seal(&file, []byte("secret")); err != nil {
		t.Fatal(err)
	}
	return file.Bytes()
}

// raws reads the records of a file, as far as it can be read.
func raws(file []byte) (all [][]byte, err error) {
	s, err := segment.Open(bytes.NewReader(file), int64(len(file)), event.NewNames())
	if err != nil {
		return nil, err
	}
	defer s.Close()
	for run := range s.Runs() {
		r, err := s.NewReader(run, nil)
		if err != nil {
			return all, err
		}
		for r.Next() {
			all = append(all, bytes.Clone(r.Event().Raw))
		}
		if r.Err() != nil {
			return all, r.Err()
		}
		if err := s.Verify(run, []byte("secret")); err != nil {
			return all, err
		}
	}
	return all, nil
}

// TestADamagedByteIsFoundOrChangesNothing flips bits of every byte of a file.
func TestADamagedByteIsFoundOrChangesNothing(t *testing.T) {
	file := small(t, event.NewNames())
	want, err := raws(file)
	if err != nil || len(want) != 3 || string(want[0]) != `{"User":"anna","Code":4624,"Path":"C:\\x"}` {
		t.Fatalf("%q, %v", want, err)
	}
	found := 0
	for i := range file {
		for _, bit := range []byte{1, 0x80} {
			damaged := bytes.Clone(file)
			damaged[i] ^= bit
			got, err := raws(damaged)
			if err != nil {
				found++
				continue
			}
			if !equalRaws(got, want) {
				t.Errorf("byte %d of %d, bit %#x: %d records, the first %q, and no error", i, len(file), bit, len(got), got)
			}
		}
	}
	t.Logf("%d of %d damages were found", found, 2*len(file))
}

func equalRaws(a, b [][]byte) bool {
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if !bytes.Equal(a[i], b[i]) {
			return false
		}
	}
	return true
}

func TestACutFileIsRefused(t *testing.T) {
	file := small(t, event.NewNames())
	for n := range file {
		if got, err := raws(file[:n]); err == nil {
			t.Errorf("the first %d of %d bytes give %q", n, len(file), got)
		}
	}
}

// FuzzDamagedFileGivesNothingElse holds that whatever is done to a file, reading
// it ends, and what verifies is what was sealed.
func FuzzDamagedFileGivesNothingElse(f *testing.F) {
	whole := small(f, event.NewNames())
	want, err := raws(whole)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(whole)
	f.Fuzz(func(t *testing.T, file []byte) {
		got, err := raws(file)
		if err == nil && len(got) > 0 && len(got) == len(want) && !equalRaws(got, want) {
			t.Errorf("records %q verify", got)
		}
	})
}

package event_test

import (
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/dwell-project/dwell/event"
)

func TestNamesAreNumberedInOrder(t *testing.T) {
	names := event.NewNames("a", "b", "a")
	for want, s := range []string{"", "a", "b", "c"} {
		if s == "" {
			continue
		}
		if got := names.Intern(s); got != event.Name(want) {
			t.Errorf("Intern(%q) = %d; want %d", s, got, want)
		}
		if got := names.Text(event.Name(want)); got != s {
			t.Errorf("Text(%d) = %q; want %q", want, got, s)
		}
	}
	if _, ok := names.Lookup("d"); ok {
		t.Error("Lookup found a name that was never given")
	}
	if got := names.Text(99); got != "" {
		t.Errorf("Text(99) = %q", got)
	}
}

func TestFullTableRefusesAndCounts(t *testing.T) {
	names := event.NewNames()
	for i := range event.MaxNames + 9 {
		names.Intern(fmt.Sprint(i))
	}
	if names.Len() != event.MaxNames || names.Refused() != 10 {
		t.Errorf("Len() = %d, Refused() = %d; want %d and 10", names.Len(), names.Refused(), event.MaxNames)
	}
	if got := names.Intern("more"); got != event.Overflow {
		t.Errorf("a name too many has number %d", got)
	}
	if got := names.Intern("5"); names.Text(got) != "5" {
		t.Errorf("an old name is %d in the full table", got)
	}
}

func TestNamesAreSharedByManyGoroutines(t *testing.T) {
	names := event.NewNames()
	var wg sync.WaitGroup
	numbers := make([][]event.Name, 8)
	for g := range numbers {
		wg.Go(func() {
			for i := range 3000 {
				s := fmt.Sprint((i*7 + g*13) % 3000)
				n := names.InternBytes([]byte(s))
				if got, ok := names.Lookup(s); !ok || got != n || names.Text(n) != s {
					t.Errorf("Lookup(%q) = %d, %v, Text %q; want %d", s, got, ok, names.Text(n), n)
					return
				}
			}
			for i := range 3000 {
				numbers[g] = append(numbers[g], names.Intern(fmt.Sprint(i)))
			}
		})
	}
	wg.Wait()
	for g := range numbers {
		for i, n := range numbers[g] {
			if n != numbers[0][i] {
				t.Fatalf("name %d has numbers %d and %d", i, n, numbers[0][i])
			}
		}
	}
}

func TestInternBytesOfAKnownNameDoesNotAllocate(t *testing.T) {
	names := event.NewNames("old")
	young := []byte("young")
	names.InternBytes(young)
	if n := testing.AllocsPerRun(100, func() { names.InternBytes(young) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// sample is an event of each identity.
func sample(names *event.Names, by event.Identity) *event.Event {
	e := &event.Event{
		Time: time.Date(2021, 3, 4, 5, 6, 7, 891234500, time.UTC), Host: field(event.Text, "HOST"), Channel: field(event.Text, "Security"),
		Record: 4711, Offset: 4608, Raw: []byte("raw"), Source: &event.Source{First: [32]byte{1, 2, 3}}, Identity: by,
	}
	for i, f := range []event.Field{
		field(event.Text, "text"), field(event.Uint32, le(7, 4)), field(event.Null, ""), field(event.Bool32, le(1, 4)),
		field(event.GUID, "0123456789abcdef"), field(event.SID, "\x01\x01\x00\x00\x00\x00\x00\x05\x12\x00\x00\x00"),
		field(event.FileTime, le(132593079678912345, 8)), field(event.Binary, "\x01"), field(event.EmptyList, ""),
	} {
		f.Name = names.Intern(fmt.Sprintf("f%d", i))
		e.Fields = append(e.Fields, f)
	}
	return e
}

// The ids below are in archives. If this test fails, ids already written cannot
// be made again: a change of the form needs a new Identity.
func TestIDsAreFrozen(t *testing.T) {
	for by, want := range map[event.Identity]string{
		event.ByPosition: "1586e6bc353f5448e8a4b0899cfc942c",
		event.ByRecord:   "3f17ab05af533c665ca78ef4d295ff0d",
	} {
		names := event.NewNames()
		id := sample(names, by).ID(names)
		if got := id.String(); got != want {
			t.Errorf("identity %d: id is %s; want %s", by, got, want)
		}
		if back, ok := event.ParseID(id.String()); !ok || back != id {
			t.Errorf("ParseID(%s) = %v, %v", id, back, ok)
		}
	}
}

func TestIDByRecordIsThatOfTheValues(t *testing.T) {
	names := event.NewNames("other", "numbers")
	id := func(change func(*event.Event)) event.ID {
		e := sample(names, event.ByRecord)
		change(e)
		return e.ID(names)
	}
	base := id(func(*event.Event) {})
	same := map[string]func(*event.Event){
		"place": func(e *event.Event) { e.Offset, e.Raw, e.Source = 1, nil, nil },
		"encoding": func(e *event.Event) {
			e.Fields[0].Kind, e.Fields[0].Data = event.TextUTF16, []byte("t\x00e\x00x\x00t\x00")
		},
		"width": func(e *event.Event) { e.Fields[1].Kind, e.Fields[1].Data = event.Number, []byte("7") },
	}
	for name, change := range same {
		if got := id(change); got != base {
			t.Errorf("another %s gives another id", name)
		}
	}
	other := map[string]func(*event.Event){
		"value":  func(e *event.Event) { e.Fields[0].Data = []byte("tex") },
		"name":   func(e *event.Event) { e.Fields[0].Name = names.Intern("f8") },
		"class":  func(e *event.Event) { e.Fields[1].Kind = event.Binary },
		"record": func(e *event.Event) { e.Record++ },
		"time":   func(e *event.Event) { e.Time = e.Time.Add(100) },
		"host":   func(e *event.Event) { e.Host = field(event.Text, "HOSTS") },
		"order":  func(e *event.Event) { e.Fields[0], e.Fields[1] = e.Fields[1], e.Fields[0] },
		"null":   func(e *event.Event) { e.Fields[2].Kind = event.Text },
	}
	for name, change := range other {
		if got := id(change); got == base {
			t.Errorf("another %s gives the same id", name)
		}
	}
}

func TestParseIDRefusesWhatIsNone(t *testing.T) {
	for _, s := range []string{"", "0", "zz000000000000000000000000000000", "000000000000000000000000000000000"} {
		if id, ok := event.ParseID(s); ok {
			t.Errorf("ParseID(%q) = %v", s, id)
		}
	}
}

func TestNumbersAreReadFromEveryKind(t *testing.T) {
	for _, test := range []struct {
		f    event.Field
		want int64
		ok   bool
	}{
		{field(event.Int8, "\xff"), -1, true},
		{field(event.Uint8, "\xff"), 255, true},
		{field(event.Int16, "\xfe\xff"), -2, true},
		{field(event.Int32, le(1<<31, 4)), -1 << 31, true},
		{field(event.Int64, le(1<<63, 8)), -1 << 63, true},
		{field(event.Uint64, le(1<<63, 8)), -1 << 63, false},
		{field(event.Hex64, le(16, 8)), 16, true},
		{field(event.Bool32, le(1, 4)), 1, true},
		{field(event.Text, "-42"), -42, true},
		{field(event.TextUTF16, "4\x002\x00"), 42, true},
		{field(event.Number, "4.2"), 0, false},
		{field(event.Int32, "\x01"), 0, false},
		{field(event.Binary, "\x01"), 0, false},
	} {
		if got, ok := test.f.Int(); ok != test.ok || ok && got != test.want {
			t.Errorf("Int of kind %d, %q = %d, %v; want %d, %v", test.f.Kind, test.f.Data, got, ok, test.want, test.ok)
		}
	}
}

func TestIntDoesNotAllocate(t *testing.T) {
	for _, f := range []event.Field{field(event.TextUTF16, "4\x002\x00"), field(event.Text, "42"), field(event.Uint32, le(42, 4))} {
		if n := testing.AllocsPerRun(100, func() { f.Int() }); n != 0 {
			t.Errorf("Int of kind %d: %v allocations", f.Kind, n)
		}
	}
}

func TestTimesOutsideTheCalendarAreNone(t *testing.T) {
	for _, f := range []event.Field{
		field(event.FileTime, le(1<<63, 8)), field(event.FileTime, "\x01"), field(event.SystemTime, "\xe5\x07\x02\x00\x00\x00\x1e\x00\x00\x00\x00\x00\x00\x00\x00\x00"),
		field(event.SystemTime, "\xe5\x07\x0d\x00\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x00"), field(event.Text, "2021-03-04"),
	} {
		if got, ok := f.Time(); ok {
			t.Errorf("Time of kind %d, %x = %v", f.Kind, f.Data, got)
		}
	}
}

func FuzzFileTimeIsShownAsTheTimePackageDoes(f *testing.F) {
	f.Add(uint64(132593079678912345))
	f.Add(uint64(0))
	f.Fuzz(func(t *testing.T, ticks uint64) {
		v := field(event.FileTime, le(ticks, 8))
		at, ok := v.Time()
		if !ok {
			return
		}
		if got, want := v.Text(), at.Format("2006-01-02T15:04:05.0000000Z"); got != want {
			t.Errorf("FileTime %d is %s; want %s", ticks, got, want)
		}
	})
}

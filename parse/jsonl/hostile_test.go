package jsonl_test

import (
	"errors"
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// repeated reads text n times.
type repeated struct {
	text string
	n    int
	at   int
}

func (r *repeated) Read(p []byte) (int, error) {
	if r.n == 0 {
		return 0, io.EOF
	}
	n := copy(p, r.text[r.at:])
	if r.at += n; r.at == len(r.text) {
		r.at, r.n = 0, r.n-1
	}
	return n, nil
}

func TestRecordTooLongIsReportedAndTheNextOnesAreRead(t *testing.T) {
	const mega = 100
	long := io.MultiReader(
		strings.NewReader("{\"first\":1}\n{\"a\":\""), &repeated{text: strings.Repeat("x", 1<<20), n: mega}, strings.NewReader("\"}\n{\"last\":1}\n"),
	)
	names := event.NewNames()
	d := jsonl.Format{}.NewDecoder(names)
	s := jsonl.Format{}.Split(long, &event.Source{Path: "long"})
	var got []string
	var b parse.Block
	for s.Next(&b) != io.EOF {
		d.Decode(&b, func(e *event.Event) bool {
			got = append(got, fmt.Sprintf("line %d, offset %d, %d bytes", e.Record, e.Offset, len(e.Raw)))
			return true
		}, func(p parse.Problem) {
			if !errors.Is(p, blocks.ErrTooLong) {
				t.Errorf("problem %v; want it to be too long", p)
			}
			got = append(got, fmt.Sprintf("line %d, offset %d, %d bytes left out", p.Record, p.Offset, p.Length))
		})
	}
	size := len("{\"a\":\"\"}\n") + mega<<20
	want := []string{
		"line 1, offset 0, 11 bytes",
		fmt.Sprintf("line 2, offset 12, %d bytes left out", size),
		fmt.Sprintf("line 3, offset %d, 10 bytes", 12+size),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read (-want +got):\n%s", diff)
	}
	var m runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&m)
	if m.HeapAlloc > 200<<20 {
		t.Errorf("%d MiB are in use after a record of %d MiB", m.HeapAlloc>>20, mega)
	}
}

func TestLongRecordsWithinTheLimitAreRead(t *testing.T) {
	records, problems := read(t, `{"a":"`+strings.Repeat("x", 3<<20)+"\"}\n{\"b\":[\n"+strings.Repeat("1,\n", 1<<20)+"2]}\n{\"c\":1}")
	if len(records) != 3 || len(problems) != 0 || len(records[1].Fields) != 1<<20+1 || records[2].Record != 2+1<<20+2 {
		t.Errorf("read %d records, problems %v; want 3, the last on line %d", len(records), problems, 2+1<<20+2)
	}
}

func TestUnclosedObjectDoesNotSwallowTheRest(t *testing.T) {
	one := "  {\n    \"a\": \"" + strings.Repeat("x", 500) + "\"\n  },\n"
	broken := "  {\n    \"a\": [\n  },\n"
	n := 20000 // ten megabytes
	text := "[\n" + strings.Repeat(one, n) + broken + strings.Repeat(one, n) + "]\n"
	records, problems := read(t, text)
	if len(records) != 2*n+1 || len(problems) != 1 {
		t.Errorf("read %d records with %d problems; want %d and 1", len(records), len(problems), 2*n+1)
	}
}

func TestBinaryJunkIsKept(t *testing.T) {
	junk := strings.Repeat("\x00", 70000) + strings.Repeat("\xff\xfe{[", 30000)
	records, problems := read(t, junk+"\n{\"a\":1}\n")
	if len(records) != 2 || len(problems) != 1 || records[0].Raw != junk || records[1].Raw != `{"a":1}` {
		t.Errorf("read %d records, problems %v; want the junk, and the object", len(records), problems)
	}
}

func TestSourceWithoutAByteHasNoRecord(t *testing.T) {
	for _, text := range []string{"", "\xef\xbb\xbf", "\n\n", "[]\n", "\xff\xfe"} {
		if records, problems := read(t, text); len(records)+len(problems) > 0 {
			t.Errorf("%q: records %v, problems %v; want none", text, records, problems)
		}
	}
}

func TestHalfARecordAtTheEndIsKept(t *testing.T) {
	whole := `{"a":{"b":[1,"x\n"]}}`
	for cut := 1; cut < len(whole); cut++ {
		records, problems := read(t, whole+"\n"+whole[:cut])
		if len(records) != 2 || len(problems) != 1 || records[1].Raw != whole[:cut] || records[1].Schema != "unparsed" {
			t.Errorf("cut after %q: records %v, problems %v", whole[:cut], records, problems)
		}
	}
}

// failing ends with an error that is not io.EOF.
type failing struct{ r io.Reader }

var errDisk = errors.New("disk on fire")

func (f failing) Read(p []byte) (int, error) {
	n, err := f.r.Read(p)
	if err == io.EOF {
		err = errDisk
	}
	return n, err
}

func TestReadErrorComesAfterWhatWasRead(t *testing.T) {
	s := jsonl.Format{}.Split(failing{strings.NewReader("{\"a\":1}\n{\"a\":2")}, &event.Source{Path: "f"})
	var b parse.Block
	if err := s.Next(&b); err != nil || string(b.Data) != "{\"a\":1}\n{\"a\":2" {
		t.Fatalf("Next() = %v, data %q; want what was read", err, b.Data)
	}
	err := s.Next(&b)
	var p parse.Problem
	if !errors.As(err, &p) || !errors.Is(err, errDisk) || p.Offset != 14 {
		t.Errorf("Next() = %v; want the reader's error at offset 14", err)
	}
}

func TestNamesWithoutEndStayBounded(t *testing.T) {
	var text strings.Builder
	for i := range 100_000 {
		fmt.Fprintf(&text, "{\"k%d\":{\"x\":%d}}\n", i, i)
	}
	names := event.NewNames()
	d := jsonl.Format{}.NewDecoder(names)
	n := 0
	d.Decode(&parse.Block{Data: []byte(text.String()), Source: &event.Source{}}, func(e *event.Event) bool {
		if len(e.Fields) != 1 || e.Fields[0].Text() != fmt.Sprint(n) {
			t.Fatalf("record %d has fields %v", n, e.Fields)
		}
		n++
		return true
	}, func(p parse.Problem) { t.Fatal(p) })
	if names.Len() != event.MaxNames || n != 100_000 {
		t.Errorf("%d records, %d names; want 100000 and %d", n, names.Len(), event.MaxNames)
	}
}

func TestFirstRecordIsDigestedAlikeInCopies(t *testing.T) {
	digest := func(text string) [32]byte {
		src := &event.Source{}
		var b parse.Block
		if err := (jsonl.Format{}).Split(strings.NewReader(text), src).Next(&b); err != nil {
			t.Fatal(err)
		}
		return src.First
	}
	short := digest("{\"a\":1}\n")
	if grown := digest("{\"a\":1}\n{\"b\":2}\n"); grown != short || short == [32]byte{} {
		t.Error("a grown file has another first record")
	}
	if other := digest("{\"a\":2}\n"); other == short {
		t.Error("another file has the same first record")
	}
}

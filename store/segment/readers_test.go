package segment_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/parquet-go/parquet-go"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/evidence"
	"github.com/dwell-project/dwell/store/segment"
)

// open opens a segment that must be one.
func open(t testing.TB, names *event.Names, file []byte) *segment.Segment {
	t.Helper()
	s, err := segment.Open(bytes.NewReader(file), int64(len(file)), names)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

// checkReaders holds that a file is proved, that reading some fields agrees
// with reading all, and that another library reads it.
func checkReaders(t testing.TB, names *event.Names, file []byte) {
	t.Helper()
	s := open(t, names, file)
	for run := range s.Runs() {
		if err := s.Verify(run, []byte("secret")); err != nil {
			t.Errorf("Verify: %v", err)
		}
		if s.Verify(run, []byte("another")) == nil {
			t.Error("Verify takes another secret")
		}
		checkProof(t, s, run, s.Runs()[run].Rows/2)
		checkSome(t, names, s, run)
	}
	checkForeign(t, file, s.Rows())
}

func checkProof(t testing.TB, s *segment.Segment, run, row int) {
	t.Helper()
	p, err := s.Prove(run, []byte("secret"), row)
	if err != nil {
		t.Fatal(err)
	}
	leaf, err := s.Leaves(run, []byte("secret"), row, row+1)
	if err != nil {
		t.Fatal(err)
	}
	if err := evidence.Verify(p, leaf[0], s.Runs()[run].Root); err != nil {
		t.Error(err)
	}
}

// checkSome reads every third name alone, completes some events, and compares.
func checkSome(t testing.TB, names *event.Names, s *segment.Segment, run int) {
	t.Helper()
	all, err := s.NewReader(run, nil)
	if err != nil {
		t.Fatal(err)
	}
	want := func(n event.Name) bool { return n%3 == 0 }
	some, err := s.NewReader(run, want)
	if err != nil {
		t.Fatal(err)
	}
	for row := 0; all.Next(); row++ {
		if !some.Next() {
			t.Fatalf("row %d of some fields: %v", row, some.Err())
		}
		a, b := all.Event(), some.Event()
		if !a.Time.Equal(b.Time) || a.HostName() != b.HostName() || *a.Stored != *b.Stored || a.Channel.Text() != b.Channel.Text() ||
			a.Provider.Text() != b.Provider.Text() || a.Code.Text() != b.Code.Text() || a.Schema != b.Schema {
			t.Fatalf("row %d: %+v of some fields, %+v of all", row, b, a)
		}
		compareWanted(t, names, a, b, want)
		for i, f := range a.Fields {
			if n := a.Values[i]; n > 0 && row%50 == 0 {
				v, err := all.Value(f.Name, n)
				if err != nil || v.Text() != f.Text() || n > all.Numbers(f.Name) {
					t.Fatalf("row %d: value %d of %s of %d is %q, %v; the field is %q", row, n, names.Text(f.Name), all.Numbers(f.Name), v.Text(), err, f.Text())
				}
			}
		}
		if row%97 == 5 {
			if err := some.Complete(); err != nil {
				t.Fatal(err)
			}
			if x, y := told(names, a, *a.Stored), told(names, b, *b.Stored); x != y {
				t.Fatalf("row %d completed is\n%swant\n%s", row, y, x)
			}
		}
	}
	if some.Next() || all.Err() != nil || some.Err() != nil {
		t.Fatalf("at the end: %v, %v", all.Err(), some.Err())
	}
}

func compareWanted(t testing.TB, names *event.Names, a, b *event.Event, want func(event.Name) bool) {
	t.Helper()
	i := 0
	for _, f := range a.Fields {
		if !want(f.Name) {
			continue
		}
		if i >= len(b.Fields) || b.Fields[i].Name != f.Name || b.Fields[i].IsText() != f.IsText() || b.Fields[i].Text() != f.Text() {
			t.Fatalf("field %s of some is %v, want %v", names.Text(f.Name), b.Fields, f)
		}
		i++
	}
	if i != len(b.Fields) || len(b.Values) != i {
		t.Fatalf("%d fields and %d numbers of some, want %d", len(b.Fields), len(b.Values), i)
	}
}

// checkForeign reads all pages with parquet-go.
func checkForeign(t testing.TB, file []byte, rows int64) {
	t.Helper()
	f, err := parquet.OpenFile(bytes.NewReader(file), int64(len(file)))
	if err != nil {
		t.Fatalf("another reader: %v", err)
	}
	if f.NumRows() != rows {
		t.Errorf("another reader finds %d rows, want %d", f.NumRows(), rows)
	}
	for _, g := range f.RowGroups() {
		for i, c := range g.ColumnChunks() {
			pages := c.Pages()
			n := int64(0)
			for {
				p, err := pages.ReadPage()
				if errors.Is(err, io.EOF) {
					break
				}
				if err != nil {
					t.Fatalf("another reader: %v: %v", f.Schema().Columns()[i], err)
				}
				values := make([]parquet.Value, p.NumValues())
				if m, err := p.Values().ReadValues(values); err != nil && !errors.Is(err, io.EOF) || int64(m) != p.NumValues() {
					t.Fatalf("another reader: %v: %d of %d values: %v", f.Schema().Columns()[i], m, p.NumValues(), err)
				}
				n += p.NumRows()
				parquet.Release(p)
			}
			if n != g.NumRows() {
				t.Errorf("another reader: %v: %d rows, want %d", f.Schema().Columns()[i], n, g.NumRows())
			}
			pages.Close()
		}
	}
}

// TestOtherEnginesReadTheFiles asks pyarrow and DuckDB, if a Python with them
// is there; DWELL_PYTHON names it.
func TestOtherEnginesReadTheFiles(t *testing.T) {
	python := os.Getenv("DWELL_PYTHON")
	if python == "" {
		python = "python3"
	}
	c := newCorpus()
	c.add(t, "../../testdata/sample")
	first, second := t.TempDir(), ""
	segments := []*segment.Segment{}
	dataset := ""
	for at, s := range c.by {
		if dataset == "" {
			dataset, _, _ = strings.Cut(at, " ")
		}
		if !strings.HasPrefix(at, dataset+" ") {
			continue
		}
		var file bytes.Buffer
		if _, err := s.builder.Seal(&file, []byte("secret")); err != nil {
			t.Fatal(err)
		}
		segments = append(segments, open(t, c.names, file.Bytes()), open(t, c.names, file.Bytes()))
	}
	var joined bytes.Buffer
	if _, err := segment.Join(&joined, segments...); err != nil {
		t.Fatal(err)
	}
	second = filepath.Join(first, "joined.parquet")
	if err := os.WriteFile(second, joined.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	for _, script := range []string{
		"import sys, pyarrow.parquet as q; t = q.read_table(sys.argv[1]); t.validate(full=True); print(t.num_rows)",
		"import sys, duckdb; c = duckdb.sql(\"select * from read_parquet('\" + sys.argv[1] + \"')\").fetchall(); print(len(c))",
	} {
		out, err := exec.CommandContext(t.Context(), python, "-c", script, second).CombinedOutput()
		if strings.Contains(string(out), "ModuleNotFoundError") || errors.Is(err, exec.ErrNotFound) {
			t.Logf("not asked: %s", out)
			continue
		}
		if got := strings.TrimSpace(string(out)); err != nil || got != rowsOf(segments) {
			t.Errorf("%s:\n%s, %v; want %s rows", script, got, err, rowsOf(segments))
		}
	}
}

func rowsOf(segments []*segment.Segment) string {
	n := int64(0)
	for _, s := range segments {
		n += s.Rows()
	}
	return strconv.FormatInt(n, 10)
}

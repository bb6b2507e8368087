package jsonl_test

import (
	"archive/zip"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// dataDir returns a folder of the real logs that the tests can use if they are
// there; see CONTRIBUTING.md.
func dataDir(t *testing.T, sub string) string {
	t.Helper()
	root := os.Getenv("DWELL_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	dir := filepath.Join(root, sub)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real logs at %s (set DWELL_DATA)", dir)
	}
	return dir
}

// count is what a reading of a source amounts to.
type count struct {
	records, timed, hosted int
	schemas                map[string]int
	problems               []parse.Problem
}

func (c *count) read(t *testing.T, path string, r io.Reader) {
	t.Helper()
	names := event.NewNames()
	d := jsonl.Format{}.NewDecoder(names)
	s := jsonl.Format{}.Split(r, &event.Source{Path: path})
	var b parse.Block
	for {
		err := s.Next(&b)
		if err == io.EOF {
			return
		}
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		d.Decode(&b, func(e *event.Event) bool {
			c.records++
			c.schemas[e.Schema]++
			if !e.Time.IsZero() && e.Time.Year() > 2000 && e.Time.Year() < 2100 {
				c.timed++
			}
			if e.Host.Kind != event.Absent {
				c.hosted++
			}
			return true
		}, func(p parse.Problem) { c.problems = append(c.problems, p) })
	}
}

// jsonLines counts the lines of a text that are JSON objects, the slow way.
func jsonLines(text []byte) int {
	n := 0
	for line := range bytes.Lines(text) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] == '{' && json.Valid(line) {
			n++
		}
	}
	return n
}

func TestSecurityDatasetsAreReadWhole(t *testing.T) {
	if testing.Short() {
		t.Skip("reads a gigabyte")
	}
	total := count{schemas: map[string]int{}}
	err := filepath.WalkDir(dataDir(t, "security-datasets"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".zip") {
			return err
		}
		z, err := zip.OpenReader(path)
		if err != nil {
			return err
		}
		defer z.Close()
		for _, f := range z.File {
			readMember(t, &total, path, f)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d records, %v, %d with time, %d with host", total.records, total.schemas, total.timed, total.hosted)
	for _, p := range total.problems {
		t.Errorf("problem: %v", p)
	}
	if total.timed != total.records {
		t.Errorf("%d of %d records have a time; want all", total.timed, total.records)
	}
	if total.schemas["nxlog"] < 500_000 {
		t.Errorf("schemas %v; want most to be nxlog", total.schemas)
	}
}

func readMember(t *testing.T, total *count, path string, f *zip.File) {
	t.Helper()
	r, err := f.Open()
	if err != nil {
		t.Error(err)
		return
	}
	defer r.Close()
	text, err := io.ReadAll(r)
	if err != nil {
		t.Error(err)
		return
	}
	if c, _ := (jsonl.Format{}).Recognise(text[:min(len(text), 16<<10)]); c < 0.5 {
		return
	}
	before := total.records
	total.read(t, filepath.Base(path)+":"+f.Name, bytes.NewReader(text))
	if want := jsonLines(text); total.records-before != want {
		t.Errorf("%s: %s: read %d records; %d lines are objects", path, f.Name, total.records-before, want)
	}
}

func TestSigmaRegressionEventsAreReadWhole(t *testing.T) {
	files, records := 0, 0
	err := filepath.WalkDir(dataDir(t, "sigma/regression_data"), func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".json") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		want := 0
		for d := json.NewDecoder(bytes.NewReader(text)); d.Decode(new(json.RawMessage)) == nil; {
			want++
		}
		got := count{schemas: map[string]int{}}
		got.read(t, path, bytes.NewReader(text))
		files, records = files+1, records+got.records
		if diff := cmp.Diff(map[string]int{"evtx": want}, got.schemas); diff != "" || len(got.problems) > 0 || got.timed != want || got.hosted != want {
			t.Errorf("%s: problems %v, %d with time, %d with host, schemas (-want +got):\n%s", path, got.problems, got.timed, got.hosted, diff)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Log(fmt.Sprint(files, " files, ", records, " records"))
}

package evtx_test

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
)

// realFiles returns the event logs under DWELL_DATA and skips the test if there
// are none.
func realFiles(t testing.TB) []string {
	t.Helper()
	root := os.Getenv("DWELL_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	var files []string
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err == nil && !d.IsDir() && strings.EqualFold(filepath.Ext(path), ".evtx") {
			files = append(files, path)
		}
		return nil
	})
	if len(files) == 0 {
		t.Skip("no event logs under DWELL_DATA")
	}
	return files
}

// decodeAll decodes a whole source.
func decodeAll(r io.Reader, names *event.Names, yield func(*event.Event)) ([]parse.Problem, error) {
	var problems []parse.Problem
	src := &event.Source{Path: "test.evtx"}
	split := evtx.Format{}.Split(r, src)
	dec := evtx.Format{}.NewDecoder(names)
	var b parse.Block
	for {
		err := split.Next(&b)
		if err == io.EOF {
			return problems, nil
		}
		if missing, ok := errors.AsType[parse.Problem](err); ok {
			problems = append(problems, missing)
			continue
		}
		if err != nil {
			return problems, err
		}
		dec.Decode(&b, func(e *event.Event) bool { yield(e); return true },
			func(p parse.Problem) { problems = append(problems, p) })
	}
}

func TestEveryRealLogIsRead(t *testing.T) {
	names := event.NewNames()
	records, fields, gaps := 0, 0, 0
	for _, path := range realFiles(t) {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		problems, err := decodeAll(f, names, func(e *event.Event) {
			records++
			fields += len(e.Fields)
			if len(e.Host.Data) == 0 || e.Code.Kind == event.Absent || e.Time.IsZero() {
				t.Errorf("%s: record %d: host %q, code %q, time %v", path, e.Record, e.Host.Text(), e.Code.Text(), e.Time)
			}
		})
		f.Close()
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for _, p := range problems {
			gaps++
			if p.Record > 0 {
				t.Errorf("%s: %v", path, p)
			}
		}
	}
	t.Logf("%d records, %d fields, %d names, %d gaps", records, fields, names.Len(), gaps)
}

func TestRealLogsAgreeWithSlowDecoder(t *testing.T) {
	for _, path := range realFiles(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		split := evtx.Format{}.Split(bytes.NewReader(data), &event.Source{Path: path})
		var b parse.Block
		for split.Next(&b) == nil {
			checkBlock(t, b.Data)
		}
		if t.Failed() {
			t.Fatal(path)
		}
	}
}

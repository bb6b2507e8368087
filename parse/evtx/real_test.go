package evtx_test

import (
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
		if err != nil {
			return problems, err
		}
		dec.Decode(&b, func(e *event.Event) bool { yield(e); return true },
			func(p parse.Problem) { problems = append(problems, p) })
	}
}

func TestEveryRealLogIsRead(t *testing.T) {
	names := event.NewNames()
	records, fields := 0, 0
	for _, path := range realFiles(t) {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		n := 0
		problems, err := decodeAll(f, names, func(e *event.Event) { n++; fields += len(e.Fields) })
		f.Close()
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		for _, p := range problems {
			t.Logf("%s: %v", path, p)
		}
		records += n
	}
	t.Logf("%d records, %d fields, %d names", records, fields, names.Len())
}

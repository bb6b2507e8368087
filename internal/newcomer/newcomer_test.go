package newcomer_test

import (
	"bytes"
	"io"
	"os"
	"path/filepath"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/internal/newcomer"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
)

func TestEveryRecordOfTheFolderIsKnownToAParser(t *testing.T) {
	dir := t.TempDir()
	if err := newcomer.Write(dir, 2<<20, 1); err != nil {
		t.Fatal(err)
	}
	sources := 0
	for in, err := range formats.Walk([]string{dir}, formats.Options{}) {
		if err != nil {
			t.Error(err)
			continue
		}
		sources++
		schemas := map[string]int{}
		r, err := in.Open()
		if err != nil {
			t.Fatal(err)
		}
		split, decoder := in.Format.Split(r, &event.Source{Path: in.Path}), in.Format.NewDecoder(event.NewNames())
		for b := (parse.Block{}); split.Next(&b) != io.EOF; {
			decoder.Decode(&b, func(e *event.Event) bool {
				schemas[e.Schema]++
				if e.Time.IsZero() {
					t.Errorf("%s: no time in %s", in.Path, e.Raw)
				}
				return true
			}, func(p parse.Problem) { t.Errorf("%s: %v", in.Path, p) })
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		if schemas[parse.Unparsed] > 0 || len(schemas) == 0 {
			t.Errorf("%s has records of %v", in.Path, schemas)
		}
		t.Log(in.Path, in.Format.Name(), schemas)
	}
	if sources != len(newcomer.Sources()) || sources != 20 {
		t.Errorf("%d sources; want 20", sources)
	}
}

func TestEqualSeedsGiveEqualFolders(t *testing.T) {
	a, b := t.TempDir(), t.TempDir()
	for _, dir := range []string{a, b} {
		if err := newcomer.Write(dir, 200<<10, 7); err != nil {
			t.Fatal(err)
		}
	}
	for _, s := range newcomer.Sources() {
		x, err := os.ReadFile(filepath.Join(a, s.Path))
		if err != nil {
			t.Fatal(err)
		}
		y, err := os.ReadFile(filepath.Join(b, s.Path))
		if err != nil || !bytes.Equal(x, y) {
			t.Errorf("%s is not the same again (%v)", s.Path, err)
		}
	}
}

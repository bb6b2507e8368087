package sample_test

import (
	"bytes"
	"flag"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/dwell-project/dwell/internal/sample"
)

var update = flag.Bool("update", false, "write testdata/sample anew")

func folder(path string) string {
	return filepath.Join("..", "..", "testdata", "sample", filepath.FromSlash(path))
}

func TestShippedSampleIsWhatThisPackageWrites(t *testing.T) {
	files, err := sample.Files()
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range slices.Sorted(maps.Keys(files)) {
		name := folder(path)
		if *update {
			if err := os.MkdirAll(filepath.Dir(name), 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(name, files[path], 0o644); err != nil {
				t.Fatal(err)
			}
		}
		shipped, err := os.ReadFile(name)
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(shipped, files[path]) {
			t.Errorf("%s differs from what is written now; go test ./internal/sample -update", path)
		}
	}
}

func TestSampleIsTheSameEachTime(t *testing.T) {
	a, err := sample.Files()
	if err != nil {
		t.Fatal(err)
	}
	b, err := sample.Files()
	if err != nil {
		t.Fatal(err)
	}
	if !maps.EqualFunc(a, b, bytes.Equal) {
		t.Error("two calls of Files differ")
	}
}

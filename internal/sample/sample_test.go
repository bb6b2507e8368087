package sample_test

import (
	"bytes"
	"errors"
	"flag"
	"io"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/internal/sample"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
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
			continue
		}
		if diff := cmp.Diff(content(t, path, files[path]), content(t, path, shipped)); diff != "" {
			t.Errorf("%s says something else than what is written now; go test ./internal/sample -update (-want +got):\n%s", path, diff)
		}
	}
}

// content returns the records of a file as lines. How an event log lays them
// out is the writer's affair and may change.
func content(t *testing.T, path string, file []byte) []string {
	t.Helper()
	if filepath.Ext(path) == ".evtx" {
		file = dump(t, path, file)
	}
	return strings.Split(string(file), "\n")
}

func dump(t *testing.T, path string, log []byte) (lines []byte) {
	t.Helper()
	split := evtx.Format{}.Split(bytes.NewReader(log), &event.Source{Path: path})
	dumper := evtx.NewDumper()
	var b parse.Block
	for {
		err := split.Next(&b)
		if errors.Is(err, io.EOF) {
			return lines
		}
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		lines = dumper.AppendLines(lines, &b, func(p parse.Problem) { t.Error(p) })
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

package archivegen_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/internal/archivegen"
)

// all writes all months and returns the files by their paths.
func all(t *testing.T, seed uint64, events int64, days int) map[string][]byte {
	folder := t.TempDir()
	g := archivegen.New(seed, events, days)
	var n, size int64
	for m := range g.Months() {
		wrote, bytes, err := g.WriteMonth(folder, m)
		if err != nil {
			t.Fatal(err)
		}
		n, size = n+wrote, size+bytes
	}
	files := map[string][]byte{}
	paths, err := filepath.Glob(filepath.Join(folder, "*", "*"))
	if err != nil {
		t.Fatal(err)
	}
	var lines, total int64
	for _, p := range paths {
		data, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		lines, total = lines+int64(bytes.Count(data, []byte("\n"))), total+int64(len(data))
		rel, _ := filepath.Rel(folder, p)
		files[rel] = data
	}
	if lines != n || total != size {
		t.Errorf("%d records of %d bytes were said to be written; there are %d of %d", n, size, lines, total)
	}
	if lines < events*98/100 || lines > events*102/100 {
		t.Errorf("%d events were asked for; there are %d", events, lines)
	}
	return files
}

func TestTheSameSeedGivesTheSameBytes(t *testing.T) {
	a, b, c := all(t, 1, 30_000, 70), all(t, 1, 30_000, 70), all(t, 2, 30_000, 70)
	if len(a) != 21 {
		t.Errorf("%d files; want 7 sources in each of 3 months", len(a))
	}
	for name := range a {
		if !bytes.Equal(a[name], b[name]) {
			t.Errorf("%s: twice the same seed gives different bytes", name)
		}
		if bytes.Equal(a[name], c[name]) {
			t.Errorf("%s: another seed gives the same bytes", name)
		}
	}
}

func TestJSONIsJSON(t *testing.T) {
	for name, data := range all(t, 1, 100_000, 14) {
		if strings.HasSuffix(name, "access.log") {
			continue
		}
		for line := range bytes.Lines(data) {
			if !json.Valid(line) {
				t.Fatalf("%s: %s", name, line)
			}
		}
	}
}

// Each indicator that is said to be there is in the records, as they spell it,
// and no other one is.
func TestTheIndicatorsAreThere(t *testing.T) {
	var text bytes.Buffer
	for _, data := range all(t, 1, 60_000, 60) {
		text.Write(data)
	}
	present, seen := 0, map[string]bool{}
	for word := range bytes.FieldsFuncSeq(text.Bytes(), func(r rune) bool { return strings.ContainsRune("\" ={}", r) }) {
		seen[string(word)] = true
	}
	for i := range archivegen.IndicatorCount {
		ind := archivegen.IndicatorAt(i)
		if ind.Present {
			present++
		}
		if seen[ind.Value] != ind.Present {
			t.Fatalf("indicator %d, %s: in the records: %t; want %t", i, ind.Value, seen[ind.Value], ind.Present)
		}
	}
	if present != archivegen.IndicatorCount/100 {
		t.Errorf("%d indicators are present", present)
	}
}

func BenchmarkWriteMonth(b *testing.B) {
	g := archivegen.New(1, 1_000_000, 31)
	folder := b.TempDir()
	for b.Loop() {
		_, size, err := g.WriteMonth(folder, 0)
		if err != nil {
			b.Fatal(err)
		}
		b.SetBytes(size)
	}
}

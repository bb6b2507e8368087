package zeek_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/zeek"
)

// data returns the folder of real logs below DWELL_DATA.
func data(t testing.TB, folder string) string {
	t.Helper()
	root := os.Getenv("DWELL_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	root = filepath.Join(root, folder)
	if _, err := os.Stat(root); err != nil {
		t.Skipf("no real logs: %v; set DWELL_DATA", err)
	}
	return root
}

// content returns a file's bytes, decompressed.
func content(t testing.TB, path string) []byte {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.HasPrefix(raw, []byte("\x1f\x8b")) {
		return raw
	}
	r, err := gzip.NewReader(bytes.NewReader(raw))
	if err != nil {
		t.Fatal(err)
	}
	raw, err = io.ReadAll(r)
	if err != nil {
		t.Fatal(err)
	}
	return raw
}

// decodeAll hands the events of a text to yield.
func decodeAll(t testing.TB, f parse.Format, names *event.Names, text []byte, yield func(*event.Event)) []parse.Problem {
	t.Helper()
	var problems []parse.Problem
	report := func(p parse.Problem) { problems = append(problems, p) }
	split, dec := f.Split(bytes.NewReader(text), &event.Source{Path: "x"}), f.NewDecoder(names)
	for {
		var b parse.Block
		err := split.Next(&b)
		if err == io.EOF {
			return problems
		}
		if err != nil {
			t.Fatal(err)
		}
		dec.Decode(&b, func(e *event.Event) bool { yield(e); return true }, report)
	}
}

// rewrite writes the records of a log from the fields of its events alone,
// which are copied so that nothing of the raw bytes is left, and puts them
// where the records stood.
func rewrite(t testing.TB, text []byte, ascii bool) ([]byte, []parse.Problem) {
	t.Helper()
	names := event.NewNames()
	var records bytes.Buffer
	w := zeek.NewWriter(&records, names)
	w.ASCII = ascii
	var out bytes.Buffer
	header, lines := zeek.NewHeader(""), bytes.SplitAfter(text, []byte("\n"))
	at := 0
	problems := decodeAll(t, zeek.Format{}, names, text, func(e *event.Event) {
		for ; int64(at+1) < e.Line; at++ {
			if err := header.Add(lines[at]); err != nil {
				t.Fatal(err)
			}
			out.Write(lines[at])
			w.Use(header)
		}
		at++
		if e.Schema == parse.Unparsed {
			out.Write(lines[at-1])
			return
		}
		records.Reset()
		if err := w.Record(hide(e)); err != nil {
			t.Fatal(err)
		}
		out.Write(records.Bytes())
	})
	for _, line := range lines[at:] {
		out.Write(line)
	}
	return out.Bytes(), problems
}

// hide returns a copy of the event's fields and nothing else.
func hide(e *event.Event) *event.Event {
	fields := make([]event.Field, len(e.Fields))
	for i, f := range e.Fields {
		fields[i] = event.Field{Name: f.Name, Kind: f.Kind, Data: bytes.Clone(f.Data)}
	}
	return &event.Event{Fields: fields}
}

func realLogs(t testing.TB, folder string) []string {
	var found []string
	err := filepath.WalkDir(data(t, folder), func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			found = append(found, path)
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func firstDifference(got, want []byte) string {
	g, w := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
	for i := range min(len(g), len(w)) {
		if !bytes.Equal(g[i], w[i]) {
			return fmt.Sprintf("line %d:\n got %s\nwant %s", i+1, g[i], w[i])
		}
	}
	return fmt.Sprintf("%d lines, want %d", len(g), len(w))
}

func TestRealLogsAreWrittenByteForByteFromTypedValues(t *testing.T) {
	for _, folder := range []string{"zed-sample-data/zeek-default", "zeek-baseline/testing"} {
		t.Run(strings.ReplaceAll(folder, "/", "_"), func(t *testing.T) {
			for _, path := range realLogs(t, folder) {
				want := content(t, path)
				got, problems := rewrite(t, want, false)
				if !bytes.Equal(got, want) {
					got, problems = rewrite(t, want, true)
				}
				if !bytes.Equal(got, want) {
					t.Errorf("%s: %s", path, firstDifference(got, want))
				}
				// One baseline is what a script printed, with a log in it.
				if len(problems) > 0 && filepath.Base(path) != "output" {
					t.Errorf("%s: %d problems, first %v", path, len(problems), problems[0])
				}
			}
		})
	}
}

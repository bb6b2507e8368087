package formats_test

import (
	"archive/zip"
	"bytes"
	"io"
	"os"
	"strings"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
)

// zipped returns a zip archive of names and texts.
func zipped(t *testing.T, namesAndTexts ...string) string {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(namesAndTexts); i += 2 {
		out, err := w.Create(namesAndTexts[i])
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.WriteString(out, namesAndTexts[i+1]) // a buffer takes everything
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.String()
}

func TestFilesInArchivesAreSources(t *testing.T) {
	t.Chdir(t.TempDir())
	inner := zipped(t, "c.json", `{"a":1}`, "d.png", "\x89PNG")
	write(t, "logs/a.zip", zipped(t, "b/x.json.gz", gzipped(`{"a":22}`), "inner.zip", inner, "empty", ""))
	want := []string{
		"logs/a.zip!b/x.json.gz: jsonl, 8 bytes",
		"logs/a.zip!inner.zip!c.json: jsonl, 7 bytes",
		`logs/a.zip!inner.zip!d.png: not recognised: begins with "\x89PNG"`,
		"logs/a.zip!empty: empty",
		"-!c.json: jsonl, 7 bytes",
		`-!d.png: not recognised: begins with "\x89PNG"`,
	}
	got := walk(t, []string{"logs", "-"}, formats.Options{Stdin: strings.NewReader(inner)})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
}

func TestFileInAnArchiveCanBeOpenedAgainAndLater(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "a.zip", zipped(t, "x", `{"a":1}`, "bad", "\x01", "y", `{"b":2}`))
	var inputs []parse.Input
	for in, err := range formats.Walk([]string{"a.zip"}, formats.Options{}) {
		if err != nil {
			continue
		}
		inputs = append(inputs, in)
		if in.Stored != "a.zip" {
			t.Errorf("%s is stored in %s", in.Path, in.Stored)
		}
	}
	for _, i := range []int{1, 0, 1} {
		r, err := inputs[i].Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if want := []string{`{"a":1}`, `{"b":2}`}[i]; err != nil || string(text) != want {
			t.Errorf("%s opened later has %q, %v; want %q", inputs[i].Path, text, err, want)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Remove("a.zip"); err != nil {
		t.Fatal(err)
	}
	if _, err := inputs[0].Open(); err == nil {
		t.Error("a file in an archive that is gone can be opened")
	}
}

func TestGivenPipeIsReadLikeStandardInput(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "logs/x", `{"a":1}`)
	if err := syscall.Mkfifo("logs/pipe", 0o600); err != nil {
		t.Fatal(err)
	}
	go func() {
		_ = os.WriteFile("logs/pipe", []byte(gzipped(`{"b":22}`)), 0o600) // the reader says if nothing came
	}()
	want := []string{"logs/pipe: jsonl, 8 bytes", "logs/pipe: named pipe: not read", "logs/x: jsonl, 7 bytes"}
	if diff := cmp.Diff(want, walk(t, []string{"logs/pipe", "logs"}, formats.Options{})); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
}

func TestHostComesFromTheCollection(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "kape/ws1/C/logs/x.json", `{"a":1}`)
	write(t, "kape/ws1/C/logs/y.zip", zipped(t, "z.json", `{"a":1}`))
	write(t, "kape/ws1/2025_CopyLog.csv", "a,b\n")
	write(t, "kape/beside.json", `{"a":1}`)
	write(t, "velo/client_info.json", `{"Hostname":"WS2"}`)
	write(t, "velo/uploads/auto/C%3A/x.json", `{"a":1}`)
	got := map[string]string{}
	for in, err := range formats.Walk([]string{"kape", "velo"}, formats.Options{}) {
		if err == nil && strings.HasSuffix(in.Path, ".json") {
			got[in.Path] = in.Host
		}
	}
	want := map[string]string{
		"kape/beside.json": "", "kape/ws1/C/logs/x.json": "ws1", "kape/ws1/C/logs/y.zip!z.json": "ws1",
		"velo/client_info.json": "WS2", "velo/uploads/auto/C%3A/x.json": "WS2",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("hosts (-want +got):\n%s", diff)
	}
}

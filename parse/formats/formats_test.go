package formats_test

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/parse/jsonl"
)

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(path, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

// walk lists what a walk yields: path and format, or path and problem.
func walk(t *testing.T, paths []string, opt formats.Options) []string {
	t.Helper()
	var got []string
	for in, err := range formats.Walk(paths, opt) {
		if err != nil {
			var p parse.Problem
			if !errors.As(err, &p) || p.Path != in.Path {
				t.Errorf("%s: error %v is no problem of that path", in.Path, err)
			}
			got = append(got, in.Path+": "+p.Err.Error())
			continue
		}
		r, err := in.Open()
		if err != nil {
			t.Fatal(err)
		}
		text, err := io.ReadAll(r)
		if err != nil {
			t.Fatal(err)
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
		got = append(got, fmt.Sprintf("%s: %s, %d bytes", in.Path, in.Format.Name(), len(text)))
	}
	return got
}

func gzipped(text string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, _ = w.Write([]byte(text)) // a buffer takes everything
	_ = w.Close()
	return b.String()
}

func TestWalkNamesWhatItFindsAndWhatItCannotRead(t *testing.T) {
	t.Chdir(t.TempDir())
	write(t, "logs/b/x.json", `{"a":1}`)
	write(t, "logs/b/x.json.gz", gzipped(`{"a":1}`))
	write(t, "logs/a.xml", `<Event xmlns="x"></Event>`)
	write(t, "logs/c/empty", "")
	write(t, "logs/c/picture.png", "\x89PNG\r\n\x1a\n\x00\x00")
	write(t, "logs/c/zeros", strings.Repeat("\x00", 5000))
	write(t, "logs/c/broken.gz", "\x1f\x8b\x08")
	write(t, "elsewhere/y.log", "not json\n{\"a\":1}\n")
	for from, to := range map[string]string{"logs/b/loop": "..", "logs/d-link": "../elsewhere/y.log", "logs/e-dangling": "nowhere", "given": "elsewhere"} {
		if err := os.Symlink(to, from); err != nil {
			t.Fatal(err)
		}
	}
	if err := syscall.Mkfifo("logs/f-pipe", 0o644); err != nil {
		t.Fatal(err)
	}
	want := []string{
		"./logs/a.xml: winxml, 25 bytes",
		"./logs/b/loop: link to a folder: not followed",
		"./logs/b/x.json: jsonl, 7 bytes",
		"./logs/b/x.json.gz: jsonl, 7 bytes",
		"./logs/c/broken.gz: gzip: cut off",
		"./logs/c/empty: empty",
		`./logs/c/picture.png: not recognised: begins with "\x89PNG\r\n\x1a\n\x00\x00"`,
		"./logs/c/zeros: not recognised: begins with 5000 zero bytes",
		"./logs/d-link: jsonl, 17 bytes",
		"./logs/e-dangling: no such file or directory",
		"./logs/f-pipe: named pipe: not read",
		"given/y.log: jsonl, 17 bytes",
		"missing: no such file or directory",
		"-: jsonl, 8 bytes",
		"/dev/null: device: not read",
	}
	got := walk(t, []string{"./logs/", "given", "missing", "-", "/dev/null"}, formats.Options{Stdin: strings.NewReader(`[{"a":1}`)})
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
}

func TestGivenFormatIsNotAskedFor(t *testing.T) {
	opt := formats.Options{Format: jsonl.Format{}, Stdin: strings.NewReader("zeros")}
	if diff := cmp.Diff([]string{"-: jsonl, 5 bytes"}, walk(t, []string{"-"}, opt)); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
}

func TestCompressedStandardInputIsUnpacked(t *testing.T) {
	opt := formats.Options{Stdin: strings.NewReader(gzipped(`{"a":1}`))}
	if diff := cmp.Diff([]string{"-: jsonl, 7 bytes"}, walk(t, []string{"-"}, opt)); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
}

func TestUnreadableFolderIsReported(t *testing.T) {
	if os.Geteuid() == 0 {
		t.Skip("root reads every folder")
	}
	dir := filepath.Join(t.TempDir(), "shut")
	if err := os.Mkdir(dir, 0); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{dir + ": permission denied"}, walk(t, []string{dir}, formats.Options{})); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
}

func TestSparseFileIsRefusedAtOnce(t *testing.T) {
	path := filepath.Join(t.TempDir(), "sparse")
	write(t, path, "")
	if err := os.Truncate(path, 10<<30); err != nil {
		t.Skip("no sparse files here:", err)
	}
	start := time.Now()
	if diff := cmp.Diff([]string{path + ": not recognised: begins with 16384 zero bytes"}, walk(t, []string{path}, formats.Options{})); diff != "" {
		t.Errorf("walk (-want +got):\n%s", diff)
	}
	if took := time.Since(start); took > time.Second {
		t.Errorf("it took %v to refuse", took)
	}
}

func TestFormatsAreRecognisedByContent(t *testing.T) {
	long := `{"a":"` + strings.Repeat("x", 2*formats.HeadSize)
	for text, want := range map[string]string{
		"ElfFile\x00":                    "evtx",
		`{"a":1}`:                        "jsonl",
		"\xef\xbb\xbf\n [\n{ \"a\" : 1}": "jsonl",
		long[:formats.HeadSize]:          "jsonl",
		"\xff\xfe{\x00}\x00":             "jsonl",
		"{\"cut\":\n{\"a\":1}\n":         "jsonl",
		"log begins\n{\"a\":1}\n":        "jsonl",
		"<Event xmlns='x'>":              "winxml",
		"<?xml version=\"1.0\"?>\n<Events><Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'>": "winxml",
		"plain": "lines", "[1,2]": "lines", "Grüße\n": "lines", "\xff\xfeo\x00k\x00": "lines",
		strings.Repeat("la fen\xeatre \xe9tait ferm\xe9e\n", 4):            "lines", // in a code page of eight bits
		strings.Repeat("\xf1\xee\xee\xe1\xf9\xe5\xed\xe8\xe5\n", 9):        "lines",
		strings.Repeat("it was written\n", 9) + strings.Repeat("\x00", 99): "lines", // and then the power failed
		strings.Repeat("\xf1\xee\x07\xe1\xf9\xe5\xed\xe8\xe5\n", 9):        "",
		"GIF89a\x01\x00\x01\x00\x80\x00\x00":                               "", "\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01": "", "<svg width='1'>\n</svg>": "",
		"<html><body>": "", "{": "", "{ not json }": "", "<Eventual>": "",
	} {
		f, _, err := formats.Recognise([]byte(text))
		got := ""
		if err == nil {
			got = f.Name()
		} else if !errors.Is(err, formats.ErrUnknown) {
			t.Errorf("%q: %v", text, err)
		}
		if got != want {
			t.Errorf("%.40q is recognised as %q; want %q", text, got, want)
		}
	}
}

func TestFormatsAreFoundByName(t *testing.T) {
	for _, f := range formats.All() {
		if got, ok := formats.ByName(f.Name()); !ok || got != f {
			t.Errorf("ByName(%q) = %v, %v", f.Name(), got, ok)
		}
	}
	if _, ok := formats.ByName("none"); ok {
		t.Error(`ByName("none") found a format`)
	}
}

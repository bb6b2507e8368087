package sigma_test

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dwell-project/dwell/sigma"
)

var update = flag.Bool("update", false, "write the golden files anew")

// messagesOf returns what is said about the rule files of an archive.
func messagesOf(a *txtar.Archive) *sigma.Collection {
	fsys := fstest.MapFS{}
	for _, f := range a.Files {
		if f.Name != "want" {
			fsys[f.Name] = &fstest.MapFile{Data: f.Data}
		}
	}
	return sigma.LoadFS(fsys)
}

func goldenErrors(t *testing.T) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", "errors", "*.txtar"))
	if err != nil || len(files) < 50 {
		t.Fatalf("%d golden files, %v", len(files), err)
	}
	return files
}

func TestMessagesAreAsInTheGoldenFiles(t *testing.T) {
	for _, file := range goldenErrors(t) {
		t.Run(filepath.Base(file), func(t *testing.T) {
			a, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			want := &a.Files[len(a.Files)-1]
			if want.Name != "want" {
				t.Fatalf("the last section is %q, not want", want.Name)
			}
			var got bytes.Buffer
			for _, p := range messagesOf(a).Problems {
				got.WriteString(p.Render() + "\n")
			}
			if *update {
				want.Data = got.Bytes()
				if err := os.WriteFile(file, txtar.Format(a), 0o600); err != nil {
					t.Fatal(err)
				}
				return
			}
			if diff := cmp.Diff(string(want.Data), got.String()); diff != "" {
				t.Errorf("messages (-want +got):\n%s", diff)
			}
		})
	}
}

// TestEveryMessageIsShownAndDocumented holds the list of numbers, the golden
// files and the reference together.
func TestEveryMessageIsShownAndDocumented(t *testing.T) {
	shown := map[sigma.Code]bool{sigma.CodeUnreadable: true, sigma.CodeTooLarge: true, sigma.CodeEncoding: true}
	for _, file := range goldenErrors(t) {
		a, err := txtar.ParseFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, p := range messagesOf(a).Problems {
			shown[p.Code] = true
		}
	}
	doc, err := os.ReadFile(filepath.Join("..", "docs", "reference", "rule-messages.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, code := range codesInSource(t) {
		if !shown[code] {
			t.Errorf("no golden file shows %s", code)
		}
		row := "| " + string(code) + " | " + code.Severity().String() + " |"
		if !strings.Contains(string(doc), row) {
			t.Errorf("docs/reference/rule-messages.md has no row %q", row)
		}
	}
}

// codesInSource reads the numbers from the source, so that none is forgotten
// here.
func codesInSource(t *testing.T) []sigma.Code {
	t.Helper()
	source, err := os.ReadFile("codes.go")
	if err != nil {
		t.Fatal(err)
	}
	var out []sigma.Code
	for _, part := range strings.Split(string(source), `Code = "`)[1:] {
		number, _, _ := strings.Cut(part, `"`)
		out = append(out, sigma.Code(number))
	}
	if len(out) < 80 {
		t.Fatalf("%d numbers in codes.go", len(out))
	}
	return out
}

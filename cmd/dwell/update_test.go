package main

import (
	"go/parser"
	"go/token"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// serve answers every request with a file and sets $URL: serve FILE.
func serve(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: serve FILE")
	}
	path := ts.MkAbs(args[0])
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { http.ServeFile(w, r, path) }))
	ts.Defer(server.Close)
	ts.Setenv("URL", server.URL+"/"+filepath.Base(path))
}

// TestOneCommandAloneCanReachANetwork holds, with the list of packages in
// internal/deps, that scan, parse and watch cannot.
func TestOneCommandAloneCanReachANetwork(t *testing.T) {
	files, err := filepath.Glob("*.go")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	found := false
	for _, name := range files {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.ImportsOnly)
		if err != nil {
			t.Fatal(err)
		}
		for _, imp := range f.Imports {
			if strings.HasSuffix(strings.Trim(imp.Path.Value, `"`), "/cmd/dwell/release") {
				found = true
				if name != "update.go" {
					t.Errorf("%s imports %s; only update.go may", name, imp.Path.Value)
				}
			}
		}
	}
	if !found {
		t.Error("nothing imports cmd/dwell/release: the test looks for the wrong thing")
	}
}

// TestScanParseAndWatchOpenNoSocket watches their system calls, where strace can
// be run.
func TestScanParseAndWatchOpenNoSocket(t *testing.T) {
	strace, err := exec.LookPath("strace")
	if err != nil {
		t.Skip("strace is not here: ", err)
	}
	if out, err := exec.Command(strace, "-f", "true").CombinedOutput(); err != nil {
		t.Skipf("strace cannot be run: %v: %s", err, out)
	}
	dwell := filepath.Join(t.TempDir(), "dwell")
	if out, err := exec.Command("go", "build", "-o", dwell, ".").CombinedOutput(); err != nil {
		t.Fatalf("building dwell: %v: %s", err, out)
	}
	sample, log := filepath.Join("..", "..", "testdata", "sample"), filepath.Join(t.TempDir(), "trace")
	trace := func(args ...string) string {
		t.Helper()
		cmd := exec.Command(strace, append([]string{"-f", "-o", log, "-e", "trace=%network", dwell}, args...)...)
		if out, err := cmd.CombinedOutput(); err != nil && len(out) == 0 {
			t.Fatalf("dwell %v: %v", args, err)
		}
		text, err := os.ReadFile(log)
		if err != nil {
			t.Fatal(err)
		}
		return string(text)
	}
	for _, args := range [][]string{
		{"scan", "-q", "-o", "jsonl", sample},
		{"scan", "-q", "-o", "html", sample},
		{"parse", "-q", "-o", "ecs", sample},
		{"stats", "-q", sample},
		{"watch", "-q", "-"},
	} {
		if got := trace(args...); strings.Contains(got, "socket(") || strings.Contains(got, "connect(") {
			t.Errorf("dwell %v opens a socket:\n%s", args, got)
		}
	}
	// The one that does is seen, or nothing would be.
	got := trace("rules", "update", "--dir", t.TempDir(), "--url", "http://127.0.0.1:1/r.zip", "--sha256", strings.Repeat("0", 64))
	if !strings.Contains(got, "socket(") {
		t.Errorf("dwell rules update opens no socket:\n%s", got)
	}
}

package main

import (
	"archive/zip"
	"bufio"
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"github.com/dwell-project/dwell/internal/evtxwrite"

	"github.com/dwell-project/dwell/store/duck"
)

var update = flag.Bool("update", false, "write the expected outputs of the stories anew")

func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"dwell": main})
}

// TestStories runs the scripts, each of which is what one user wants to do,
// against the real main. go test ./cmd/dwell -update writes the outputs anew.
func TestStories(t *testing.T) {
	testscript.Run(t, testscript.Params{
		Dir:           "testdata/script",
		UpdateScripts: *update,
		Setup: func(env *testscript.Env) error {
			sample, err := filepath.Abs("../../testdata/sample")
			env.Setenv("SAMPLE", sample)
			return err
		},
		Condition: condition,
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"writeevtx": writeEVTX,
			"exits":     exits,
			"digest":    digest,
			"compress":  compress,
			"pack":      pack,
			"lock":      lock,
			"halve":     halve,
			"eventid":   eventID,
			"serve":     serve,
			"flip":      flip,
		},
	})
}

// condition says whether what a script asks for is so: root, or duckdb, which a
// dwell that was built without cgo has not.
func condition(name string) (bool, error) {
	switch name {
	case "root":
		return os.Getuid() == 0, nil
	case "duckdb":
		_, err := duck.Names(context.Background(), "select 1")
		return !errors.Is(err, duck.ErrUnavailable), nil
	default:
		return false, fmt.Errorf("unknown condition %q", name)
	}
}

// exits runs dwell and checks its exit code: exits 1 scan logs.
func exits(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: exits CODE ARGUMENT…")
	}
	code := 0
	if err := ts.Exec("dwell", args[1:]...); err != nil {
		code = exitCode(err)
	}
	if fmt.Sprint(code) != args[0] {
		ts.Fatalf("dwell exits with %d, want %s", code, args[0])
	}
}

func exitCode(err error) int {
	if exit, ok := errors.AsType[*exec.ExitError](err); ok {
		return exit.ExitCode()
	}
	return -1
}

// digest sets $SHA256 to the digest of a file.
func digest(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: digest FILE")
	}
	ts.Setenv("SHA256", fmt.Sprintf("%x", sha256.Sum256([]byte(ts.ReadFile(args[0])))))
}

// compress replaces a file by its gzip: compress FILE.
func compress(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: compress FILE")
	}
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(ts.ReadFile(args[0])))
	ts.Check(errors.Join(err, w.Close()))
	name := ts.MkAbs(args[0])
	ts.Check(os.Rename(name, name+".gz"))
	ts.Check(os.WriteFile(name+".gz", b.Bytes(), 0o644))
}

// pack writes a zip of a folder: pack ZIP FOLDER.
func pack(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: pack ZIP FOLDER")
	}
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	err := w.AddFS(os.DirFS(ts.MkAbs(args[1])))
	ts.Check(errors.Join(err, w.Close()))
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), b.Bytes(), 0o644))
}

// eventID sets $EVENT to the id of a record, as the JSON lines of the last
// command have it: eventid RECORD FILE.
func eventID(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: eventid RECORD FILE")
	}
	for line := range strings.Lines(ts.ReadFile("stdout")) {
		var hit struct {
			Event struct {
				ID, File string
				Record   int
			}
		}
		ts.Check(json.Unmarshal([]byte(line), &hit))
		if hit.Event.File == args[1] && fmt.Sprint(hit.Event.Record) == args[0] {
			ts.Setenv("EVENT", hit.Event.ID)
			return
		}
	}
	ts.Fatalf("no hit on record %s of %s", args[0], args[1])
}

// writeEVTX turns flat JSON lines into an event log: writeevtx LOG LINES.
// Members other than Time, Channel, Provider, EventID and Computer become data.
func writeEVTX(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: writeevtx LOG LINES")
	}
	var log evtxwrite.Log
	lines := bufio.NewScanner(bytes.NewReader([]byte(ts.ReadFile(args[1]))))
	for lines.Scan() {
		record, err := flatRecord(lines.Bytes())
		ts.Check(err)
		ts.Check(log.Add(record))
	}
	ts.Check(lines.Err())
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), log.Bytes(), 0o644))
}

// flatRecord reads a record from one flat JSON object; the order of its members
// is kept.
func flatRecord(line []byte) (evtxwrite.Record, error) {
	var r evtxwrite.Record
	dec := json.NewDecoder(bytes.NewReader(line))
	if _, err := dec.Token(); err != nil {
		return r, err
	}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return r, err
		}
		value, err := dec.Token()
		if err != nil {
			return r, err
		}
		text := fmt.Sprint(value)
		switch key {
		case "Time":
			if r.Time, err = time.Parse(time.RFC3339, text); err != nil {
				return r, err
			}
		case "Channel":
			r.Channel = text
		case "Provider":
			r.Provider = text
		case "Computer":
			r.Computer = text
		case "EventID":
			if _, err := fmt.Sscan(text, &r.EventID); err != nil {
				return r, err
			}
		default:
			r.Data = append(r.Data, evtxwrite.Data{Name: fmt.Sprint(key), Value: evtxwrite.String(text)})
		}
	}
	return r, nil
}

// flip changes one bit in the middle of the first Parquet file under a folder:
// flip folder.
func flip(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: flip FOLDER")
	}
	var path string
	ts.Check(filepath.WalkDir(ts.MkAbs(args[0]), func(p string, _ os.DirEntry, err error) error {
		if err == nil && path == "" && filepath.Ext(p) == ".parquet" {
			path = p
		}
		return err
	}))
	content, err := os.ReadFile(path)
	ts.Check(err)
	content[len(content)/2] ^= 4
	ts.Check(os.WriteFile(path, content, 0o600))
}

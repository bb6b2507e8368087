package evtx_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"os"
	"os/exec"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
)

// dumpAll writes a whole source as JSON lines.
func dumpAll(r io.Reader) ([]byte, []parse.Problem, error) {
	var problems []parse.Problem
	split := evtx.Format{}.Split(r, &event.Source{Path: "test.evtx"})
	dumper := evtx.NewDumper()
	var out []byte
	var b parse.Block
	for {
		err := split.Next(&b)
		if err == io.EOF {
			return out, problems, nil
		}
		if missing, ok := errors.AsType[parse.Problem](err); ok {
			problems = append(problems, missing)
			continue
		}
		if err != nil {
			return out, problems, err
		}
		out = dumper.AppendLines(out, &b, func(p parse.Problem) { problems = append(problems, p) })
	}
}

// leaves flattens JSON to type and text of its leaves by path.
func leaves(line []byte) (map[string]string, error) {
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		return nil, err
	}
	out := map[string]string{}
	var walk func(path string, v any)
	walk = func(path string, v any) {
		switch v := v.(type) {
		case map[string]any:
			for k, x := range v {
				walk(path+"/"+k, x)
			}
			if len(v) == 0 {
				out[path] = "{}"
			}
		case []any:
			for i, x := range v {
				walk(path+"/"+strconv.Itoa(i), x)
			}
		default:
			out[path] = fmt.Sprintf("%T %v", v, v)
		}
	}
	walk("", v)
	return out, nil
}

// sameLeaf compares leaves. A time of ours may have one digit more, and floats
// are numbers here and strings there.
func sameLeaf(ours, theirs string) bool {
	if ours == theirs {
		return true
	}
	if n, ok := strings.CutPrefix(ours, "json.Number "); ok && strings.Contains(n, ".") {
		return theirs == "string "+n
	}
	a, aok := strings.CutSuffix(ours, "Z")
	b, bok := strings.CutSuffix(theirs, "Z")
	return aok && bok && len(a) == len(b)+1 && strings.HasPrefix(a, b)
}

func TestEveryLeafEqualsEvtxDump(t *testing.T) {
	peer := os.Getenv("DWELL_EVTX_DUMP")
	if peer == "" {
		t.Skip("DWELL_EVTX_DUMP does not name an evtx_dump")
	}
	records, compared := 0, 0
	differences := map[string]int{}
	for _, path := range realFiles(t) {
		want, _ := exec.Command(peer, "-t", "1", "-o", "jsonl", path).Output()
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		got, _, err := dumpAll(f)
		f.Close()
		if err != nil {
			t.Errorf("%s: %v", path, err)
		}
		ours, theirs := bytes.Split(got, []byte("\n")), bytes.Split(want, []byte("\n"))
		if len(ours) != len(theirs) {
			t.Errorf("%s: %d records; evtx_dump has %d", path, len(ours)-1, len(theirs)-1)
			continue
		}
		for i := range len(ours) - 1 {
			records++
			compared += compareLines(t, fmt.Sprintf("%s line %d", path, i+1), ours[i], theirs[i], differences)
		}
	}
	for _, k := range slices.Sorted(maps.Keys(differences)) {
		t.Errorf("%d times: %s", differences[k], k)
	}
	t.Logf("%d records, %d leaves compared", records, compared)
}

// compareLines counts differences by path and returns how many leaves there
// were to compare.
func compareLines(t *testing.T, place string, ours, theirs []byte, differences map[string]int) int {
	a, err := leaves(ours)
	if err != nil {
		t.Errorf("%s: %v", place, err)
		return 0
	}
	b, err := leaves(theirs)
	if err != nil {
		t.Logf("%s: evtx_dump: %v", place, err)
		return 0
	}
	note := func(kind, path string, format string, args ...any) {
		if differences[kind+" "+path]++; differences[kind+" "+path] == 1 {
			t.Logf("%s: %s %s: %s", place, kind, path, fmt.Sprintf(format, args...))
		}
	}
	for path, x := range a {
		if y, ok := b[path]; !ok {
			note("only ours", path, "%.100s", x)
		} else if !sameLeaf(x, y) {
			note("differs", path, "%.100q; evtx_dump has %.100q", x, y)
		}
	}
	for path, y := range b {
		if _, ok := a[path]; !ok {
			note("only theirs", path, "%.100s", y)
		}
	}
	return len(b)
}

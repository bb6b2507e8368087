package formats_test

import (
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
)

// readEvents returns the fields of every event of a file, and what describes
// the event before them.
func readEvents(t *testing.T, path string) [][]string {
	t.Helper()
	var out [][]string
	names := event.NewNames()
	for in, err := range formats.Walk([]string{path}, formats.Options{}) {
		if err != nil {
			t.Errorf("%s: %v", path, err)
			continue
		}
		r, err := in.Open()
		if err != nil {
			t.Fatal(err)
		}
		s, d := in.Format.Split(r, &event.Source{Path: path}), in.Format.NewDecoder(names)
		for b := (parse.Block{}); s.Next(&b) != io.EOF; {
			d.Decode(&b, func(e *event.Event) bool {
				out = append(out, describe(names, e))
				return true
			}, func(p parse.Problem) { t.Errorf("%v", p) })
		}
		if err := r.Close(); err != nil {
			t.Fatal(err)
		}
	}
	return out
}

func describe(names *event.Names, e *event.Event) []string {
	out := []string{e.Schema, e.Dataset, e.Host.Text(), e.Provider.Text(), e.Channel.Text(), e.Code.Text(), e.Time.Format("2006-01-02T15:04:05.000000")}
	for _, f := range e.Fields {
		out = append(out, names.Text(f.Name)+"="+folded(f.Text()))
	}
	return out
}

// folded takes out what the writer of the JSON does in its own way: GUIDs, the
// digits of a second, blanks at the end.
func folded(text string) string {
	if guid.MatchString(text) {
		return strings.ToLower(strings.Trim(text, "{}"))
	}
	if at, err := time.Parse(time.RFC3339Nano, text); err == nil {
		return at.Format("2006-01-02T15:04:05.000000")
	}
	return strings.TrimRight(text, " ")
}

var guid = regexp.MustCompile(`^\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-[0-9A-Fa-f]{12}\}?$`)

// TestEVTXAndItsJSONAgree holds that one event has the same fields in both,
// where the JSON was written by another program from the same file.
func TestEVTXAndItsJSONAgree(t *testing.T) {
	root := os.Getenv("DWELL_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	dir := filepath.Join(root, "sigma/regression_data")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real logs at %s (set DWELL_DATA)", dir)
	}
	files, events := 0, 0
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		log := strings.TrimSuffix(path, ".json") + ".evtx"
		if _, missing := os.Stat(log); err != nil || missing != nil || !strings.HasSuffix(path, ".json") {
			return err
		}
		got, want := readEvents(t, path), readEvents(t, log)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-evtx +json):\n%s", path, diff)
		}
		files, events = files+1, events+len(got)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%d files, %d events", files, events)
}

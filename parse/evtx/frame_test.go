package evtx_test

import (
	"bytes"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
)

// alone is an event that was copied before its parser went on.
type alone struct {
	given event.Event
	want  []string
}

// tell returns what an event is, for comparison.
func tell(names *event.Names, e *event.Event) []string {
	out := []string{e.ID(names).String(), e.Dataset, e.Host.Text(), e.Channel.Text(), e.Time.String()}
	for _, f := range e.Fields {
		out = append(out, names.Text(f.Name), string(rune('A'+f.Kind)), string(f.Data))
	}
	return out
}

// readForAlone reads a file and copies what is kept of each record.
func readForAlone(t *testing.T, names *event.Names, path string) (all []alone, frames int) {
	t.Helper()
	data, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	src := &event.Source{Path: path}
	s, d := evtx.Format{}.Split(bytes.NewReader(data), src), evtx.Format{}.NewDecoder(names)
	seen := map[[32]byte]bool{}
	for b := (parse.Block{}); s.Next(&b) == nil; {
		d.Decode(&b, func(e *event.Event) bool {
			a := alone{want: tell(names, e)}
			a.given = event.Event{Raw: bytes.Clone(e.Raw), Offset: e.Offset, Line: e.Line, Source: e.Source}
			if f := e.NeededFrame(); f != nil {
				a.given.Frame = event.NewFrame(bytes.Clone(f.Data))
				if a.given.Frame.Digest != f.Digest {
					t.Error("a frame's digest is not that of its data")
				}
				seen[f.Digest] = true
			}
			all = append(all, a)
			return true
		}, func(parse.Problem) {})
	}
	return all, len(seen)
}

// checkAlone holds that each record of a file, read alone with its frame, is
// what it is in its chunk.
func checkAlone(t *testing.T, path string) (records, frames, bytes int) {
	t.Helper()
	names := event.NewNames()
	all, frames := readForAlone(t, names, path)
	lone := evtx.NewLone(names)
	for i := len(all) - 1; i >= 0; i-- { // what was read before must not matter
		got, _ := lone.Decode(&all[i].given)
		if got == nil {
			t.Fatalf("%s: record %d cannot be read alone", path, i)
		}
		if diff := cmp.Diff(all[i].want, tell(names, got)); diff != "" {
			t.Fatalf("%s: record %d alone (-want +got):\n%s", path, i, diff)
		}
		if all[i].given.Frame != nil {
			bytes += len(all[i].given.Frame.Data)
		}
	}
	return len(all), frames, bytes
}

func checkFolderAlone(t *testing.T, dir string) {
	t.Helper()
	records, frames := 0, 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".evtx" {
			return err
		}
		n, f, _ := checkAlone(t, path)
		records, frames = records+n, frames+f
		return nil
	})
	if err != nil || records == 0 {
		t.Fatalf("%d records, %v", records, err)
	}
	t.Logf("%s: %d records, %d frames", dir, records, frames)
}

func TestARecordReadAloneIsTheSame(t *testing.T) { checkFolderAlone(t, "../../testdata") }

func TestRealRecordsReadAloneAreTheSame(t *testing.T) {
	root := os.Getenv("DWELL_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	for _, dir := range []string{"evtx-attack-samples", "hayabusa-sample-evtx"} {
		if _, err := os.Stat(filepath.Join(root, dir)); err != nil {
			t.Skipf("no real logs at %s (set DWELL_DATA)", root)
		}
		checkFolderAlone(t, filepath.Join(root, dir))
	}
}

func TestAForeignFrameIsRefused(t *testing.T) {
	lone := evtx.NewLone(event.NewNames())
	raw := make([]byte, 64)
	for name, frame := range map[string][]byte{
		"empty":         {},
		"another form":  {2, 0, 0, 0, 0, 0, 0, 0, 0},
		"another place": {1, 0, 0, 1, 0, 0, 0, 0, 0},
		"cut":           {1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 9, 0},
	} {
		e := &event.Event{Raw: raw, Offset: 600, Source: &event.Source{}, Frame: event.NewFrame(frame)}
		if _, err := lone.Decode(e); !errors.Is(err, evtx.ErrFrame) {
			t.Errorf("%s: %v; want ErrFrame", name, err)
		}
	}
}

// FuzzFrame holds that any frame and record are read to an end.
func FuzzFrame(f *testing.F) {
	f.Add([]byte{1, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 0, 7}, make([]byte, 64), int64(600))
	f.Fuzz(func(t *testing.T, frame, raw []byte, offset int64) {
		names := event.NewNames()
		e := &event.Event{Raw: raw, Offset: offset, Source: &event.Source{}, Frame: event.NewFrame(frame)}
		got, err := evtx.NewLone(names).Decode(e)
		if err == nil && !bytes.Equal(got.Raw, raw) {
			t.Errorf("record %x is read as %x", raw, got.Raw)
		}
	})
}

package evtxjoin_test

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/internal/evtxjoin"
	"github.com/dwell-project/dwell/internal/evtxwrite"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
)

// fullLog is a log of one chunk that is nearly full.
func fullLog(t *testing.T, computer string, records int) []byte {
	t.Helper()
	var log evtxwrite.Log
	for range records {
		err := log.Add(evtxwrite.Record{Time: time.Unix(1, 0), Computer: computer, Channel: "System", Data: []evtxwrite.Data{{Value: evtxwrite.String(strings.Repeat("x", 2000))}}})
		if err != nil {
			t.Fatal(err)
		}
	}
	return log.Bytes()
}

func TestFullChunksAreJoinedOnce(t *testing.T) {
	root := t.TempDir()
	broken := fullLog(t, "D", 14)
	broken[4096+600] ^= 1
	for name, data := range map[string][]byte{
		"a/one.evtx":  fullLog(t, "A", 14),
		"b/two.EVTX":  fullLog(t, "B", 14),
		"b/copy.evtx": fullLog(t, "A", 14),
		"half.evtx":   fullLog(t, "C", 6),
		"broken.evtx": broken,
		"text.txt":    fullLog(t, "E", 14),
	} {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	out := filepath.Join(t.TempDir(), "joined.evtx")
	got, err := evtxjoin.Join(root, out, 0.75)
	if want := (evtxjoin.Joined{Files: 5, Chunks: 2, Bytes: 4096 + 2*65536}); err != nil || got != want {
		t.Fatalf("Join = %+v, %v; want %+v", got, err, want)
	}
	data, err := os.ReadFile(out)
	if err != nil || int64(len(data)) != got.Bytes {
		t.Fatalf("the joined file has %d bytes, %v", len(data), err)
	}
	hosts := map[string]int{}
	split := evtx.Format{}.Split(bytes.NewReader(data), &event.Source{})
	dec := evtx.Format{}.NewDecoder(event.NewNames())
	var b parse.Block
	for split.Next(&b) == nil {
		dec.Decode(&b, func(e *event.Event) bool { hosts[e.Host.Text()]++; return true }, func(p parse.Problem) { t.Error(p) })
	}
	if len(hosts) != 2 || hosts["A"] != 14 || hosts["B"] != 14 {
		t.Errorf("records by host: %v", hosts)
	}
}

func TestJoiningNothingGivesAnEmptyLog(t *testing.T) {
	out := filepath.Join(t.TempDir(), "joined.evtx")
	got, err := evtxjoin.Join(t.TempDir(), out, 0.75)
	if err != nil || got.Chunks != 0 || got.Bytes != 4096 {
		t.Errorf("Join = %+v, %v", got, err)
	}
}

func TestJoiningAFolderThatIsNotThereFails(t *testing.T) {
	dir := t.TempDir()
	if _, err := evtxjoin.Join(filepath.Join(dir, "none"), filepath.Join(dir, "out.evtx"), 0.75); err == nil {
		t.Error("Join did not fail")
	}
}

package hunt

import (
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

func TestHuntsAreLoggedWithTheirEnds(t *testing.T) {
	folder := t.TempDir()
	at := time.Date(2025, 3, 1, 10, 0, 0, 0, time.UTC)
	entries := []LogEntry{
		{ID: "01", Event: Began, At: at, By: "alice", Reason: "report on \u202e x\n"},
		{ID: "02", Event: Began, At: at.Add(time.Second), By: "bob"},
		{ID: "01", Event: Ended, At: at.Add(time.Minute), Outcome: Completed, Records: 5, Detections: 1},
	}
	for _, e := range entries {
		if err := AppendLog(folder, e); err != nil {
			t.Fatal(err)
		}
	}
	got, bad, err := ReadLog(folder)
	want := []Logged{{LogEntry: entries[0], End: &entries[2]}, {LogEntry: entries[1]}}
	if diff := cmp.Diff(want, got); diff != "" || err != nil || len(bad) > 0 {
		t.Error(diff, bad, err)
	}
}

func TestALogThatIsCutOffLosesOneLine(t *testing.T) {
	folder := t.TempDir()
	for _, id := range []string{"01", "02"} {
		if err := AppendLog(folder, LogEntry{ID: id, Event: Began}); err != nil {
			t.Fatal(err)
		}
	}
	path := filepath.Join(folder, "hunts", "log.jsonl")
	info, err := os.Stat(path)
	if err == nil {
		err = os.Truncate(path, info.Size()-5)
	}
	if err == nil {
		err = AppendLog(folder, LogEntry{ID: "03", Event: Began})
	}
	if err != nil {
		t.Fatal(err)
	}
	got, bad, err := ReadLog(folder)
	if err != nil || len(got) != 2 || got[0].ID != "01" || got[1].ID != "03" || len(bad) != 1 || bad[0] != 2 {
		t.Error(got, bad, err)
	}
}

func TestHuntsAtTheSameTimeDoNotMixTheirLines(t *testing.T) {
	folder := t.TempDir()
	var wg sync.WaitGroup
	for i := range 32 {
		wg.Go(func() {
			id := string("0123456789abcdef"[i/16]) + string("0123456789abcdef"[i%16])
			if err := AppendLog(folder, LogEntry{ID: id, Event: Began, Reason: strings.Repeat("x", 3000)}); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	got, bad, err := ReadLog(folder)
	if err != nil || len(got) != 32 || len(bad) > 0 {
		t.Error(len(got), bad, err)
	}
}

package store

import (
	"bytes"
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/store/entityday"
)

// TestAPolicyTakesAwayWhatIsOldAndNotHeld applies one to an archive of four days,
// of which a hold keeps one.
func TestAPolicyTakesAwayWhatIsOldAndNotHeld(t *testing.T) {
	logs, folder := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	writeLogs(t, logs, 60)
	now := time.Date(2024, 3, 11, 12, 0, 0, 0, time.UTC)
	opt := Options{Format: formats.ByName, Now: func() time.Time { return now }}
	if err := work(folder, opt, logs); err != nil {
		t.Fatal(err)
	}
	a, err := Open(folder, opt)
	if err != nil {
		t.Fatal(err)
	}
	w, err := a.Write(event.NewNames())
	if err != nil {
		t.Fatal(err)
	}
	policy := Policy{Keep: 10 * 24 * time.Hour, Datasets: map[string]time.Duration{"zeek.conn": 0}, Text: "keep 10d", By: "ann"}
	if err := w.Hold(Hold{Case: "C-1", Reason: "court", Dataset: "windows.security", From: "2024-02-29", To: "2024-02-29"}); err != nil {
		t.Fatal(err)
	}
	plan, err := w.Plan(policy)
	if err != nil || len(plan.Held) != 1 {
		t.Fatalf("%+v, %v", plan, err)
	}
	runs := 0
	for _, s := range plan.Removed {
		runs += len(s.Runs)
		if s.Dataset == "zeek.conn" || s.Day > "2024-02-29" || s.Dataset == "windows.security" && s.Day == "2024-02-29" {
			t.Errorf("%s of %s would go", s.Dataset, s.Day)
		}
	}
	if len(plan.Removed) == 0 || len(w.manifest.Tombstones) > 0 {
		t.Fatalf("planned: %d segments; %d tombstones", len(plan.Removed), len(w.manifest.Tombstones))
	}
	secrets := len(w.secrets.of)
	done, err := w.Retain(policy)
	if err = errors.Join(err, w.Close()); err != nil {
		t.Fatal(err)
	}
	if len(done.Removed) != len(plan.Removed) || len(w.secrets.of) != secrets-runs {
		t.Errorf("%d segments went, planned were %d; %d secrets of %d for %d runs", len(done.Removed), len(plan.Removed), len(w.secrets.of), secrets, runs)
	}
	s := snapshot(t, folder)
	v, err := s.Verify(nil)
	if err != nil || len(v.Faults) > 0 || v.Removed == 0 || v.Removed+v.Records != 240 || v.Unproved > 0 {
		t.Errorf("checking: %+v, %v", v, err)
	}
	for _, stone := range s.Tombstones {
		if _, err := os.Stat(filepath.Join(folder, stone.Segment.Path)); !errors.Is(err, os.ErrNotExist) || stone.By != "ann" || stone.Segment.Runs[0].Root == "" {
			t.Errorf("%+v: %v", stone, err)
		}
	}
	answers, err := s.Seen(context.Background(), entityday.Question{Values: []string{"ws0.example.org"}})
	var told bytes.Buffer
	if err == nil {
		err = answers[0].WriteText(&told)
	}
	if err != nil || !strings.Contains(told.String(), "2024-02-28") {
		t.Errorf("what was seen is forgotten: %s, %v", told.String(), err)
	}
}

// TestRetentionStopsWhereItCouldBeWrong damages the holds, and sets the clock
// back.
func TestRetentionStopsWhereItCouldBeWrong(t *testing.T) {
	logs, folder := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	writeLogs(t, logs, 8)
	if err := work(folder, Options{}, logs); err != nil {
		t.Fatal(err)
	}
	now := time.Now().AddDate(0, 0, -1)
	a, err := Open(folder, Options{Format: formats.ByName, Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	w, err := a.Write(event.NewNames())
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	policy := Policy{Keep: 24 * time.Hour}
	if _, err := w.Retain(policy); !errors.Is(err, ErrClock) {
		t.Errorf("with the clock set back: %v", err)
	}
	now = time.Now().Add(time.Hour)
	if err := w.Hold(Hold{Case: "C-1", Reason: "court"}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, holdsName)
	whole, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	for at := range whole {
		damaged := bytes.Clone(whole)
		damaged[at] ^= 4
		if err := os.WriteFile(path, damaged, 0o600); err != nil {
			t.Fatal(err)
		}
		if _, err := w.Retain(policy); !errors.Is(err, ErrDamaged) {
			t.Fatalf("byte %d of the holds turned: %v", at, err)
		}
	}
	if err := os.WriteFile(path, whole, 0o600); err != nil {
		t.Fatal(err)
	}
	if r, err := w.Retain(policy); err != nil || len(r.Removed) > 0 || len(r.Held) == 0 {
		t.Errorf("held: %+v, %v", r, err)
	}
	if n, err := w.Release("C-1"); n != 1 || err != nil {
		t.Errorf("%d holds given up, %v", n, err)
	}
	if r, err := w.Retain(policy); err != nil || len(r.Removed) == 0 {
		t.Errorf("given up: %+v, %v", r, err)
	}
}

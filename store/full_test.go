package store

import (
	"errors"
	"math/rand/v2"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/formats"
)

// TestAFullDiskLosesNothing takes the room away before random changes of files.
// The writer stops and says why; readers read what was there; with room again,
// another writer goes on.
func TestAFullDiskLosesNothing(t *testing.T) {
	logs, whole := t.TempDir(), filepath.Join(t.TempDir(), "whole")
	writeLogs(t, logs, 100)
	count := &countedDisk{disk: machine{}}
	if err := work(whole, smallOptions(count), logs); err != nil {
		t.Fatal(err)
	}
	want := holds(t, whole)
	random := rand.New(rand.NewPCG(*killSeed, 2))
	for range 8 {
		folder := filepath.Join(t.TempDir(), "archive")
		full := &countedDisk{
			disk: machine{}, at: 1 + random.Int64N(count.n.Load()), last: 1 << 40, fault: func() error { return syscall.ENOSPC },
		}
		err := work(folder, smallOptions(full), logs)
		if !errors.Is(err, syscall.ENOSPC) {
			t.Fatalf("no room from change %d on: %v", full.at, err)
		}
		if n := strings.Count(err.Error(), syscall.ENOSPC.Error()); n > 4 {
			t.Errorf("the message says it %d times: %v", n, err)
		}
		look(t, folder)
		if err := work(folder, smallOptions(nil), logs); err != nil {
			t.Fatalf("room again, after none from change %d on: %v", full.at, err)
		}
		checkSame(t, "room again", holds(t, folder), want)
	}
}

// forgetful is a disk that cannot make the names in one folder durable.
type forgetful struct {
	disk
	folder  string
	renamed bool
}

func (d *forgetful) rename(from, to string) error {
	d.renamed = d.renamed || filepath.Dir(to) == d.folder
	return d.disk.rename(from, to)
}

func (d *forgetful) syncFolder(path string) error {
	if d.renamed && path == d.folder {
		return syscall.EIO
	}
	return d.disk.syncFolder(path)
}

// TestWhatMayBeLiveIsKept lets the manifest be replaced, and the disk then say
// that this may not last: the files that it names stay.
func TestWhatMayBeLiveIsKept(t *testing.T) {
	logs, folder := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	writeLogs(t, logs, 20)
	if _, err := OpenOrCreate(folder, Options{}); err != nil {
		t.Fatal(err)
	}
	if err := work(folder, Options{disk: &forgetful{disk: machine{}, folder: folder}}, logs); !errors.Is(err, syscall.EIO) {
		t.Fatal(err)
	}
	if n := len(holds(t, folder).IDs); n != 40 {
		t.Errorf("%d records are live", n)
	}
	if err := work(folder, Options{}, logs); err != nil {
		t.Fatal(err)
	}
	if n := len(holds(t, folder).IDs); n != 80 {
		t.Errorf("%d records are live in the end", n)
	}
}

// TestThereIsOneWriter holds that a second one is told so, while readers come and
// go, also while files are replaced under them.
func TestThereIsOneWriter(t *testing.T) {
	logs, folder := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	writeLogs(t, logs, 60)
	a, err := OpenOrCreate(folder, Options{Format: formats.ByName, Memory: 100 << 10})
	if err != nil {
		t.Fatal(err)
	}
	w, err := a.Write(event.NewNames())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := a.Write(event.NewNames()); !errors.Is(err, ErrBusy) || !strings.Contains(err.Error(), folder) {
		t.Errorf("a second writer: %v", err)
	}
	if err := work(folder, Options{}, logs); !errors.Is(err, ErrBusy) {
		t.Errorf("a second writer: %v", err)
	}
	if err := errors.Join(take(w, filepath.Join(logs, "0")), w.Seal(), take(w, filepath.Join(logs, "1")), w.Seal()); err != nil {
		t.Fatal(err)
	}
	before := snapshot(t, folder)
	if n, _, err := w.Compact(Compaction{}); n == 0 || err != nil {
		t.Fatalf("%d segments joined, %v", n, err)
	}
	if _, err := w.RollUp(true); err != nil {
		t.Fatal(err)
	}
	after := snapshot(t, folder)
	for _, s := range []*Snapshot{before, after} {
		if n, problems := readAll(t, s); n != 240 || len(problems) > 0 {
			t.Errorf("generation %d: %d records, %v", s.Generation, n, problems)
		}
		if v, err := s.Verify(nil); err != nil || len(v.Faults) > 0 {
			t.Errorf("generation %d: %+v, %v", s.Generation, v, err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	// The next writer leaves alone what somebody may still read.
	if w, err = a.Write(event.NewNames()); err != nil {
		t.Fatal(err)
	}
	if n, problems := readAll(t, before); n != 240 || len(problems) > 0 {
		t.Errorf("after another writer: %d records, %v", n, problems)
	}
	if err := w.Close(); err != nil {
		t.Error(err)
	}
}

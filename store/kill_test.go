package store

import (
	"bytes"
	"cmp"
	"errors"
	"flag"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"sync/atomic"
	"testing"
	"time"

	"github.com/dwell-project/dwell/parse/formats"
)

var (
	kills    = flag.Int("kills", 20, "how often TestAKilledWriterLosesNothing kills a writer")
	killSeed = flag.Uint64("seed", 1, "what the random parts of tests follow from")
)

// The environment of a process that is a writer to be killed.
const (
	childArchive = "DWELL_TEST_ARCHIVE"
	childLogs    = "DWELL_TEST_LOGS"
	childPoint   = "DWELL_TEST_POINT" // the change of a file before which it dies; 0 is none
)

func TestMain(m *testing.M) {
	if folder := os.Getenv(childArchive); folder != "" {
		point, _ := strconv.ParseInt(os.Getenv(childPoint), 10, 64)
		d := &countedDisk{disk: machine{}, at: point, fault: dieNow}
		if err := work(folder, smallOptions(d), os.Getenv(childLogs)); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		fmt.Println(d.n.Load())
		os.Exit(0)
	}
	os.Exit(m.Run())
}

// smallOptions let a writer seal often.
func smallOptions(d disk) Options { return Options{Workers: 2, Memory: 300 << 10, disk: d} }

// dieNow is kill -9 by oneself.
func dieNow() error {
	p, err := os.FindProcess(os.Getpid())
	if err != nil {
		return err
	}
	if err := p.Kill(); err != nil {
		return err
	}
	select {}
}

// countedDisk counts changes and has a fault before one of them, and at all
// that come after it while more says so. A write is two changes, so that a fault
// finds part of it written.
type countedDisk struct {
	disk
	n     atomic.Int64
	at    int64
	last  int64 // of the faults, 0 for one only
	fault func() error
}

func (d *countedDisk) step() error {
	if n := d.n.Add(1); d.at > 0 && n >= d.at && n <= max(d.at, d.last) {
		return d.fault()
	}
	return nil
}

func (d *countedDisk) create(path string) (diskFile, error) {
	if err := d.step(); err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	f, err := d.disk.create(path)
	return &countedFile{f, d}, err
}

func (d *countedDisk) rename(from, to string) error {
	return cmp.Or(d.step(), d.disk.rename(from, to))
}

func (d *countedDisk) remove(path string) error {
	if d.last > 0 {
		return d.disk.remove(path) // needs no room
	}
	return cmp.Or(d.step(), d.disk.remove(path))
}

func (d *countedDisk) mkdir(path string) error { return cmp.Or(d.step(), d.disk.mkdir(path)) }

func (d *countedDisk) syncFolder(path string) error { return cmp.Or(d.step(), d.disk.syncFolder(path)) }

type countedFile struct {
	diskFile
	disk *countedDisk
}

func (f *countedFile) Write(p []byte) (n int, err error) {
	for _, part := range [][]byte{p[:len(p)/2], p[len(p)/2:]} {
		if err := f.disk.step(); err != nil {
			return n, err
		}
		k, err := f.diskFile.Write(part)
		if n += k; err != nil {
			return n, err
		}
	}
	return n, nil
}

func (f *countedFile) Sync() error {
	if err := f.disk.step(); err != nil {
		return err
	}
	return f.diskFile.Sync()
}

// child is a writer in a process of its own.
func child(archive, logs string, point int64) *exec.Cmd {
	c := exec.Command(os.Args[0])
	c.Env = append(os.Environ(), childArchive+"="+archive, childLogs+"="+logs, childPoint+"="+strconv.FormatInt(point, 10))
	c.Stderr = os.Stderr
	return c
}

// TestAKilledWriterLosesNothing kills writers with SIGKILL, half of them before
// a random change of a file, half at a random time, while somebody reads. What
// another writer makes of what is left equals an archive that nobody disturbed.
func TestAKilledWriterLosesNothing(t *testing.T) {
	logs, whole := t.TempDir(), filepath.Join(t.TempDir(), "whole")
	writeLogs(t, logs, 150)
	began := time.Now()
	c := child(whole, logs, 0)
	out, err := c.Output()
	if err != nil {
		t.Fatal(err)
	}
	took := time.Since(began)
	changes, err := strconv.ParseInt(string(bytes.TrimSpace(out)), 10, 64)
	if err != nil {
		t.Fatal(err)
	}
	want := holds(t, whole)
	t.Logf("an undisturbed writer takes %v and changes files %d times; %d records", took, changes, len(want.IDs))
	random := rand.New(rand.NewPCG(*killSeed, 7))
	killed, finished := 0, 0
	for killed < *kills {
		folder := filepath.Join(t.TempDir(), "archive")
		var history []string
		for range min(1+random.IntN(3), *kills-killed) {
			how, died := kill(t, random, [2]string{folder, logs}, changes, took)
			history = append(history, how)
			if died {
				killed++
			} else {
				finished++
			}
		}
		if err := work(folder, smallOptions(nil), logs); err != nil {
			t.Fatalf("seed %d: %v: the next writer: %v", *killSeed, history, err)
		}
		checkSame(t, fmt.Sprintf("seed %d: %v", *killSeed, history), holds(t, folder), want)
		if t.Failed() {
			return
		}
	}
	t.Logf("%d writers were killed, %d came to their end before; every archive equals the undisturbed one", killed, finished)
}

// kill runs a writer of an archive, from logs, and kills it. It says how, and whether it died of that.
func kill(t *testing.T, random *rand.Rand, folders [2]string, changes int64, took time.Duration) (how string, died bool) {
	t.Helper()
	point := int64(0)
	if random.IntN(2) == 0 {
		point = 1 + random.Int64N(changes)
	}
	c := child(folders[0], folders[1], point)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan error, 1)
	go func() { ended <- c.Wait() }()
	delay := time.Hour
	how = fmt.Sprintf("killed before change %d", point)
	if point == 0 {
		delay = time.Duration(random.Int64N(int64(took)))
		how = fmt.Sprintf("killed after %v", delay)
	}
	timer := time.NewTimer(delay)
	defer timer.Stop()
	for {
		select {
		case <-timer.C:
			if err := c.Process.Kill(); err != nil && !errors.Is(err, os.ErrProcessDone) {
				t.Fatal(err)
			}
		case <-ended:
			if c.ProcessState.Exited() && !c.ProcessState.Success() {
				t.Fatalf("%s: the writer failed: %v", how, c.ProcessState)
			}
			return how, !c.ProcessState.Success()
		case <-time.After(20 * time.Millisecond):
			look(t, folders[0])
		}
	}
}

// look reads as somebody does who knows nothing of the writer: whatever is live
// is whole.
func look(t *testing.T, folder string) {
	t.Helper()
	a, err := Open(folder, Options{Format: formats.ByName})
	if errors.Is(err, ErrNoArchive) || errors.Is(err, fs.ErrNotExist) {
		return
	}
	if err != nil {
		t.Fatalf("a reader meanwhile: %v", err)
	}
	s, err := a.Snapshot()
	if err != nil {
		t.Fatalf("a reader meanwhile: %v", err)
	}
	defer s.Close()
	v, err := s.Verify(nil)
	if err != nil || len(v.Faults) > 0 || v.Unproved > 0 {
		t.Fatalf("a reader meanwhile: %v, %+v", err, v)
	}
	for id, n := range idsOf(t, s) {
		if n > 1 {
			t.Fatalf("a reader meanwhile: record %v is there %d times", id, n)
		}
	}
}

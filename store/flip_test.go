package store

import (
	"context"
	"errors"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/store/entityday"
)

// withHead makes an archive in which some records are sealed, some are not.
func withHead(t *testing.T) (folder string) {
	t.Helper()
	logs, more := t.TempDir(), t.TempDir()
	writeLogs(t, logs, 60)
	folder = filepath.Join(t.TempDir(), "archive")
	if err := work(folder, Options{}, logs); err != nil {
		t.Fatal(err)
	}
	for i, name := range []string{"a.jsonl", "b.jsonl", "c.jsonl"} {
		line := `{"@timestamp":"2024-02-29T00:00:00Z","host":{"name":"late.example.org"},"message":"` + strings.Repeat("x", 10+i) + "\"}\n"
		if err := os.WriteFile(filepath.Join(more, name), []byte(strings.Repeat(line, 3)), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	a, err := Open(folder, Options{Format: formats.ByName})
	if err != nil {
		t.Fatal(err)
	}
	w, err := a.Write(event.NewNames())
	if err == nil {
		err = errors.Join(take(w, more), w.Close())
	}
	if err != nil {
		t.Fatal(err)
	}
	return folder
}

// readAll counts all records, and returns what could not be read.
func readAll(t *testing.T, s *Snapshot) (n int, problems []parse.Problem) {
	t.Helper()
	err := parse.Run(context.Background(), s.Inputs(Bounds{}, nil), parse.Options{Workers: 1, Names: event.NewNames()},
		func() parse.Work[int] {
			return func(b *parse.Block, d parse.Decoder) (n int) {
				d.Decode(b, func(*event.Event) bool { n++; return true }, func(p parse.Problem) { problems = append(problems, p) })
				return n
			}
		}, parse.Results[int]{Take: func(k int) error { n += k; return nil }, Report: func(p parse.Problem) { problems = append(problems, p) }})
	if err != nil {
		t.Fatal(err)
	}
	return n, problems
}

// TestATurnedBitIsFoundAndNamed turns bits in every file of an archive and of
// its secrets. Each is found by a check; questions are answered by what is whole,
// and name what is not.
func TestATurnedBitIsFoundAndNamed(t *testing.T) {
	folder := withHead(t)
	all, _ := readAll(t, snapshot(t, folder))
	random := rand.New(rand.NewPCG(*killSeed, 3))
	turned, retired := 0, map[string]bool{}
	for _, r := range snapshot(t, folder).Retired {
		retired[r.Path] = true
	}
	for _, path := range append(sealedFiles(t, folder), sealedFiles(t, folder+secretsSuffix)...) {
		local, _ := filepath.Rel(folder, path)
		if retired[filepath.ToSlash(local)] || local == lockName || strings.HasPrefix(local, copiesFolder) {
			continue // says nothing that is not said elsewhere
		}
		content, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		for range min(2, len(content)) {
			at, bit := random.IntN(len(content)), random.IntN(8)
			if strings.HasPrefix(local, "head") {
				at = random.IntN(len(content) / 2) // the last frame may be of one who died
			}
			damaged := append([]byte(nil), content...)
			damaged[at] ^= 1 << bit
			if err := os.WriteFile(path, damaged, 0o600); err != nil {
				t.Fatal(err)
			}
			checkTurned(t, folder, filepath.ToSlash(local), all)
			turned++
			if t.Failed() {
				t.Fatalf("byte %d, bit %d of %s", at, bit, local)
			}
		}
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if n, problems := readAll(t, snapshot(t, folder)); n != all || len(problems) > 0 {
		t.Errorf("with all bits as they were: %d records instead of %d, %v", n, all, problems)
	}
	t.Logf("%d bits turned in %d files", turned, len(sealedFiles(t, folder)))
}

func checkTurned(t *testing.T, folder, local string, all int) {
	t.Helper()
	a, err := Open(folder, Options{})
	if local == manifestName {
		if !errors.Is(err, ErrManifest) || !strings.Contains(err.Error(), "copy it to") {
			t.Errorf("opening: %v", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	a.opt.Format = formats.ByName
	s, err := a.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	v, err := s.Verify(nil)
	if err != nil {
		t.Fatal(err)
	}
	found := false
	for _, f := range v.Faults {
		found = found || f.Path == local || strings.HasSuffix(f.Path, ".secrets") && strings.HasSuffix(local, ".secrets")
	}
	if !found {
		t.Errorf("checking names %+v", v.Faults)
	}
	n, problems := readAll(t, s)
	switch {
	case strings.HasPrefix(local, "dataset="):
		if n == 0 || n >= all || len(problems) == 0 || !strings.HasSuffix(problems[0].Path, local) || !errors.Is(problems[0].Err, ErrDamaged) {
			t.Errorf("%d of %d records are read, and %v", n, all, problems)
		}
	case strings.HasPrefix(local, "head"):
		if n >= all || len(problems) == 0 || !strings.HasSuffix(problems[0].Path, local) {
			t.Errorf("%d of %d records are read, and %v", n, all, problems)
		}
	case n != all || len(problems) > 0:
		t.Errorf("%d of %d records are read, and %v", n, all, problems)
	}
	answers, err := s.Seen(context.Background(), entityday.Question{Values: []string{"192.0.2.7"}})
	if err != nil || len(answers) != 1 {
		t.Errorf("seen answers %v, %v", answers, err)
	}
	if _, err := s.Coverage(0, nil); err != nil {
		t.Error(err)
	}
	if strings.HasPrefix(local, "coverage") && (len(s.SetAside()) != 1 || s.SetAside()[0].Path != local) {
		t.Errorf("set aside: %v", s.SetAside())
	}
}

// TestDamagedTablesAreRebuilt damages one table after another. What is made again
// is what was there.
func TestDamagedTablesAreRebuilt(t *testing.T) {
	logs, folder := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	writeLogs(t, logs, 60)
	if err := work(folder, smallOptions(nil), logs); err != nil {
		t.Fatal(err)
	}
	want := holds(t, folder)
	m, err := ReadManifest(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, table := range m.Tables {
		path := filepath.Join(folder, table.Path)
		content, err := os.ReadFile(path)
		if errors.Is(err, os.ErrNotExist) {
			continue // replaced with an earlier one
		}
		if err != nil {
			t.Fatal(err)
		}
		content[len(content)/2] ^= 1
		if err := os.WriteFile(path, content, 0o600); err != nil {
			t.Fatal(err)
		}
		a, err := Open(folder, Options{Format: formats.ByName})
		if err != nil {
			t.Fatal(err)
		}
		w, err := a.Write(event.NewNames())
		if err != nil {
			t.Fatal(err)
		}
		damaged, err := w.Rebuild()
		if _, rolled := w.RollUp(true); errors.Join(err, rolled, w.Close()) != nil {
			t.Fatal(err, rolled)
		}
		if now := w.manifest; cmp.Equal(now.Tables, m.Tables) && len(damaged) > 0 {
			t.Errorf("%s: nothing was made again", table.Path)
		}
		checkSame(t, table.Path, holds(t, folder), want)
	}
}

// TestLostRecordsComeBackFromTheirSource damages a segment and what says what
// was taken in. The same logs again bring back what is lost and nothing twice.
func TestLostRecordsComeBackFromTheirSource(t *testing.T) {
	logs, folder := t.TempDir(), filepath.Join(t.TempDir(), "archive")
	writeLogs(t, logs, 60)
	if err := work(folder, smallOptions(nil), logs); err != nil {
		t.Fatal(err)
	}
	want := idsOf(t, snapshot(t, folder))
	m, err := ReadManifest(folder)
	if err != nil {
		t.Fatal(err)
	}
	for _, local := range []string{m.Segments[0].Path, m.Sources[0].Path} {
		if err := os.Truncate(filepath.Join(folder, local), 100); err != nil {
			t.Fatal(err)
		}
	}
	if err := work(folder, smallOptions(nil), logs); err != nil {
		t.Fatal(err)
	}
	s := snapshot(t, folder)
	got := map[event.ID]int{}
	for i := range s.Segments {
		err := s.archive.ids(&s.Segments[i], func(id event.ID) { got[id]++ })
		if err != nil && s.Segments[i].Path != m.Segments[0].Path {
			t.Error(err)
		}
	}
	if !maps.Equal(got, want) {
		t.Errorf("%d records instead of %d", len(got), len(want))
	}
}

package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"github.com/dwell-project/dwell/internal/archivegen"
	"github.com/dwell-project/dwell/store"
)

// built is an archive and what it took to make it.
type built struct {
	Folder   string
	Asked    int64 // events
	Events   int64
	RawBytes int64
	// Ingest is what taking in all of it took, Runs how many runs of dwell.
	Ingest spent
	Runs   int
	// Parts are the bytes of each part.
	Parts           map[string]int64
	Files, Datasets int
}

// spent is a usage as it is written down.
type spent struct {
	CPU, Wall time.Duration
	MaxRSS    int64
}

// The parts of an archive.
const (
	partEvents   = "events"
	partEntities = "entities"
	partCoverage = "coverage"
	partBooks    = "manifest, sources, secrets"
)

func (b *built) bytes() (n int64) {
	for _, part := range b.Parts {
		n += part
	}
	return n
}

// buildAll makes the archives, month by month, as time would.
func (b *archiveBench) buildAll(ctx context.Context) error {
	sizes, err := b.archiveSizes()
	if err != nil {
		return err
	}
	for _, n := range sizes {
		a, err := b.build(ctx, n, b.archive.days)
		if err != nil {
			return fmt.Errorf("making an archive of %d events: %w", n, err)
		}
		b.built = append(b.built, a)
	}
	return nil
}

func (b *archiveBench) build(ctx context.Context, events int64, days int) (a built, err error) {
	a = built{Folder: filepath.Join(b.work, "archive-"+strconv.FormatInt(events, 10)), Asked: events}
	note := a.Folder + ".json"
	if data, err := os.ReadFile(note); err == nil && b.archive.keep {
		return a, json.Unmarshal(data, &a)
	}
	if err := errors.Join(os.RemoveAll(a.Folder), os.RemoveAll(a.Folder+".secrets")); err != nil {
		return a, err
	}
	logs := filepath.Join(b.work, "archive-logs")
	defer func() { err = errors.Join(err, os.RemoveAll(logs)) }()
	g := archivegen.New(1, events, days)
	for m := range g.Months() {
		if err := os.RemoveAll(logs); err != nil {
			return a, err
		}
		if _, _, err := g.WriteMonth(logs, m); err != nil {
			return a, err
		}
		if err := b.ingest(ctx, &a, []int{0}, logs); err != nil {
			return a, err
		}
		if err := ctx.Err(); err != nil {
			return a, err
		}
	}
	if err := a.measure(); err != nil {
		return a, err
	}
	data, err := json.Marshal(a)
	if err != nil {
		return a, err
	}
	return a, os.WriteFile(note, data, 0o600)
}

// ingest takes logs in and adds what it took.
func (b *archiveBench) ingest(ctx context.Context, a *built, codes []int, paths ...string) error {
	t := task{id: "ingest", args: append([]string{b.tools.dwell, "ingest", "-q", "--archive", a.Folder}, paths...), codes: codes}
	u, err := run(ctx, t)
	if err != nil {
		return err
	}
	a.Runs++
	a.Ingest.CPU += u.cpu
	a.Ingest.Wall += u.wall
	a.Ingest.MaxRSS = max(a.Ingest.MaxRSS, u.maxRSS)
	b.say("ingest into %s, run %d: %.1f CPU s, %.1f s, %d MB", a.Folder, a.Runs, u.cpu.Seconds(), u.wall.Seconds(), u.maxRSS>>20)
	return nil
}

// measure counts what the archive holds.
func (b *built) measure() error {
	m, err := store.ReadManifest(b.Folder)
	if err != nil {
		return err
	}
	b.Parts, b.Files, b.Events, b.RawBytes = map[string]int64{}, len(m.Segments), 0, 0
	datasets := map[string]bool{}
	for i := range m.Segments {
		s := &m.Segments[i]
		b.Parts[partEvents] += s.Size
		b.Events += s.Rows()
		b.RawBytes += s.RawBytes()
		datasets[s.Dataset] = true
	}
	b.Datasets = len(datasets)
	for _, t := range m.Tables {
		part := partEntities
		if t.Kind == store.KindCoverage {
			part = partCoverage
		}
		b.Parts[part] += t.Size
	}
	for _, folder := range []string{"manifest.json", "sources", "../" + filepath.Base(b.Folder) + ".secrets"} {
		n, err := sizeOf(filepath.Join(b.Folder, folder))
		if err != nil {
			return err
		}
		b.Parts[partBooks] += n
	}
	return nil
}

func sizeOf(root string) (n int64, err error) {
	err = filepath.WalkDir(root, func(_ string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		info, err := d.Info()
		if err == nil {
			n += info.Size()
		}
		return err
	})
	return n, err
}

// buildWindows makes an archive of the real Windows events in the data, if they
// are there.
func (b *archiveBench) buildWindows(ctx context.Context) error {
	paths, err := filepath.Glob(filepath.Join(b.data, "security-datasets", "datasets", "*", "windows"))
	if err != nil || len(paths) == 0 {
		b.say("there are no real Windows events in the data: they are left out")
		return err
	}
	a := built{Folder: filepath.Join(b.work, "archive-windows")}
	if err := errors.Join(os.RemoveAll(a.Folder), os.RemoveAll(a.Folder+".secrets")); err != nil {
		return err
	}
	// Some of the files there are not logs, which a run says with its exit code.
	if err := b.ingest(ctx, &a, []int{0, 1}, paths...); err != nil {
		return err
	}
	b.windows = a
	return b.windows.measure()
}

package store

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"
	"sync"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/store/segment"
)

// Seal writes all that is held into sealed segments, makes them live at once,
// and begins a new head. If it fails, nothing has changed in the archive, and
// this writer takes in no more: the next one finds the records in the head.
func (w *Writer) Seal() error {
	w.gate.Lock()
	defer w.gate.Unlock()
	if w.failed != nil {
		return w.failed
	}
	w.failed = w.seal()
	return w.failed
}

func (w *Writer) seal() error {
	if len(w.partitions) == 0 && len(w.sources) == 0 && len(w.known.files) == 0 {
		return w.head.sync()
	}
	if err := w.head.sync(); err != nil {
		return err
	}
	next := w.manifest.clone()
	made, err := w.sealAll(next)
	if err == nil {
		var tables []string
		tables, err = w.derive(next)
		made = append(made, tables...)
	}
	if err == nil {
		err = w.commit(next)
	}
	if err != nil {
		return w.undo(err, made)
	}
	old := w.manifest.HeadFrom
	w.manifest, w.partitions, w.sources = next, map[place]*partition{}, map[*event.Source]*SourceFile{}
	w.held.Store(0)
	return w.removeHeads(old, next.HeadFrom)
}

// commit makes the next manifest live. Until its last line, nothing has
// changed for a reader, nor for a writer that comes after a crash.
func (w *Writer) commit(next *Manifest) error {
	for _, f := range w.sources {
		w.known.file(f)
	}
	taken, err := w.file(fmt.Sprintf("sources/%09d.jsonl", next.Generation+1), w.known.save)
	if err != nil {
		return fmt.Errorf("writing what was taken in: %w", err)
	}
	next.Sources = append(next.Sources, taken)
	if len(next.Sources) > maxSources {
		if err := w.joinSources(next); err != nil {
			return fmt.Errorf("joining what was taken in: %w", err)
		}
	}
	if err := w.secrets.save(); err != nil {
		return err
	}
	for dataset, types := range w.columns {
		text, err := json.Marshal(types)
		if err != nil {
			return fmt.Errorf("writing the columns of %s: %w", dataset, err)
		}
		next.Columns[dataset] = text
	}
	number := w.head.number
	if err := errors.Join(w.head.close(), w.head.open(number+1)); err != nil {
		return err
	}
	next.HeadFrom = w.head.number
	return next.write(w.archive.folder, w.archive.files)
}

// maxSources is how many files under sources/ are few enough.
const maxSources = 64

// joinSources puts the files under sources/ behind each other in one. Damaged
// ones stay apart.
func (w *Writer) joinSources(next *Manifest) error {
	var kept []File
	joined, err := w.file(fmt.Sprintf("sources/%09d-joined.jsonl", next.Generation+1), func(out io.Writer) error {
		for _, f := range next.Sources {
			text, err := w.archive.whole(&f)
			if errors.Is(err, ErrDamaged) {
				kept = append(kept, f)
				continue
			}
			if err == nil {
				_, err = out.Write(text)
			}
			if err != nil {
				return err
			}
			next.Retired = append(next.Retired, Retired{Path: f.Path, At: w.archive.opt.Now().UTC()})
		}
		return nil
	})
	next.Sources = append(kept, joined)
	return err
}

// sealAll seals every partition, several at once, and adds the segments to the
// manifest. It returns the files that it made, also with an error.
func (w *Writer) sealAll(next *Manifest) (made []string, err error) {
	places := make([]place, 0, len(w.partitions))
	for at := range w.partitions {
		places = append(places, at)
	}
	slices.SortFunc(places, place.compare)
	var (
		wg    sync.WaitGroup
		mu    sync.Mutex
		tasks = make(chan int)
	)
	for range w.archive.opt.Workers {
		wg.Go(func() {
			for i := range tasks {
				run := fmt.Sprintf("%09d-%05d", next.Generation+1, i+1)
				s, sealErr := w.sealOne(places[i], run)
				mu.Lock()
				made = append(made, s.Path)
				if sealErr == nil && s.Rows() > 0 {
					next.Segments = append(next.Segments, s)
				}
				err = cmp.Or(err, sealErr) // the others are mostly the same
				mu.Unlock()
			}
		})
	}
	for i := range places {
		mu.Lock()
		failed := err != nil
		mu.Unlock()
		if failed {
			break
		}
		tasks <- i
	}
	close(tasks)
	wg.Wait()
	return made, err
}

// sealOne seals one partition into a file of its own.
func (w *Writer) sealOne(at place, run string) (Segment, error) {
	s := Segment{Path: segmentPath(at, run), Dataset: at.dataset, Day: at.day}
	secret, err := w.secrets.draw(run)
	if err != nil {
		return s, err
	}
	var made segment.Run
	f, err := w.file(s.Path, func(out io.Writer) (err error) {
		made, err = w.partitions[at].builder.Seal(out, secret)
		return err
	})
	s.Size, s.Digest = f.Size, f.Digest
	if err != nil {
		return s, fmt.Errorf("sealing %s of %s: %w", at.dataset, at.day, err)
	}
	s.Runs = []Run{{
		ID: run, Rows: int64(made.Rows), Root: hex.EncodeToString(made.Root[:]), RawBytes: made.RawBytes,
		First: made.First, Last: made.Last, Sealed: w.archive.opt.Now().UTC(), Engine: w.archive.opt.Engine,
	}}
	return s, nil
}

// segmentPath returns the path of a place's file, in the style of Hive. Bytes
// that mean something to a file system are escaped as in a URL.
func segmentPath(at place, run string) string {
	return "dataset=" + escape(at.dataset) + "/day=" + at.day + "/" + run + ".parquet"
}

func escape(name string) string {
	escaped := strings.ReplaceAll(url.PathEscape(strings.ToLower(name)), "%20", "+")
	escaped = strings.NewReplacer(":", "%3A", "*", "%2A", "\"", "%22", "<", "%3C", ">", "%3E", "|", "%7C").Replace(escaped)
	if escaped == "" || escaped[0] == '.' {
		escaped = "%2E" + strings.TrimPrefix(escaped, ".")
	}
	if len(escaped) > maxEscaped {
		sum := sha256.Sum256([]byte(name))
		escaped = strings.TrimRight(escaped[:maxEscaped-17], "%0123456789ABCDEF") + fmt.Sprintf("-%x", sum[:8])
	}
	return escaped
}

// maxEscaped bounds the name of a folder, in bytes: file systems do.
const maxEscaped = 160

// counter counts what is written through it.
type counter struct {
	w io.Writer
	n int64
}

// Write implements [io.Writer].
func (c *counter) Write(p []byte) (int, error) {
	n, err := c.w.Write(p)
	c.n += int64(n)
	return n, err
}

// undo removes files that were made for a manifest that did not come to be
// because of err, and returns err. If the manifest may have come to be, they stay,
// and this writer takes in no more.
func (w *Writer) undo(err error, made []string) error {
	if errors.Is(err, errReplaced) {
		w.failed = err
		return err
	}
	return errors.Join(err, w.drop(made))
}

// drop removes files of the archive.
func (w *Writer) drop(locals []string) error {
	paths := make([]string, 0, len(locals))
	for _, p := range locals {
		paths = append(paths, w.archive.path(p))
	}
	return w.archive.files.removeAll(paths...)
}

// removeHeads removes the files of the head that are sealed.
func (w *Writer) removeHeads(from, to int64) error {
	var paths []string
	for n := from; n < to; n++ {
		paths = append(paths, headPath(w.archive.folder, n))
	}
	return w.archive.files.removeAll(paths...)
}

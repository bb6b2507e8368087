package store

import (
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/store/segment"
)

// grace is how long a file that was replaced stays for those who read it.
const grace = time.Hour

// recover takes in what earlier writers left in the head, and begins a file of
// the head for this one.
func (w *Writer) recover() error {
	numbers, err := headFiles(w.archive.folder)
	if err != nil {
		return err
	}
	next := w.manifest.HeadFrom
	for _, n := range numbers {
		next = max(next, n+1)
		if n < w.manifest.HeadFrom {
			err = w.removeHeads(n, n+1)
		} else {
			err = w.replay(n)
		}
		if err != nil {
			return err
		}
	}
	return w.head.open(next)
}

// headFiles returns the numbers of the files of the head, ascending.
func headFiles(folder string) (numbers []int64, err error) {
	entries, err := os.ReadDir(filepath.Join(folder, "head"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("reading the head: %w", err)
	}
	for _, e := range entries {
		digits, ok := strings.CutSuffix(e.Name(), ".log")
		if n, err := strconv.ParseInt(digits, 10, 64); ok && err == nil {
			numbers = append(numbers, n)
		}
	}
	slices.Sort(numbers)
	return numbers, nil
}

// replay takes in what is in one file of the head.
func (w *Writer) replay(number int64) error {
	r, err := openHead(w.archive.folder, number)
	if err != nil {
		return err
	}
	defer r.Close()
	t := newTaker(w)
	r.damage = func(offset, length int64) {
		w.setAside("head/"+filepath.Base(headPath("", number)), headDamage(offset, length))
	}
	decoders := map[string]parse.Decoder{}
	b := &parse.Block{}
	for {
		s, err := r.next(b)
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
		d, ok := decoders[s.Format]
		if !ok {
			format, known := w.archive.opt.Format(s.Format)
			if !known {
				return fmt.Errorf("reading the head: %s: there is no format %q", headPath(w.archive.folder, number), s.Format)
			}
			d = format.NewDecoder(w.names)
			decoders[s.Format] = d
		}
		w.formats[s.Path] = s.Format
		t.begin(b)
		t.decode(b, d)
		if err := w.count(t.taken); err != nil {
			return err
		}
	}
}

// clean removes files that no manifest names: what a writer that died was
// making, and what was replaced a while ago.
func (w *Writer) clean() error {
	live := map[string]bool{}
	for i := range w.manifest.Segments {
		live[w.manifest.Segments[i].Path] = true
	}
	for i := range w.manifest.Tables {
		live[w.manifest.Tables[i].Path] = true
	}
	for i := range w.manifest.Sources {
		live[w.manifest.Sources[i].Path] = true
	}
	var waiting []Retired
	for _, r := range w.manifest.Retired {
		if w.archive.opt.Now().Sub(r.At) < grace {
			waiting = append(waiting, r)
			live[r.Path] = true
		}
	}
	w.manifest.Retired = waiting
	if err := errors.Join(w.cleanCopies(), w.forget()); err != nil {
		return err
	}
	return filepath.WalkDir(w.archive.folder, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		local, err := filepath.Rel(w.archive.folder, path)
		if err != nil {
			return err
		}
		if local = filepath.ToSlash(local); live[local] || !isOurs(local) {
			return nil
		}
		return w.archive.files.remove(path)
	})
}

// isOurs says whether a file is one that only a manifest gives a meaning.
func isOurs(local string) bool {
	folder, rest, _ := strings.Cut(local, "/")
	if rest == "" || folder == copiesFolder {
		return strings.HasSuffix(local, newSuffix)
	}
	return strings.HasPrefix(folder, "dataset=") || folder == "sources" || folder == "entities" || folder == "coverage"
}

// types returns the types of a dataset's columns. w.mu is held.
func (w *Writer) types(dataset string) *segment.Types {
	t, ok := w.columns[dataset]
	if !ok {
		t = segment.NewTypes()
		w.columns[dataset] = t
	}
	return t
}

// source returns the source as events show it.
func (s *headSource) source() *event.Source {
	src := &event.Source{Path: s.Path, Host: s.Host}
	if s.Written != 0 {
		src.Written = time.Unix(0, s.Written).UTC()
	}
	if first, err := hex.DecodeString(s.First); err == nil {
		copy(src.First[:], first)
	}
	return src
}

package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"sync"
)

// SetAside returns the files that this writer found damaged and does without.
func (w *Writer) SetAside() []Fault {
	return w.aside.list()
}

func (w *Writer) setAside(path string, err error) { w.aside.add(path, err) }

// faults are files that are done without, each named once.
type faults struct {
	mu  sync.Mutex
	all []Fault
}

func (f *faults) add(path string, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if !slices.ContainsFunc(f.all, func(o Fault) bool { return o.Path == path }) {
		f.all = append(f.all, Fault{Path: path, Why: err.Error()})
	}
}

func (f *faults) list() []Fault {
	f.mu.Lock()
	defer f.mu.Unlock()
	return slices.Clone(f.all)
}

// loadSources reads what was taken in. What a damaged file said is found out
// anew: records by their ids, files by reading them.
func (w *Writer) loadSources() error {
	for i := range w.manifest.Sources {
		f := &w.manifest.Sources[i]
		text, err := w.archive.whole(f)
		if errors.Is(err, ErrDamaged) {
			w.known.lost = true
			w.setAside(f.Path, err)
			continue
		}
		if err == nil {
			err = w.known.load(text)
		}
		if err != nil {
			return fmt.Errorf("%s: %w", f.Path, err)
		}
	}
	return nil
}

// whole returns the content of a file that is as the manifest says.
func (a *Archive) whole(f *File) ([]byte, error) {
	text, err := os.ReadFile(a.path(f.Path))
	if errors.Is(err, os.ErrNotExist) {
		return nil, fmt.Errorf("%w: it is not there", ErrDamaged)
	}
	if err != nil {
		return nil, err
	}
	return text, checkContent(bytes.NewReader(text), f.Size, f.Digest)
}

// file writes a file of the archive.
func (w *Writer) file(local string, write func(io.Writer) error) (File, error) {
	f := File{Path: local}
	whole := w.archive.path(local)
	if err := w.archive.files.makeFolder(filepath.Dir(whole)); err != nil {
		return f, err
	}
	digest := sha256.New()
	err := w.archive.files.write(whole, func(out io.Writer) error {
		counted := &counter{w: io.MultiWriter(out, digest)}
		err := write(counted)
		f.Size = counted.n
		return err
	})
	f.Digest = hex.EncodeToString(digest.Sum(nil))
	return f, err
}

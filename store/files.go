package store

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

const (
	ownerFile   = 0o600
	ownerFolder = 0o700
	// newSuffix is that of a file that will replace another.
	newSuffix = ".new"
)

// disk changes files. All that an archive changes goes through one, so that
// tests can take the room, or the process, away between any two changes.
type disk interface {
	// create makes an empty file, also of one that is there.
	create(path string) (diskFile, error)
	rename(from, to string) error
	remove(path string) error
	mkdir(path string) error
	// syncFolder makes the names in a folder durable.
	syncFolder(path string) error
}

// diskFile is a file that is being written.
type diskFile interface {
	io.WriteCloser
	// Sync makes durable what was written.
	Sync() error
}

// machine is the disk of this machine.
type machine struct{}

func (machine) create(path string) (diskFile, error) {
	return os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, ownerFile)
}

func (machine) rename(from, to string) error { return os.Rename(from, to) }

func (machine) remove(path string) error { return os.Remove(path) }

func (machine) mkdir(path string) error { return os.Mkdir(path, ownerFolder) }

func (machine) syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// files are ways to change files so that a crash leaves all or nothing.
type files struct{ disk }

// errReplaced reports a file that was replaced, but that may be the old one again
// after the power fails.
var errReplaced = errors.New("the new file is in its place, but perhaps not for good")

// replace puts content at path as a whole: a crash leaves the old file or the
// new one, never part of either. With an error other than [errReplaced] the old
// one stays.
func (d files) replace(path string, content []byte) error {
	temporary := path + newSuffix
	err := d.write(temporary, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err != nil {
		return err
	}
	if err := d.rename(temporary, path); err != nil {
		return errors.Join(err, d.remove(temporary))
	}
	if err := d.syncFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("%w: %w", errReplaced, err)
	}
	return nil
}

// write writes a file and its content to disk; on a fault nothing stays.
func (d files) write(path string, write func(io.Writer) error) (err error) {
	f, err := d.create(path)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), d.removeAll(path))
		}
	}()
	if err = write(f); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	if err = f.Close(); err != nil {
		return err
	}
	return d.syncFolder(filepath.Dir(path))
}

// removeAll removes those of the files that are there.
func (d files) removeAll(paths ...string) (err error) {
	for _, p := range paths {
		if e := d.remove(p); e != nil && !errors.Is(e, os.ErrNotExist) {
			err = errors.Join(err, e)
		}
	}
	return err
}

// makeFolder makes a folder and those around it, durably.
func (d files) makeFolder(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(path)
	if parent == path {
		return fmt.Errorf("making folder %s: there is no root", path)
	}
	if err := d.makeFolder(parent); err != nil {
		return err
	}
	if err := d.mkdir(path); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return d.syncFolder(parent)
}

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

// replace puts content at path as a whole: a crash leaves the old file or the
// new one, never part of either.
func replace(path string, content []byte) error {
	temporary := path + newSuffix
	err := create(temporary, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err != nil {
		return err
	}
	if err := os.Rename(temporary, path); err != nil {
		return errors.Join(err, os.Remove(temporary))
	}
	return syncFolder(filepath.Dir(path))
}

// create writes a file and its content to disk; on a fault nothing stays.
func create(path string, write func(io.Writer) error) (err error) {
	f, err := os.OpenFile(path, os.O_CREATE|os.O_TRUNC|os.O_WRONLY, ownerFile)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, f.Close(), os.Remove(path))
		}
	}()
	if err = write(f); err != nil {
		return err
	}
	if err = f.Sync(); err != nil {
		return err
	}
	return f.Close()
}

// syncFolder makes the names in a folder durable.
func syncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

// makeFolder makes a folder and those around it, durably.
func makeFolder(path string) error {
	if info, err := os.Stat(path); err == nil && info.IsDir() {
		return nil
	}
	parent := filepath.Dir(path)
	if parent == path {
		return fmt.Errorf("making folder %s: there is no root", path)
	}
	if err := makeFolder(parent); err != nil {
		return err
	}
	if err := os.Mkdir(path, ownerFolder); err != nil && !errors.Is(err, os.ErrExist) {
		return err
	}
	return syncFolder(parent)
}

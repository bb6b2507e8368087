package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"time"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
)

// Archive is an archive in a folder.
type Archive struct {
	folder string
	opt    Options
	files  files
	// dictionaries counts those given out, so that no two are confused.
	dictionaries atomic.Uint64
}

// Options say how an archive is used. The zero value reads.
type Options struct {
	// Secrets is the folder with the secrets of runs; "" is the archive's own
	// name with ".secrets" after it.
	Secrets string
	// Format returns the format of a name, as the head names them.
	Format func(name string) (parse.Format, bool)
	// Tables say what fields of text logs are called, without which no entity is
	// found in them; none are those of the embedded parsers.
	Tables []ecs.File
	// Workers is how many files are sealed or read at once, at least 1.
	Workers int
	// Memory bounds the records held until they are sealed, in bytes; 0 means
	// DefaultMemory.
	Memory int64
	// Engine is the version of dwell, for the books.
	Engine string
	// Now is the clock; nil is the machine's.
	Now func() time.Time

	disk disk // nil is this machine's
}

// DefaultMemory is the memory, in bytes, that records take until they are
// sealed.
const DefaultMemory = 256 << 20

// secretsSuffix makes the name of the folder of secrets.
const secretsSuffix = ".secrets"

// Open opens the archive in a folder.
func Open(folder string, opt Options) (*Archive, error) {
	if _, err := ReadManifest(folder); err != nil {
		return nil, err
	}
	return newArchive(folder, opt), nil
}

// OpenOrCreate opens the archive in a folder, and makes one if there is none
// and nothing else either.
func OpenOrCreate(folder string, opt Options) (*Archive, error) {
	_, err := ReadManifest(folder)
	if errors.Is(err, ErrNoArchive) {
		err = begin(folder, opt.files())
	}
	if err != nil {
		return nil, err
	}
	return newArchive(folder, opt), nil
}

func newArchive(folder string, opt Options) *Archive {
	if opt.Secrets == "" {
		opt.Secrets = strings.TrimRight(filepath.Clean(folder), "/") + secretsSuffix
	}
	if opt.Workers < 1 {
		opt.Workers = 1
	}
	if opt.Memory <= 0 {
		opt.Memory = DefaultMemory
	}
	if opt.Now == nil {
		opt.Now = time.Now
	}
	return &Archive{folder: folder, opt: opt, files: opt.files()}
}

// files returns how an archive's files are changed.
func (o *Options) files() files {
	if o.disk == nil {
		return files{machine{}}
	}
	return files{o.disk}
}

func begin(folder string, d files) error {
	entries, err := os.ReadDir(folder)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("making an archive: %w", err)
	}
	for _, e := range entries {
		if name := e.Name(); name != lockName && name != manifestName+newSuffix {
			return fmt.Errorf("making an archive: %s: %w, and not empty: %s is in it", folder, ErrNoArchive, name)
		}
	}
	if err := d.makeFolder(folder); err != nil {
		return fmt.Errorf("making an archive: %w", err)
	}
	m, err := newManifest()
	if err != nil {
		return err
	}
	return m.write(folder, d)
}

// Owns says whether a file lies in the archive or among its secrets, neither of
// which is to be taken in.
func (a *Archive) Owns(path string) bool {
	folder, err := realFolder(filepath.Dir(path))
	if err != nil {
		return false // whoever opens it will say
	}
	for _, given := range [...]string{a.folder, a.opt.Secrets} {
		own, err := realFolder(given)
		if err == nil && (folder == own || strings.HasPrefix(folder, own+string(filepath.Separator))) {
			return true
		}
	}
	return false
}

// realFolder returns the one absolute path of a folder, without links.
func realFolder(path string) (string, error) {
	whole, err := filepath.EvalSymlinks(path)
	if err != nil {
		return "", err
	}
	return filepath.Abs(whole)
}

// Folder returns where the archive is.
func (a *Archive) Folder() string { return a.folder }

// Manifest reads what the archive holds at this moment.
func (a *Archive) Manifest() (*Manifest, error) { return ReadManifest(a.folder) }

func (a *Archive) path(local string) string {
	return filepath.Join(a.folder, filepath.FromSlash(local))
}

package store

import (
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"time"

	"github.com/dwell-project/dwell/store/entityday"
)

// Version is the version of the archive's form that this package writes.
const Version = 1

const (
	manifestName = "manifest.json"
	formName     = "dwell archive"
)

var (
	// ErrNoArchive reports a folder that is no archive.
	ErrNoArchive = errors.New("no archive")
	// ErrVersion reports an archive of a newer dwell.
	ErrVersion = errors.New("the archive's form is newer than this dwell")
	// ErrManifest reports a damaged manifest. Its text says how to go back.
	ErrManifest = errors.New("the manifest is damaged")
)

// Manifest says what an archive holds at one moment.
type Manifest struct {
	Form    string `json:"form"`
	Version int    `json:"version"`
	// ID names the archive, 32 hexadecimal digits.
	ID string `json:"id"`
	// Generation counts the changes.
	Generation int64 `json:"generation"`
	// Columns are the types of each dataset's columns, as package segment
	// writes them. A column never changes its type.
	Columns map[string]json.RawMessage `json:"columns"`
	// Segments are sorted by path.
	Segments []Segment `json:"segments"`
	// Tables are what is derived from the segments, sorted by path.
	Tables []Table `json:"tables"`
	// Sources are the files that say what was taken in.
	Sources []File `json:"sources"`
	// HeadFrom is the first file of the head that is not sealed yet.
	HeadFrom int64 `json:"head_from"`
	// Retired are files that are no longer live and may still be read by those
	// who began before they were replaced.
	Retired []Retired `json:"retired,omitempty"`
	// Tombstones tell what retention took away.
	Tombstones []Tombstone `json:"tombstones,omitempty"`
}

// File is a file of the archive.
type File struct {
	Path string `json:"path"`
	// Size is in bytes, Digest the SHA-256 in hexadecimal.
	Size   int64  `json:"size"`
	Digest string `json:"sha256"`
}

// Segment is one sealed file.
type Segment struct {
	// Path is relative to the archive, with slashes.
	Path    string `json:"path"`
	Dataset string `json:"dataset"`
	// Day is the UTC day of its records, "2006-01-02", or Undated.
	Day string `json:"day"`
	// Size is that of the file in bytes, Digest its SHA-256 in hexadecimal.
	Size   int64  `json:"size"`
	Digest string `json:"sha256"`
	Runs   []Run  `json:"runs"`
}

// Undated is the day of records without a time.
const Undated = "undated"

// Run is what was sealed at once: a Merkle tree of its own.
type Run struct {
	ID   string `json:"id"`
	Rows int64  `json:"rows"`
	// Root is the Merkle root of the blinded leaves, in hexadecimal.
	Root string `json:"root"`
	// RawBytes is the size of the records as they came.
	RawBytes int64 `json:"raw_bytes"`
	// First and Last are the times of the earliest and latest record, zero if
	// none has one.
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
	// Sealed is when, Engine the version of dwell that did.
	Sealed time.Time `json:"sealed"`
	Engine string    `json:"engine"`
}

// Rows returns how many records the segment holds.
func (s *Segment) Rows() (n int64) {
	for i := range s.Runs {
		n += s.Runs[i].Rows
	}
	return n
}

// RawBytes returns the size of the segment's records as they came.
func (s *Segment) RawBytes() (n int64) {
	for i := range s.Runs {
		n += s.Runs[i].RawBytes
	}
	return n
}

// Table is a file that was derived from segments.
type Table struct {
	Path string `json:"path"`
	// Kind is what it tells: one of the constants beside [KindCoverage]. Period is the day
	// ("2006-01-02"), month ("2006-01") or year ("2006") that it is about, or
	// Undated.
	Kind   string `json:"kind"`
	Period string `json:"period"`
	Size   int64  `json:"size"`
	Digest string `json:"sha256"`
	// Runs identifies the runs that a table of entities was made from.
	Runs entityday.Sum `json:"runs,omitzero"`
}

// Retired is a file that was replaced.
type Retired struct {
	Path string    `json:"path"`
	At   time.Time `json:"at"`
}

// Tombstone stands where a segment was.
type Tombstone struct {
	Segment Segment   `json:"segment"`
	Policy  string    `json:"policy"`
	By      string    `json:"by"`
	At      time.Time `json:"at"`
}

func newManifest() (*Manifest, error) {
	id := make([]byte, 16)
	if _, err := rand.Read(id); err != nil {
		return nil, fmt.Errorf("naming the archive: %w", err)
	}
	return &Manifest{
		Form: formName, Version: Version, ID: hex.EncodeToString(id), HeadFrom: 1,
		Columns: map[string]json.RawMessage{},
	}, nil
}

// ReadManifest reads the manifest of the archive in a folder.
func ReadManifest(folder string) (*Manifest, error) {
	path := filepath.Join(folder, manifestName)
	text, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("opening archive %s: %w: there is no %s in it", folder, ErrNoArchive, manifestName)
	}
	if err != nil {
		return nil, fmt.Errorf("opening archive: %w", err)
	}
	m, err := parseManifest(text)
	if err != nil {
		return nil, fmt.Errorf("opening archive: %s: %w%s", path, err, wayBack(folder))
	}
	switch {
	case m.Form != formName:
		return nil, fmt.Errorf("opening archive: %s: %w: its form is %q", path, ErrNoArchive, m.Form)
	case m.Version > Version:
		return nil, fmt.Errorf("opening archive: %s: %w: version %d", path, ErrVersion, m.Version)
	}
	return m, m.check()
}

// check refuses paths that lead out of the archive: what names files to read
// and to delete may have been written by somebody else.
func (m *Manifest) check() error {
	var paths []string
	for i := range m.Segments {
		paths = append(paths, m.Segments[i].Path)
	}
	for i := range m.Tables {
		paths = append(paths, m.Tables[i].Path)
	}
	for i := range m.Retired {
		paths = append(paths, m.Retired[i].Path)
	}
	for i := range m.Sources {
		paths = append(paths, m.Sources[i].Path)
	}
	for _, p := range paths {
		if !filepath.IsLocal(filepath.FromSlash(p)) {
			return fmt.Errorf("opening archive: %s names a file outside: %q", manifestName, p)
		}
	}
	return nil
}

// clone returns a manifest that can be changed while m is being read.
func (m *Manifest) clone() *Manifest {
	c := *m
	c.Columns = maps.Clone(m.Columns)
	c.Segments = slices.Clone(m.Segments)
	c.Tables = slices.Clone(m.Tables)
	c.Sources = slices.Clone(m.Sources)
	c.Retired = slices.Clone(m.Retired)
	c.Tombstones = slices.Clone(m.Tombstones)
	return &c
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

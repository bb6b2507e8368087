package release

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"time"
)

// noteName is the file in a folder that says which release is in it.
const noteName = "release.json"

// Note says where the rules of a folder came from and what they are.
type Note struct {
	URL string `json:"url"`
	// SHA256 is the digest of the archive, in lower-case hexadecimal.
	SHA256    string    `json:"sha256"`
	FetchedAt time.Time `json:"fetched_at"`
	// Files are the digests of the files, by path below the folder.
	Files map[string]string `json:"files"`
}

// Inspect returns the note of a folder, nil for a folder that is empty or not
// there. It returns an error for a folder that no update made, or that is no
// longer as the update left it.
func Inspect(dir string) (*Note, error) {
	all, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) || err == nil && len(all) == 0 {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	text, err := os.ReadFile(filepath.Join(dir, noteName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("%s holds files that no update put there: name a new folder", dir)
	}
	if err != nil {
		return nil, err
	}
	note := &Note{}
	if err := json.Unmarshal(text, note); err != nil {
		return nil, fmt.Errorf("reading %s: %w", filepath.Join(dir, noteName), err)
	}
	files, err := digests(dir)
	if err != nil {
		return nil, err
	}
	if name, how := firstDifference(note.Files, files); name != "" {
		return nil, fmt.Errorf("%s was %s since the last update: keep own rules in a folder of their own", filepath.Join(dir, name), how)
	}
	return note, nil
}

// firstDifference returns the first path, by name, that is not as it was.
func firstDifference(before, after map[string]string) (name, how string) {
	note := func(n, h string) {
		if name == "" || n < name {
			name, how = n, h
		}
	}
	for n, sum := range before {
		switch got, ok := after[n]; {
		case !ok:
			note(n, "removed")
		case got != sum:
			note(n, "changed")
		}
	}
	for n := range after {
		if _, ok := before[n]; !ok {
			note(n, "added")
		}
	}
	return name, how
}

// write writes the note of a folder into it.
func (n *Note) write(dir string) (err error) {
	if n.Files, err = digests(dir); err != nil {
		return err
	}
	text, err := json.MarshalIndent(n, "", "  ")
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, noteName), append(text, '\n'), 0o644) //nolint:gosec // rules are no secret
}

// digests returns the SHA-256 of every file below a folder but the note.
func digests(dir string) (map[string]string, error) {
	sums := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		name, err := filepath.Rel(dir, path)
		if err != nil || name == noteName {
			return err
		}
		sums[filepath.ToSlash(name)], err = digest(path, d)
		return err
	})
	return sums, err
}

// digest returns the SHA-256 of a file, and of what is no file its kind.
func digest(path string, d fs.DirEntry) (string, error) {
	if !d.Type().IsRegular() {
		return d.Type().String(), nil
	}
	f, err := os.Open(path)
	if err != nil {
		return "", err
	}
	defer f.Close()
	h := sha256.New()
	if _, err := io.Copy(h, f); err != nil {
		return "", err
	}
	return hex.EncodeToString(h.Sum(nil)), nil
}

// replace puts the folder next in the place of dir, which goes to before. If
// that cannot be done dir is as it was.
func replace(next, dir, before string) error {
	if _, err := os.Lstat(dir); errors.Is(err, fs.ErrNotExist) {
		return os.Rename(next, dir)
	}
	if exchange(next, dir) == nil {
		return os.Rename(next, before)
	}
	if err := os.Rename(dir, before); err != nil {
		return err
	}
	if err := os.Rename(next, dir); err != nil {
		return errors.Join(err, os.Rename(before, dir))
	}
	return nil
}

package store

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// The manifest is one JSON object whose last member is the SHA-256, in
// hexadecimal, of all that stands before that member.
const (
	sumStart = `,"sum":"`
	sumEnd   = "\"}\n"
	sumSize  = len(sumStart) + 2*sha256.Size + len(sumEnd)
	// copiesFolder holds copies of the last manifests, keptCopies of them.
	copiesFolder = "manifests"
	keptCopies   = 3
)

// write replaces the manifest in the folder by the next generation. A copy of it
// stays for when it is damaged.
func (m *Manifest) write(folder string, d files) error {
	m.Generation++
	slices.SortFunc(m.Segments, func(a, b Segment) int { return cmp.Compare(a.Path, b.Path) })
	slices.SortFunc(m.Tables, func(a, b Table) int { return cmp.Compare(a.Path, b.Path) })
	text, err := json.Marshal(m)
	if err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	text = summed(text)
	if err := d.makeFolder(filepath.Join(folder, copiesFolder)); err != nil {
		return fmt.Errorf("writing the manifest: %w", err)
	}
	for _, path := range []string{copyPath(folder, m.Generation), filepath.Join(folder, manifestName)} {
		if err := d.replace(path, text); err != nil {
			return fmt.Errorf("writing the manifest: %w", err)
		}
	}
	return nil
}

// summed adds a checksum to a JSON object.
func summed(object []byte) []byte {
	text := object[:len(object)-1]
	sum := sha256.Sum256(text)
	return append(append(append(text, sumStart...), hex.EncodeToString(sum[:])...), sumEnd...)
}

// readSummed reads what summed wrote.
func readSummed(text []byte, to any) error {
	end := len(text) - sumSize
	if end < 0 || !bytes.HasPrefix(text[end:], []byte(sumStart)) || !bytes.HasSuffix(text, []byte(sumEnd)) {
		return errors.New("it has no checksum")
	}
	sum := sha256.Sum256(text[:end])
	if hex.EncodeToString(sum[:]) != string(text[end+len(sumStart):len(text)-len(sumEnd)]) {
		return errors.New("its checksum is another")
	}
	return json.Unmarshal(text, to)
}

// parseManifest reads what write wrote.
func parseManifest(text []byte) (*Manifest, error) {
	m := &Manifest{}
	if err := readSummed(text, m); err != nil {
		return nil, fmt.Errorf("%w: %w", ErrManifest, err)
	}
	return m, nil
}

func copyPath(folder string, generation int64) string {
	return filepath.Join(folder, copiesFolder, fmt.Sprintf("%09d.json", generation))
}

// copies returns the generations of which there are copies, the last one first.
func copies(folder string) (generations []int64) {
	entries, err := os.ReadDir(filepath.Join(folder, copiesFolder))
	if err != nil {
		return nil
	}
	for _, e := range entries {
		digits, _ := strings.CutSuffix(e.Name(), ".json")
		if n, err := strconv.ParseInt(digits, 10, 64); err == nil && copyPath("", n) == filepath.Join(copiesFolder, e.Name()) {
			generations = append(generations, n)
		}
	}
	slices.Sort(generations)
	slices.Reverse(generations)
	return generations
}

// wayBack says which copy can take the place of a damaged manifest. A writer
// removes copies that came to nothing, so the last whole one is what was live.
func wayBack(folder string) string {
	for _, n := range copies(folder) {
		path := copyPath(folder, n)
		text, err := os.ReadFile(path)
		if err != nil {
			continue
		}
		if _, err := parseManifest(text); err == nil {
			return fmt.Sprintf("; %s is whole: copy it to %s, then run dwell verify", path, filepath.Join(folder, manifestName))
		}
	}
	return "; no copy of it is whole"
}

// cleanCopies removes copies that are old, and those of manifests that did not
// come to be.
func (w *Writer) cleanCopies() error {
	var gone []string
	kept := 0
	for _, n := range copies(w.archive.folder) {
		if n <= w.manifest.Generation && kept < keptCopies {
			kept++
			continue
		}
		gone = append(gone, copyPath(w.archive.folder, n))
	}
	return w.archive.files.removeAll(gone...)
}

package release

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
)

// Bounds of what an archive unpacks to.
const (
	maxFiles    = 50_000
	maxFile     = 16 << 20  // bytes; package sigma reads no larger ones
	maxUnpacked = 256 << 20 // bytes
)

// unzip unpacks the rules and texts of an archive into a new folder. An archive
// with anything in it that has no place in a release is refused as a whole.
func unzip(archive, dir string) error {
	z, err := zip.OpenReader(archive)
	if err != nil {
		return err
	}
	defer z.Close()
	if len(z.File) > maxFiles {
		return fmt.Errorf("%d entries; %d are allowed", len(z.File), maxFiles)
	}
	if err := os.Mkdir(dir, 0o755); err != nil { //nolint:gosec // rules are no secret
		return err
	}
	left := int64(maxUnpacked)
	seen := map[string]bool{}
	for _, f := range z.File {
		name, err := checkEntry(f)
		if err != nil {
			return fmt.Errorf("%q: %w", f.Name, err)
		}
		if f.Mode().IsDir() || !wanted(name) {
			continue
		}
		// Some file systems take names that differ in case for one.
		key := strings.ToLower(name)
		if seen[key] {
			return fmt.Errorf("%q: twice in the archive", f.Name)
		}
		seen[key] = true
		n, err := unzipFile(f, filepath.Join(dir, filepath.FromSlash(name)), min(left, maxFile))
		if err != nil {
			return fmt.Errorf("%q: %w", f.Name, err)
		}
		left -= n
	}
	return nil
}

// checkEntry returns the name of an entry as a path below the folder.
func checkEntry(f *zip.File) (string, error) {
	name := strings.TrimSuffix(strings.ReplaceAll(f.Name, `\`, "/"), "/")
	switch mode := f.Mode(); {
	case !fs.ValidPath(name) || !filepath.IsLocal(filepath.FromSlash(name)) || strings.ContainsFunc(name, isControl):
		return "", errors.New("no name for a file below the folder")
	case !mode.IsDir() && !mode.IsRegular():
		return "", errors.New("neither a file nor a folder")
	case f.Flags&1 != 0:
		return "", errors.New("password-protected")
	}
	return name, nil
}

func isControl(r rune) bool { return r < ' ' || r == 0x7f || r == ':' }

// wanted says whether an entry is unpacked: rules, and texts about them. What
// else a release holds (pictures, programs that made it) is left in the archive.
func wanted(name string) bool {
	if path.Base(name) == noteName || strings.HasPrefix(path.Base(name), ".") {
		return false
	}
	ext := strings.ToLower(path.Ext(name))
	return slices.Contains([]string{".yml", ".yaml", ".md", ".txt"}, ext) ||
		slices.Contains([]string{"LICENSE", "NOTICE", "README"}, strings.ToUpper(path.Base(name)))
}

// unzipFile writes an entry of up to most bytes and returns its size.
func unzipFile(f *zip.File, to string, most int64) (int64, error) {
	if err := os.MkdirAll(filepath.Dir(to), 0o755); err != nil { //nolint:gosec // rules are no secret
		return 0, err
	}
	r, err := f.Open()
	if err != nil {
		return 0, err
	}
	defer r.Close()
	w, err := os.OpenFile(to, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o644) //nolint:gosec // rules are no secret
	if err != nil {
		return 0, err
	}
	// The size in the directory may be a lie; what comes out counts.
	n, err := io.Copy(w, io.LimitReader(r, most+1))
	if err = errors.Join(err, w.Close()); err == nil && n > most {
		err = fmt.Errorf("more than the %d bytes that are allowed, of %d in all", most, maxUnpacked)
	}
	return n, err
}

package formats_test

import (
	"archive/zip"
	"crypto/sha256"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/parse/formats"
)

// TestRealArchivesGiveWhatIsInThem holds that the logs in real archives come out
// byte for byte as the standard library reads them.
func TestRealArchivesGiveWhatIsInThem(t *testing.T) {
	root := os.Getenv("DWELL_DATA")
	if root == "" {
		root = "../../../shared/data"
	}
	dir := filepath.Join(root, "security-datasets/datasets/atomic")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no real archives at %s (set DWELL_DATA)", dir)
	}
	archives, files := 0, 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".zip") {
			return err
		}
		if info, err := d.Info(); err != nil || info.Size() > 1<<20 {
			return err
		}
		archives++
		want := sums(t, path)
		for in, err := range formats.Walk([]string{path}, formats.Options{}) {
			if err != nil {
				continue // what is no log is not the question here
			}
			r, err := in.Open()
			if err != nil {
				t.Fatal(err)
			}
			sum := sha256.New()
			_, err = io.Copy(sum, r)
			if name := strings.TrimPrefix(in.Path, path+"!"); err != nil || !strings.Contains(name, "!") && want[name] != string(sum.Sum(nil)) {
				t.Errorf("%s is not what the standard library reads (%v)", in.Path, err)
			}
			files++
		}
		return nil
	})
	if err != nil || files < archives {
		t.Errorf("%d logs in %d archives, %v", files, archives, err)
	}
	t.Logf("%d logs in %d archives", files, archives)
}

// sums returns the digests of an archive's files by name.
func sums(t *testing.T, path string) map[string]string {
	t.Helper()
	z, err := zip.OpenReader(path)
	if err != nil {
		t.Fatal(err)
	}
	defer z.Close()
	out := map[string]string{}
	for _, f := range z.File {
		r, err := f.Open()
		if err != nil {
			t.Fatal(err)
		}
		sum := sha256.New()
		if _, err := io.Copy(sum, r); err != nil {
			t.Fatal(err)
		}
		out[f.Name] = string(sum.Sum(nil))
	}
	return out
}

package sigma_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"syscall"
	"testing"

	"github.com/dwell-project/dwell/sigma"
)

// dataDir returns the folder with real rule sets, or skips the test.
func dataDir(t testing.TB) string {
	t.Helper()
	dir := os.Getenv("DWELL_DATA")
	if dir == "" {
		dir = filepath.Join("..", "..", "shared", "data")
	}
	if _, err := os.Stat(filepath.Join(dir, "sigma")); err != nil {
		t.Skipf("no SigmaHQ rules in %s: set DWELL_DATA to a folder that has sigma/", dir)
	}
	return filepath.Join(dir, "sigma")
}

func sigmaHQ(dir string) []string {
	var out []string
	for _, d := range []string{"rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance", "rules-placeholder"} {
		out = append(out, filepath.Join(dir, d))
	}
	return out
}

// everyPlaceholder gives two values to whatever stands between percent signs in
// the rules.
func everyPlaceholder(t testing.TB, dir string) map[string][]string {
	t.Helper()
	name := regexp.MustCompile(`%([A-Za-z_-]+)%`)
	out := map[string][]string{}
	err := filepath.WalkDir(dir, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || filepath.Ext(path) != ".yml" {
			return err
		}
		data, err := os.ReadFile(path)
		for _, m := range name.FindAllSubmatch(data, -1) {
			out[string(m[1])] = []string{"first", "second*"}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func TestSigmaHQLoadsWithoutErrors(t *testing.T) {
	dir := dataDir(t)
	table := everyPlaceholder(t, dir)
	c := sigma.Load(sigmaHQ(dir), sigma.WithPlaceholders(table))
	for i := range c.Problems {
		if p := &c.Problems[i]; p.Severity() == sigma.Error {
			t.Errorf("%s", p.Render())
		}
	}
	if c.LeftOut != 0 || len(c.Rules) != c.Files || c.Files < 3000 {
		t.Errorf("%d rules of %d files, %d left out; want a rule of every file", len(c.Rules), c.Files, c.LeftOut)
	}
}

// cpuSeconds is what the process has used so far, collector included.
func cpuSeconds() float64 {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return float64(r.Utime.Nano()+r.Stime.Nano()) / 1e9
}

func BenchmarkLoadSigmaHQ(b *testing.B) {
	dir := dataDir(b)
	table := everyPlaceholder(b, dir)
	b.ReportAllocs()
	before := cpuSeconds()
	for b.Loop() {
		c := sigma.Load(sigmaHQ(dir), sigma.WithPlaceholders(table))
		if len(c.Rules) == 0 {
			b.Fatal("no rules")
		}
	}
	b.ReportMetric((cpuSeconds()-before)/float64(b.N), "cpu-s/op")
}

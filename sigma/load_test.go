package sigma_test

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"
	"time"

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
	for _, d := range []string{"rules", "rules-emerging-threats", "rules-threat-hunting", "rules-compliance"} {
		out = append(out, filepath.Join(dir, d))
	}
	return out
}

func TestSigmaHQ(t *testing.T) {
	dir := dataDir(t)
	start := time.Now()
	c := sigma.Load(sigmaHQ(dir))
	fmt.Println(time.Since(start), len(c.Rules), c.Files, c.LeftOut)
	n := map[sigma.Code]int{}
	for _, p := range c.Problems {
		n[p.Code]++
		if n[p.Code] <= 3 || p.Severity() == sigma.Error {
			fmt.Println(p.Render())
		}
	}
	fmt.Println(n)
}

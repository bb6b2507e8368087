package ingest_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// TestPlantedDifferencesAreSeen holds that the comparison of watch and scan
// finds what it looks for: each fault is planted into the watch alone.
func TestPlantedDifferencesAreSeen(t *testing.T) {
	root := t.TempDir()
	for _, planted := range []struct{ name, from, to string }{
		{"nothing", "", ""},
		{"a rule that is not quite the same", "'3.exe'", "'4.exe'"},
		{"a correlation with another bound", "lt: 3", "lt: 2"},
		{"a correlation with another window", "20s", "10m"},
	} {
		t.Run(planted.name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				faulty := strings.Replace(base, planted.from, planted.to, 1)
				s := newStation(t, root, faulty)
				defer s.close()
				play(t, s, []record{
					{user: "anna", n: 3}, {at: 1e9, comes: 1e9, user: "anna", n: 4}, {at: 3e11, comes: 3e11, user: "anna", n: 1},
				})
				diff := cmp.Diff(scanned(t, s.dir, base, s.logs), s.out)
				if wanted := planted.from != ""; wanted != (diff != "") {
					t.Fatalf("a difference is wanted: %v; (-scan +watch):\n%s", wanted, diff)
				}
			})
		})
	}
}

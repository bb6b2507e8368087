package taxonomy_test

import (
	"bytes"
	"io/fs"
	"os"
	"path/filepath"
	"testing"

	"github.com/dwell-project/dwell/sigma"

	"go.yaml.in/yaml/v3"
)

// Every Windows log source of the public rules must be known; rules of other
// products wait for their parsers.
func TestEveryWindowsLogSourceOfThePublicRulesIsKnown(t *testing.T) {
	tables := load(t)
	seen := map[sigma.LogSource]string{}
	for _, root := range []string{"rules", "rules-emerging-threats", "rules-threat-hunting", "rules-placeholder"} {
		collect(t, filepath.Join(publicRules(t), root), seen)
	}
	if len(seen) < 50 {
		t.Fatalf("only %d windows log sources found", len(seen))
	}
	for ls, where := range seen {
		if known, why := tables.Known(ls); !known {
			t.Errorf("%s: %s", where, why)
		}
	}
}

// publicRules returns the folder of SigmaHQ's rules.
func publicRules(t *testing.T) string {
	t.Helper()
	data := os.Getenv("DWELL_DATA")
	if data == "" {
		data = filepath.Join("..", "..", "..", "shared", "data")
	}
	dir := filepath.Join(data, "sigma")
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("the public Sigma rules are not at %s; set DWELL_DATA to the folder that has sigma/", dir)
	}
	return dir
}

func collect(t *testing.T, root string, seen map[sigma.LogSource]string) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(path) != ".yml" {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		var rule struct {
			LogSource struct{ Product, Service, Category string }
		}
		dec := yaml.NewDecoder(bytes.NewReader(text))
		for dec.Decode(&rule) == nil {
			ls := sigma.LogSource{Product: rule.LogSource.Product, Service: rule.LogSource.Service, Category: rule.LogSource.Category}
			if ls.Product == "windows" {
				seen[ls] = path
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

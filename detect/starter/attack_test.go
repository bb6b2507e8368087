package starter_test

import (
	"compress/gzip"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/detect/starter"
	"github.com/dwell-project/dwell/sigma"
)

// attackObject is what is needed of an object in MITRE's STIX bundle.
type attackObject struct {
	Type       string
	Revoked    bool
	Deprecated bool `json:"x_mitre_deprecated"`
	References []struct {
		Source string `json:"source_name"`
		ID     string `json:"external_id"`
	} `json:"external_references"`
	Phases []struct {
		Tactic string `json:"phase_name"`
	} `json:"kill_chain_phases"`
}

func TestTechniquesAreThoseOfAttackAndStandWithATacticOfTheirs(t *testing.T) {
	tactics := attackTactics(t)
	rules := starter.Load()
	for _, r := range rules.Rules {
		checkTechniques(t, &r.Meta, tactics)
	}
	for _, c := range rules.Correlations {
		checkTechniques(t, &c.Meta, tactics)
	}
}

func checkTechniques(t *testing.T, m *sigma.Meta, tactics map[string][]string) {
	t.Helper()
	for _, id := range techniques(m) {
		of, ok := tactics[id]
		if !ok {
			t.Errorf("%s: %s is no technique, or no longer one", file(m), id)
			continue
		}
		if !slices.ContainsFunc(of, func(tactic string) bool { return slices.Contains(m.Tags, "attack."+tactic) }) {
			t.Errorf("%s: %s is of %q, of which no tag names one: %q", file(m), id, of, m.Tags)
		}
	}
}

// attackTactics returns the tactics of every technique in use.
func attackTactics(t *testing.T) map[string][]string {
	t.Helper()
	f, err := os.Open(filepath.Join(dataDir(t, "attack"), "enterprise-attack-18.1.json.gz"))
	if err != nil {
		t.Skip(err)
	}
	defer f.Close()
	z, err := gzip.NewReader(f)
	if err != nil {
		t.Fatal(err)
	}
	var bundle struct{ Objects []attackObject }
	if err := json.NewDecoder(z).Decode(&bundle); err != nil {
		t.Fatal(err)
	}
	tactics := map[string][]string{}
	for _, o := range bundle.Objects {
		if o.Type != "attack-pattern" || o.Revoked || o.Deprecated {
			continue
		}
		for _, r := range o.References {
			if r.Source == "mitre-attack" {
				for _, p := range o.Phases {
					tactics[strings.ToUpper(r.ID)] = append(tactics[strings.ToUpper(r.ID)], p.Tactic)
				}
			}
		}
	}
	return tactics
}

// dataDir returns a folder of real data, which is not part of the project.
func dataDir(t *testing.T, name string) string {
	t.Helper()
	root := os.Getenv("DWELL_DATA")
	if root == "" {
		root = filepath.Join("..", "..", "..", "shared", "data")
	}
	dir := filepath.Join(root, name)
	if _, err := os.Stat(dir); err != nil {
		t.Skipf("no data in %s; set DWELL_DATA to the folder that holds %s", dir, name)
	}
	return dir
}

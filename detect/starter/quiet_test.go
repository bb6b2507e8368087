package starter_test

import (
	"bytes"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v3"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// finding is that a rule fires somewhere in a file, or is said to.
type finding struct{ file, rule string }

// allowed returns the findings that are written down, with their reasons.
func allowed(t *testing.T, data string) map[finding]string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join("testdata", "allowed.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var list []struct{ File, Rule, Why string }
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(&list); err != nil {
		t.Fatal(err)
	}
	why := map[finding]string{}
	for _, e := range list {
		if len(e.Why) < 10 {
			t.Errorf("allowed.yml: %s in %s has no reason", e.Rule, e.File)
		}
		if strings.HasPrefix(e.File, data+"/") {
			why[finding{e.File, e.Rule}] = e.Why
		}
	}
	return why
}

// checkQuiet compares what was found with what is written down, both ways.
func checkQuiet(t *testing.T, data string, found []finding) {
	t.Helper()
	why := allowed(t, data)
	for _, f := range found {
		if why[f] == "" {
			t.Errorf("%s fires in %s, and allowed.yml does not say why", f.rule, f.file)
		}
	}
	for f := range why {
		if !slices.Contains(found, f) {
			t.Errorf("allowed.yml: %s no longer fires in %s", f.rule, f.file)
		}
	}
}

// Other people's rules for clouds come with records on which they must not
// fire; ours must not either.
func TestPackIsQuietOnRecordsThatOthersCallHarmless(t *testing.T) {
	dir := dataDir(t, "panther-analysis")
	p := newPack(t)
	files, err := filepath.Glob(filepath.Join(dir, "rules", "*", "*.yml"))
	if err != nil {
		t.Fatal(err)
	}
	var found []finding
	n := 0
	for _, f := range files {
		records := harmless(t, f)
		if len(records) == 0 {
			continue
		}
		r := p.run(t, archived{jsonl.Format{}, records})
		n += len(r.fired)
		for _, rule := range r.shown(p) {
			found = append(found, finding{below(t, dir, f), rule})
		}
	}
	if n < 500 {
		t.Errorf("%d records read from %d files, which is too few", n, len(files))
	}
	t.Logf("%d records of %d files", n, len(files))
	checkQuiet(t, "panther-analysis", found)
}

// harmless returns the records of a rule file on which its rule must not fire.
func harmless(t *testing.T, path string) []byte {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	var rule struct {
		Tests []struct {
			ExpectedResult bool           `yaml:"ExpectedResult"`
			Log            map[string]any `yaml:"Log"`
		} `yaml:"Tests"`
	}
	if err := yaml.Unmarshal(text, &rule); err != nil {
		t.Logf("%s: %v", path, err) // some of their files are no valid YAML
		return nil
	}
	var b bytes.Buffer
	for _, test := range rule.Tests {
		if test.ExpectedResult || len(test.Log) == 0 {
			continue
		}
		line, err := json.Marshal(test.Log)
		if err != nil {
			t.Fatalf("%s: %v", path, err)
		}
		b.Write(append(line, '\n'))
	}
	return b.Bytes()
}

func TestPackIsQuietOnZeeksOwnTests(t *testing.T) {
	checkQuiet(t, "zeek-baseline", findingsIn(t, "zeek-baseline", 250))
}

func TestPackIsQuietOnTheExamplesOfOCSF(t *testing.T) {
	checkQuiet(t, "ocsf-examples", findingsIn(t, "ocsf-examples", 50))
}

// findingsIn runs the pack over each file of a folder that a format
// recognises, of which there must be some.
func findingsIn(t *testing.T, data string, atLeast int) []finding {
	t.Helper()
	dir := dataDir(t, data)
	p := newPack(t)
	var found []finding
	read, records := 0, 0
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		unread := false
		r := p.read(t, formats.Walk([]string{path}, formats.Options{}), func(parse.Problem) { unread = true })
		if !unread || len(r.fired) > 0 {
			read++
		}
		records += len(r.fired)
		for _, rule := range r.shown(p) {
			found = append(found, finding{below(t, dir, path), rule})
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if read < atLeast {
		t.Errorf("%d files read, want at least %d", read, atLeast)
	}
	t.Logf("%d records of %d files", records, read)
	return found
}

// below is a path from the folder of the data set on, its name included.
func below(t *testing.T, dir, path string) string {
	t.Helper()
	rel, err := filepath.Rel(filepath.Dir(dir), path)
	if err != nil {
		t.Fatal(err)
	}
	return filepath.ToSlash(rel)
}

// The logs of a shell through DNS, recorded by others, are recognised.
func TestShellThroughDNSIsFoundInRealLogs(t *testing.T) {
	log := filepath.Join(dataDir(t, "rita"), "test_data", "json_with_all_fields", "dns.log")
	p := newPack(t)
	r := p.read(t, formats.Walk([]string{log}, formats.Options{}), func(problem parse.Problem) { t.Error(problem) })
	if !slices.Contains(r.correlations, "zeek_dns_many_encoded_names") {
		t.Errorf("of %d records only %q", len(r.fired), r.shown(p))
	}
}

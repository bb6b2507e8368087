package main

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
)

// sampleStep is how far apart the rules of the sample are, by id.
const sampleStep = 37

// ruleFolders are the parts of SigmaHQ's repository that a scan runs.
func ruleFolders() []string {
	return []string{"rules", "rules-emerging-threats", "rules-threat-hunting"}
}

// rule is one rule file.
type rule struct{ id, path string }

// collectRules returns the rules below the folders, in the order of their ids.
func collectRules(root string) ([]rule, error) {
	var rules []rule
	for _, folder := range ruleFolders() {
		err := filepath.WalkDir(filepath.Join(root, folder), func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || filepath.Ext(path) != ".yml" {
				return err
			}
			data, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			rules = append(rules, rule{id: ruleID(data), path: path})
			return nil
		})
		if err != nil {
			return nil, fmt.Errorf("collecting rules: %w", err)
		}
	}
	if len(rules) == 0 {
		return nil, errors.New("collecting rules: no rule below " + root)
	}
	slices.SortFunc(rules, func(a, b rule) int {
		return strings.Compare(a.id+a.path, b.id+b.path)
	})
	return rules, nil
}

// ruleID returns the value of the first id at the top level of a rule file.
func ruleID(data []byte) string {
	for in := bufio.NewScanner(bytes.NewReader(data)); in.Scan(); {
		if value, ok := strings.CutPrefix(in.Text(), "id:"); ok {
			return strings.Trim(strings.TrimSpace(value), `"'`)
		}
	}
	return ""
}

// sample returns every step-th rule, from the first.
func sample(rules []rule, step int) []rule {
	var some []rule
	for i := 0; i < len(rules); i += step {
		some = append(some, rules[i])
	}
	return some
}

// copyRules puts the rules into a new folder under their numbers: their own
// file names are not unique.
func copyRules(dir string, rules []rule) error {
	if err := os.RemoveAll(dir); err != nil {
		return err
	}
	if err := os.MkdirAll(dir, 0o750); err != nil {
		return err
	}
	for i, r := range rules {
		data, err := os.ReadFile(r.path)
		if err != nil {
			return err
		}
		if err := os.WriteFile(filepath.Join(dir, fmt.Sprintf("%04d.yml", i)), data, 0o600); err != nil {
			return err
		}
	}
	return nil
}

// noRule is a rule for events that no input here has.
const noRule = `title: No event is for this rule
id: 6a0b5f0e-52cf-4b8a-9d0e-1f6b7c0d9e11
status: stable
level: low
logsource:
    product: nothing
    service: nothing
detection:
    selection:
        Nothing: nothing
    condition: selection
`

package openioc

import (
	_ "embed"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

//go:embed terms.yml
var embedded []byte

// loadTerms returns the object path of each term, by its name in lower case.
func loadTerms() (map[string]string, error) {
	var table struct{ Terms map[string][]string }
	if err := yaml.Unmarshal(embedded, &table); err != nil {
		return nil, fmt.Errorf("reading the table of terms: %w", err)
	}
	terms := map[string]string{}
	for path, names := range table.Terms {
		for _, name := range names {
			terms[strings.ToLower(name)] = path
		}
	}
	return terms, nil
}

// Terms returns the terms that are understood, in lower case, and their object
// paths.
func Terms() (map[string]string, error) { return loadTerms() }

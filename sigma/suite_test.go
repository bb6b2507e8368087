package sigma_test

import (
	"path/filepath"
	"testing"

	"github.com/dwell-project/dwell/internal/sigmasuite"
	"github.com/dwell-project/dwell/sigma"
)

// The numbers below guard against files that are lost or no longer found.
const (
	fewestSuites = 40
	fewestCases  = 200
)

func TestSpecification(t *testing.T) {
	files, err := filepath.Glob(filepath.Join("testdata", "spec", "*.txtar"))
	if err != nil {
		t.Fatal(err)
	}
	cases := 0
	for _, file := range files {
		t.Run(filepath.Base(file), func(t *testing.T) {
			s, err := sigmasuite.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			cases += len(s.Titles) + len(s.Problems)
			c := s.Load()
			for _, line := range s.Compare(c, runSuite(t, s, c)) {
				t.Error(line)
			}
		})
	}
	if len(files) < fewestSuites || cases < fewestCases {
		t.Errorf("%d files with %d cases; want at least %d and %d", len(files), cases, fewestSuites, fewestCases)
	}
}

// runSuite asks every rule about every event, and checks on the way that the
// rule's text form and its explanation say the same as the rule.
func runSuite(t *testing.T, s *sigmasuite.Suite, c *sigma.Collection) map[string][]int {
	t.Helper()
	got := map[string][]int{}
	for _, rule := range c.Rules {
		again, err := sigma.ParseExpr(rule.Expr.String())
		if err != nil {
			t.Errorf("%s: %s: %v", rule.Title, rule.Expr, err)
			continue
		}
		for i, line := range s.Events {
			record, err := sigma.ReadJSON(line)
			if err != nil {
				t.Fatalf("event %d: %v", i+1, err)
			}
			matches := sigma.Match(rule.Expr, record)
			if matches {
				got[rule.Title] = append(got[rule.Title], i+1)
			}
			if sigma.Match(again, record) != matches {
				t.Errorf("%s, event %d: %s reads back as %s, which differs", rule.Title, i+1, rule.Expr, again)
			}
			if sigma.Explain(rule.Expr, record).Outcome != matches {
				t.Errorf("%s, event %d: Explain and Match differ", rule.Title, i+1)
			}
		}
	}
	return got
}

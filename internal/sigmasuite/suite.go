// Package sigmasuite reads the cases of sigma/testdata/spec, in which the Sigma
// specification is written down as rules, events, and which events each rule
// matches.
//
// The format is described in sigma/testdata/README.md. Every engine of dwell is
// held to the same files: the evaluator of package sigma by its own test, the
// compiled program by that of package detect.
package sigmasuite

import (
	"bytes"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dwell-project/dwell/sigma"
)

// Suite is one file of cases.
type Suite struct {
	// Comment says what the file is about.
	Comment string
	// Rules are the Sigma documents of every *.yml in the file.
	Rules []byte
	// Placeholders are the values for the modifier expand.
	Placeholders map[string][]string
	// Events are JSON objects; the first has the number 1.
	Events [][]byte
	// Want is, by the rule's title, the numbers of the events it matches.
	Want map[string][]int
	// Titles are the keys of Want in the order written.
	Titles []string
	// Problems are, as "SIG312 Title", the errors that rules are left out for.
	Problems []string
}

// ReadFile reads a suite.
func ReadFile(name string) (*Suite, error) {
	data, err := os.ReadFile(name)
	if err != nil {
		return nil, err
	}
	s, err := Parse(data)
	if err != nil {
		return nil, fmt.Errorf("reading suite %s: %w", name, err)
	}
	return s, nil
}

// Parse reads a suite from the text of its file.
func Parse(data []byte) (*Suite, error) {
	archive := txtar.Parse(data)
	s := &Suite{Comment: string(archive.Comment), Placeholders: map[string][]string{}, Want: map[string][]int{}}
	for _, f := range archive.Files {
		if err := s.section(f.Name, f.Data); err != nil {
			return nil, fmt.Errorf("%s: %w", f.Name, err)
		}
	}
	if len(s.Rules) == 0 || len(s.Want)+len(s.Problems) == 0 {
		return nil, errors.New("there are no rules or nothing is wanted")
	}
	return s, nil
}

func (s *Suite) section(name string, data []byte) error {
	switch {
	case strings.HasSuffix(name, ".yml"):
		if len(s.Rules) > 0 {
			s.Rules = append(s.Rules, "---\n"...)
		}
		s.Rules = append(s.Rules, data...)
	case name == "events.jsonl":
		for line := range bytes.Lines(data) {
			s.Events = append(s.Events, bytes.TrimRight(line, "\n"))
		}
	case name == "placeholders":
		return eachPair(data, func(key, value string) error {
			for v := range strings.SplitSeq(value, ",") {
				s.Placeholders[key] = append(s.Placeholders[key], strings.TrimSpace(v))
			}
			return nil
		})
	case name == "want":
		return eachPair(data, s.want)
	case name == "problems":
		for line := range strings.Lines(string(data)) {
			s.Problems = append(s.Problems, strings.TrimSpace(line))
		}
	default:
		return errors.New("unknown section")
	}
	return nil
}

// eachPair reads lines of the form "key: value"; the key ends at the last colon
// with a blank after it.
func eachPair(data []byte, do func(key, value string) error) error {
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" || line[0] == '#' {
			continue
		}
		i := strings.LastIndex(line, ": ")
		if i < 0 {
			return fmt.Errorf("%q is not of the form key: value", line)
		}
		if err := do(line[:i], strings.TrimSpace(line[i+2:])); err != nil {
			return err
		}
	}
	return nil
}

func (s *Suite) want(title, numbers string) error {
	if _, twice := s.Want[title]; twice {
		return fmt.Errorf("%q is there twice", title)
	}
	list := []int{}
	if numbers != "none" {
		for word := range strings.FieldsSeq(numbers) {
			n, err := strconv.Atoi(word)
			if err != nil || n < 1 || n > len(s.Events) {
				return fmt.Errorf("%s: %q is no number of an event", title, word)
			}
			list = append(list, n)
		}
	}
	s.Want[title] = list
	s.Titles = append(s.Titles, title)
	return nil
}

// Load reads the suite's rules.
func (s *Suite) Load() *sigma.Collection {
	return sigma.Parse("rules.yml", s.Rules, sigma.WithPlaceholders(s.Placeholders))
}

// Compare returns, one a line, how the rules that were loaded and what an engine
// found differ from what is wanted; nothing if they agree. Got is by title.
func (s *Suite) Compare(c *sigma.Collection, got map[string][]int) []string {
	var out []string
	loaded := map[string]bool{}
	for _, r := range c.Rules {
		loaded[r.Title] = true
		want, ok := s.Want[r.Title]
		if !ok {
			out = append(out, fmt.Sprintf("%s: the file does not say what it matches", r.Title))
			continue
		}
		found := slices.Sorted(slices.Values(got[r.Title]))
		if !slices.Equal(found, want) {
			out = append(out, fmt.Sprintf("%s: matches the events %v, want %v (%s)", r.Title, found, want, r.Expr))
		}
	}
	for _, title := range s.Titles {
		if !loaded[title] {
			out = append(out, title+": the rule was not loaded")
		}
	}
	var errs []string
	for i := range c.Problems {
		if p := &c.Problems[i]; p.Severity() == sigma.Error {
			errs = append(errs, string(p.Code)+" "+p.Rule)
			if !slices.Contains(s.Problems, errs[len(errs)-1]) {
				out = append(out, p.Render())
			}
		}
	}
	for _, p := range s.Problems {
		if !slices.Contains(errs, p) {
			out = append(out, p+": the problem was not reported")
		}
	}
	return out
}

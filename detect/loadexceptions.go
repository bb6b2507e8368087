package detect

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dwell-project/dwell/sigma"
)

// maxExceptions is the largest exceptions file that is read, in bytes.
const maxExceptions = 16 << 20

// LoadExceptions reads an exceptions file: dwell's own form in YAML,
//
//	exceptions:
//	  - rule: 8e5e38e4-5350-4c0b-895a-e872ce0dd54f   # id, name, title, or "*"
//	    when:                                        # any Sigma search, optional
//	      Image|endswith: '\backup.exe'
//	    reason: the backup agent of the file servers
//
// or SigmaHQ's known-FPs.csv, with the heading RuleId;RuleName;MatchString, in
// which the last column is a regular expression, without regard to case, over
// the record written as "Name: value  Name: value".
func LoadExceptions(path string) ([]*Exception, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, maxExceptions+1))
	if err != nil {
		return nil, err
	}
	if len(data) > maxExceptions {
		return nil, fmt.Errorf("%s: larger than %d bytes", path, maxExceptions)
	}
	if bytes.HasPrefix(data, []byte("RuleId;")) {
		return readKnownFPs(path, data)
	}
	return readExceptions(path, data)
}

func readKnownFPs(path string, data []byte) ([]*Exception, error) {
	r := csv.NewReader(bytes.NewReader(data))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = ';', true, -1
	var out []*Exception
	for {
		row, err := r.Read()
		if errors.Is(err, io.EOF) {
			return out, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", path, err)
		}
		line, _ := r.FieldPos(0)
		if line == 1 {
			continue
		}
		if len(row) < 3 {
			return nil, fmt.Errorf("%s:%d: %d columns; want RuleId;RuleName;MatchString", path, line, len(row))
		}
		e := &Exception{Rule: row[0], Reason: row[1], Source: sigma.Position{File: path, Line: line, Column: 1}}
		// The expression may contain the separator.
		if text := strings.Join(row[2:], ";"); text != ".*" {
			if e.Text, err = regexp.Compile("(?i)" + text); err != nil {
				return nil, fmt.Errorf("%s:%d: %w", path, line, err)
			}
		}
		out = append(out, e)
	}
}

// exceptionEntries returns the entries of a file in dwell's own form, none if
// there is nothing in it.
func exceptionEntries(data []byte) ([]yaml.Node, error) {
	var doc yaml.Node
	if err := yaml.Unmarshal(data, &doc); err != nil {
		return nil, errors.New(strings.TrimPrefix(err.Error(), "yaml: "))
	}
	if len(doc.Content) == 0 {
		return nil, nil
	}
	root := doc.Content[0]
	if root.Kind != yaml.MappingNode {
		return nil, fmt.Errorf("line %d: want a map with the key exceptions", root.Line)
	}
	var entries []yaml.Node
	for i := 0; i+1 < len(root.Content); i += 2 {
		key, value := root.Content[i], root.Content[i+1]
		if key.Value != "exceptions" {
			return nil, fmt.Errorf("line %d: unknown key %q; there is exceptions", key.Line, key.Value)
		}
		if entries != nil {
			return nil, fmt.Errorf("line %d: the key exceptions is there twice", key.Line)
		}
		if err := value.Decode(&entries); err != nil {
			return nil, fmt.Errorf("line %d: exceptions is a list", value.Line)
		}
	}
	return entries, nil
}

func readExceptions(path string, data []byte) ([]*Exception, error) {
	entries, err := exceptionEntries(data)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", path, err)
	}
	var out []*Exception
	for i := range entries {
		e, err := readException(path, &entries[i])
		if err != nil {
			return nil, err
		}
		out = append(out, e)
	}
	return out, nil
}

func readException(path string, n *yaml.Node) (*Exception, error) {
	at := sigma.Position{File: path, Line: n.Line, Column: n.Column}
	if err := onlyKeys(n, "rule", "when", "reason"); err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	var form struct {
		Rule   string
		When   yaml.Node
		Reason string
	}
	if err := n.Decode(&form); err != nil {
		return nil, fmt.Errorf("%s: %w", at, err)
	}
	if form.Rule == "" {
		return nil, fmt.Errorf("%s: rule is missing: an id, a name, a title, or \"*\" for all rules", at)
	}
	e := &Exception{Rule: form.Rule, Reason: form.Reason, Source: at}
	if form.When.IsZero() {
		return e, nil
	}
	var err error
	if e.When, err = readSearch(&form.When); err != nil {
		return nil, fmt.Errorf("%s: when: %w", at, err)
	}
	return e, nil
}

func onlyKeys(n *yaml.Node, allowed ...string) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("want a mapping with %s", strings.Join(allowed, ", "))
	}
next:
	for i := 0; i+1 < len(n.Content); i += 2 {
		for _, a := range allowed {
			if n.Content[i].Value == a {
				continue next
			}
		}
		return fmt.Errorf("line %d: unknown key %q; there are %s", n.Content[i].Line, n.Content[i].Value, strings.Join(allowed, ", "))
	}
	return nil
}

// readSearch reads a Sigma search identifier as it stands in a rule, by reading
// a rule that consists of it.
func readSearch(when *yaml.Node) (sigma.Expr, error) {
	text, err := yaml.Marshal(map[string]any{
		"title": "exception", "logsource": map[string]string{"category": "any"},
		"detection": map[string]any{"selection": when, "condition": "selection"},
	})
	if err != nil {
		return nil, err
	}
	c := sigma.Parse("exception", text)
	for i := range c.Problems {
		if p := &c.Problems[i]; p.Severity() == sigma.Error {
			return nil, fmt.Errorf("%s: %s", p.Code, p.Message)
		}
	}
	if len(c.Rules) != 1 {
		return nil, errors.New("no search in it")
	}
	return c.Rules[0].Expr, nil
}

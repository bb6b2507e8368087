package hunt

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dwell-project/dwell/sigma"
)

// ErrMatch reports a comparison that is none.
var ErrMatch = errors.New("no comparison")

// operator is one way to compare: the Sigma modifiers that it stands for, and
// whether it is negated.
type operator struct {
	word      string
	modifiers string
	negated   bool
}

// operators are tried in this order, so that "<=" is not read as "<".
func operators() []operator {
	return []operator{
		{"!=", "", true},
		{"<=", "|lte", false},
		{">=", "|gte", false},
		{"=", "", false},
		{"<", "|lt", false},
		{">", "|gt", false},
		{"contains", "|contains", false},
		{"startswith", "|startswith", false},
		{"endswith", "|endswith", false},
		{"re", "|re", false},
		{"cidr", "|cidr", false},
		{"exists", "|exists", false},
	}
}

// comparison is one comparison, taken apart.
type comparison struct {
	field, value string
	operator
}

// parseMatch reads "field op value". The value goes to the end of the text and
// has the wildcards and escapes of Sigma; a field that has blanks stands in
// double quotes.
func parseMatch(text string) (comparison, error) {
	var c comparison
	rest := strings.TrimSpace(text)
	if quoted, ok := strings.CutPrefix(rest, `"`); ok {
		field, after, closed := strings.Cut(quoted, `"`)
		if !closed {
			return c, fmt.Errorf("%w: column %d: the name has no closing quote", ErrMatch, strings.Index(text, `"`)+1)
		}
		c.field, rest = field, after
	} else {
		end := strings.IndexAny(rest, " \t=<>!")
		if end < 0 {
			end = len(rest)
		}
		c.field, rest = rest[:end], rest[end:]
	}
	at := len(text) - len(rest) + 1
	rest = strings.TrimSpace(rest)
	if c.field == "" {
		return c, fmt.Errorf("%w: column %d: a field's name is missing", ErrMatch, at)
	}
	for _, op := range operators() {
		after, ok := strings.CutPrefix(strings.ToLower(rest), op.word)
		isWord := op.word[0] >= 'a'
		if !ok || isWord && after != "" && !strings.HasPrefix(after, " ") && !strings.HasPrefix(after, "\t") {
			continue
		}
		c.operator = op
		c.value = strings.TrimSpace(rest[len(op.word):])
		if op.word == "exists" && c.value == "" {
			c.value = "true"
		}
		return c, nil
	}
	var known []string
	for _, op := range operators() {
		known = append(known, op.word)
	}
	return c, fmt.Errorf("%w: column %d: after the field stands one of %s", ErrMatch, at, strings.Join(known, " "))
}

// MatchRule makes a rule of comparisons "field op value" that must all hold of
// one record: op is =, !=, <, <=, >, >=, contains, startswith, endswith, re,
// cidr or exists. Fields are named as in Sigma rules, else as the source names
// them. An error says which comparison is wrong, and where.
func MatchRule(texts []string) (*sigma.Rule, error) {
	detection := map[string]any{}
	var conditions []string
	for i, text := range texts {
		c, err := parseMatch(text)
		if err != nil {
			return nil, fmt.Errorf("reading %q: %w", text, err)
		}
		name := fmt.Sprintf("m%d", i+1)
		detection[name] = map[string]any{c.field + c.modifiers: c.yaml()}
		if c.negated {
			name = "not " + name
		}
		conditions = append(conditions, name)
	}
	detection["condition"] = strings.Join(conditions, " and ")
	title := strings.Join(texts, " and ")
	h := fmt.Sprintf("%x", sha256.Sum256([]byte(title)))
	source, err := yaml.Marshal(map[string]any{
		"title": cut(title, 200), "id": h[:8] + "-" + h[8:12] + "-4" + h[13:16] + "-8" + h[17:20] + "-" + h[20:32],
		"logsource": map[string]any{}, "level": "informational", "detection": detection,
	})
	if err != nil {
		return nil, fmt.Errorf("reading the comparisons: %w", err)
	}
	all := sigma.Parse("--match", source)
	i := slices.IndexFunc(all.Problems, func(p sigma.Problem) bool { return p.Severity() == sigma.Error })
	if i >= 0 {
		return nil, fmt.Errorf("reading %q: %w: %s", title, ErrMatch, all.Problems[i].Message)
	}
	if len(all.Rules) != 1 {
		return nil, fmt.Errorf("reading %q: %w", title, ErrMatch)
	}
	return all.Rules[0], nil
}

// yaml returns the value as Sigma types it: a number where it compares numbers,
// true or false where it asks for existence, else text.
func (c *comparison) yaml() any {
	switch c.word {
	case "<", "<=", ">", ">=":
		if _, ok := sigma.ParseNumber([]byte(c.value)); ok {
			return &yaml.Node{Kind: yaml.ScalarNode, Value: c.value}
		}
	case "exists":
		return &yaml.Node{Kind: yaml.ScalarNode, Value: strings.ToLower(c.value)}
	}
	return c.value
}

// cut shortens a text to so many bytes of whole characters.
func cut(s string, n int) string {
	if len(s) <= n {
		return s
	}
	for n > 0 && s[n]&0xC0 == 0x80 {
		n--
	}
	return s[:n] + "…"
}

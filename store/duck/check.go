//go:build cgo

package duck

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
)

// tree is a question as DuckDB's parser gives it.
type tree struct {
	Error      bool   `json:"error"`
	Type       string `json:"error_type"`
	Message    string `json:"error_message"`
	Position   string `json:"position"`
	Statements []any  `json:"statements"`
}

// checker refuses what is more than a question to the views.
type checker struct {
	question string
	tables   map[string]bool // views and the question's own, in lower case
}

// parseTree reads what json_serialize_sql made of a question.
func parseTree(question string, serialised []byte) (*tree, error) {
	var t tree
	d := json.NewDecoder(strings.NewReader(string(serialised)))
	d.UseNumber()
	if err := d.Decode(&t); err != nil {
		return nil, fmt.Errorf("taking the question apart: %w", err)
	}
	switch {
	case t.Error && t.Type == "parser":
		at := 0
		_, _ = fmt.Sscan(t.Position, &at) // 0 if there is none
		return nil, fmt.Errorf("%s: %s", place(question, at), t.Message)
	case t.Error:
		return nil, fmt.Errorf("%w: one SELECT can be asked, nothing else", ErrRefused)
	case len(t.Statements) != 1:
		return nil, fmt.Errorf("%w: one SELECT can be asked at a time, these are %d", ErrRefused, len(t.Statements))
	}
	return &t, nil
}

// tablesIn returns the tables that a question names, in lower case and sorted.
func tablesIn(question string, serialised []byte) ([]string, error) {
	t, err := parseTree(question, serialised)
	if err != nil {
		return nil, err
	}
	found := map[string]bool{}
	var walk func(any)
	walk = func(node any) {
		switch n := node.(type) {
		case []any:
			for _, m := range n {
				walk(m)
			}
		case map[string]any:
			if name, ok := n["table_name"].(string); ok && name != "" {
				found[strings.ToLower(name)] = true
			}
			for _, m := range n {
				walk(m)
			}
		}
	}
	walk(t.Statements)
	return slices.Sorted(maps.Keys(found)), nil
}

// check takes apart what json_serialize_sql made of a question.
func check(question string, serialised []byte, views []View) error {
	t, err := parseTree(question, serialised)
	if err != nil {
		return err
	}
	c := &checker{question: question, tables: map[string]bool{}}
	for i := range views {
		c.tables[strings.ToLower(views[i].Name)] = true
	}
	c.names(t.Statements)
	return c.look(t.Statements)
}

// names notes the tables that the question makes itself (WITH). A name that
// hides a view is refused later by nobody: it stands for what WITH says.
func (c *checker) names(node any) {
	switch n := node.(type) {
	case []any:
		for _, m := range n {
			c.names(m)
		}
	case map[string]any:
		if ctes, ok := n["cte_map"].(map[string]any); ok {
			entries, _ := ctes["map"].([]any)
			for _, e := range entries {
				entry, _ := e.(map[string]any)
				if name, ok := entry["key"].(string); ok {
					c.tables[strings.ToLower(name)] = true
				}
			}
		}
		for _, m := range n {
			c.names(m)
		}
	}
}

// look refuses what must not be, anywhere in the tree.
func (c *checker) look(node any) error {
	switch n := node.(type) {
	case []any:
		for _, m := range n {
			if err := c.look(m); err != nil {
				return err
			}
		}
	case map[string]any:
		if err := c.object(n); err != nil {
			return err
		}
		for _, key := range sortedKeys(n) {
			if err := c.look(n[key]); err != nil {
				return err
			}
		}
	}
	return nil
}

// object looks at one node of the tree.
func (c *checker) object(n map[string]any) error {
	kind, _ := n["type"].(string)
	_, isTable := n["sample"]
	if isTable && !slices.Contains(tableKinds(), kind) && n["class"] == nil {
		if !isSelect(kind) {
			return c.refuse(n, "this kind of table ("+strings.ToLower(kind)+")")
		}
	}
	switch {
	case kind == "BASE_TABLE" || kind == "SHOW_REF":
		return c.table(n)
	case kind == "TABLE_FUNCTION":
		f, _ := n["function"].(map[string]any)
		name, _ := f["function_name"].(string)
		if !slices.Contains(tableFunctions(), strings.ToLower(name)) {
			return c.refuse(n, "the table function "+name)
		}
	case n["function_name"] != nil:
		name, _ := n["function_name"].(string)
		if slices.Contains(refusedFunctions(), strings.ToLower(name)) {
			return c.refuse(n, "the function "+name)
		}
	}
	return nil
}

func isSelect(kind string) bool { return strings.HasSuffix(kind, "_NODE") }

// table refuses what is no view: another table, or the name of a file.
func (c *checker) table(n map[string]any) error {
	name, _ := n["table_name"].(string)
	if name == "" && n["query"] != nil {
		return nil // DESCRIBE of a question, which is looked at itself
	}
	schema, _ := n["schema_name"].(string)
	catalog, _ := n["catalog_name"].(string)
	if !c.tables[strings.ToLower(name)] || schema != "" && schema != "main" || catalog != "" {
		return c.refuse(n, fmt.Sprintf("the table %q, which is no view of the archive", strings.Trim(catalog+"."+schema+"."+name, ".")))
	}
	return nil
}

func (c *checker) refuse(n map[string]any, what string) error {
	at := 0
	if position, ok := n["query_location"].(json.Number); ok {
		if v, err := position.Int64(); err == nil && v >= 0 {
			at = int(v)
		}
	}
	return fmt.Errorf("%s: %w: %s", place(c.question, at), ErrRefused, what)
}

// tableKinds are the kinds of tables that a question may be made of.
func tableKinds() []string {
	return []string{"BASE_TABLE", "SUBQUERY", "JOIN", "TABLE_FUNCTION", "EXPRESSION_LIST", "EMPTY", "CTE", "PIVOT", "SHOW_REF", "COLUMN_DATA"}
}

// tableFunctions are the table functions that read nothing.
func tableFunctions() []string {
	return []string{"range", "generate_series", "unnest", "repeat", "json_each", "json_tree"}
}

// refusedFunctions read or change what is no value.
func refusedFunctions() []string {
	return []string{
		"current_setting", "getenv", "getvariable", "write_log", "nextval", "currval", "txid_current",
		"current_database", "current_schemas", "which_secret", "in_search_path",
	}
}

func sortedKeys(m map[string]any) []string {
	keys := make([]string, 0, len(m))
	for k := range m {
		keys = append(keys, k)
	}
	slices.Sort(keys)
	return keys
}

package observed

import (
	_ "embed"
	"fmt"
	"maps"
	"slices"
	"strings"

	"go.yaml.in/yaml/v3"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
)

//go:embed objects.yml
var embedded []byte

// table is objects.yml.
type table struct {
	Version int
	Spec    string
	Objects []template
}

// template is one object that a record may show.
type template struct {
	Type       string
	Name       string
	Each       []string
	As         string
	When       map[string][]string
	Properties map[string]source

	order   []string // of Properties
	sources []source // in that order
}

// source is where a property's value comes from.
type source struct {
	From []string
	As   string
	Ref  []string // the first object of one of these names
	Refs string   // all objects of this name
}

// UnmarshalYAML reads a name, or a source with its conversion.
func (s *source) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.ScalarNode {
		s.From = []string{n.Value}
		return nil
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		key, value := n.Content[i].Value, n.Content[i+1]
		var err error
		switch key {
		case "from":
			s.From, err = names(value)
		case "ref":
			s.Ref, err = names(value)
		case "refs":
			err = value.Decode(&s.Refs)
		case "as":
			err = value.Decode(&s.As)
		default:
			err = fmt.Errorf("line %d: a source has no %s", n.Content[i].Line, key)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// names reads one name or a list of them.
func names(n *yaml.Node) ([]string, error) {
	if n.Kind == yaml.ScalarNode {
		return []string{n.Value}, nil
	}
	var all []string
	return all, n.Decode(&all)
}

// load reads a table.
func load(text []byte) (*table, error) {
	t := &table{}
	if err := yaml.Unmarshal(text, t); err != nil {
		return nil, fmt.Errorf("reading the table of objects: %w", err)
	}
	known := map[string]bool{}
	for _, o := range t.Objects {
		known[o.Name] = true
	}
	for i := range t.Objects {
		o := &t.Objects[i]
		if _, ok := conversions[o.As]; !ok {
			return nil, fmt.Errorf("reading the table of objects: %s: there is no conversion %s", o.Type, o.As)
		}
		for path, s := range o.Properties {
			o.order = append(o.order, path)
			if _, ok := conversions[s.As]; !ok {
				return nil, fmt.Errorf("reading the table of objects: %s:%s: there is no conversion %s", o.Type, path, s.As)
			}
			for _, name := range append(slices.Clone(s.Ref), s.Refs) {
				if name != "" && !known[name] {
					return nil, fmt.Errorf("reading the table of objects: %s:%s refers to %s, which is none", o.Type, path, name)
				}
			}
		}
		slices.Sort(o.order)
		for _, path := range o.order {
			o.sources = append(o.sources, o.Properties[path])
		}
	}
	return t, nil
}

// Tables are what records show.
type Tables struct {
	table *table
	paths map[string]bool
}

// Load reads the table of objects.
func Load() (*Tables, error) {
	t, err := load(embedded)
	if err != nil {
		return nil, err
	}
	return &Tables{table: t, paths: pathsOf(t)}, nil
}

// pathsOf returns the paths of all objects, without places in lists.
func pathsOf(t *table) map[string]bool {
	paths := map[string]bool{"windows-registry-key:values.name": true, "windows-registry-key:values.data": true, "windows-registry-key:x_full_path": true}
	for _, o := range t.Objects {
		types := []string{o.Type}
		if o.Type == "address" {
			types = append(types, "ipv4-addr", "ipv6-addr")
		}
		for _, typ := range types {
			if len(o.Each) > 0 {
				paths[typ+":value"] = true
			}
			paths[typ+":type"] = true
			for _, path := range o.order {
				paths[typ+":"+path] = true
			}
		}
	}
	return paths
}

// Paths returns the object paths that records can have, as "file:hashes.MD5",
// sorted.
func (t *Tables) Paths() []string { return slices.Sorted(maps.Keys(t.paths)) }

// Has says whether a record can have something at a path.
func (t *Tables) Has(p stixpattern.Path) bool {
	property := propertyOf(p)
	if t.paths[property] {
		return true
	}
	if rest, ok := strings.CutPrefix(property, "address:"); ok && t.paths["domain-name:"+rest] {
		return true
	}
	for path := range t.paths {
		if strings.HasPrefix(path, property+".") || strings.HasSuffix(property, ":") && strings.HasPrefix(path, property) {
			return true
		}
	}
	return false
}

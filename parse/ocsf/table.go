package ocsf

import (
	"bytes"
	"embed"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Version is the version of OCSF that is written.
const Version = "1.6.0"

//go:embed tables/ocsf.yml
var embedded embed.FS

// Tables are the classes and names of OCSF. They do not change and are safe for
// concurrent use.
type Tables struct {
	Version      int                         `yaml:"version"`
	Spec         string                      `yaml:"spec"`
	Categories   map[int]string              `yaml:"categories"`
	Classes      []class                     `yaml:"classes"`
	Names        map[string]goals            `yaml:"names"`
	ClassNames   map[int64]map[string]goals  `yaml:"class_names"`
	DatasetNames map[string]map[string]goals `yaml:"dataset_names"`
	Defaults     []fallback                  `yaml:"defaults"`
	Severity     severity                    `yaml:"severity"`
	Products     map[string][]string         `yaml:"products"`
}

// fallback is what some classes have where the record says nothing.
type fallback struct {
	Classes []int64          `yaml:"classes"`
	Enum    map[string]value `yaml:"enum"`
}

type severity struct {
	Names map[int]string `yaml:"names"`
	Words map[string]int `yaml:"words"`
}

type class struct {
	Class      int64      `yaml:"class"`
	Name       string     `yaml:"name"`
	Category   int        `yaml:"category"`
	When       conditions `yaml:"when"`
	Activities []activity `yaml:"activities"`
}

type activity struct {
	ID   int64      `yaml:"id"`
	Name string     `yaml:"name"`
	When conditions `yaml:"when"`
}

// conditions are ECS names and the values of which each must have one.
type conditions map[string]list

// goal is one OCSF name of an ECS name.
type goal struct {
	To     string            `yaml:"to"`
	As     string            `yaml:"as"`
	ID     int               `yaml:"id"`   // of a hash's algorithm
	Rest   string            `yaml:"rest"` // the name in an element, or of the algorithm
	Map    map[string]string `yaml:"map"`
	Enum   map[string]value  `yaml:"enum"`   // number and caption
	Unless []string          `yaml:"unless"` // ECS names of which any makes this one superfluous
	Flags  map[string]bool   `yaml:"flags"`  // words for yes and no
}

// value is one of an enumeration.
type value struct {
	id      int64
	caption string
}

// UnmarshalYAML implements [yaml.Unmarshaler].
func (v *value) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.SequenceNode || len(n.Content) != 2 {
		return fmt.Errorf("line %d: expected a number and a caption", n.Line)
	}
	if err := n.Content[0].Decode(&v.id); err != nil {
		return err
	}
	return n.Content[1].Decode(&v.caption)
}

type goals []goal

// UnmarshalYAML implements [yaml.Unmarshaler].
func (g *goals) UnmarshalYAML(n *yaml.Node) error {
	switch n.Kind {
	case yaml.SequenceNode:
		for _, item := range n.Content {
			if err := g.UnmarshalYAML(item); err != nil {
				return err
			}
		}
		return nil
	case yaml.MappingNode:
		var one goal
		if err := n.Decode(&one); err != nil {
			return err
		}
		*g = append(*g, one)
		return nil
	default:
		*g = append(*g, goal{To: n.Value})
		return nil
	}
}

type list []string

// UnmarshalYAML implements [yaml.Unmarshaler].
func (l *list) UnmarshalYAML(n *yaml.Node) error {
	items := []*yaml.Node{n}
	if n.Kind == yaml.SequenceNode {
		items = n.Content
	}
	for _, item := range items {
		*l = append(*l, strings.ToLower(item.Value))
	}
	return nil
}

// Load returns the embedded tables.
func Load() (*Tables, error) {
	text, err := embedded.ReadFile("tables/ocsf.yml")
	if err != nil {
		return nil, err
	}
	t := &Tables{}
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	if err := dec.Decode(t); err != nil {
		return nil, fmt.Errorf("reading OCSF table: %w", err)
	}
	return t, nil
}

// dataset returns the entry of a dataset, or of the longest "x.*" that it is
// in.
func dataset[T any](entries map[string]T, name string) (one T, ok bool) {
	if one, ok = entries[name]; ok {
		return one, true
	}
	best := ""
	for pattern := range entries {
		prefix, open := strings.CutSuffix(pattern, "*")
		if open && strings.HasPrefix(name+".", prefix) && len(pattern) > len(best) {
			best = pattern
		}
	}
	one, ok = entries[best]
	return one, ok
}

// product returns vendor and product of a dataset.
func (t *Tables) product(name string) (vendor, product string) {
	if p, ok := dataset(t.Products, name); ok {
		return p[0], p[1]
	}
	return "", name
}

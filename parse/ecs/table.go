package ecs

import (
	"bytes"
	"cmp"
	"embed"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Version is the version of the Elastic Common Schema whose names are written.
const Version = "9.3.0"

// FormVersion is the version of the table form that this package reads.
const FormVersion = 1

//go:embed tables/*.yml
var embedded embed.FS

// File is one table file.
type File struct {
	Name string // for messages
	Text []byte
}

// Tables say what native fields are called in ECS. They do not change and are
// safe for concurrent use.
type Tables struct {
	sections []*section
	types    map[string]string
	lists    map[string]bool
	derive   []derivation
}

// Load returns the embedded tables extended by the user's files in their
// order. An error names the file and, as far as YAML tells, the line.
func Load(user ...File) (*Tables, error) {
	entries, err := embedded.ReadDir("tables")
	if err != nil {
		return nil, err
	}
	t := &Tables{types: map[string]string{}, lists: map[string]bool{}}
	files := make([]File, 0, len(entries)+len(user))
	for _, e := range entries {
		text, err := embedded.ReadFile(path.Join("tables", e.Name()))
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: e.Name(), Text: text})
	}
	for _, f := range append(files, user...) {
		if err := t.add(f); err != nil {
			return nil, fmt.Errorf("reading ECS table %s: %w", f.Name, err)
		}
	}
	return t, nil
}

// document is the form of a table file.
type document struct {
	Version  int             `yaml:"version"`
	Spec     string          `yaml:"spec"` // what the file follows, for readers
	Define   map[string]any  `yaml:"define"`
	Sections []*section      `yaml:"sections"`
	Types    map[string]list `yaml:"types"` // type → names
	Lists    list            `yaml:"lists"` // names that are lists even of one value
	Derive   []derivation    `yaml:"derive"`
}

// section is what holds for some records.
type section struct {
	When      origin          `yaml:"when"`
	Unless    origin          `yaml:"unless"`
	Where     map[string]list `yaml:"where"`
	Namespace *string         `yaml:"namespace"`
	Under     ordered[string] `yaml:"under"`
	// Prefix stands before the names in Where and Names; each of several is
	// tried.
	Prefix list            `yaml:"prefix"`
	Set    map[string]list `yaml:"set"`
	Names  ordered[goals]  `yaml:"names"`
}

// derivation fills a name from another one, where nothing else has.
type derivation struct {
	From string `yaml:"from"`
	goal `yaml:",inline"`
}

// goal is one ECS name of a native one, and how its value gets there.
type goal struct {
	To    string            `yaml:"to"`
	As    string            `yaml:"as"`
	Split string            `yaml:"split"`
	Map   map[string]string `yaml:"map"`
}

// goals is a goal, a list of them, or names alone.
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
		var name string
		if err := n.Decode(&name); err != nil {
			return err
		}
		*g = append(*g, goal{To: name})
		return nil
	}
}

// ordered is a mapping in the order of the file.
type ordered[T any] []entry[T]

type entry[T any] struct {
	name  string
	value T
}

// UnmarshalYAML implements [yaml.Unmarshaler].
func (o *ordered[T]) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: expected a mapping", n.Line)
	}
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Tag == "!!merge" {
			source := n.Content[i+1]
			if source.Kind == yaml.AliasNode {
				source = source.Alias
			}
			if err := o.UnmarshalYAML(source); err != nil {
				return err
			}
			continue
		}
		var e entry[T]
		if err := n.Content[i].Decode(&e.name); err != nil {
			return err
		}
		if err := n.Content[i+1].Decode(&e.value); err != nil {
			return err
		}
		*o = append(*o, e)
	}
	return nil
}

// list is values, of which one may stand alone.
type list []string

// UnmarshalYAML implements [yaml.Unmarshaler].
func (l *list) UnmarshalYAML(n *yaml.Node) error {
	if n.Kind == yaml.SequenceNode {
		return n.Decode((*[]string)(l))
	}
	var one string
	if err := n.Decode(&one); err != nil {
		return err
	}
	*l = list{one}
	return nil
}

func (t *Tables) add(f File) error {
	var doc document
	dec := yaml.NewDecoder(bytes.NewReader(f.Text))
	dec.KnownFields(true)
	if err := dec.Decode(&doc); err != nil {
		if errors.Is(err, io.EOF) {
			return errors.New("the file is empty")
		}
		return err
	}
	if doc.Version != FormVersion {
		return fmt.Errorf("version is %d, and this program reads version %d", doc.Version, FormVersion)
	}
	for i, s := range doc.Sections {
		if err := s.check(); err != nil {
			return fmt.Errorf("section %d: %w", i+1, err)
		}
	}
	t.sections = append(t.sections, doc.Sections...)
	for typ, names := range doc.Types {
		if !isType(typ) {
			return fmt.Errorf("no type is called %q", typ)
		}
		for _, name := range names {
			t.types[name] = typ
		}
	}
	for _, name := range doc.Lists {
		t.lists[name] = true
	}
	for _, d := range doc.Derive {
		if err := d.check(); err != nil {
			return err
		}
	}
	t.derive = append(t.derive, doc.Derive...)
	return nil
}

func (s *section) check() error {
	for _, n := range s.Names {
		for _, g := range n.value {
			if err := g.check(); err != nil {
				return fmt.Errorf("%s: %w", n.name, err)
			}
		}
	}
	for name := range s.Where {
		s.Where[name] = foldAll(s.Where[name])
	}
	s.expand()
	for _, o := range []*origin{&s.When, &s.Unless} {
		for _, l := range []*list{&o.Schema, &o.Dataset, &o.Provider, &o.Channel, &o.Code} {
			*l = foldAll(*l)
		}
	}
	return nil
}

// expand puts the prefixes before the names.
func (s *section) expand() {
	if len(s.Prefix) == 0 {
		return
	}
	var names ordered[goals]
	for _, n := range s.Names {
		for _, prefix := range s.Prefix {
			names = append(names, entry[goals]{prefix + n.name, n.value})
		}
	}
	s.Names = names
}

func (g goal) check() error {
	if g.To == "" {
		return errors.New("no name to write to")
	}
	if _, ok := conversion(g.As); !ok {
		return fmt.Errorf("no conversion is called %q", g.As)
	}
	return nil
}

func foldAll(l list) list {
	for i := range l {
		l[i] = strings.ToLower(l[i])
	}
	return l
}

// origin is what a record says of where it comes from.
type origin struct {
	Schema   list `yaml:"schema"`
	Dataset  list `yaml:"dataset"`
	Provider list `yaml:"provider"`
	Channel  list `yaml:"channel"`
	Code     list `yaml:"code"`
}

func (o *origin) isEmpty() bool {
	return cmp.Or(len(o.Schema), len(o.Dataset), len(o.Provider), len(o.Channel), len(o.Code)) == 0
}

// holds says whether the record's values, folded, satisfy all keys given.
func (o *origin) holds(k *key) bool {
	return holdsOne(o.Schema, k.schema) && holdsOne(o.Dataset, k.dataset) && holdsOne(o.Provider, k.provider) &&
		holdsOne(o.Channel, k.channel) && holdsOne(o.Code, k.code)
}

// holdsOne says whether a value is one of those wanted; none wanted is any.
func holdsOne(want list, have string) bool { return len(want) == 0 || isOne(want, have) }

func isOne(want list, have string) bool {
	for _, w := range want {
		if prefix, ok := strings.CutSuffix(w, "*"); ok {
			if strings.HasPrefix(have, prefix) && (prefix != "" || have != "") {
				return true
			}
		} else if w == have {
			return true
		}
	}
	return false
}

package lines

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"

	"go.yaml.in/yaml/v3"
)

// FormVersion is the version of the parser form that this package reads.
const FormVersion = 1

// Parser describes one kind of text record. docs/reference/parsers.md says
// what each part means.
type Parser struct {
	Version int    `yaml:"version"`
	Name    string `yaml:"name"`
	About   string `yaml:"about"`
	Dataset string `yaml:"dataset"`

	// Product, Service and Category name the Sigma log source of the records,
	// for parsers that no taxonomy table knows.
	Product  string `yaml:"product"`
	Service  string `yaml:"service"`
	Category string `yaml:"category"`

	Programs []string `yaml:"programs"`
	Literals []string `yaml:"literals"`
	Without  []string `yaml:"without"`
	Prefixes []string `yaml:"prefixes"`
	General  bool     `yaml:"general"`
	Begins   string   `yaml:"begins"`

	Messages []Message         `yaml:"messages"`
	Types    map[string]string `yaml:"types"`
	Missing  []string          `yaml:"missing"`
	Times    []Time            `yaml:"time"`
	Code     []string          `yaml:"code"`
	Host     []string          `yaml:"host"`
	Set      map[string]string `yaml:"set"`
	Derive   []Derive          `yaml:"derive"`
	ECS      map[string]string `yaml:"ecs"`
	Tests    []Test            `yaml:"tests"`

	compiled compiled
}

// Message is one way of taking a text apart.
type Message struct {
	Pattern string            `yaml:"pattern"`
	Regexp  string            `yaml:"regexp"`
	Of      string            `yaml:"of"`
	Pairs   *pairForm         `yaml:"pairs"`
	Columns *columnForm       `yaml:"columns"`
	CEF     bool              `yaml:"cef"`
	LEEF    bool              `yaml:"leef"`
	Data    bool              `yaml:"structured"`
	Hex     []string          `yaml:"hex"`
	Set     map[string]string `yaml:"set"`
	// Bare says that the text alone, without a program's name, shows whose it
	// is. Without it that is so for patterns with enough literal text.
	Bare *bool `yaml:"bare"`
}

// Time says where the time of a record is: in fields, joined by a blank, in
// one of the layouts.
type Time struct {
	Fields  []string `yaml:"fields"`
	Layouts []string `yaml:"layouts"`
	Zone    string   `yaml:"zone"`
}

// Derive adds a field made from another one.
type Derive struct {
	From   string            `yaml:"from"`
	To     string            `yaml:"to"`
	Values map[string]string `yaml:"values"`
	Lower  bool              `yaml:"lower"`
	// Labels says that the value is a name as Windows writes it in DNS logs,
	// (3)www(7)example(3)org(0).
	Labels bool `yaml:"labels"`
	// Pattern takes the value apart; its captures are fields.
	Pattern string `yaml:"pattern"`
}

// Test is a record with some of the fields that it shall have.
type Test struct {
	Line   string            `yaml:"line"`
	Time   string            `yaml:"time"`
	Parser string            `yaml:"parser"`
	Native map[string]string `yaml:"native"`
	ECS    map[string]string `yaml:"ecs"`
}

// columnForm says how the columns of a delimited text are called.
type columnForm struct {
	Separator string   `yaml:"separator"`
	Names     []string `yaml:"names"`
	// By is the number, from 0, of the column whose value chooses among Kinds.
	By    int                 `yaml:"by"`
	Kinds map[string][]string `yaml:"kinds"`
	Least int                 `yaml:"least"`
	// Timed is what a column is called that has no name and holds a time with
	// its zone.
	Timed string `yaml:"timed"`
}

// ErrForm reports a parser file that is not of the form.
var ErrForm = errors.New("parser form")

// Read reads the parsers of a YAML file: one document each.
func Read(text []byte) ([]*Parser, error) {
	dec := yaml.NewDecoder(bytes.NewReader(text))
	dec.KnownFields(true)
	var all []*Parser
	for {
		p := &Parser{}
		if err := dec.Decode(p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return nil, fmt.Errorf("%w: %w", ErrForm, err)
		}
		if err := p.check(); err != nil {
			return nil, fmt.Errorf("%w: parser %q: %w", ErrForm, p.Name, err)
		}
		all = append(all, p)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("%w: no parser in the file", ErrForm)
	}
	return all, nil
}

func (p *Parser) check() error {
	switch {
	case p.Version != FormVersion:
		return fmt.Errorf("version is %d, and this program reads version %d", p.Version, FormVersion)
	case p.Name == "":
		return errors.New("name is missing")
	case p.Dataset == "":
		return errors.New("dataset is missing")
	case len(p.Messages) == 0 && len(p.Programs) == 0:
		return errors.New("neither messages nor programs: it would take nothing")
	}
	for name, kind := range p.Types {
		if !slices.Contains([]string{"int", "number", "text"}, kind) {
			return fmt.Errorf("types: %s: no type %q", name, kind)
		}
	}
	for i, m := range p.Messages {
		if err := m.check(); err != nil {
			return fmt.Errorf("messages[%d]: %w", i, err)
		}
	}
	return nil
}

func (m *Message) check() error {
	ways := 0
	for _, there := range []bool{m.Pairs != nil, m.Columns != nil, m.CEF, m.LEEF} {
		if there {
			ways++
		}
	}
	switch {
	case m.Pattern != "" && m.Regexp != "":
		return errors.New("both pattern and regexp")
	case ways > 1:
		return errors.New("more than one of pairs, columns, cef, leef")
	case ways == 0 && m.Pattern == "" && m.Regexp == "":
		return errors.New("says no way to take the text apart")
	case m.Of != "" && ways == 0:
		return errors.New("of without pairs, columns, cef or leef")
	}
	return nil
}

// regexpNames checks an expression and returns the names of its groups.
func regexpNames(text string) (*regexp.Regexp, []string, error) {
	re, err := regexp.Compile(text)
	if err != nil {
		return nil, nil, err
	}
	return re, re.SubexpNames(), nil
}

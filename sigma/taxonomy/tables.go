package taxonomy

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"errors"
	"fmt"
	"io"
	"path"

	"go.yaml.in/yaml/v3"

	"github.com/dwell-project/dwell/sigma"
)

//go:embed tables/*.yml
var embedded embed.FS

// FormVersion is the version of the table form that this package reads.
const FormVersion = 1

// File is one table file.
type File struct {
	Name string // for messages
	Text []byte
}

// Source is what [Tables.Sources] says of a table file that was read.
type Source struct {
	Name   string
	Spec   string // the specification that the file says it follows
	Digest [32]byte
}

// Tables are log source and field tables, ready for use. They do not change
// and are safe for concurrent use.
type Tables struct {
	sources    []Source
	providers  map[string]string // provider to channel, both as folded keys
	carriers   map[string]bool
	logsources []logSource
	fields     []fieldSection
	conditions []sigma.Expr
}

// Load returns the embedded tables extended by the user's files in their
// order. An error names the file and, as far as YAML tells, the line.
func Load(user ...File) (*Tables, error) {
	files, err := embeddedFiles()
	if err != nil {
		return nil, err
	}
	t := &Tables{providers: map[string]string{}, carriers: map[string]bool{}}
	for i, f := range append(files, user...) {
		if err := t.add(i, f); err != nil {
			return nil, fmt.Errorf("reading taxonomy %s: %w", f.Name, err)
		}
	}
	return t, nil
}

// Sources returns the files the tables were read from, for a manifest.
func (t *Tables) Sources() []Source { return t.sources }

// Conditions returns what records may have to satisfy, beyond their origin, to
// belong to a log source; [Group] refers to them by index.
func (t *Tables) Conditions() []sigma.Expr { return t.conditions }

func embeddedFiles() ([]File, error) {
	entries, err := embedded.ReadDir("tables")
	if err != nil {
		return nil, err
	}
	var files []File
	for _, e := range entries {
		text, err := embedded.ReadFile(path.Join("tables", e.Name()))
		if err != nil {
			return nil, err
		}
		files = append(files, File{Name: e.Name(), Text: text})
	}
	return files, nil
}

// document is the form of a table file.
type document struct {
	Version    int               `yaml:"version"`
	Spec       string            `yaml:"spec"`
	Providers  map[string]string `yaml:"providers"`
	Carriers   list              `yaml:"carriers"`
	LogSources []logSource       `yaml:"logsources"`
	Fields     []fieldSection    `yaml:"fields"`
	Define     map[string]any    `yaml:"define"` // a place for YAML anchors
}

func (t *Tables) add(at int, f File) error {
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
	t.sources = append(t.sources, Source{Name: f.Name, Spec: doc.Spec, Digest: sha256.Sum256(f.Text)})
	for provider, channel := range doc.Providers {
		t.providers[fold(provider)] = fold(channel)
	}
	for _, c := range doc.Carriers {
		t.carriers[fold(c)] = true
	}
	if err := t.addLogSources(at, doc.LogSources); err != nil {
		return err
	}
	return t.addFields(at, doc.Fields)
}

package zeek

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Type is the type of a column.
type Type struct {
	// Container is "set" or "vector", empty for a single value.
	Container string
	// Of is the type of the value or of the elements: "time", "interval",
	// "addr", "string" …
	Of string
}

// ParseType reads a type as "#types" writes it; types unknown to it are kept.
func ParseType(s string) Type {
	for _, container := range []string{"set", "vector", "table"} {
		if inner, ok := strings.CutPrefix(s, container+"["); ok {
			return Type{Container: container, Of: strings.TrimSuffix(inner, "]")}
		}
	}
	return Type{Of: s}
}

// String returns the type as "#types" writes it.
func (t Type) String() string {
	if t.Container == "" {
		return t.Of
	}
	return t.Container + "[" + t.Of + "]"
}

// Column is one column of a log.
type Column struct {
	Name string
	Type Type
}

// Header is what the lines that begin with "#" say of the records below them.
type Header struct {
	Separator    string // between columns
	SetSeparator string // between elements
	Empty, Unset string // stand for an empty and an unset value
	Path         string
	Columns      []Column

	types []string // of "#types", which may come without "#fields"
}

// ErrNoHeader reports a record without header lines above it, or whose header
// has no "#fields".
var ErrNoHeader = errors.New("no header names the columns of this record")

// NewHeader returns the header of a log with the given path and Zeek's own
// separators.
func NewHeader(path string, columns ...Column) *Header {
	return &Header{Separator: "\t", SetSeparator: ",", Empty: "(empty)", Unset: "-", Path: path, Columns: columns}
}

// maxColumns bounds the columns of a log; Zeek's widest have some 40.
const maxColumns = 4096

// Add takes one header line into the header. Lines with other directives, as
// "#open", say nothing of the records and are passed over.
func (h *Header) Add(line []byte) error {
	line = bytes.TrimLeft(bytes.TrimRight(line, "\r\n"), " \t")
	if rest, ok := bytes.CutPrefix(line, []byte("#separator ")); ok {
		separator := string(unescape(nil, rest))
		if separator == "" {
			return errors.New("reading header: empty separator")
		}
		*h = *NewHeader("")
		h.Separator = separator
		return nil
	}
	directive, rest, _ := strings.Cut(string(line), h.Separator)
	switch directive {
	case "#set_separator":
		h.SetSeparator = string(unescape(nil, []byte(rest)))
	case "#empty_field":
		h.Empty = rest
	case "#unset_field":
		h.Unset = rest
	case "#path":
		h.Path = rest
	case "#fields":
		return h.name(strings.Split(rest, h.Separator))
	case "#types":
		h.types = strings.Split(rest, h.Separator)
		h.setTypes()
	}
	return nil
}

func (h *Header) name(fields []string) error {
	h.Columns = nil
	if len(fields) > maxColumns {
		return fmt.Errorf("reading header: %d columns", len(fields))
	}
	for _, f := range fields {
		h.Columns = append(h.Columns, Column{Name: f, Type: Type{Of: "string"}})
	}
	h.setTypes()
	return nil
}

// setTypes gives the columns their types, as far as there are any.
func (h *Header) setTypes() {
	columns := slices.Clone(h.Columns)
	for i := range min(len(columns), len(h.types)) {
		columns[i].Type = ParseType(h.types[i])
	}
	h.Columns = columns
}

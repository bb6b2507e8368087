package sigma

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"iter"

	"github.com/dwell-project/dwell/event"
)

// JSONRecord is a record made of a JSON object, flattened as package event has
// it: {"a":{"b":1}} is the field a.b, an array gives one value for each of its
// elements.
type JSONRecord struct {
	names  map[string][]int
	fields []event.Field
	depth  int
}

// maxRecordDepth bounds nested objects and arrays.
const maxRecordDepth = 1000

// ReadJSON reads one JSON object.
func ReadJSON(data []byte) (*JSONRecord, error) {
	r := &JSONRecord{names: map[string][]int{}}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.UseNumber()
	if t, err := dec.Token(); err != nil || t != json.Delim('{') {
		return nil, errors.Join(errors.New("reading a record: a JSON object is expected"), err)
	}
	if err := r.object(dec, ""); err != nil {
		return nil, fmt.Errorf("reading a record: %w", err)
	}
	if _, err := dec.Token(); !errors.Is(err, io.EOF) {
		return nil, errors.New("reading a record: text after the JSON object")
	}
	return r, nil
}

// object reads up to the closing brace.
func (r *JSONRecord) object(dec *json.Decoder, name string) error {
	prefix := name
	if prefix != "" {
		prefix += "."
	}
	members := 0
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return err
		}
		if err := r.value(dec, prefix+key.(string)); err != nil {
			return err
		}
		members++
	}
	if members == 0 && name != "" {
		r.add(name, event.EmptyObject, "")
	}
	_, err := dec.Token()
	return err
}

func (r *JSONRecord) array(dec *json.Decoder, name string) error {
	elements := 0
	for dec.More() {
		if err := r.value(dec, name); err != nil {
			return err
		}
		elements++
	}
	if elements == 0 {
		r.add(name, event.EmptyList, "")
	}
	_, err := dec.Token()
	return err
}

func (r *JSONRecord) value(dec *json.Decoder, name string) error {
	t, err := dec.Token()
	if err != nil {
		return err
	}
	switch v := t.(type) {
	case json.Delim:
		if r.depth++; r.depth > maxRecordDepth {
			return fmt.Errorf("nested deeper than %d", maxRecordDepth)
		}
		defer func() { r.depth-- }()
		if v == '{' {
			return r.object(dec, name)
		}
		return r.array(dec, name)
	case string:
		r.add(name, event.Text, v)
	case json.Number:
		r.add(name, event.Number, v.String())
	case bool:
		kind, text := event.False, "false"
		if v {
			kind, text = event.True, "true"
		}
		r.add(name, kind, text)
	default:
		r.add(name, event.Null, "")
	}
	return nil
}

func (r *JSONRecord) add(name string, k event.Kind, text string) {
	name = withoutBlanks(name)
	r.names[name] = append(r.names[name], len(r.fields))
	r.fields = append(r.fields, event.Field{Kind: k, Data: []byte(text)})
}

// Values implements [Record].
func (r *JSONRecord) Values(field string) iter.Seq[event.Field] {
	return func(yield func(event.Field) bool) {
		for _, i := range r.names[field] {
			if !yield(r.fields[i]) {
				return
			}
		}
	}
}

// All implements [Record].
func (r *JSONRecord) All() iter.Seq[event.Field] {
	return func(yield func(event.Field) bool) {
		for _, f := range r.fields {
			if !yield(f) {
				return
			}
		}
	}
}

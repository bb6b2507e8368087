package stixpattern

import (
	"encoding/base64"
	"encoding/hex"
	"strings"
)

// Object is one cyber-observable object of STIX: its properties by name, also
// "type" and "id". A value is a string, an int64, a float64, a bool, a []any
// or a map[string]any of such, or nil.
type Object map[string]any

// Type returns the object's type.
func (o Object) Type() string {
	s, _ := o["type"].(string)
	return s
}

// selected is a value on the way through a path.
type selected struct {
	value any
	// refers says that the value came from a property that holds references.
	refers bool
}

// eachValue calls visit with the values at the path in an object until it
// returns false.
func (p Path) eachValue(root Object, objects []Object, visit func(any) bool) {
	now := []selected{{value: map[string]any(root)}}
	for _, s := range p.Steps {
		var next []selected
		for _, v := range now {
			next = s.take(next, v, objects)
		}
		now = next
	}
	for _, v := range now {
		if v.value != nil && !visit(v.value) {
			return
		}
	}
}

// take adds what the step leads to from a value.
func (s Step) take(to []selected, from selected, objects []Object) []selected {
	if s.Index {
		list, _ := from.value.([]any)
		if s.All {
			for _, v := range list {
				to = append(to, selected{v, from.refers})
			}
		} else if s.Place >= 0 && s.Place < int64(len(list)) {
			to = append(to, selected{list[s.Place], from.refers})
		}
		return to
	}
	in, _ := from.value.(map[string]any)
	if id, ok := from.value.(string); ok && from.refers {
		in = referred(id, objects)
	}
	if v, ok := in[s.Key]; ok {
		to = append(to, selected{decoded(s.Key, v), strings.HasSuffix(s.Key, "_ref") || strings.HasSuffix(s.Key, "_refs")})
	}
	return to
}

func referred(id string, objects []Object) map[string]any {
	for _, o := range objects {
		if o["id"] == id {
			return o
		}
	}
	return nil
}

// decoded returns the bytes that properties ending in _hex and _bin stand for.
func decoded(key string, v any) any {
	text, ok := v.(string)
	if !ok {
		return v
	}
	switch {
	case strings.HasSuffix(key, "_hex"):
		if b, err := hex.DecodeString(text); err == nil {
			return b
		}
	case strings.HasSuffix(key, "_bin"):
		if b, err := base64.StdEncoding.DecodeString(text); err == nil {
			return b
		}
	}
	return v
}

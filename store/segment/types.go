package segment

import (
	"encoding/json"
	"errors"
	"fmt"
	"sync"

	"github.com/klauspost/compress/zstd"
)

// Type is the type of a column.
type Type uint8

// The types that a field's column can have.
const (
	// Text is UTF-8.
	Text Type = iota + 1
	// Int is a signed integer of 64 bits.
	Int
	// Bool is true or false.
	Bool
	// Decimal is a number with six decimals, in 64 bits.
	Decimal
	// Time is a time in UTC, in nanoseconds since 1970.
	Time

	// rawBytes is for columns that are no field's.
	rawBytes
)

// typeNames are the names under which types are written down.
var typeNames = [...]string{Text: "text", Int: "int", Bool: "bool", Decimal: "decimal", Time: "time", rawBytes: "bytes"}

// String returns the name of the type.
func (t Type) String() string { return typeNames[t] }

// ErrType reports a type by an unknown name.
var ErrType = errors.New("unknown type of a column")

// UnmarshalText reads what String writes.
func (t *Type) UnmarshalText(name []byte) error {
	for i, known := range typeNames {
		if known == string(name) && known != "" {
			*t = Type(i)
			return nil
		}
	}
	return fmt.Errorf("%w: %q", ErrType, name)
}

// MarshalText writes the name of the type.
func (t Type) MarshalText() ([]byte, error) { return []byte(t.String()), nil }

// Types holds the types of a dataset's columns. A type is fixed by the first
// value that is seen and never changes, so that all files of a dataset fit
// together. It is kept as JSON, and is safe for concurrent use.
type Types struct {
	mu sync.Mutex
	of map[string]Type

	encoders sync.Pool // of *zstd.Encoder, for the builders of the dataset
}

// NewTypes returns an empty registry.
func NewTypes() *Types { return &Types{of: map[string]Type{}} }

// MarshalJSON writes an object of field names and types.
func (t *Types) MarshalJSON() ([]byte, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	return json.Marshal(t.of)
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *Types) UnmarshalJSON(data []byte) error {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.of = map[string]Type{}
	return json.Unmarshal(data, &t.of)
}

// fix returns the type of a field's column, which is want if it has none yet.
func (t *Types) fix(field string, want Type) Type {
	t.mu.Lock()
	defer t.mu.Unlock()
	if fixed, ok := t.of[field]; ok {
		return fixed
	}
	if t.of == nil {
		t.of = map[string]Type{}
	}
	t.of[field] = want
	return want
}

// encoder lends a compressor; release takes it back.
func (t *Types) encoder() (*zstd.Encoder, error) {
	if e, ok := t.encoders.Get().(*zstd.Encoder); ok {
		return e, nil
	}
	return zstd.NewWriter(nil, zstd.WithEncoderConcurrency(1), zstd.WithEncoderCRC(false), zstd.WithWindowSize(1<<20))
}

func (t *Types) release(e *zstd.Encoder) { t.encoders.Put(e) }

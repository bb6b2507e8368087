//go:build !cgo

package duck

import "context"

// Database answers questions about views.
type Database struct{}

// Open makes a database of the views.
func Open(context.Context, []View, Limits) (*Database, error) { return nil, ErrUnavailable }

// Close ends the database.
func (*Database) Close() error { return nil }

// Check says what is wrong with a question, and where.
func (*Database) Check(context.Context, string) error { return ErrUnavailable }

// Ask answers a question.
func (*Database) Ask(context.Context, string, func([]string) error, func([]any) error) error {
	return ErrUnavailable
}

// MarshalRow writes a row as one JSON object with the columns in their order.
func MarshalRow([]string, []any) ([]byte, error) { return nil, ErrUnavailable }

// Names says which tables a question names.
func Names(context.Context, string) ([]string, error) { return nil, ErrUnavailable }

// Plain returns a value as encoding/json writes it.
func Plain(v any) any { return v }

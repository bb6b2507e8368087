package detect

import (
	"iter"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
)

// Record shows the event that the last call of [Matcher.Match] looked at to
// the evaluator of package sigma, under the names that its log source gives.
// It is valid until the next call.
func (m *Matcher) Record() sigma.Record { return record{m} }

type record struct{ m *Matcher }

// Values implements [sigma.Record].
func (r record) Values(field string) iter.Seq[event.Field] {
	return func(yield func(event.Field) bool) {
		for _, f := range r.m.values(field) {
			if !yield(f) {
				return
			}
		}
	}
}

// All implements [sigma.Record].
func (r record) All() iter.Seq[event.Field] {
	return func(yield func(event.Field) bool) {
		for _, f := range r.m.event.Fields {
			if !yield(f) {
				return
			}
		}
	}
}

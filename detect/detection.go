package detect

import (
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
)

// Detection is what the machine says: this rule is true of this record, or this
// correlation of these records. It owns all of its memory.
type Detection struct {
	// Rule is the rule or correlation that fired.
	Rule *sigma.Meta
	// Event is the record, or the last one of a correlation.
	Event EventRef
	// Matched are the values that made the rule true, in the order of the
	// record; for a correlation its group and its figure.
	Matched []Matched
	// Events are all records of a correlation in order of time, nil for a rule.
	Events []EventRef
	// Late says that a record beyond the lateness bound of a [Live] had a part
	// in it.
	Late bool

	rule    []byte // Rule as JSON, if somebody made it already
	encoded []byte // the whole detection as JSON, likewise
}

// EventRef says which record a detection is about and where to find it.
type EventRef struct {
	ID event.ID
	// Time is the zero time if the record has none.
	Time time.Time
	// Host and Account are whom the record speaks of, "" if unknown. What is
	// longer than 1 KiB, which no real one is, is cut and ends in "…".
	Host, Account string
	Dataset       string
	// File is the source's path as the user gave it; Record is the
	// EventRecordID or the 1-based line in it, Offset the place in bytes.
	File           string
	Record, Offset int64
}

// Matched is a value that a rule was looking for, under the rule's name for the
// field. Field is "" for a keyword.
type Matched struct {
	Field string
	// JSON is the value as JSON, typed as in the record.
	JSON string
}

// Text returns the value's text form.
func (m *Matched) Text() string {
	if len(m.JSON) > 0 && m.JSON[0] == '"' {
		f := event.Field{Kind: event.TextJSON, Data: []byte(m.JSON[1 : len(m.JSON)-1])}
		return f.Text()
	}
	return m.JSON
}

package detect

import (
	"time"

	"github.com/dwell-project/dwell/sigma"
)

// Tally is what a scan saw.
type Tally struct {
	// Events is how many records were matched, Unparsed how many of them no
	// parser took.
	Events, Unparsed int64
	// Sources counts events by dataset and schema.
	Sources map[SourceKind]*SourceTally
	// Excepted counts the matches that an exception explained.
	Excepted map[*Exception]int64

	classes map[*class]int64
}

// SourceKind is a kind of records.
type SourceKind struct{ Dataset, Schema string }

// SourceTally counts records of one kind. First and Last are zero if none had
// a time.
type SourceTally struct {
	Events      int64
	First, Last time.Time
	// LogSources names what the records are in Sigma's terms, "" for none.
	LogSources map[string]int64
}

func newTally() *Tally {
	return &Tally{
		Sources: map[SourceKind]*SourceTally{}, Excepted: map[*Exception]int64{},
		classes: map[*class]int64{},
	}
}

// drain moves what the matcher counted into the tally.
func (m *Matcher) drain(t *Tally) {
	for _, o := range m.touched {
		t.Events += o.events
		if o.schema == unparsedSchema {
			t.Unparsed += o.events
		}
		t.classes[o.state.class] += o.events
		s := t.source(SourceKind{Dataset: o.dataset, Schema: o.schema})
		s.LogSources[o.state.view.String()] += o.events
		s.add(o.events, o.first, o.last)
		o.events, o.first, o.last = 0, time.Time{}, time.Time{}
	}
	m.touched = m.touched[:0]
}

// unparsedSchema is the schema of records that no parser took.
const unparsedSchema = "unparsed"

func (t *Tally) source(k SourceKind) *SourceTally {
	s, ok := t.Sources[k]
	if !ok {
		s = &SourceTally{LogSources: map[string]int64{}}
		t.Sources[k] = s
	}
	return s
}

func (s *SourceTally) add(events int64, first, last time.Time) {
	s.Events += events
	if !first.IsZero() && (s.First.IsZero() || first.Before(s.First)) {
		s.First = first
	}
	if last.After(s.Last) {
		s.Last = last
	}
}

func (t *Tally) merge(o *Tally) {
	t.Events += o.Events
	t.Unparsed += o.Unparsed
	for k, from := range o.Sources {
		to := t.source(k)
		to.add(from.Events, from.First, from.Last)
		for name, n := range from.LogSources {
			to.LogSources[name] += n
		}
	}
	for e, n := range o.Excepted {
		t.Excepted[e] += n
	}
	for c, n := range o.classes {
		t.classes[c] += n
	}
}

// Idle is a rule that could not fire on what a scan saw.
type Idle struct {
	Rule   *sigma.Rule
	Reason string
}

// Idle returns the rules that no record of the scan could have made fire, and
// why: their log source was not there.
func (p *Program) Idle(t *Tally) []Idle {
	reached := make([]bool, len(p.rules))
	for c := range t.classes {
		for i := range c.rules {
			reached[c.rules[i].number] = true
		}
	}
	var idle []Idle
	for i := range p.rules {
		if reached[i] {
			continue
		}
		reason := "no record of its log source"
		if known, why := p.tables.Known(p.rules[i].LogSource); !known {
			reason = why
		}
		idle = append(idle, Idle{Rule: p.rules[i].Rule, Reason: reason})
	}
	return idle
}

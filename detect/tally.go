package detect

import (
	"cmp"
	"maps"
	"slices"
	"strings"
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
	// Forgotten counts records that patterns of several records could not
	// remember, and searches for them that were given up.
	Forgotten int64

	classes map[*class]struct{} // met lately
	reached map[int32]struct{}  // rules of classes met before
}

// SourceKind is a kind of records.
type SourceKind struct{ Dataset, Schema string }

// OtherSources are the records of kinds that came after [MaxSources] others.
func OtherSources() SourceKind { return SourceKind{Dataset: "(others)"} }

// MaxSources bounds how many kinds of records a [Tally] tells apart, and how
// many log sources of one kind. Windows has some 1,200 channels.
const MaxSources = 1 << 13

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
		classes: map[*class]struct{}{}, reached: map[int32]struct{}{},
	}
}

// drain moves what the matcher counted into the tally.
func (m *Matcher) drain(t *Tally) {
	for _, o := range m.touched {
		t.Events += o.events
		if o.schema == unparsedSchema {
			t.Unparsed += o.events
		}
		t.meet(o.state.class)
		s := t.source(SourceKind{Dataset: o.dataset, Schema: o.schema})
		s.addLogSource(o.state.view.String(), o.events)
		s.add(o.events, o.first, o.last)
		o.events, o.first, o.last = 0, time.Time{}, time.Time{}
	}
	m.touched = m.touched[:0]
}

// unparsedSchema is the schema of records that no parser took.
const unparsedSchema = "unparsed"

// meet notes that records of a class were seen.
func (t *Tally) meet(c *class) {
	if _, ok := t.classes[c]; ok {
		return
	}
	if len(t.classes) >= maxClasses {
		t.settle()
	}
	t.classes[c] = struct{}{}
}

// settle notes the rules of the classes met, and lets go of the classes.
func (t *Tally) settle() {
	for c := range t.classes {
		for i := range c.rules {
			t.reached[c.rules[i].number] = struct{}{}
		}
	}
	clear(t.classes)
}

func (t *Tally) source(k SourceKind) *SourceTally {
	s, ok := t.Sources[k]
	if !ok && len(t.Sources) >= MaxSources {
		k = OtherSources()
		s, ok = t.Sources[k]
	}
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

func (s *SourceTally) addLogSource(name string, events int64) {
	if _, ok := s.LogSources[name]; !ok && len(s.LogSources) >= MaxSources {
		name = OtherSources().Dataset
	}
	s.LogSources[name] += events
}

// merge adds another tally. What is new goes in sorted, so that it is always
// the same that is told apart.
func (t *Tally) merge(o *Tally) {
	t.Events += o.Events
	t.Unparsed += o.Unparsed
	for _, k := range slices.SortedFunc(maps.Keys(o.Sources), compareKinds) {
		from, to := o.Sources[k], t.source(k)
		to.add(from.Events, from.First, from.Last)
		for _, name := range slices.Sorted(maps.Keys(from.LogSources)) {
			to.addLogSource(name, from.LogSources[name])
		}
	}
	for e, n := range o.Excepted {
		t.Excepted[e] += n
	}
	for n := range o.reached {
		t.reached[n] = struct{}{}
	}
	for c := range o.classes {
		t.meet(c)
	}
}

func compareKinds(a, b SourceKind) int {
	return cmp.Or(strings.Compare(a.Dataset, b.Dataset), strings.Compare(a.Schema, b.Schema))
}

// Idle is a rule that could not fire on what a scan saw.
type Idle struct {
	Rule   *sigma.Rule
	Reason string
}

// Idle returns the rules that no record of the scan could have made fire, and
// why: their log source was not there.
func (p *Program) Idle(t *Tally) []Idle {
	t.settle()
	var idle []Idle
	for i := range p.rules {
		if _, ok := t.reached[int32(i)]; ok {
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

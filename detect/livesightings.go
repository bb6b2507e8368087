package detect

import (
	"slices"
	"time"
)

// liveSightings gives sightings to the searches in order of time, as far as
// that is settled.
type liveSightings struct {
	searches *sequences
	pending  []sighting // in order
	settled  time.Time
}

func newLiveSightings(p *Program) *liveSightings {
	return &liveSightings{searches: newSequences(p)}
}

// add takes a sighting as it comes.
func (l *liveSightings) add(g *sighting, emit func(*Detection) error) error {
	if g.ref.Time.Before(l.settled) {
		return given(l.searches.take(g, true), emit)
	}
	at, _ := slices.BinarySearchFunc(l.pending, *g, func(a, b sighting) int { return compareSightings(&a, &b) })
	l.pending = slices.Insert(l.pending, at, *g)
	return nil
}

// settle looks at what lies before a time.
func (l *liveSightings) settle(before time.Time, emit func(*Detection) error) error {
	n := 0
	for n < len(l.pending) && l.pending[n].ref.Time.Before(before) {
		n++
	}
	l.settled = before
	return l.look(n, emit)
}

// finish looks at all that waits.
func (l *liveSightings) finish(emit func(*Detection) error) error {
	return l.look(len(l.pending), emit)
}

func (l *liveSightings) look(n int, emit func(*Detection) error) error {
	for i := range l.pending[:n] {
		if err := given(l.searches.take(&l.pending[i], false), emit); err != nil {
			return err
		}
	}
	l.pending = slices.Delete(l.pending, 0, n)
	return nil
}

// given hands on a detection, if there is one.
func given(d *Detection, emit func(*Detection) error) error {
	if d == nil {
		return nil
	}
	return emit(d)
}

// sight hands a sighting to the searches for patterns.
func (l *Live) sight(g *sighting) error {
	if l.journal != nil {
		if err := l.journal.sighting(g, l.scan.Program); err != nil {
			return err
		}
	}
	return l.seen.add(g, l.giveSequence)
}

// replaySighting takes a sighting from the journal of an earlier run.
func (l *Live) replaySighting(e *entry) error {
	g, ok := e.sighting(l.scan.Program)
	if !ok {
		return errJournal
	}
	return l.seen.add(g, l.giveSequence)
}

// settle looks for patterns in what is settled.
func (l *Live) settle() error {
	if w := l.stream.Watermark(); !w.IsZero() {
		return l.seen.settle(w, l.giveSequence)
	}
	return nil
}

// giveSequence gives a pattern that matched to the sink, unless the run that is
// continued has given it.
func (l *Live) giveSequence(d *Detection) error {
	if l.replay && d.Event.Time.Before(l.quiet) {
		return nil
	}
	if d.Late {
		l.stats.Late++
	}
	return l.sink.Detection(d)
}

package correlation

import (
	"errors"
	"fmt"
	"math"
	"time"
)

// Batch correlates matches that are all there: add them in any order, then
// finish. It is not safe for concurrent use.
type Batch struct {
	set    *Set
	engine *engine
	sorter *sorter
	emit   func(*Hit) error
	done   bool
}

// ErrFinished is returned when a run is used after its end.
var ErrFinished = errors.New("correlating: the run is finished")

// NewBatch returns an empty batch. Close it if Finish is not called.
func NewBatch(s *Set, o Options) *Batch {
	b := &Batch{set: s}
	b.engine = newEngine(s, o, func(h *Hit) error { return b.emit(h) })
	b.sorter = newSorter(&b.engine.pool)
	return b
}

// Add takes a match. It returns an error if the match names no rule of the set,
// or if the spill file cannot be written.
func (b *Batch) Add(m Match) error {
	l, ok, err := b.engine.take(b.done, &m)
	if err != nil || !ok {
		return err
	}
	return b.sorter.add(l, m.Values)
}

// take checks a match and returns its leaf, or says that it takes no part.
func (e *engine) take(done bool, m *Match) (leaf, bool, error) {
	if done {
		return leaf{}, false, ErrFinished
	}
	if m.Rule < 0 || m.Rule >= len(e.set.uses) {
		return leaf{}, false, fmt.Errorf("adding match %s: no rule %d", m.ID, m.Rule)
	}
	e.stats.Matches++
	if m.Time.IsZero() {
		e.stats.Timeless++
		return leaf{}, false, nil
	}
	if len(e.set.uses[m.Rule]) == 0 {
		return leaf{}, false, nil
	}
	return leaf{t: nanos(m.Time), id: m.ID, rule: int32(m.Rule), ref: m.Ref}, true, nil
}

// nanos returns Unix nanoseconds, of times too far off the nearest that fit.
// The last year that would fit is left for the ends of windows.
func nanos(t time.Time) int64 {
	const edge = math.MaxInt64/1_000_000_000 - 366*24*3600
	switch sec := t.Unix(); {
	case sec > edge:
		return edge * 1_000_000_000
	case sec < -edge:
		return -edge * 1_000_000_000
	default:
		return t.UnixNano()
	}
}

// Finish gives every hit to emit, in the order of (Time, id of the last event,
// correlation, group), and removes the spill file. An error of emit ends it.
func (b *Batch) Finish(emit func(*Hit) error) error {
	if b.done {
		return ErrFinished
	}
	b.emit = emit
	f := feeder{engine: b.engine}
	err := b.sorter.each(f.feed)
	if err == nil {
		err = f.end()
	}
	return errors.Join(err, b.Close())
}

// Close removes the spill file. It may be called again.
func (b *Batch) Close() error {
	b.done = true
	return b.engine.pool.close()
}

// Stats returns what has been counted so far.
func (b *Batch) Stats() Stats {
	s := b.engine.stats
	s.Spilled = b.engine.pool.spilled
	return s
}

// feeder gives sorted arrivals to an engine instant by instant.
type feeder struct {
	engine *engine
	last   leaf
	open   bool // an instant is being delivered
}

func (f *feeder) feed(a *arrival) error {
	if f.open && a.t == f.last.t {
		if a.id == f.last.id && a.rule == f.last.rule {
			f.engine.stats.Duplicate++
			return nil
		}
	} else {
		if err := f.flush(); err != nil {
			return err
		}
		if err := f.engine.advance(a.t); err != nil {
			return err
		}
	}
	f.last, f.open = a.leaf, true
	return f.engine.deliver(f.engine.set.uses[a.rule], a)
}

// flush ends the instant that is being delivered.
func (f *feeder) flush() error {
	if !f.open {
		return nil
	}
	f.open = false
	return f.engine.instant(f.last.t)
}

// end ends the input: every window still open closes.
func (f *feeder) end() error {
	if err := f.flush(); err != nil {
		return err
	}
	if err := f.engine.advance(math.MaxInt64); err != nil {
		return err
	}
	return f.engine.instant(math.MaxInt64)
}

package correlation

import (
	"container/heap"
	"errors"
	"math"
	"time"
)

// Stream correlates matches as they arrive. They may be out of order by the
// lateness bound: the watermark is the latest time seen less the bound, and what
// lies before it is settled. Hits of settled time are those that a [Batch]
// gives, in its order.
//
// With Options.Announce, what no later arrival can undo is announced at once: a
// hit with Early set says that the condition holds at its last event, and the
// hit itself, or the one whose condition has held since before, follows when the
// watermark has passed. Conditions that more events can make false, and sums,
// whose next value may be negative, are not announced.
//
// A match from before the watermark is late. It takes part, at its own time,
// and marks the hits it helps to, unless it is older than the watermark by more
// than the correlation's timespan: then it is counted in [Stats.Outside]. Hits
// that came out are not taken back.
//
// It is not safe for concurrent use.
type Stream struct {
	engine  *engine
	early   *engine // nil without Announce
	once    *once   // nil without Once
	feeder  feeder
	bound   int64
	latest  int64
	settled int64 // watermark
	pending pending
	held    *sorter // not nil: what came since Hold
	later   int64   // what Advance said since Hold
	ceiling int64   // event times beyond it do not move the watermark
	done    bool
}

// NewStream returns a stream that gives its hits to emit, during Add, Advance
// and Finish. An error of emit is returned by these.
func NewStream(s *Set, o Options, emit func(*Hit) error) *Stream {
	st := &Stream{bound: max(int64(o.Lateness), 0), latest: never, settled: never, later: never, ceiling: math.MaxInt64}
	if o.Once {
		st.once = newOnce(emit)
		emit = st.once.take
	}
	st.engine = newEngine(s, o, emit)
	st.feeder.engine = st.engine
	if o.Announce {
		o.Memory = st.engine.pool.limit / 2
		st.engine.pool.limit = o.Memory
		st.early = newEngine(s, o, emit)
		st.early.loose = true
	}
	return st
}

// Add takes a match as it arrives.
func (s *Stream) Add(m Match) error {
	l, ok, err := s.engine.take(s.done, &m)
	if err != nil || !ok {
		return err
	}
	if s.held != nil {
		return s.held.add(l, m.Values)
	}
	return s.enter(&arrival{leaf: l, values: m.Values})
}

// enter takes what arrived.
func (s *Stream) enter(a *arrival) error {
	if a.t < s.settled {
		return s.addLate(a)
	}
	if s.early != nil {
		if err := s.announce(a); err != nil {
			return err
		}
	}
	heap.Push(&s.pending, keep(a))
	return s.advance(before(max(s.latest, min(a.t, s.ceiling)), s.bound))
}

// Hold keeps what Add is given from now on until Release, which takes it in the
// order of time: so sources that are read one after the other, each from its
// beginning, are not late for one another. What is many goes to disk.
func (s *Stream) Hold() {
	if s.held == nil {
		s.held = newSorter(&s.engine.pool)
	}
}

// Release ends Hold.
func (s *Stream) Release() error {
	if s.held == nil {
		return nil
	}
	held := s.held
	s.held = nil
	if err := held.each(s.enter); err != nil {
		return err
	}
	later := s.later
	s.later = never
	return s.advance(before(max(s.latest, later), s.bound))
}

// Ceiling says that no event is later than t: the time of one that claims to be
// does not move the watermark. A host with a wrong clock would else make all
// others late.
func (s *Stream) Ceiling(t time.Time) { s.ceiling = nanos(t) }

// Watermark returns the time before which everything is settled, the zero time
// if nothing is.
func (s *Stream) Watermark() time.Time {
	if s.settled <= never+1 {
		return time.Time{}
	}
	return utc(s.settled)
}

// Advance tells the stream the time, so that windows close although nothing
// arrives. It counts like the time of an event.
func (s *Stream) Advance(now time.Time) error {
	if s.done {
		return ErrFinished
	}
	if s.held != nil {
		s.later = max(s.later, nanos(now))
		return nil
	}
	return s.advance(before(nanos(now), s.bound))
}

// Finish settles everything and removes the spill file.
func (s *Stream) Finish() error {
	if s.done {
		return ErrFinished
	}
	err := s.Release()
	if err == nil {
		err = s.settle(math.MaxInt64)
	}
	if err == nil {
		err = s.feeder.end()
	}
	return errors.Join(err, s.Close())
}

// Close removes the spill file. What is not settled is not reported.
func (s *Stream) Close() error {
	s.done = true
	err := s.engine.pool.close()
	if s.early != nil {
		err = errors.Join(err, s.early.pool.close())
	}
	return err
}

// Stats returns what has been counted so far.
func (s *Stream) Stats() Stats {
	st := s.engine.stats
	st.Spilled = s.engine.pool.spilled
	return st
}

// advance moves the watermark.
func (s *Stream) advance(watermark int64) error {
	s.latest = max(s.latest, after(watermark, s.bound))
	if watermark <= s.settled {
		return nil
	}
	s.settled = watermark
	return s.settle(watermark)
}

// settle feeds the engine everything before the watermark and lets windows
// that end there close.
func (s *Stream) settle(watermark int64) error {
	for len(s.pending) > 0 && s.pending[0].t < watermark {
		if err := s.feeder.feed(heap.Pop(&s.pending).(*arrival)); err != nil {
			return err
		}
	}
	if err := s.feeder.flush(); err != nil {
		return err
	}
	if err := s.engine.advance(watermark); err != nil || watermark == math.MaxInt64 {
		return err
	}
	s.engine.now = max(s.engine.now, watermark)
	if s.once != nil {
		s.once.sweep(watermark, s.bound)
	}
	return nil
}

func (s *Stream) addLate(a *arrival) error {
	e := s.engine
	e.stats.Late++
	e.late = true
	defer func() { e.late = false }()
	if err := e.deliver(e.set.uses[a.rule], a); err != nil {
		return err
	}
	return e.instant(a.t)
}

func (s *Stream) announce(a *arrival) error {
	if err := s.early.deliver(s.early.set.uses[a.rule], a); err != nil {
		return err
	}
	return s.early.instant(a.t)
}

// keep copies an arrival, whose values are the caller's, for later.
func keep(a *arrival) *arrival {
	return &arrival{leaf: a.leaf, values: decodeValues(appendValues(nil, a.values))}
}

// pending is a heap of arrivals not yet settled.
type pending []*arrival

func (p pending) Len() int           { return len(p) }
func (p pending) Less(i, j int) bool { return compareLeaves(p[i].leaf, p[j].leaf) < 0 }
func (p pending) Swap(i, j int)      { p[i], p[j] = p[j], p[i] }
func (p *pending) Push(x any)        { *p = append(*p, x.(*arrival)) }
func (p *pending) Pop() any {
	last := (*p)[len(*p)-1]
	(*p)[len(*p)-1] = nil
	*p = (*p)[:len(*p)-1]
	return last
}

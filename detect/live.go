package detect

import (
	"errors"
	"sync"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/sigma/correlation"
)

// Live is one run of a program over records as they are written. It gives the
// detections of a [Scan] of the finished sources: those of rules at once, those
// of correlations when their condition is fulfilled, or, if later events can
// still undo it, when the lateness bound has passed.
//
// The clock of correlations is the latest time of any record; while nothing
// comes it goes on with the clock of the machine. Times that are ahead of that
// by more than the bound do not move it.
//
// It is not safe for concurrent use.
type Live struct {
	scan    *Scan
	sink    Sink
	workers []*liveWorker
	stream  *correlation.Stream
	seen    *liveSightings
	refs    *liveRefs
	bound   time.Duration
	tally   *Tally

	latest time.Time // time of the latest record
	came   time.Time // when it came, by the machine's clock
	quiet  time.Time // hits before it were given by the run that is continued
	replay bool
	// journal gets what must be known to go on after a restart.
	journal *journal
	stats   LiveStats
}

// LiveStats counts what a [Live] saw besides its [Tally].
type LiveStats struct {
	// Late is how many detections rest on records beyond the lateness bound.
	Late int64
	// Matches is what happened to the matches that correlations look at.
	Matches correlation.Stats
}

// Feed is a block of records on its way.
type Feed struct {
	Block  *parse.Block
	Format parse.Format
	// From is the offset below which records are known already.
	From int64
	// Known says that all records are: the block is read for Last alone.
	Known bool
	// Tentative says that the block may be half-written: if something in it
	// cannot be read, nothing is reported and Torn is set.
	Tentative bool

	// Last is the offset of the last record, -1 if there is none, LastSize its
	// size in bytes.
	Last, LastSize int64
	Torn           bool

	part part
	late []time.Time // by detection: time of its record
	most time.Time   // latest time of a record
}

// NewLive returns a run of the scan's program, with its filter and workers.
// lateness is how much later than the latest record another may come.
func (s *Scan) NewLive(lateness time.Duration, sink Sink) *Live {
	reach := s.Program.correlations.Reach()
	l := &Live{scan: s, sink: sink, bound: lateness, tally: newTally(), seen: newLiveSightings(s.Program), refs: newLiveRefs(s.TempDir, reach, lateness)}
	for range max(s.Workers, 1) {
		l.workers = append(l.workers, &liveWorker{matcher: s.Program.NewMatcher(), decoders: map[parse.Format]parse.Decoder{}})
	}
	l.stream = correlation.NewStream(s.Program.correlations, correlation.Options{
		Dir: s.TempDir, Lateness: lateness, Announce: true, Once: true,
	}, l.hit)
	return l
}

// liveWorker decodes and matches on one goroutine at a time.
type liveWorker struct {
	matcher  *Matcher
	decoders map[parse.Format]parse.Decoder
}

// Take matches the blocks, several at once, and gives what was found in their
// order. now is the machine's clock.
func (l *Live) Take(now time.Time, feeds []*Feed) error {
	l.stream.Ceiling(now.Add(l.bound))
	var wg sync.WaitGroup
	queue := make(chan *Feed, len(feeds))
	for _, f := range feeds {
		queue <- f
	}
	close(queue)
	for _, w := range l.workers[:min(len(l.workers), len(feeds))] {
		wg.Go(func() {
			for f := range queue {
				w.look(l.scan, f)
			}
		})
	}
	wg.Wait()
	for _, f := range feeds {
		if err := l.give(now, f); err != nil {
			return err
		}
	}
	return nil
}

// look decodes and matches one block.
func (w *liveWorker) look(s *Scan, f *Feed) {
	d, ok := w.decoders[f.Format]
	if !ok {
		d = f.Format.NewDecoder(s.Names)
		w.decoders[f.Format] = d
	}
	p := &f.part
	p.reset(len(f.Block.Data))
	f.Last, f.Torn, f.late, f.most = -1, false, f.late[:0], time.Time{}
	d.Decode(f.Block, func(ev *event.Event) bool {
		if ev.Offset > f.Last {
			f.Last, f.LastSize = ev.Offset, int64(len(ev.Raw))
		}
		if f.Known || ev.Offset < f.From || !s.Filter.Admits(ev) {
			return true
		}
		if ev.Time.After(f.most) {
			f.most = ev.Time
		}
		s.look(w.matcher, ev, p)
		return true
	}, func(problem parse.Problem) {
		if !f.Known && problem.Offset+problem.Length >= f.From {
			p.problems = append(p.problems, problem)
		}
	})
	w.matcher.drain(p.tally)
	f.Torn = f.Tentative && len(p.problems) > 0
}

// give hands on what a block gave.
func (l *Live) give(now time.Time, f *Feed) error {
	if f.Torn {
		return nil
	}
	p := &f.part
	l.tally.merge(p.tally)
	for _, problem := range p.problems {
		l.sink.Problem(problem)
	}
	if l.scan.Progress != nil {
		l.scan.Progress(p.bytes)
	}
	for i := range p.detections {
		d := &p.detections[i]
		d.Late = !d.Event.Time.IsZero() && d.Event.Time.Before(l.stream.Watermark())
		if d.Late {
			d.encoded = nil
			l.stats.Late++
		}
		if err := l.sink.Detection(d); err != nil {
			return err
		}
	}
	for i := range p.sightings {
		if err := l.sight(&p.sightings[i]); err != nil {
			return err
		}
	}
	for i := range p.bases {
		if err := l.add(&p.bases[i]); err != nil {
			return err
		}
	}
	return l.advance(now, f.most)
}

// add hands a match to the correlations.
func (l *Live) add(b *base) error {
	if l.journal != nil {
		if err := l.journal.write(b); err != nil {
			return err
		}
	}
	n, err := l.refs.add(&b.ref)
	if err != nil {
		return err
	}
	b.match.Ref = n
	return l.stream.Add(b.match)
}

// advance moves the clock of the correlations to the time of a record.
func (l *Live) advance(now, latest time.Time) error {
	if ahead := now.Add(l.bound); latest.After(ahead) {
		latest = ahead
	}
	if !latest.After(l.latest) {
		return nil
	}
	l.latest, l.came = latest, now
	if err := l.stream.Advance(latest); err != nil {
		return err
	}
	return l.settle()
}

// Tick tells the time, so that what waits comes out although no record does.
func (l *Live) Tick(now time.Time) error {
	l.stream.Ceiling(now.Add(l.bound))
	if l.latest.IsZero() {
		return nil
	}
	if err := l.stream.Advance(l.latest.Add(max(now.Sub(l.came), 0))); err != nil {
		return err
	}
	if err := l.settle(); err != nil {
		return err
	}
	return l.refs.forget(l.stream.Watermark())
}

// Hold says that sources are being read one after the other from their
// beginnings, and Release that this is over: see [correlation.Stream.Hold].
func (l *Live) Hold() { l.stream.Hold() }

// Release ends Hold.
func (l *Live) Release() error {
	if err := l.stream.Release(); err != nil {
		return err
	}
	return l.settle()
}

// Finish decides everything that waits, as at the end of a scan.
func (l *Live) Finish() error {
	if err := l.stream.Finish(); err != nil {
		return err
	}
	return l.seen.finish(l.giveSequence)
}

// Close removes temporary files.
func (l *Live) Close() error { return errors.Join(l.stream.Close(), l.refs.close()) }

// Tally returns what has been seen so far.
func (l *Live) Tally() *Tally {
	l.tally.Forgotten = l.seen.searches.forgotten()
	return l.tally
}

// Stats returns what has been counted so far.
func (l *Live) Stats() LiveStats {
	l.stats.Matches = l.stream.Stats()
	return l.stats
}

// hit gives a correlation that hit to the sink.
func (l *Live) hit(h *correlation.Hit) error {
	if l.scan.Program.unheardHit(h) || l.replay && (h.Early || h.Time.Before(l.quiet)) {
		return nil
	}
	d, err := newHitDetection(h, l.refs.get)
	if err != nil {
		return err
	}
	if d.Late = h.Late; d.Late {
		l.stats.Late++
	}
	return l.sink.Detection(d)
}

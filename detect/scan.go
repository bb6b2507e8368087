package detect

import (
	"context"
	"errors"
	"iter"
	"strings"
	"sync"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// Scan is one run of a program over files.
type Scan struct {
	Program *Program
	Names   *event.Names
	// Workers is how many blocks are decoded and matched at once.
	Workers int
	Filter  Filter
	// Encode makes the JSON of detections on the workers, for a sink that asks
	// every detection for it.
	Encode bool
	// TempDir is where matches that correlations wait for go when they are too
	// many for memory, the system's default if empty.
	TempDir string
	// Observe, if set, makes the observer of a worker.
	Observe func() Observer
	// Progress, if set, is called with the bytes of every block that is done.
	Progress func(bytes int)
}

// Filter says which events a scan looks at. Zero values let all through.
type Filter struct {
	// From and To bound the event time: From ≤ time < To. Events without a
	// time pass only if neither is set.
	From, To time.Time
	// Host is compared with case folded.
	Host string
}

// Admits says whether the event passes.
func (f *Filter) Admits(ev *event.Event) bool {
	if !f.From.IsZero() && (ev.Time.IsZero() || ev.Time.Before(f.From)) {
		return false
	}
	if !f.To.IsZero() && (ev.Time.IsZero() || !ev.Time.Before(f.To)) {
		return false
	}
	return f.Host == "" || strings.EqualFold(f.Host, ev.HostName())
}

// Sink takes what a scan finds. Its functions are called on one goroutine, in
// the order of the input.
type Sink struct {
	// Detection takes a detection, which is valid until it returns; an error
	// from it ends the scan.
	Detection func(*Detection) error
	// Problem takes what could not be read.
	Problem func(parse.Problem)
	// Observed takes what an [Observer] saw in a block. It is asked for if
	// [Scan.Observe] is set.
	Observed func(any)
}

// part is what one block contributes to a scan.
type part struct {
	detections []Detection
	bases      []base
	sightings  []sighting
	problems   []parse.Problem
	tally      *Tally
	observed   any
	bytes      int
	json       []byte
}

// Run scans the inputs and returns what was seen. Detections of rules come in
// the order of the input, then those of correlations in order of time. When ctx
// ends, Run returns what was seen so far together with the error of ctx.
func (s *Scan) Run(ctx context.Context, inputs iter.Seq2[parse.Input, error], sink Sink) (tally *Tally, err error) {
	tally = newTally()
	opt := parse.Options{Workers: s.Workers, Names: s.Names}
	together := newCorrelator(s.Program, s.TempDir)
	defer func() { err = errors.Join(err, together.close()) }()
	parts := &sync.Pool{New: func() any { return &part{} }}
	err = parse.Run(ctx, inputs, opt, func() parse.Work[*part] { return s.newWork(parts) }, parse.Results[*part]{
		Take: func(p *part) error {
			defer parts.Put(p)
			tally.merge(p.tally)
			return s.take(p, together, &sink)
		},
		Report: sink.Problem,
	})
	if err == nil || ctx.Err() != nil {
		err = errors.Join(err, together.finish(sink.Detection))
		tally.Forgotten += together.searches.forgotten()
	}
	return tally, err
}

// take hands on what one block gave.
func (s *Scan) take(p *part, together *correlator, sink *Sink) error {
	for _, problem := range p.problems {
		sink.Problem(problem)
	}
	if s.Progress != nil {
		s.Progress(p.bytes)
	}
	if s.Observe != nil {
		sink.Observed(p.observed)
	}
	for i := range p.bases {
		if err := together.add(&p.bases[i]); err != nil {
			return err
		}
	}
	for i := range p.sightings {
		if err := together.sight(&p.sightings[i]); err != nil {
			return err
		}
	}
	for i := range p.detections {
		if err := sink.Detection(&p.detections[i]); err != nil {
			return err
		}
	}
	return nil
}

// newWork returns the work of one worker: decode, match, describe.
func (s *Scan) newWork(parts *sync.Pool) parse.Work[*part] {
	m := s.Program.NewMatcher()
	var beside Observer
	if s.Observe != nil {
		beside = s.Observe()
	}
	return func(b *parse.Block, d parse.Decoder) *part {
		p := parts.Get().(*part)
		p.reset(len(b.Data))
		d.Decode(b, func(ev *event.Event) bool {
			if !s.Filter.Admits(ev) {
				return true
			}
			s.look(m, ev, p)
			if beside != nil {
				beside.See(ev)
			}
			return true
		}, func(problem parse.Problem) { p.problems = append(p.problems, problem) })
		if beside != nil {
			p.observed = beside.Block()
		}
		m.drain(p.tally)
		if len(b.Data) > hugeBlock {
			m.letGo()
		}
		return p
	}
}

// hugeBlock is a block, in bytes, in which some record was huge.
const hugeBlock = 2 << 20

// reset empties the part for the next block and keeps its memory, unless one
// block of many detections made it large.
func (p *part) reset(bytes int) {
	if cap(p.json) > 4<<20 {
		*p = part{}
	}
	clear(p.detections)
	clear(p.bases)
	clear(p.sightings)
	*p = part{
		detections: p.detections[:0], bases: p.bases[:0], sightings: p.sightings[:0], problems: p.problems[:0], json: p.json[:0],
		tally: newTally(), bytes: bytes,
	}
}

func (s *Scan) look(m *Matcher, ev *event.Event, p *part) {
	matched := m.Match(ev)
	if m.fault != nil {
		p.problems = append(p.problems, parse.Problem{Path: ev.Source.Path, Offset: ev.Offset, Record: ev.Line, Err: m.fault})
	}
	p.sightings = append(p.sightings, m.sightings(p.tally)...)
	for _, n := range matched {
		if e := m.Exception(n); e != nil {
			p.tally.Excepted[e]++
			continue
		}
		if s.Program.counts(n) {
			p.bases = append(p.bases, m.base(n, m.Ref()))
		}
		if s.Program.reports(n) {
			p.detections = append(p.detections, m.Detection(n))
			if s.Encode {
				p.encode(&p.detections[len(p.detections)-1])
			}
		}
	}
}

// Detections of a part are encoded behind each other in chunks of this size, in
// bytes, begun anew when so little is left.
const (
	jsonChunk = 256 << 10
	jsonLeft  = 8 << 10
)

// encode makes the detection's JSON in memory that the part's detections share.
func (p *part) encode(d *Detection) {
	if cap(p.json)-len(p.json) < jsonLeft {
		p.json = make([]byte, 0, jsonChunk)
	}
	from := len(p.json)
	p.json = d.AppendJSON(p.json)
	d.encoded = p.json[from:len(p.json):len(p.json)]
}

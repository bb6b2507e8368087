package detect

import (
	"context"
	"iter"
	"strings"
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
	return f.Host == "" || strings.EqualFold(f.Host, ev.Host.Text())
}

// Sink takes what a scan finds. Its functions are called on one goroutine, in
// the order of the input.
type Sink struct {
	// Detection takes a detection; an error from it ends the scan.
	Detection func(*Detection) error
	// Problem takes what could not be read.
	Problem func(parse.Problem)
}

// part is what one block contributes to a scan.
type part struct {
	detections []Detection
	problems   []parse.Problem
	tally      Tally
	bytes      int
}

// Run scans the inputs and returns what was seen. When ctx ends, it returns
// what was seen so far together with the error of ctx.
func (s *Scan) Run(ctx context.Context, inputs iter.Seq2[parse.Input, error], sink Sink) (*Tally, error) {
	total := newTally()
	opt := parse.Options{Workers: s.Workers, Names: s.Names}
	err := parse.Run(ctx, inputs, opt, s.newWork, func(p *part) error {
		total.merge(&p.tally)
		for _, problem := range p.problems {
			sink.Problem(problem)
		}
		if s.Progress != nil {
			s.Progress(p.bytes)
		}
		for i := range p.detections {
			if err := sink.Detection(&p.detections[i]); err != nil {
				return err
			}
		}
		return nil
	}, sink.Problem)
	return total, err
}

// newWork returns the work of one worker: decode, match, describe.
func (s *Scan) newWork() parse.Work[*part] {
	m := s.Program.NewMatcher()
	return func(b *parse.Block, d parse.Decoder) *part {
		p := &part{tally: *newTally(), bytes: len(b.Data)}
		d.Decode(b, func(ev *event.Event) bool {
			if s.Filter.Admits(ev) {
				s.look(m, ev, p)
			}
			return true
		}, func(problem parse.Problem) { p.problems = append(p.problems, problem) })
		m.drain(&p.tally)
		return p
	}
}

func (s *Scan) look(m *Matcher, ev *event.Event, p *part) {
	fired := m.Match(ev)
	for _, n := range fired {
		if e := m.Exception(n); e != nil {
			p.tally.Excepted[e]++
			continue
		}
		p.detections = append(p.detections, m.Detection(n))
	}
}

package detect

import (
	"errors"
	"strconv"

	"github.com/dwell-project/dwell/sigma/correlation"
)

// base is the match of a rule that correlations look at.
type base struct {
	match correlation.Match
	ref   EventRef
}

// base describes the match of a rule for the correlations that refer to it.
func (m *Matcher) base(rule int32, ref EventRef) base {
	fields := m.program.correlations.Wants(int(rule))
	values := make([][]string, len(fields))
	for i, field := range fields {
		for _, f := range m.values(field) {
			if f.HasText() {
				values[i] = append(values[i], f.Text())
			}
		}
	}
	return base{ref: ref, match: correlation.Match{Time: ref.Time, ID: ref.ID, Rule: int(rule), Values: values}}
}

// correlator gathers the base matches of one scan.
type correlator struct {
	program *Program
	batch   *correlation.Batch
	refs    *refList

	sightings *sightingSorter
	searches  *sequences
}

func newCorrelator(p *Program, dir string) *correlator {
	return &correlator{
		program: p, refs: newRefList(dir),
		batch:     correlation.NewBatch(p.correlations, correlation.Options{Dir: dir}),
		sightings: newSightingSorter(p, dir), searches: newSequences(p),
	}
}

func (c *correlator) add(b *base) error {
	n, err := c.refs.add(&b.ref)
	if err != nil {
		return err
	}
	b.match.Ref = n
	return c.batch.Add(b.match)
}

// sight keeps a sighting of a pattern.
func (c *correlator) sight(g *sighting) error { return c.sightings.add(g) }

// finish gives every correlation that hit to sink, in order of time, then every
// pattern that matches.
func (c *correlator) finish(sink func(*Detection) error) error {
	if err := c.correlations(sink); err != nil {
		return err
	}
	return c.sightings.each(func(g *sighting) error { return given(c.searches.take(g, false), sink) })
}

func (c *correlator) correlations(sink func(*Detection) error) error {
	return c.batch.Finish(func(h *correlation.Hit) error {
		if c.program.unheardHit(h) {
			return nil
		}
		d, err := newHitDetection(h, c.refs.get)
		if err != nil {
			return err
		}
		return sink(d)
	})
}

// close removes the temporary files of a correlator that may not have finished.
func (c *correlator) close() error {
	return errors.Join(c.batch.Close(), c.refs.close(), c.sightings.close())
}

// newHitDetection describes a hit; get finds the events that it lists.
func newHitDetection(h *correlation.Hit, get func(uint64) (EventRef, error)) (*Detection, error) {
	d := &Detection{Rule: &h.Correlation.Meta, Events: []EventRef{}}
	if h.Rule != nil {
		d.Rule = &h.Rule.Meta
	}
	for e := range h.Events() {
		ref, err := get(e.Ref)
		if err != nil {
			return nil, err
		}
		d.Events = append(d.Events, ref)
	}
	if n := len(d.Events); n > 0 {
		d.Event = d.Events[n-1]
	}
	for _, g := range h.Group {
		if !g.Absent {
			d.Matched = append(d.Matched, textValue(g.Field, g.Value))
		}
	}
	figure := strconv.FormatFloat(h.Figure, 'g', -1, 64)
	d.Matched = append(d.Matched, Matched{Field: string(h.Correlation.Type), JSON: figure})
	return d, nil
}

func textValue(field, text string) Matched {
	return Matched{Field: field, JSON: string(appendString(nil, text))}
}

// unheardHit says whether the hit is only there for another correlation.
func (p *Program) unheardHit(h *correlation.Hit) bool { return p.mute[h.Correlation] }

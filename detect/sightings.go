package detect

import (
	"bytes"
	"cmp"
	"encoding/json"
	"math"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
	"github.com/dwell-project/dwell/event"
)

// sighting is a record of which tests of a pattern hold that it does not decide
// alone.
type sighting struct {
	indicator int32
	tests     []int
	ref       EventRef
	matched   []Matched
}

// sightings returns what the event at hand has of patterns of several records,
// but for what exceptions explain.
func (m *Matcher) sightings(t *Tally) []sighting {
	var all []sighting
	for _, indicator := range m.looker.sighted {
		if e := m.Exception(int32(len(m.program.rules)) + indicator); e != nil {
			t.Excepted[e]++
			continue
		}
		all = append(all, sighting{
			indicator: indicator, tests: m.testsOf(indicator), ref: m.Ref(), matched: shortened(m.matchedIndicator(indicator)),
		})
	}
	return all
}

// longMatched is the longest value, in bytes of JSON, that a sighting keeps as it
// is: thousands of sightings may wait.
const longMatched = 1 << 10

// shortened cuts long values, which then end in "…".
func shortened(all []Matched) []Matched {
	for i := range all {
		if len(all[i].JSON) > longMatched {
			text := all[i].Text()
			all[i] = textValue(all[i].Field, strings.ToValidUTF8(text[:min(len(text), longMatched)], "")+"…")
		}
	}
	return all
}

// Sighted describes what the event that [Matcher.Match] looked at last has of
// patterns that one record does not decide.
func (m *Matcher) Sighted() []Detection {
	var all []Detection
	for _, indicator := range m.looker.sighted {
		all = append(all, Detection{
			Rule: m.program.indicators.Meta(indicator), Event: m.Ref(), Matched: m.matchedIndicator(indicator),
		})
	}
	return all
}

// compareSightings puts them in the order in which patterns look at them.
func compareSightings(a, b *sighting) int {
	return cmp.Or(
		a.ref.Time.Compare(b.ref.Time), bytes.Compare(a.ref.ID[:], b.ref.ID[:]), cmp.Compare(a.indicator, b.indicator),
		cmp.Compare(a.ref.File, b.ref.File), cmp.Compare(a.ref.Offset, b.ref.Offset),
	)
}

// sequences are the searches for patterns of several records.
type sequences struct {
	program *Program
	byOne   map[searchKey]*stixpattern.Sequence
}

func newSequences(p *Program) *sequences {
	return &sequences{program: p, byOne: map[searchKey]*stixpattern.Sequence{}}
}

// searchKey is what a search is for: an indicator, perhaps on one host.
type searchKey struct {
	indicator int32
	host      string
}

// take looks at the next sighting in order of time and returns the detection
// that it completes, nil if none. A record without a time takes no part.
func (s *sequences) take(g *sighting, late bool) *Detection {
	if g.ref.Time.IsZero() {
		return nil
	}
	full := s.program.indicators.Indicators()[g.indicator].Full
	key := searchKey{indicator: g.indicator}
	if full.OneHost {
		key.host = strings.ToLower(g.ref.Host)
	}
	search, ok := s.byOne[key]
	if !ok {
		search = stixpattern.NewSequence(full)
		s.byOne[key] = search
	}
	found := search.Add(stixpattern.Seen{Time: g.ref.Time, ID: g.ref.ID, Tests: g.tests, Ref: &sightingRef{*g, late}})
	if found == nil {
		return nil
	}
	d := &Detection{Rule: s.program.indicators.Meta(g.indicator), Events: []EventRef{}}
	for _, f := range found {
		seen := f.Ref.(*sightingRef)
		d.Events = append(d.Events, seen.ref)
		d.Late = d.Late || seen.late
		for _, m := range seen.matched {
			if !slices.Contains(d.Matched, m) {
				d.Matched = append(d.Matched, m)
			}
		}
	}
	d.Event = d.Events[len(d.Events)-1]
	return d
}

type sightingRef struct {
	sighting
	late bool
}

// forgotten returns how often searches had to forget or give up.
func (s *sequences) forgotten() int64 {
	var n int64
	for _, search := range s.byOne {
		n += search.Forgotten
	}
	return n
}

// reachOf returns how far back an entry of the journal matters.
func (p *Program) reachOf(e *entry) time.Duration {
	if e.Pattern == "" {
		return p.correlations.Reach()
	}
	n, known := p.patterns.byID[e.Pattern]
	if !known {
		return 0
	}
	if d, ok := p.patterns.tests[n].pattern.Reach(); ok {
		return d
	}
	return math.MaxInt64
}

// patternNames are the patterns of several records, as they are told apart.
func (p *Program) patternNames() []string {
	var all []string
	for _, n := range p.patterns.byID {
		if t := &p.patterns.tests[n]; !t.pattern.Single() {
			all = append(all, p.indicators.Indicators()[t.indicator].ID+" "+t.pattern.String())
		}
	}
	slices.Sort(all)
	return all
}

// encode writes the sighting as an entry of the journal.
func (g *sighting) encode(p *Program) ([]byte, error) {
	r := &g.ref
	return json.Marshal(entry{
		Pattern: p.indicators.Indicators()[g.indicator].ID, Tests: g.tests, Matched: g.matched, ID: r.ID.String(), Time: r.Time,
		Host: r.Host, Account: r.Account, Dataset: r.Dataset, File: r.File, Record: r.Record, Offset: r.Offset,
	})
}

// decode reads what encode wrote.
func (e *entry) sighting(p *Program) (*sighting, bool) {
	id, ok := event.ParseID(e.ID)
	n, known := p.patterns.byID[e.Pattern]
	if !ok || !known {
		return nil, false
	}
	t := &p.patterns.tests[n]
	for _, number := range e.Tests {
		if number < 0 || number >= len(t.pattern.Tests) {
			return nil, false
		}
	}
	return &sighting{indicator: t.indicator, tests: e.Tests, matched: e.Matched, ref: e.ref(id)}, true
}

func (e *entry) ref(id event.ID) EventRef {
	return EventRef{
		ID: id, Time: e.Time, Host: e.Host, Account: e.Account, Dataset: e.Dataset, File: e.File, Record: e.Record, Offset: e.Offset,
	}
}

package entityday

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/entity"
)

// Coverage says where the archive was looking; the archive's coverage map does.
type Coverage interface {
	// Looking returns the times of the first and the last record within the
	// bounds; zero if there is none.
	Looking(ctx context.Context, b Bounds) (first, last time.Time, err error)
	// Blind returns where records are missing that could have named an entity
	// of one of the kinds, worst first.
	Blind(ctx context.Context, b Bounds, kinds []entity.Kind) ([]Blind, error)
}

// Blind is a time in which a source was not looking; zero times stand for all the
// time that it has records of.
type Blind struct {
	Dataset string    `json:"dataset,omitempty"`
	Host    string    `json:"host,omitempty"`
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
	Why     string    `json:"why,omitempty"` // as "no records", "lost 3 % of packets"
}

// Part is a share of what was seen: of one host, dataset, role or entity.
type Part struct {
	Name  string    `json:"name"`
	Kind  string    `json:"kind,omitempty"` // of an entity
	Count int64     `json:"count"`
	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
}

// Answer is what the table knows of a value that somebody asked for.
type Answer struct {
	Value string   `json:"value"` // as it was asked for
	Kinds []string `json:"kinds"` // what it may be
	Seen  bool     `json:"seen"`

	First time.Time `json:"first,omitzero"`
	Last  time.Time `json:"last,omitzero"`
	// Dwell is the time from the first to the last sight, in seconds.
	Dwell int64 `json:"dwell_seconds"`
	Days  int   `json:"days"`
	// Count is how often it was named, Undated how often in records without a
	// time.
	Count   int64 `json:"count"`
	Undated int64 `json:"undated,omitempty"`
	// Rounded says that times and counts reach beyond the bounds of the
	// question, since no shorter periods are kept.
	Rounded bool `json:"rounded,omitempty"`

	// HostCount is on how many hosts it was seen, AddressCount from how many
	// addresses in records that name no host, Reporting how many hosts reported
	// within the bounds.
	HostCount    int `json:"host_count"`
	AddressCount int `json:"address_count"`
	Reporting    int `json:"hosts_reporting"`

	// The largest shares; Patient is the host of the first sight.
	Patient     *Part  `json:"first_on,omitempty"`
	Hosts       []Part `json:"hosts,omitempty"`
	Datasets    []Part `json:"datasets,omitempty"`
	Roles       []Part `json:"roles,omitempty"`
	Entities    []Part `json:"entities,omitempty"`
	EntityCount int    `json:"entity_count"`

	// From and To are the first and the last record that were looked at; zero if
	// that is not known. Covered says whether Blind is.
	From    time.Time `json:"from,omitzero"`
	To      time.Time `json:"to,omitzero"`
	Covered bool      `json:"coverage_known"`
	Blind   []Blind   `json:"blind,omitempty"`

	Sentence string `json:"sentence"`
}

// Question is what [Table.Seen] is asked.
type Question struct {
	Values []string
	Bounds Bounds
	// Exact leaves out what belongs to a value: the domains under a domain, and
	// so on; see [Ask].
	Exact bool
	// Coverage may be nil; answers say then that it is not known.
	Coverage Coverage
}

// Seen answers a question, one answer for each value in their order.
func (t *Table) Seen(ctx context.Context, q Question) ([]Answer, error) {
	var asks []Ask
	var of []int // the value of each of asks
	sums := make([]*summing, len(q.Values))
	for i, v := range q.Values {
		sums[i] = newSumming(v)
		for _, e := range entity.Guess(v) {
			asks, of = append(asks, Ask{Entity: e, Under: !q.Exact}), append(of, i)
			sums[i].kinds = append(sums[i].kinds, e.Kind)
		}
	}
	_, err := t.Lookup(ctx, q.Bounds, asks, func(m Match) bool {
		sums[of[m.Ask]].add(&m, q.Bounds)
		return true
	})
	if err != nil {
		return nil, err
	}
	reporting, err := t.Reporting(ctx, q.Bounds)
	if err != nil {
		return nil, err
	}
	answers := make([]Answer, len(sums))
	for i, s := range sums {
		a := s.answer()
		a.Reporting = reporting
		if err := a.cover(ctx, q, s.kinds); err != nil {
			return nil, err
		}
		a.Sentence = a.sentence()
		answers[i] = a
	}
	return answers, nil
}

// cover asks where nothing could be seen.
func (a *Answer) cover(ctx context.Context, q Question, kinds []entity.Kind) error {
	if q.Coverage == nil {
		return nil
	}
	var err error
	if a.From, a.To, err = q.Coverage.Looking(ctx, q.Bounds); err != nil {
		return fmt.Errorf("asking what was covered: %w", err)
	}
	if a.Blind, err = q.Coverage.Blind(ctx, q.Bounds, kinds); err != nil {
		return fmt.Errorf("asking for blind spots: %w", err)
	}
	a.Covered = true
	return nil
}

// Reporting returns how many hosts wrote a record within the bounds.
func (t *Table) Reporting(ctx context.Context, b Bounds) (int, error) {
	hosts := map[string]bool{}
	plan, err := t.Plan(b)
	if err != nil {
		return 0, err
	}
	for _, l := range plan {
		f, err := t.File(l.Path)
		if err != nil {
			return 0, fmt.Errorf("opening a file of the table: %w", err)
		}
		if err := f.reporters(ctx, b, hosts); err != nil {
			return 0, fmt.Errorf("%s: %w", l.Path, err)
		}
	}
	return len(hosts), nil
}

// shown is how many of the largest shares an answer has.
const shown = 10

// maxEntities bounds how many entities under one value are told apart.
const maxEntities = 1 << 16

// summing collects the rows of an answer.
type summing struct {
	text    string
	kinds   []entity.Kind
	total   Part
	undated int64
	rounded bool
	days    daySet
	patient Part

	hosts, datasets, roles, entities map[string]*Part
}

func newSumming(text string) *summing {
	return &summing{
		text: text, hosts: map[string]*Part{}, datasets: map[string]*Part{},
		roles: map[string]*Part{}, entities: map[string]*Part{},
	}
}

func (s *summing) add(m *Match, b Bounds) {
	r := &m.Row
	s.rounded = s.rounded || !b.holds(m.Period)
	s.total.add(r)
	if r.Days == "" {
		s.undated += r.Count
	}
	s.days.add(r.Days)
	partOf(s.hosts, r.Host).add(r)
	partOf(s.datasets, r.Dataset).add(r)
	partOf(s.roles, r.Role.String()).add(r)
	if key := r.Key(); len(s.entities) < maxEntities || s.entities[key] != nil {
		p := partOf(s.entities, key)
		p.Name, p.Kind = r.Entity.Value, r.Entity.Kind.String()
		p.add(r)
	}
	if r.Days != "" && r.Host != "" {
		first := Part{Name: r.Host, Count: r.Count, First: r.First.Time(), Last: r.Last.Time()}
		if s.patient.Name == "" || cmp.Or(first.First.Compare(s.patient.First), strings.Compare(first.Name, s.patient.Name)) < 0 {
			s.patient = first
		}
	}
}

func partOf(all map[string]*Part, name string) *Part {
	p, ok := all[name]
	if !ok {
		p = &Part{Name: name}
		all[name] = p
	}
	return p
}

func (p *Part) add(r *Row) {
	p.Count += r.Count
	if r.Days == "" {
		return
	}
	if first := r.First.Time(); p.First.IsZero() || first.Before(p.First) {
		p.First = first
	}
	if last := r.Last.Time(); last.After(p.Last) || p.Last.IsZero() {
		p.Last = last
	}
}

func (s *summing) answer() Answer {
	a := Answer{
		Value: s.text, Seen: s.total.Count > 0, First: s.total.First, Last: s.total.Last,
		Dwell: int64(s.total.Last.Sub(s.total.First) / time.Second),
		Days:  s.days.len(), Count: s.total.Count, Undated: s.undated, Rounded: s.rounded && s.total.Count > 0,
		Datasets: largest(s.datasets), Roles: largest(s.roles), Entities: largest(s.entities), EntityCount: len(s.entities),
	}
	for _, k := range s.kinds {
		a.Kinds = append(a.Kinds, k.String())
	}
	delete(s.hosts, "")
	for name := range s.hosts {
		if _, isAddress := entity.Canonical(entity.Address, name); isAddress {
			a.AddressCount++
		} else {
			a.HostCount++
		}
	}
	a.Hosts = largest(s.hosts)
	if s.patient.Name != "" {
		a.Patient = &s.patient
	}
	return a
}

// largest returns the parts that count most.
func largest(all map[string]*Part) []Part {
	parts := make([]Part, 0, len(all))
	for _, p := range all {
		if p.Name != "" {
			parts = append(parts, *p)
		}
	}
	slices.SortFunc(parts, func(a, b Part) int {
		return cmp.Or(-cmp.Compare(a.Count, b.Count), strings.Compare(a.Name, b.Name), strings.Compare(a.Kind, b.Kind))
	})
	return parts[:min(len(parts), shown)]
}

package main

import (
	"bytes"
	"cmp"
	"net/netip"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	textlog "github.com/dwell-project/dwell/parse/lines"
)

// Bounds of what is kept of a hit's surroundings.
const (
	keptNearby = 40     // records, those nearest in time
	keptHosts  = 10_000 // of one value
	keptValues = 20
	longValue  = 8 << 10 // bytes
)

// moments are the times that records are looked for around, on one host and of
// one account. What is "" or zero may be anything.
type moments struct {
	at     []time.Time // ascending, one or two
	around time.Duration
	host   string
	// accounts are any of which a record must be; none if one of the hit's
	// records names none.
	accounts []string
	// address is asked for in any field if neither host nor account is known, as
	// in records of sensors; file if there is none either.
	address, file string
	own           map[event.ID]bool
}

// ofAccount says whether a record of this account is asked for.
func (m *moments) ofAccount(account string) bool {
	return len(m.accounts) == 0 || slices.ContainsFunc(m.accounts, func(a string) bool { return sameAccount(a, account) })
}

// distance returns how far a time is from the nearest moment, false if that is
// too far.
func (m *moments) distance(t time.Time) (time.Duration, bool) {
	nearest := m.around + 1
	for _, at := range m.at {
		nearest = min(nearest, t.Sub(at).Abs())
	}
	return nearest, nearest <= m.around
}

// hosts says whether the event is of the host, or of the address or file if
// none is known.
func (m *moments) hosts(ev *event.Event) bool {
	if m.file != "" && ev.Source.Path != m.file {
		return false
	}
	if m.address != "" && !slices.ContainsFunc(ev.Fields, func(f event.Field) bool { return f.HasText() && f.Text() == m.address }) {
		return false
	}
	return m.host == "" || strings.EqualFold(ev.HostName(), m.host)
}

// sameAccount says whether two names are of one account: equal with case
// folded, and if only one of them names a domain, without it.
func sameAccount(a, b string) bool {
	nameA, domainA := splitAccount(a)
	nameB, domainB := splitAccount(b)
	return strings.EqualFold(nameA, nameB) && (domainA == "" || domainB == "" || strings.EqualFold(domainA, domainB))
}

// splitAccount takes DOMAIN\name and name@domain apart.
func splitAccount(s string) (name, domain string) {
	if domain, name, ok := strings.Cut(s, `\`); ok {
		return name, domain
	}
	if name, domain, ok := strings.Cut(s, "@"); ok {
		return name, domain
	}
	return s, ""
}

// nearby is one record around a hit.
type nearby struct {
	distance      time.Duration
	at            time.Time
	id            event.ID
	own           bool
	dataset, code string
	said          string
}

func compareNearby(a, b nearby) int {
	return cmp.Or(cmp.Compare(a.distance, b.distance), a.at.Compare(b.at), bytes.Compare(a.id[:], b.id[:]))
}

// vicinity is what is around moments: the nearest records, and how many there
// are, also of the host's other accounts.
type vicinity struct {
	records []nearby
	count   int64
	others  int64 // of the same host and another account, or none
}

// add takes a record, and lets go of the farthest when there are too many.
func (v *vicinity) add(n nearby) {
	v.records = append(v.records, n)
	if len(v.records) >= 2*keptNearby {
		v.trim()
	}
}

// trim keeps the nearest. A record that came by twice, in a copy of its file,
// is one.
func (v *vicinity) trim() {
	slices.SortFunc(v.records, compareNearby)
	all := len(v.records)
	v.records = slices.CompactFunc(v.records, func(a, b nearby) bool { return a.id == b.id })
	v.count -= int64(all - len(v.records))
	v.records = v.records[:min(len(v.records), keptNearby)]
}

func (v *vicinity) merge(o *vicinity) {
	v.count += o.count
	v.others += o.others
	for _, n := range o.records {
		v.add(n)
	}
}

// prevalence is how common a value is.
type prevalence struct {
	records     int64
	hosts       map[string]bool // up to keptHosts
	first, last time.Time
}

func (p *prevalence) add(o *prevalence) {
	p.records += o.records
	for h := range o.hosts {
		if p.hosts == nil {
			p.hosts = map[string]bool{}
		}
		if len(p.hosts) < keptHosts {
			p.hosts[h] = true
		}
	}
	p.at(o.first)
	p.at(o.last)
}

func (p *prevalence) at(t time.Time) {
	if t.IsZero() {
		return
	}
	if p.first.IsZero() || t.Before(p.first) {
		p.first = t
	}
	if t.After(p.last) {
		p.last = t
	}
}

// surroundings are what the inputs of a scan hold about a hit beside its record.
type surroundings struct {
	moments []*moments
	values  []detect.Matched
	address string

	near        []vicinity   // by moments
	prevalences []prevalence // by values
}

// newSurroundings asks for what is around the records of a hit, and for the
// values that matched. Who is at the address, "" if unknown, is asked for where
// the records name no host and no account.
func newSurroundings(d *detect.Detection, address string, around time.Duration) *surroundings {
	x, events := &surroundings{address: address}, d.Events
	if events == nil {
		x.values = valuesToCount(d.Matched)
		x.around(&d.Event, around)
	} else if len(events) > 0 {
		x.values = valuesToCount(d.Matched[:max(len(d.Matched)-1, 0)]) // the last is the figure
		for i := range x.values {
			if _, err := netip.ParseAddr(x.values[i].Text()); err == nil && x.address == "" {
				x.address = x.values[i].Text()
			}
		}
		x.around(&events[0], around)
		x.around(&events[len(events)-1], around)
	}
	for _, m := range x.moments {
		for i := range events {
			m.own[events[i].ID] = true
		}
	}
	x.near, x.prevalences = make([]vicinity, len(x.moments)), make([]prevalence, len(x.values))
	return x
}

// around asks for what is around a record, together with what is around the
// one before if that is near and of the same host.
func (x *surroundings) around(r *detect.EventRef, around time.Duration) {
	if r.Time.IsZero() {
		return
	}
	if n := len(x.moments); n > 0 && x.moments[n-1].host == r.Host && r.Time.Sub(x.moments[n-1].at[0]).Abs() <= 2*around {
		x.moments[n-1].join(r)
		return
	}
	m := &moments{at: []time.Time{r.Time}, around: around, host: r.Host, own: map[event.ID]bool{r.ID: true}}
	if r.Account != "" {
		m.accounts = []string{r.Account}
	}
	if r.Host == "" && r.Account == "" {
		if m.address = x.address; m.address == "" {
			m.file = r.File
		}
	}
	x.moments = append(x.moments, m)
}

// join takes in the last record of a correlation.
func (m *moments) join(r *detect.EventRef) {
	m.own[r.ID] = true
	if !r.Time.Equal(m.at[0]) {
		m.at = append(m.at, r.Time)
	}
	switch {
	case r.Account == "":
		m.accounts = nil
	case len(m.accounts) > 0 && !m.ofAccount(r.Account):
		m.accounts = append(m.accounts, r.Account)
	}
}

// valuesToCount returns the values worth counting, each once.
func valuesToCount(matched []detect.Matched) []detect.Matched {
	var values []detect.Matched
	for i := range matched {
		m := matched[i]
		if len(m.JSON) > longValue || m.JSON == "null" || m.Text() == "" || slices.Contains(values, m) {
			continue
		}
		if values = append(values, m); len(values) == keptValues {
			break
		}
	}
	return values
}

// look reads the inputs once more. What cannot be read was reported by the
// reading that found the hit.
func (x *surroundings) look(s *session, paths []string, in *inputFlags, rules *ruleset) error {
	inputs, err := s.newInputs(paths, in, false)
	if err != nil {
		return err
	}
	tables, err := ecsTables(inputs.opt.Text)
	if err != nil {
		return err
	}
	asked := x.program(rules)
	done := s.showProgress(inputs, in.Quiet)
	defer done()
	return parse.Run(s.ctx, inputs.all(), parse.Options{Workers: in.Workers, Names: rules.names}, func() parse.Work[*looked] {
		l := &looker{x: x, m: asked.NewMatcher(), ecs: ecs.NewMapper(tables, rules.names), rules: rules, said: map[string]bool{}}
		return l.block
	}, parse.Results[*looked]{
		Take: func(b *looked) error {
			for i := range b.near {
				x.near[i].merge(&b.near[i])
			}
			for i := range b.prevalences {
				x.prevalences[i].add(&b.prevalences[i])
			}
			return nil
		},
		Report: func(parse.Problem) {},
	})
}

// ecsTables returns the tables that give fields their common names.
func ecsTables(text textlog.Options) (*ecs.Tables, error) {
	table, err := textlog.Format{Options: text}.Table()
	if err != nil {
		return nil, err
	}
	return ecs.Load(table)
}

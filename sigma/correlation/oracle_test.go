package correlation_test

import (
	"cmp"
	"fmt"
	"maps"
	"math"
	"math/big"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/correlation"
)

// The oracle is the semantics of the package written down a second time, by
// definition and without regard to cost: every window is built from all
// occurrences, and nothing is remembered from one instant to the next but
// whether the condition held. Rules are named r0, r1, … and correlations c0,
// c1, …; a correlation refers to earlier ones only.

// occurrence is a match of a rule or correlation.
type occurrence struct {
	at     int64
	id     string
	slot   int
	fields map[string][]string
	events []event.ID
	again  bool // the correlation goes on to hold: for temporal types only
}

// told is a hit as both sides write it.
type told struct {
	at          int64
	last, name  string
	key, figure string
	events      []event.ID
}

func (h told) String() string {
	ids := make([]string, len(h.events))
	for i, id := range h.events {
		ids[i] = id.String()[:4]
	}
	return fmt.Sprintf("%d %s [%s] %s %v", h.at, h.name, h.key, h.figure, ids)
}

func sortTold(hits []told) []string {
	slices.SortFunc(hits, func(a, b told) int {
		return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.last, b.last), strings.Compare(a.name, b.name), strings.Compare(a.key, b.key))
	})
	out := make([]string, len(hits))
	for i, h := range hits {
		out[i] = h.String()
	}
	return out
}

// world is what oracle and engine are given.
type world struct {
	correlations []*sigma.Correlation
	matches      []correlation.Match
	fields       []string // the fields every match has values of, in this order
	values       [][][]string
}

// holding is the instants at which conditions held, as name, group and time;
// the oracle notes them.
type holding map[string]bool

func (h holding) note(name, key string, at int64) { h[fmt.Sprint(name, key, " ", at)] = true }

// oracle returns the hits of all correlations that no other refers to or whose
// users say generate.
func (w *world) oracle() ([]string, holding) {
	held := holding{}
	times := map[event.ID]int64{}
	produced := map[string][]occurrence{}
	for i, m := range w.matches {
		o := occurrence{at: m.Time.UnixNano(), id: m.ID.String(), fields: map[string][]string{}, events: []event.ID{m.ID}}
		for f, name := range w.fields {
			o.fields[name] = w.values[i][f]
		}
		times[m.ID] = o.at
		rule := fmt.Sprintf("r%d", m.Rule)
		same := func(p occurrence) bool { return p.id == o.id && p.at == o.at }
		if !slices.ContainsFunc(produced[rule], same) {
			produced[rule] = append(produced[rule], o)
		}
	}
	var all []told
	for _, c := range w.correlations {
		o := oracleRun{c: c, times: times, held: held}
		o.run(produced)
		produced[c.Name] = o.out
		if !w.silent(c.Name) {
			all = append(all, o.hits...)
		}
	}
	return sortTold(all), held
}

func (w *world) silent(name string) bool {
	used, generate := false, false
	for _, c := range w.correlations {
		if slices.Contains(c.Rules, name) {
			used, generate = true, generate || c.Generate
		}
	}
	return used && !generate
}

type oracleRun struct {
	c     *sigma.Correlation
	times map[event.ID]int64
	held  holding
	out   []occurrence
	hits  []told
}

func (o *oracleRun) temporal() bool { return strings.HasPrefix(string(o.c.Type), "temporal") }

func (o *oracleRun) field(name, rule string) string {
	if f, ok := o.c.Aliases[name][rule]; ok {
		return f
	}
	return name
}

// run groups the occurrences and evaluates every group.
func (o *oracleRun) run(produced map[string][]occurrence) {
	groups := map[string][]occurrence{}
	for slot, rule := range o.c.Rules {
		for _, occ := range produced[rule] {
			if occ.again && !o.temporal() {
				continue
			}
			occ.slot = slot
			if !o.takesPart(occ, rule) {
				continue
			}
			fields := maps.Clone(occ.fields)
			for alias := range o.c.Aliases {
				fields[alias] = occ.fields[o.field(alias, rule)]
			}
			for _, f := range o.c.Condition.Fields {
				fields["figure "+f] = occ.fields[o.field(f, rule)]
			}
			keys := o.keys(occ, rule)
			occ.fields = fields
			for _, key := range keys {
				groups[key] = append(groups[key], occ)
			}
		}
	}
	for key, occs := range groups {
		slices.SortFunc(occs, func(a, b occurrence) int {
			return cmp.Or(cmp.Compare(a.at, b.at), strings.Compare(a.id, b.id), cmp.Compare(a.slot, b.slot))
		})
		if !o.temporal() && o.c.Type != sigma.ValueCount {
			// An event that matched several rules counts once, for the first.
			occs = slices.CompactFunc(occs, func(a, b occurrence) bool { return a.at == b.at && a.id == b.id })
		}
		if o.rising() {
			o.slide(key, occs)
		} else {
			o.part(key, occs)
		}
	}
}

func (o *oracleRun) takesPart(occ occurrence, rule string) bool {
	switch o.c.Type {
	case sigma.ValueCount:
		for _, f := range o.c.Condition.Fields {
			if len(occ.fields[o.field(f, rule)]) == 0 {
				return false
			}
		}
	case sigma.ValueSum, sigma.ValueAvg, sigma.ValueMedian, sigma.ValuePercentile:
		return len(numbersOf(occ.fields[o.field(o.c.Condition.Fields[0], rule)])) > 0
	}
	return true
}

func numbersOf(values []string) []float64 {
	var out []float64
	for _, v := range values {
		if f, ok := sigma.ParseNumber([]byte(v)); ok {
			out = append(out, f)
		}
	}
	return out
}

// keys returns the groups of an occurrence: "<absent>" stands for no value.
func (o *oracleRun) keys(occ occurrence, rule string) []string {
	keys := []string{""}
	for _, f := range o.c.GroupBy {
		vs := occ.fields[o.field(f, rule)]
		if len(vs) == 0 {
			vs = []string{"<absent>"}
		}
		var next []string
		for _, k := range keys {
			for _, v := range vs {
				next = append(next, k+"|"+strings.ToLower(v))
			}
		}
		keys = next
	}
	slices.Sort(keys)
	return slices.Compact(keys)
}

// rising is the documented list of conditions that are decided as events come.
func (o *oracleRun) rising() bool {
	switch o.c.Type {
	case sigma.ValueAvg, sigma.ValueMedian, sigma.ValuePercentile:
		return false
	}
	for _, b := range o.c.Condition.Bounds {
		if b.Not || b.Op != sigma.Greater && b.Op != sigma.GreaterEqual {
			return false
		}
	}
	return !hasNot(o.c.Condition.Expr, false)
}

// hasNot says whether a rule stands under an odd number of negations.
func hasNot(x sigma.Expr, not bool) bool {
	deeper := func(x sigma.Expr) bool { return hasNot(x, not) }
	switch x := x.(type) {
	case sigma.And:
		return slices.ContainsFunc(x, deeper)
	case sigma.Or:
		return slices.ContainsFunc(x, deeper)
	case sigma.Not:
		return hasNot(x.X, !not)
	case *sigma.Predicate:
		return not
	}
	return false
}

func between(occs []occurrence, from, to int64) []occurrence {
	var out []occurrence
	for _, occ := range occs {
		if occ.at >= from && occ.at <= to {
			out = append(out, occ)
		}
	}
	return out
}

// slide evaluates the windows that end at each instant.
func (o *oracleRun) slide(key string, occs []occurrence) {
	holding := false
	for i, occ := range occs {
		if i+1 < len(occs) && occs[i+1].at == occ.at {
			continue
		}
		from := occ.at - int64(o.c.Timespan)
		if holding {
			_, holding = o.holds(between(occs, from, occ.at-1))
		}
		window := between(occs, from, occ.at)
		figure, now := o.holds(window)
		if now {
			o.held.note(o.c.Name, key, occ.at)
		}
		switch {
		case now && !holding:
			o.fire(key, occ.at, figure, window)
		case now:
			o.produce(key, occ.at, between(occs, occ.at, occ.at), true)
		}
		holding = now
	}
}

// part evaluates the windows that open with an event and do not overlap.
func (o *oracleRun) part(key string, occs []occurrence) {
	for len(occs) > 0 {
		end := occs[0].at + int64(o.c.Timespan)
		window := between(occs, occs[0].at, end)
		if figure, ok := o.holds(window); ok {
			o.fire(key, end, figure, window)
		}
		occs = occs[len(window):]
	}
}

func (o *oracleRun) fire(key string, at int64, figure float64, window []occurrence) {
	events := o.eventsOf(window)
	h := told{at: at, name: o.c.Name, key: key, figure: fmt.Sprintf("%g", figure), events: events}
	h.last = events[len(events)-1].String()
	o.hits = append(o.hits, h)
	o.produce(key, at, window, false)
}

func (o *oracleRun) eventsOf(window []occurrence) []event.ID {
	var ids []event.ID
	for _, occ := range window {
		ids = append(ids, occ.events...)
	}
	slices.SortFunc(ids, func(a, b event.ID) int {
		return cmp.Or(cmp.Compare(o.times[a], o.times[b]), slices.Compare(a[:], b[:]))
	})
	return slices.Compact(ids)
}

// produce makes the occurrence that correlations above see.
func (o *oracleRun) produce(key string, at int64, window []occurrence, again bool) {
	fields := map[string][]string{}
	for _, occ := range window {
		for f, vs := range occ.fields {
			if !strings.HasPrefix(f, "figure ") {
				fields[f] = appendNew(fields[f], vs)
			}
		}
	}
	for i, f := range o.c.GroupBy {
		v := strings.Split(key, "|")[i+1]
		fields[f] = []string{v}
		if v == "<absent>" {
			fields[f] = nil
		}
	}
	id := fmt.Sprintf("%s %s %d %v", o.c.Name, key, at, again)
	o.out = append(o.out, occurrence{at: at, id: id, fields: fields, events: o.eventsOf(window), again: again})
}

func appendNew(values, more []string) []string {
	for _, v := range more {
		if !slices.ContainsFunc(values, func(have string) bool { return strings.EqualFold(have, v) }) {
			values = append(values, v)
		}
	}
	return values
}

// holds computes a window's figure from nothing.
func (o *oracleRun) holds(window []occurrence) (float64, bool) {
	if len(window) == 0 {
		return 0, false
	}
	figure := o.figure(window)
	c := &o.c.Condition
	if c.Expr != nil && !o.exprHolds(window) {
		return figure, false
	}
	bounds := c.Bounds
	if len(bounds) == 0 && c.Expr == nil {
		bounds = []sigma.Bound{{Op: sigma.GreaterEqual, Number: float64(len(o.c.Rules))}}
	}
	for _, b := range bounds {
		ok := map[sigma.Op]bool{
			sigma.Less: figure < b.Number, sigma.LessEqual: figure <= b.Number, sigma.Equals: figure == b.Number,
			sigma.Greater: figure > b.Number, sigma.GreaterEqual: figure >= b.Number,
		}[b.Op]
		if ok == b.Not {
			return figure, false
		}
	}
	return figure, true
}

func (o *oracleRun) figure(window []occurrence) float64 {
	var numbers []float64
	different := map[string]bool{}
	for _, occ := range window {
		switch o.c.Type {
		case sigma.EventCount:
			different[occ.id] = true
		case sigma.ValueCount:
			for _, k := range o.combine(occ) {
				different[k] = true
			}
		case sigma.Temporal, sigma.TemporalExtended, sigma.TemporalOrderedExtended:
			different[fmt.Sprint(occ.slot)] = true
		}
		if len(o.c.Condition.Fields) > 0 {
			numbers = append(numbers, numbersOf(occ.fields["figure "+o.c.Condition.Fields[0]])...)
		}
	}
	switch o.c.Type {
	case sigma.ValueSum:
		return exactSum(numbers)
	case sigma.ValueAvg:
		return exactSum(numbers) / float64(len(numbers))
	case sigma.ValueMedian:
		return slowPercentile(numbers, 50)
	case sigma.ValuePercentile:
		return slowPercentile(numbers, o.c.Condition.Percentile)
	case sigma.TemporalOrdered:
		return float64(longest(window, -1, math.MinInt64))
	}
	return float64(len(different))
}

func (o *oracleRun) combine(occ occurrence) []string {
	keys := []string{""}
	for _, f := range o.c.Condition.Fields {
		var next []string
		for _, k := range keys {
			for _, v := range occ.fields["figure "+f] {
				next = append(next, k+"|"+strings.ToLower(v))
			}
		}
		keys = next
	}
	return keys
}

func exactSum(numbers []float64) float64 {
	total := new(big.Rat)
	for _, f := range numbers {
		total.Add(total, new(big.Rat).SetFloat64(f))
	}
	f, _ := total.Float64()
	return f
}

func slowPercentile(numbers []float64, p float64) float64 {
	s := slices.Sorted(slices.Values(numbers))
	at := p * float64(len(s)-1) / 100
	k := int(at)
	if at == float64(k) {
		return s[k]
	}
	return s[k]*(1-(at-float64(k))) + s[k+1]*(at-float64(k))
}

// longest is the most rules with rising place in the list and times that do not
// fall, tried out one by one.
func longest(window []occurrence, slot int, at int64) int {
	best := 0
	for _, occ := range window {
		if occ.slot > slot && occ.at >= at {
			best = max(best, 1+longest(window, occ.slot, occ.at))
		}
	}
	return best
}

// exprHolds tries every choice of seen rules as those that the condition needs:
// a rule counts as there if it is chosen and as missing if it was not seen, and
// for an ordered type the chosen ones must come in the order that the condition
// names them.
func (o *oracleRun) exprHolds(window []occurrence) bool {
	var seen uint
	for _, occ := range window {
		seen |= 1 << occ.slot
	}
	ordered := o.c.Type == sigma.TemporalOrderedExtended
	for chosen := range uint(1) << len(o.c.Rules) {
		if chosen&^seen != 0 || !ordered && chosen != seen {
			continue
		}
		if o.eval(o.c.Condition.Expr, chosen, seen, false) && (!ordered || o.inOrder(window, chosen)) {
			return true
		}
	}
	return false
}

func (o *oracleRun) eval(x sigma.Expr, chosen, seen uint, not bool) bool {
	switch x := x.(type) {
	case sigma.And:
		for _, m := range x {
			if o.eval(m, chosen, seen, not) == not {
				return not
			}
		}
		return !not
	case sigma.Or:
		for _, m := range x {
			if o.eval(m, chosen, seen, not) != not {
				return !not
			}
		}
		return not
	case sigma.Not:
		return o.eval(x.X, chosen, seen, !not)
	case *sigma.Predicate:
		bit := uint(1) << slices.Index(o.c.Rules, x.Text)
		if not {
			return seen&bit == 0
		}
		return chosen&bit != 0
	}
	return false
}

func (o *oracleRun) inOrder(window []occurrence, chosen uint) bool {
	var order []int
	var walk func(sigma.Expr)
	walk = func(x sigma.Expr) {
		switch x := x.(type) {
		case sigma.And:
			for _, m := range x {
				walk(m)
			}
		case sigma.Or:
			for _, m := range x {
				walk(m)
			}
		case sigma.Not:
			walk(x.X)
		case *sigma.Predicate:
			slot := slices.Index(o.c.Rules, x.Text)
			if chosen&(1<<slot) != 0 && !slices.Contains(order, slot) {
				order = append(order, slot)
			}
		}
	}
	walk(o.c.Condition.Expr)
	var follow func(rest []int, at int64) bool
	follow = func(rest []int, at int64) bool {
		if len(rest) == 0 {
			return true
		}
		for _, occ := range window {
			if occ.slot == rest[0] && occ.at >= at && follow(rest[1:], occ.at) {
				return true
			}
		}
		return false
	}
	return follow(order, math.MinInt64)
}

// tell writes an engine's hit as the oracle does.
func tell(h *correlation.Hit) told {
	t := told{at: h.Time.UnixNano(), name: h.Correlation.Name, figure: fmt.Sprintf("%g", h.Figure)}
	for _, g := range h.Group {
		if g.Absent {
			t.key += "|<absent>"
		} else {
			t.key += "|" + strings.ToLower(g.Value)
		}
	}
	for e := range h.Events() {
		t.events = append(t.events, e.ID)
	}
	t.last = t.events[len(t.events)-1].String()
	return t
}

func seconds(n int) time.Time { return time.Unix(int64(n), 0).UTC() }

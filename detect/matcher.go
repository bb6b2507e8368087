package detect

import (
	"crypto/sha256"
	"math"
	"slices"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// Matcher matches events against a program. It is for one goroutine, and holds
// at most about [MatcherMemory] bytes of remembered values.
type Matcher struct {
	program *Program
	states  map[*class]*classState
	origins map[string]*origin
	touched []*origin // with events not yet drained into a Tally
	key     []byte
	named   [3]event.Name // product, service, category, in case a record says them
	work    scratch
	asked   int // events since the last look at the memory held

	// marks[p] == epoch: predicate p is true of the record at hand.
	marks  []uint32
	epoch  uint32
	marked bool // marks are those of the event at hand
	// looked[r] == epoch: rule r of the class is among the candidates.
	looked     []uint32
	candidates []int32

	event  *event.Event
	state  *classState
	fired  []int32
	looker looker
	// undecided says that rules were not asked since the event is Partial, fault
	// that it could not be completed.
	undecided bool
	fault     error

	// For describing the event at hand.
	ref      EventRef
	referred bool // ref is of this event
	texts    map[string]string
	wanted   []int32
	shown    shown
}

// MatcherMemory bounds what one matcher remembers, in bytes. When it is passed,
// everything remembered is forgotten: results never depend on it.
const MatcherMemory = 32 << 20

// maxOrigins bounds how many distinct (provider, channel, code) are kept,
// longOrigin, in bytes, what is kept of one. maxClasses bounds the classes that
// records make up by naming products, services and categories of their own.
const (
	maxOrigins = 1 << 14
	longOrigin = 1 << 10
	maxClasses = 1 << 10
)

// origin is where events of one (schema, provider, channel, code) belong, and a
// tally of them.
type origin struct {
	state           *classState
	dataset, schema string
	events          int64
	first, last     time.Time
}

// classState is what one matcher knows of one class.
type classState struct {
	*class
	memos        []*memo
	bindings     [][]binding // by field name number; nil is not looked up yet
	combinations combinations
	targets      map[event.Name][]taxonomy.Target
	accounts     map[event.Name]int // rank among the account fields
	contested    []bool             // columns that names of unlike priority feed

	items      []item
	fields     []int32 // fields[i] is the field that gave items[i]
	priorities []int32 // before settle
	disputed   bool    // items has some of contested columns
	best       []int32 // by column, in settle
}

// binding says that a field's values belong to a column.
type binding struct {
	column   int32
	priority int32
	pace     pace
	numbered numbered
}

// NewMatcher returns a matcher for one goroutine.
func (p *Program) NewMatcher() *Matcher {
	m := &Matcher{
		program: p, states: map[*class]*classState{}, origins: map[string]*origin{},
		marks: make([]uint32, len(p.predicates.all)+p.probes()), looked: make([]uint32, len(p.rules)+len(p.patterns.tests)),
		texts: map[string]string{},
	}
	for i, s := range []string{"product", "service", "category"} {
		m.named[i] = p.names.Intern(s)
	}
	return m
}

// Match returns the numbers of the rules that are true of the event, ascending.
// The slice is valid until the next call; [Matcher.Detection] gives what a
// match is made of. Exceptions are not applied yet.
//
// Of an event that is Partial, all fields that [Matcher.Wants] names must be
// there. If something matched or may have, the event is whole afterwards.
func (m *Matcher) Match(ev *event.Event) []int32 {
	m.watchMemory()
	o := m.originOf(ev)
	m.tally(o, ev)
	matched := m.match(ev, o.state)
	if ev.Partial == nil || len(matched) == 0 && !m.undecided {
		return matched
	}
	// What describes a match may stand in any field, and rules that relate
	// fields to one another were not asked.
	if m.fault = ev.Partial(); m.fault != nil {
		return nil
	}
	return m.match(ev, o.state)
}

func (m *Matcher) match(ev *event.Event, st *classState) []int32 {
	m.event, m.fired, m.marked, m.referred = ev, m.fired[:0], false, false
	m.undecided, m.fault = false, nil
	m.looker.held, m.looker.sighted = m.looker.held[:0], m.looker.sighted[:0]
	m.state = st
	if len(st.rules) == 0 && len(st.columns) == 0 {
		return nil
	}
	m.collect(ev, st)
	hash := hashItems(st.items)
	v, slot := st.combinations.find(st.items, hash)
	if v == nil {
		v = st.combinations.add(st.items, hash, slot, m.judge(st))
	}
	m.fired = append(m.fired, v.fired...)
	if len(v.open) > 0 {
		if m.undecided = ev.Partial != nil; m.undecided {
			return m.fired
		}
		m.matchOpen(v.open)
	}
	if len(v.tests) > 0 {
		if m.undecided = ev.Partial != nil; m.undecided {
			return m.fired
		}
		m.matchPatterns(v.tests)
	}
	if v.probed {
		m.matchIndicators()
	}
	return m.fired
}

// matchOpen evaluates the rules that relate fields to one another.
func (m *Matcher) matchOpen(rules []int32) {
	record := m.Record()
	for _, n := range rules {
		if sigma.Match(m.program.rules[n].Expr, record) {
			m.fired = append(m.fired, n)
		}
	}
	slices.Sort(m.fired)
}

// Wants says which fields of events of the same origin as ev matter to Match:
// of the same schema, channel, provider and code, and, where one of the latter
// is missing, of the same product, service and category.
func (m *Matcher) Wants(ev *event.Event) func(event.Name) bool {
	st := m.originOf(ev).state
	return func(n event.Name) bool {
		if int(n) >= len(st.bindings) || st.bindings[n] == nil {
			m.bind(st, n)
		}
		return len(st.bindings[n]) > 0
	}
}

// TellsOrigin says whether the field can tell where an event belongs, besides
// its schema, channel, provider and code: see [Matcher.Wants].
func (m *Matcher) TellsOrigin(n event.Name) bool { return slices.Contains(m.named[:], n) }

// originOf finds where the event belongs.
func (m *Matcher) originOf(ev *event.Event) *origin {
	key := append(m.key[:0], ev.Schema...)
	for _, f := range [...]*event.Field{&ev.Channel, &ev.Provider, &ev.Code} {
		key = append(key, 0, byte(f.Kind))
		key = append(key, f.Data...)
	}
	if ev.Channel.Kind == event.Absent || ev.Code.Kind == event.Absent {
		for _, n := range m.named {
			f, _ := ev.First(n)
			key = append(key, 0, byte(f.Kind))
			key = append(key, f.Data...)
		}
	}
	if len(key) > longOrigin {
		sum := sha256.Sum256(key)
		key = append(key[:0], sum[:]...)
	}
	m.key = key
	o, ok := m.origins[string(key)]
	if !ok {
		o = m.newOrigin(ev, string(key))
	}
	return o
}

func (m *Matcher) tally(o *origin, ev *event.Event) {
	if o.events == 0 {
		m.touched = append(m.touched, o)
	}
	o.events++
	if ev.Time.IsZero() {
		return
	}
	if o.first.IsZero() || ev.Time.Before(o.first) {
		o.first = ev.Time
	}
	if ev.Time.After(o.last) {
		o.last = ev.Time
	}
}

func (m *Matcher) newOrigin(ev *event.Event, key string) *origin {
	where := taxonomy.Origin{
		Schema: ev.Schema, Channel: ev.Channel.Text(), Provider: ev.Provider.Text(), Code: ev.Code.Text(),
	}
	for i, to := range []*string{&where.Product, &where.Service, &where.Category} {
		if f, ok := ev.First(m.named[i]); ok {
			*to = f.Text()
		}
	}
	c := m.program.class(m.program.tables.View(where))
	st, ok := m.states[c]
	if !ok {
		if len(m.states) >= maxClasses {
			clear(m.states)
			clear(m.origins) // they hold states
		}
		st = newClassState(c)
		m.states[c] = st
	}
	if len(m.origins) >= maxOrigins {
		clear(m.origins)
	}
	o := &origin{state: st, dataset: ev.Dataset, schema: ev.Schema}
	m.origins[key] = o
	return o
}

func newClassState(c *class) *classState {
	st := &classState{
		class: c, targets: map[event.Name][]taxonomy.Target{}, accounts: map[event.Name]int{},
		contested: make([]bool, len(c.columns)), best: make([]int32, len(c.columns)),
	}
	st.combinations.clear()
	for i := range c.columns {
		st.memos = append(st.memos, newMemo(c.columns[i].values))
	}
	return st
}

// collect fills items with the predicate sets that the event's values satisfy.
func (m *Matcher) collect(ev *event.Event, st *classState) {
	// A name may come up that makes a column contested: values that were left
	// out until then may matter now.
	for done := false; !done; {
		done = m.collectOnce(ev, st)
	}
	if st.disputed {
		m.settle(ev, st)
	}
}

func (m *Matcher) collectOnce(ev *event.Event, st *classState) (done bool) {
	st.items, st.fields, st.priorities, st.disputed = st.items[:0], st.fields[:0], st.priorities[:0], false
	for i := range ev.Fields {
		f := &ev.Fields[i]
		if int(f.Name) >= len(st.bindings) || st.bindings[f.Name] == nil {
			if m.bind(st, f.Name) {
				return false
			}
		}
		bindings := st.bindings[f.Name]
		for k := range bindings {
			b := &bindings[k]
			set, ok := b.numbered.set(ev, i)
			if !ok {
				set = st.memos[b.column].lookup(*f, &b.pace, &m.program.seeds, &m.work)
				b.numbered.remember(ev, i, set)
			}
			if st.contested[b.column] {
				st.disputed = true
			} else if set == 0 {
				continue
			}
			st.items = append(st.items, item{column: b.column, set: set})
			st.fields = append(st.fields, int32(i))
			st.priorities = append(st.priorities, b.priority)
		}
	}
	return true
}

// settle keeps, of the values that claim one column, those whose names have the
// best priority in this record. The others are still read for keywords.
func (m *Matcher) settle(ev *event.Event, st *classState) {
	for _, it := range st.items {
		st.best[it.column] = math.MaxInt32
	}
	for i, it := range st.items {
		st.best[it.column] = min(st.best[it.column], st.priorities[i])
	}
	kept := 0
	for i, it := range st.items {
		if st.contested[it.column] && st.priorities[i] > st.best[it.column] {
			it = item{}
			if st.keywords >= 0 {
				f := ev.Fields[st.fields[i]]
				it = item{column: st.keywords, set: st.memos[st.keywords].lookup(f, &pace{}, &m.program.seeds, &m.work)}
			}
		}
		if it.set != 0 {
			st.items[kept], st.fields[kept] = it, st.fields[i]
			kept++
		}
	}
	st.items, st.fields = st.items[:kept], st.fields[:kept]
}

// bind looks up which columns a name's values belong to, and says whether that
// made a column contested.
func (m *Matcher) bind(st *classState, n event.Name) (contested bool) {
	if grow := m.program.names.Len() - len(st.bindings); grow > 0 {
		st.bindings = append(st.bindings, make([][]binding, grow)...)
	}
	found := []binding{}
	for _, t := range m.targetsOf(st, n) {
		if c, ok := st.byField[t.Field]; ok {
			found = append(found, binding{column: c, priority: int32(t.Priority)})
		}
	}
	if len(found) == 0 && st.keywords >= 0 {
		found = append(found, binding{column: st.keywords})
	}
	st.bindings[n] = found
	for _, b := range found {
		if b.column != st.keywords && !st.contested[b.column] && st.rivals(b) {
			st.contested[b.column], contested = true, true
		}
	}
	return contested
}

// targets returns the Sigma names that a native name of the event at hand
// answers to.
func (m *Matcher) targets(n event.Name) []taxonomy.Target { return m.targetsOf(m.state, n) }

func (m *Matcher) targetsOf(st *classState, n event.Name) []taxonomy.Target {
	if t, ok := st.targets[n]; ok {
		return t
	}
	t := st.view.Sigma(m.program.names.Text(n))
	st.targets[n] = t
	return t
}

// rivals says whether another name feeds the same column with another priority.
func (st *classState) rivals(b binding) bool {
	for _, bindings := range st.bindings {
		for _, o := range bindings {
			if o.column == b.column && o.priority != b.priority {
				return true
			}
		}
	}
	return false
}

// judge evaluates the rules that the items make worth looking at.
func (m *Matcher) judge(st *classState) verdict {
	m.mark(st)
	m.candidates = append(m.candidates[:0], st.always...)
	var v verdict
	for _, it := range st.items {
		for _, p := range st.memos[it.column].sets.members[it.set] {
			v.probed = v.probed || int(p) >= len(m.program.predicates.all)
			for _, r := range st.witnesses[p] {
				if m.looked[r] != m.epoch {
					m.looked[r] = m.epoch
					m.candidates = append(m.candidates, r)
				}
			}
		}
	}
	slices.Sort(m.candidates)
	for _, r := range m.candidates {
		switch rule := &st.rules[r]; rule.condition.eval(m.marks, m.epoch) {
		case yes:
			if rule.number < 0 {
				v.tests = append(v.tests, testRule(rule.number))
				continue
			}
			v.fired = append(v.fired, rule.number)
		case open:
			v.open = append(v.open, rule.number)
		}
	}
	return v
}

// mark notes the predicates of all items as true for a new epoch.
func (m *Matcher) mark(st *classState) {
	if m.epoch++; m.epoch == 0 { // the counter wrapped: old marks would be true
		clear(m.marks)
		clear(m.looked)
		m.epoch = 1
	}
	for _, it := range st.items {
		for _, p := range st.memos[it.column].sets.members[it.set] {
			m.marks[p] = m.epoch
		}
	}
	m.marked = true
}

const memoryLook = 4096 // events between two looks at the memory held

// watchMemory forgets everything remembered when it has become too much.
func (m *Matcher) watchMemory() {
	if m.asked++; m.asked < memoryLook {
		return
	}
	m.asked = 0
	held := 0
	for _, st := range m.states {
		held += st.size()
	}
	if held <= MatcherMemory {
		return
	}
	for _, st := range m.states {
		st.forget()
	}
}

// letGo drops what grew with a huge record.
func (m *Matcher) letGo() {
	m.event, m.key, m.shown, m.ref, m.referred = nil, nil, shown{}, EventRef{}, false
	m.work.text, m.work.folded, m.work.actions = nil, nil, nil
	m.looker.objects, m.looker.held = nil, nil
}

func (st *classState) size() int {
	n := st.combinations.size
	for _, m := range st.memos {
		n += m.size()
	}
	for _, bindings := range st.bindings {
		for i := range bindings {
			n += bindings[i].numbered.size()
		}
	}
	return n
}

func (st *classState) forget() {
	st.combinations.clear()
	for _, m := range st.memos {
		m.clear()
	}
	for _, bindings := range st.bindings {
		for i := range bindings {
			bindings[i].numbered = numbered{}
		}
	}
}

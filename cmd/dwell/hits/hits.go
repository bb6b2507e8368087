// Package hits turns the stream of detections of a scan into what a person
// reads first: detections of one rule on one host by one account are one group.
//
// A [Book] keeps groups, not detections, and a bounded number of those, so that
// its size does not depend on how much was found. Whoever needs every detection
// takes them from the scan itself.
package hits

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/sigma"
)

// MaxGroups bounds how many groups a [Book] tells apart. Detections that would
// open another one are counted in a group of their rule for "other" hosts and
// accounts.
const MaxGroups = 50_000

// maxNames bounds the bytes of the groups' hosts and accounts, as MaxGroups bounds
// their number; maxValues bounds those of the values and events that examples
// keep. Logs can bring hosts and values of any length.
const (
	maxNames  = 16 << 20
	maxValues = 32 << 20
)

// maxEvents bounds how many events of a correlation an example keeps.
const maxEvents = 50

// Group is what one rule found on one host for one account.
type Group struct {
	Rule *sigma.Meta
	// Host and Account are "" if unknown.
	Host, Account string
	// Rest says that the group stands for all hosts and accounts that came
	// after MaxGroups was reached.
	Rest  bool
	Count int64
	// First and Last are the times of the earliest and the latest event, zero
	// if none had a time.
	First, Last time.Time
	// Example is the group's first detection in time (then by event id); it has
	// at most 50 events of a correlation, and neither events nor values when the
	// book holds too much of them.
	Example detect.Detection

	held int // bytes of the example's values and events
}

type key struct {
	rule          *sigma.Meta
	host, account string
	rest          bool
}

// Book collects detections into groups.
type Book struct {
	groups map[key]*Group
	rules  map[*sigma.Meta]int64 // detections
	levels map[sigma.Level]int64 // detections
	limit  int
	names  int // bytes
	values int // bytes
}

// NewBook returns an empty book with room for [MaxGroups] groups.
func NewBook() *Book { return newBook(MaxGroups) }

func newBook(limit int) *Book {
	return &Book{
		groups: map[key]*Group{}, rules: map[*sigma.Meta]int64{}, levels: map[sigma.Level]int64{}, limit: limit,
	}
}

// Add counts a detection.
func (b *Book) Add(d *detect.Detection) {
	b.rules[d.Rule]++
	b.levels[d.Rule.Level]++
	k := key{rule: d.Rule, host: d.Event.Host, account: d.Event.Account}
	g, ok := b.groups[k]
	names := len(k.host) + len(k.account)
	if !ok && (len(b.groups) >= b.limit || b.names+names > maxNames) {
		k = key{rule: d.Rule, rest: true}
		g, ok = b.groups[k]
	}
	if !ok {
		g = &Group{Rule: d.Rule, Host: k.host, Account: k.account, Rest: k.rest}
		b.groups[k] = g
		b.names += len(k.host) + len(k.account)
	}
	g.add(d)
	if g.Count == 1 || earlier(&d.Event, &g.Example.Event) {
		b.exemplify(g, d)
	}
}

// exemplify makes the detection the example of its group. Its values and events
// are kept while there is room for them.
func (b *Book) exemplify(g *Group, d *detect.Detection) {
	events := d.Events[:min(len(d.Events), maxEvents)]
	size := len(events) * bytesPerEvent
	for i := range d.Matched {
		size += len(d.Matched[i].Field) + len(d.Matched[i].JSON)
	}
	b.values -= g.held
	g.held, g.Example = 0, detect.Detection{Rule: d.Rule, Event: d.Event}
	if b.values+size > maxValues {
		return
	}
	b.values += size
	g.held, g.Example.Matched, g.Example.Events = size, d.Matched, slices.Clone(events)
}

// bytesPerEvent is what one event of an example takes, but for its texts, which
// others share.
const bytesPerEvent = 160

func (g *Group) add(d *detect.Detection) {
	g.Count++
	if t := d.Event.Time; !t.IsZero() {
		if g.First.IsZero() || t.Before(g.First) {
			g.First = t
		}
		if t.After(g.Last) {
			g.Last = t
		}
	}
}

// earlier orders events by time, those without one last, then by id.
func earlier(a, b *detect.EventRef) bool {
	if a.Time.IsZero() != b.Time.IsZero() {
		return b.Time.IsZero()
	}
	return cmp.Or(a.Time.Compare(b.Time), slices.Compare(a.ID[:], b.ID[:])) < 0
}

// Detections returns how many detections of a level there were.
func (b *Book) Detections(l sigma.Level) int64 { return b.levels[l] }

// Total returns how many detections there were.
func (b *Book) Total() int64 {
	var n int64
	for _, c := range b.levels {
		n += c
	}
	return n
}

// Has says whether there was a detection of a rule.
func (b *Book) Has(m *sigma.Meta) bool { return b.rules[m] > 0 }

// Rules returns how many rules had a detection.
func (b *Book) Rules() int { return len(b.rules) }

// Full says whether the book could not tell all groups apart.
func (b *Book) Full() bool {
	for k := range b.groups {
		if k.rest {
			return true
		}
	}
	return false
}

// Ranked returns the groups, worth reading first on top: by level; within a
// level, rules with fewer detections in all first, since what a rule finds
// everywhere is more often the site's habit than an intruder; then by first
// event; what is left equal by title, host, account and rule id, so that the
// order is the same in every run.
func (b *Book) Ranked() []*Group {
	ranked := make([]*Group, 0, len(b.groups))
	for _, g := range b.groups {
		ranked = append(ranked, g)
	}
	slices.SortFunc(ranked, func(x, y *Group) int {
		return cmp.Or(
			cmp.Compare(y.Rule.Level, x.Rule.Level),
			cmp.Compare(b.rules[x.Rule], b.rules[y.Rule]),
			compareTimes(x.First, y.First),
			strings.Compare(x.Rule.Title, y.Rule.Title),
			strings.Compare(x.Host, y.Host),
			strings.Compare(x.Account, y.Account),
			strings.Compare(x.Rule.ID, y.Rule.ID),
			strings.Compare(x.Rule.Position.String(), y.Rule.Position.String()),
		)
	})
	return ranked
}

// compareTimes puts the zero time last.
func compareTimes(a, b time.Time) int {
	switch {
	case a.IsZero() && b.IsZero():
		return 0
	case a.IsZero():
		return 1
	case b.IsZero():
		return -1
	default:
		return a.Compare(b)
	}
}

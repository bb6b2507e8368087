package scope

import (
	"cmp"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/sigma"
)

// Pause is how long nothing may fire on a host before what follows is another
// story. Hands-on work pauses for minutes, an implant's schedule for hours.
const Pause = time.Hour

// Bounds of what a [Book] keeps. What is beyond is counted, not told apart.
const (
	MaxStories  = 20_000
	maxRules    = 200 // per story
	maxAccounts = 50  // per story
)

// Story is what fired on one host without a long pause.
type Story struct {
	// Host is "" for detections that name none.
	Host string
	// First and Last are zero if no detection had a time.
	First, Last time.Time
	// Count is how many detections there are, Levels how many of each.
	Count  int64
	Levels [sigma.Critical + 1]int64
	// Rules are those that fired, up to a bound.
	Rules map[*sigma.Meta]*Firing
	// Accounts are those named, up to a bound, with their detections.
	Accounts map[string]int64
	// Rest says that the story stands for all that came when the book was full.
	Rest bool

	tactics [NumTactics]time.Time // earliest detection, zero for none
}

// Firing is one rule within a story.
type Firing struct {
	Count       int64
	First, Last time.Time
	// Example is the first event by time.
	Example detect.EventRef
}

// Book collects detections into stories.
type Book struct {
	hosts map[string][]*Story // in order of time; without time is first
	n     int
	rest  *Story
	limit int
}

// NewBook returns an empty book.
func NewBook() *Book { return &Book{hosts: map[string][]*Story{}, limit: MaxStories} }

// Add takes a detection, which it does not keep.
func (b *Book) Add(d *detect.Detection) {
	s := b.story(d.Event.Host, d.Event.Time)
	s.add(d)
	b.join(d.Event.Host, s)
}

// story returns the story that an event belongs to, a new one if there is none.
func (b *Book) story(host string, at time.Time) *Story {
	all := b.hosts[host]
	i := place(all, at)
	if i < len(all) && all[i].near(at) {
		return all[i]
	}
	if i > 0 && all[i-1].near(at) {
		return all[i-1]
	}
	if b.n >= b.limit {
		if b.rest == nil {
			b.rest = newStory("")
			b.rest.Rest = true
		}
		return b.rest
	}
	s := newStory(host)
	b.n++
	b.hosts[host] = slices.Insert(all, i, s)
	return s
}

// place returns the index of the first story that begins after at.
func place(all []*Story, at time.Time) int {
	i, _ := slices.BinarySearchFunc(all, at, func(s *Story, t time.Time) int {
		if !s.First.After(t) {
			return -1
		}
		return 1
	})
	return i
}

// near says whether an event at this time continues the story.
func (s *Story) near(at time.Time) bool {
	if at.IsZero() || s.First.IsZero() {
		return at.IsZero() && s.First.IsZero()
	}
	return at.After(s.First.Add(-Pause-1)) && at.Before(s.Last.Add(Pause+1))
}

func newStory(host string) *Story {
	return &Story{Host: host, Rules: map[*sigma.Meta]*Firing{}, Accounts: map[string]int64{}}
}

// join merges the story with its neighbours where a detection has closed the
// gap between them.
func (b *Book) join(host string, s *Story) {
	all := b.hosts[host]
	i := slices.Index(all, s)
	if i < 0 || s.First.IsZero() {
		return
	}
	for i+1 < len(all) && all[i+1].near(s.Last) {
		s.merge(all[i+1])
		all = slices.Delete(all, i+1, i+2)
		b.n--
	}
	for i > 0 && s.near(all[i-1].Last) && !all[i-1].First.IsZero() {
		s.merge(all[i-1])
		all = slices.Delete(all, i-1, i)
		i--
		b.n--
	}
	b.hosts[host] = all
}

func (s *Story) add(d *detect.Detection) {
	s.Count++
	s.Levels[d.Rule.Level]++
	s.First, s.Last = widen(s.First, s.Last, d.Event.Time)
	for _, t := range Tactics(d.Rule.Tags) {
		s.tactics[t] = earliest(s.tactics[t], d.Event.Time)
	}
	if a := d.Event.Account; a != "" && (s.Accounts[a] > 0 || len(s.Accounts) < maxAccounts) {
		s.Accounts[a]++
	}
	f := s.Rules[d.Rule]
	if f == nil {
		if len(s.Rules) >= maxRules {
			return
		}
		f = &Firing{Example: d.Event}
		s.Rules[d.Rule] = f
	}
	if f.Count > 0 && !d.Event.Time.IsZero() && d.Event.Time.Before(f.First) {
		f.Example = d.Event
	}
	f.Count++
	f.First, f.Last = widen(f.First, f.Last, d.Event.Time)
}

func (s *Story) merge(o *Story) {
	s.Count += o.Count
	for i, n := range o.Levels {
		s.Levels[i] += n
	}
	s.First, s.Last = widen(s.First, s.Last, o.First)
	s.First, s.Last = widen(s.First, s.Last, o.Last)
	for i, t := range o.tactics {
		s.tactics[i] = earliest(s.tactics[i], t)
	}
	for a, n := range o.Accounts {
		if s.Accounts[a] > 0 || len(s.Accounts) < maxAccounts {
			s.Accounts[a] += n
		}
	}
	for r, f := range o.Rules {
		to := s.Rules[r]
		switch {
		case to == nil && len(s.Rules) < maxRules:
			s.Rules[r] = f
		case to != nil:
			if f.First.Before(to.First) {
				to.Example = f.Example
			}
			to.Count += f.Count
			to.First, to.Last = widen(to.First, to.Last, f.First)
			to.First, to.Last = widen(to.First, to.Last, f.Last)
		}
	}
}

// widen takes a time into a range; the zero time is no time.
func widen(first, last, t time.Time) (time.Time, time.Time) {
	if t.IsZero() {
		return first, last
	}
	first = earliest(first, t)
	if t.After(last) {
		last = t
	}
	return first, last
}

func earliest(a, b time.Time) time.Time {
	if a.IsZero() || !b.IsZero() && b.Before(a) {
		return b
	}
	return a
}

// Level is the highest level that fired.
func (s *Story) Level() sigma.Level {
	for l := sigma.Critical; l > sigma.LevelNone; l-- {
		if s.Levels[l] > 0 {
			return l
		}
	}
	return sigma.LevelNone
}

// Tactics returns the places in the matrix of the tactics in the story, in the
// order in which they were first seen.
func (s *Story) Tactics() []int {
	var places []int
	for i, t := range s.tactics {
		if !t.IsZero() {
			places = append(places, i)
		}
	}
	slices.SortStableFunc(places, func(a, b int) int { return s.tactics[a].Compare(s.tactics[b]) })
	return places
}

// Ranked returns the stories, worth reading first on top: by level, then by how
// many tactics they show, then by how many rules of the highest level fired,
// then by time and host.
func (b *Book) Ranked() []*Story {
	var all []*Story
	for _, host := range slices.Sorted(maps.Keys(b.hosts)) {
		all = append(all, b.hosts[host]...)
	}
	if b.rest != nil {
		all = append(all, b.rest)
	}
	slices.SortStableFunc(all, func(x, y *Story) int {
		return cmp.Or(
			cmp.Compare(y.Level(), x.Level()),
			cmp.Compare(len(y.Tactics()), len(x.Tactics())),
			cmp.Compare(y.rulesAt(y.Level()), x.rulesAt(x.Level())),
			x.First.Compare(y.First), strings.Compare(x.Host, y.Host))
	})
	return all
}

func (s *Story) rulesAt(l sigma.Level) (n int) {
	for r := range s.Rules {
		if r.Level == l {
			n++
		}
	}
	return n
}

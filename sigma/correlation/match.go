package correlation

import (
	"iter"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
)

// Match says that a rule matched an event.
type Match struct {
	// Time is the event's time. A match without one (zero) takes no part and is
	// counted in [Stats.Timeless]. Times outside the years 1678 to 2261 count
	// as the nearest in them.
	Time time.Time
	// ID identifies the event: matches of equal rule, time and ID are one.
	ID event.ID
	// Rule is the rule's index in what [Compile] was given.
	Rule int
	// Values are the values of the fields that [Set.Wants] names, in its order,
	// as the source spells them: none for a field that is absent or null,
	// several for a repeated one. They are not kept beyond the call.
	Values [][]string
	// Ref is the caller's own handle on the event. Of equal matches the lowest
	// Ref is kept.
	Ref uint64
}

// Hit says that a correlation's condition became true for one group.
type Hit struct {
	// Correlation is what hit. Rule is the rule whose Count it is, else nil.
	Correlation *sigma.Correlation
	Rule        *sigma.Rule
	// Time is when the condition was decided: the time of the last event, or,
	// for a condition that later events could undo, the end of the window.
	Time time.Time
	// ID is made from the correlation's id (the digest of its text if it has
	// none), the group and the ids of the events listed.
	ID event.ID
	// Group has one member per field in GroupBy, in its order.
	Group []GroupValue
	// Figure is what the bounds were compared with.
	Figure float64
	// Late says that an event beyond the lateness bound had a part in it.
	Late bool
	// Early says that this is an announcement: the condition holds at this
	// event, whatever may still arrive within the lateness bound. The hit
	// itself, with all events listed, follows; see [Stream].
	Early bool

	index  int
	leaves []leaf
	key    string
}

// GroupValue is the value that a group's events have in one field, as the
// last of them spells it.
type GroupValue struct {
	Field, Value string
	// Absent: the events have no value there, which groups them together.
	Absent bool
}

// Event is one event that a hit lists.
type Event struct {
	Time time.Time
	ID   event.ID
	// Rule is the index of the rule that it matched, the lowest if several.
	Rule int
	Ref  uint64
}

// Len returns how many events the hit lists.
func (h *Hit) Len() int { return len(h.leaves) }

// Events returns the base events that the hit rests on, each once, in the order
// of (time, id): all that are in the window and in the group. Of a hit that
// rests on other correlations they are the events of those. The sequence may
// only be used during the call that the hit was given to.
func (h *Hit) Events() iter.Seq[Event] {
	return func(yield func(Event) bool) {
		for _, l := range h.leaves {
			if !yield(l.event()) {
				return
			}
		}
	}
}

// Last returns the last event listed.
func (h *Hit) Last() Event { return h.leaves[len(h.leaves)-1].event() }

func (l leaf) event() Event { return Event{Time: utc(l.t), ID: l.id, Rule: int(l.rule), Ref: l.ref} }

// Options bound a run.
type Options struct {
	// Memory is the bound on windows and sorting in bytes, 64 MiB if zero.
	Memory int64
	// Dir is where the spill file is made, the system's default if empty.
	Dir string
	// Lateness is how much later than the latest event so far an event's time
	// may be, for [Stream].
	Lateness time.Duration
	// Announce asks a [Stream] for early hits. It costs as much memory and time
	// again as the correlations that can be announced.
	Announce bool
	// Once asks a [Stream] to leave out hits that were announced: what is given
	// is the announcement, else the hit.
	Once bool
}

const defaultMemory = 64 << 20

// Stats counts what happened in a run.
type Stats struct {
	Matches   int64 // given to Add
	Duplicate int64 // equal to one already counted
	Timeless  int64 // without a time: took no part
	Late      int64 // beyond the lateness bound
	Outside   int64 // of these, so late that their window was gone
	Crowded   int64 // had more than MaxGroups combinations of group values
	Hits      int64
	Spilled   int64 // bytes written to the spill file
}

// MaxGroups is how many groups one match takes part in at most: repeated
// values in several group-by fields multiply. The first ones in the order of
// values are taken and the match is counted in [Stats.Crowded].
const MaxGroups = 1024

package detect

import "github.com/dwell-project/dwell/event"

// numbered remembers which predicates the values of one field name satisfy by
// their numbers in a dictionary, so that a value of an archive is decided once
// for each dictionary and then costs an index.
type numbered struct {
	dictionary uint64
	sets       []numberedSet
}

type numberedSet struct {
	// set is one more than the number of the set; 0 is not known yet.
	set  setNumber
	kind event.Kind
}

// maxNumbered bounds the numbers remembered of one field name. A dictionary
// with more values is hardly one.
const maxNumbered = 1 << 17

// set returns what is remembered of the i-th value of the event.
func (n *numbered) set(ev *event.Event, i int) (set setNumber, ok bool) {
	if ev.Dictionary == 0 || ev.Dictionary != n.dictionary {
		return 0, false
	}
	number := ev.Values[i]
	if int(number) >= len(n.sets) || n.sets[number].set == 0 || n.sets[number].kind != ev.Fields[i].Kind {
		return 0, false
	}
	return n.sets[number].set - 1, true
}

// remember notes the set of the i-th value of the event, if it has a number.
func (n *numbered) remember(ev *event.Event, i int, set setNumber) {
	if ev.Dictionary == 0 || ev.Values[i] == 0 || ev.Values[i] >= maxNumbered {
		return
	}
	if n.dictionary != ev.Dictionary {
		clear(n.sets)
		n.dictionary, n.sets = ev.Dictionary, n.sets[:0]
	}
	number := int(ev.Values[i])
	if number >= len(n.sets) {
		n.sets = append(n.sets, make([]numberedSet, number+1-len(n.sets))...)
	}
	n.sets[number] = numberedSet{set: set + 1, kind: ev.Fields[i].Kind}
}

// size returns the bytes held.
func (n *numbered) size() int { return 8 * cap(n.sets) }

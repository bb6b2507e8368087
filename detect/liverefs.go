package detect

import (
	"errors"
	"slices"
	"time"
)

// liveRefs keeps references to events for as long as correlations may list
// them.
type liveRefs struct {
	dir   string
	keep  time.Duration // how long before the watermark events matter
	lists []*agedRefs
	first uint64 // the number of lists[0]
}

// agedRefs is a list with the time of its latest event.
type agedRefs struct {
	*refList
	latest time.Time
}

// refsPerList is how many references share a fate.
const refsPerList = 1 << 16

func newLiveRefs(dir string, reach, bound time.Duration) *liveRefs {
	// A sum too great to be one means that there is no end.
	return &liveRefs{dir: dir, keep: max(reach+4*bound, reach)}
}

func (l *liveRefs) add(r *EventRef) (uint64, error) {
	if n := len(l.lists); n == 0 || l.lists[n-1].n == refsPerList {
		l.lists = append(l.lists, &agedRefs{refList: newRefList(l.dir)})
	}
	last := l.lists[len(l.lists)-1]
	if r.Time.After(last.latest) {
		last.latest = r.Time
	}
	n, err := last.add(r)
	return (l.first+uint64(len(l.lists))-1)*refsPerList + n, err
}

func (l *liveRefs) get(n uint64) (EventRef, error) {
	at := n/refsPerList - l.first
	if at >= uint64(len(l.lists)) {
		return EventRef{}, errForgotten
	}
	return l.lists[at].get(n % refsPerList)
}

// errForgotten reports a reference that was asked for after its time; a
// correlation whose windows have no end may do so.
var errForgotten = errors.New("listing the events of a correlation: one is too old")

// forget drops full lists that no window can reach.
func (l *liveRefs) forget(watermark time.Time) error {
	if watermark.IsZero() {
		return nil
	}
	old := 0
	for old < len(l.lists)-1 && watermark.Sub(l.lists[old].latest) > l.keep {
		if err := l.lists[old].close(); err != nil {
			return err
		}
		old++
	}
	l.lists, l.first = slices.Delete(l.lists, 0, old), l.first+uint64(old)
	return nil
}

func (l *liveRefs) close() error {
	var err error
	for _, list := range l.lists {
		err = errors.Join(err, list.close())
	}
	l.lists = nil
	return err
}

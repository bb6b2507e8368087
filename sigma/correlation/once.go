package correlation

import "github.com/dwell-project/dwell/event"

// once lets a hit through only if it was not announced.
//
// An announcement holds at the last event that had arrived then; of events that
// come later and belong before it, the hit itself may be earlier and rest on
// others. So an announcement stands for the last hit of its group that is not
// after it: an earlier hit, after which the condition became false again, is
// one of its own.
type once struct {
	emit      func(*Hit) error
	announced map[groupName][]announcement
	waiting   map[groupName]waiting
	swept     int64
}

// groupName is a group of a correlation.
type groupName struct {
	index int
	key   string
}

type announcement struct {
	t  int64
	id event.ID
}

// waiting is a hit that the announcement at until stands for unless a later hit
// claims it.
type waiting struct {
	hit   *Hit
	until int64
}

func newOnce(emit func(*Hit) error) *once {
	return &once{emit: emit, announced: map[groupName][]announcement{}, waiting: map[groupName]waiting{}, swept: never}
}

// take lets a hit through or not.
func (o *once) take(h *Hit) error {
	name, t := groupName{h.index, h.key}, nanos(h.Time)
	if h.Early {
		o.announced[name] = append(o.announced[name], announcement{t, h.ID})
		return o.emit(h)
	}
	if w, ok := o.waiting[name]; ok {
		delete(o.waiting, name)
		if t <= w.until {
			if err := o.emit(w.hit); err != nil {
				return err
			}
		} else {
			o.drop(name, func(a announcement) bool { return a.t == w.until })
		}
	}
	until, found := int64(0), false
	for _, a := range o.announced[name] {
		if a.id == h.ID {
			o.drop(name, func(a announcement) bool { return a.id == h.ID })
			return nil
		}
		if a.t >= t && (!found || a.t < until) {
			until, found = a.t, true
		}
	}
	if !found {
		return o.emit(h)
	}
	o.waiting[name] = waiting{h, until}
	return nil
}

// drop forgets announcements of a group.
func (o *once) drop(name groupName, gone func(announcement) bool) {
	rest := o.announced[name][:0]
	for _, a := range o.announced[name] {
		if !gone(a) {
			rest = append(rest, a)
		}
	}
	if len(rest) == 0 {
		delete(o.announced, name)
		return
	}
	o.announced[name] = rest
}

// sweep forgets what lies before the watermark, now and then.
func (o *once) sweep(watermark, bound int64) {
	if watermark < after(o.swept, bound/4+1) {
		return
	}
	o.swept = watermark
	for name, w := range o.waiting {
		if w.until < watermark {
			delete(o.waiting, name)
		}
	}
	for name := range o.announced {
		o.drop(name, func(a announcement) bool { return a.t < watermark })
	}
}

package entityday

import (
	"cmp"
	"strings"

	"github.com/dwell-project/dwell/entity"
)

// Row says how often an entity was seen in one dataset, in one role, on one
// host.
type Row struct {
	Entity  entity.Entity
	Dataset string
	Role    entity.Role
	Host    string // in lower case; "" if not known
	// First and Last are the times of the first and the last event, 0 if events
	// of the day have none.
	First, Last Micros
	Count       int64
	Days        Days

	key string // of Entity, "" if not made yet
}

// Key returns the entity's key, by which rows are sorted.
func (r *Row) Key() string {
	if r.key == "" {
		r.key = r.Entity.Key()
	}
	return r.key
}

// compare orders rows by what makes them unique.
func compare(a, b *Row) int {
	if c := strings.Compare(a.Key(), b.Key()); c != 0 {
		return c
	}
	return cmp.Or(
		strings.Compare(a.Dataset, b.Dataset),
		strings.Compare(a.Role.String(), b.Role.String()),
		strings.Compare(a.Host, b.Host),
	)
}

// add joins a row of the same entity, dataset, role and host to r.
func (r *Row) add(o *Row) {
	switch {
	case r.Days == "":
		r.First, r.Last = o.First, o.Last
	case o.Days != "":
		r.First, r.Last = min(r.First, o.First), max(r.Last, o.Last)
	}
	r.Count += o.Count
	r.Days = r.Days.Union(o.Days)
}

package coverage

import (
	"bytes"
	"slices"
	"strconv"
	"time"

	"github.com/dwell-project/dwell/event"
)

// Map gathers rows from events. It is used by one goroutine.
type Map struct {
	names *event.Names
	rows  map[key]*Row

	// The row of the last event: most records stand beside one of the same day.
	last     *Row
	lastDay  int64
	lastHost []byte
	lastKind event.Kind
	lastFrom *event.Source

	missed, lost event.Name
}

// NewMap returns an empty map for events whose fields names numbers.
func NewMap(names *event.Names) *Map {
	return &Map{
		names: names, rows: map[key]*Row{},
		missed: names.Intern("missed_bytes"), lost: names.Intern("percent_lost"),
	}
}

const day = 24 * 60 * 60 // seconds

// noDay stands for the day of records without a time.
const noDay = -1 << 62

// Add takes in an event.
func (m *Map) Add(ev *event.Event) {
	at, hour := int64(noDay), 0
	if !ev.Time.IsZero() {
		seconds := ev.Time.Unix()
		hour = int(((seconds % day) + day) % day / 3600)
		at = (seconds - int64(hour)*3600)
		at -= ((at % day) + day) % day
	}
	r := m.row(ev, at)
	for len(r.Hours) <= hour {
		r.Hours = append(r.Hours, 0)
	}
	r.Hours[hour]++
	if ev.Identity == event.ByRecord {
		r.number(ev.Record)
	}
	if ev.Schema == "zeek" {
		m.zeek(r, ev)
	}
	if written := ev.Source.Written; !written.IsZero() && ev.Time.After(written) {
		r.Ahead = max(r.Ahead, ev.Time.Sub(written).Milliseconds())
	}
}

func (r *Row) number(n int64) {
	if r.Numbered == 0 || n < r.First {
		r.First = n
	}
	if r.Numbered == 0 || n > r.Last {
		r.Last = n
	}
	r.Numbered++
}

// zeek takes in what a Zeek record says was not seen.
func (m *Map) zeek(r *Row, ev *event.Event) {
	switch ev.Dataset {
	case "zeek.conn":
		if f, ok := ev.First(m.missed); ok {
			n, _ := f.Int()
			r.MissedBytes += n
		}
	case "zeek.capture_loss":
		if f, ok := ev.First(m.lost); ok {
			percent, _ := strconv.ParseFloat(f.Text(), 64)
			r.Loss = max(r.Loss, percent)
		}
	}
}

// row returns the row of an event of the day that begins at the given second.
func (m *Map) row(ev *event.Event, at int64) *Row {
	if m.last != nil && at == m.lastDay && ev.Dataset == m.last.Dataset && ev.Host.Kind == m.lastKind &&
		ev.Source == m.lastFrom && bytes.Equal(ev.Host.Data, m.lastHost) {
		return m.last
	}
	k := key{Undated, ev.Dataset, ev.HostName()}
	if at != noDay {
		k.day = time.Unix(at, 0).UTC().Format(time.DateOnly)
	}
	r, ok := m.rows[k]
	if !ok {
		r = &Row{Day: k.day, Dataset: k.dataset, Host: k.host}
		m.rows[k] = r
	}
	m.last, m.lastDay, m.lastFrom, m.lastKind = r, at, ev.Source, ev.Host.Kind
	m.lastHost = append(m.lastHost[:0], ev.Host.Data...)
	return r
}

// Rows returns the rows of maps, added up and sorted, and empties the maps.
func Rows(maps ...*Map) []*Row {
	all := map[key]*Row{}
	for _, m := range maps {
		for k, r := range m.rows {
			if before, ok := all[k]; ok {
				before.add(r)
			} else {
				all[k] = r
			}
		}
		m.rows, m.last, m.lastFrom = map[key]*Row{}, nil, nil
	}
	return sorted(all)
}

func sorted(all map[key]*Row) []*Row {
	rows := make([]*Row, 0, len(all))
	for _, r := range all {
		rows = append(rows, r)
	}
	slices.SortFunc(rows, func(a, b *Row) int { return a.key().compare(b.key()) })
	return rows
}

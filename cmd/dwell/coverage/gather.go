package coverage

import (
	"bytes"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
)

// Key is one kind of records of one host, "" for records that name none.
type Key struct{ Dataset, Host string }

// seen is what is known of the records of a key.
type seen struct {
	records     int64
	first, last time.Time // zero if no record had a time
	hours       runs      // with records, since 1970
	numbers     runs      // EventRecordIDs
}

// Block is what one block of a source holds, in the order in which it came up.
type Block struct{ cells []*cell }

type cell struct {
	Key
	seen
	hour, number growing
	// apart says that a record's number was not that of its line: then numbers
	// are the log's own.
	apart bool
}

// Gatherer sees the records of one worker.
type Gatherer struct {
	cells map[Key]*cell
	block *Block
	// What the last record was of: most are of the same.
	last    *cell
	dataset string
	host    []byte
	kind    event.Kind
	source  *event.Source
	hosts   map[string]string // by kind and bytes
}

// NewGatherer returns a gatherer.
func NewGatherer() *Gatherer {
	return &Gatherer{cells: map[Key]*cell{}, block: &Block{}, hosts: map[string]string{}}
}

// See counts a record.
func (g *Gatherer) See(ev *event.Event) {
	c := g.last
	if c == nil || ev.Dataset != g.dataset || ev.Host.Kind != g.kind || ev.Source != g.source || !bytes.Equal(ev.Host.Data, g.host) {
		c = g.cellOf(ev)
		g.last, g.dataset, g.kind, g.source = c, ev.Dataset, ev.Host.Kind, ev.Source
		g.host = append(g.host[:0], ev.Host.Data...)
	}
	c.records++
	c.numbered(ev)
	if ev.Time.IsZero() {
		return
	}
	if c.first.IsZero() || ev.Time.Before(c.first) {
		c.first = ev.Time
	}
	if ev.Time.After(c.last) {
		c.last = ev.Time
	}
	hour := hourOf(ev.Time)
	c.hour.grow(&c.hours, run{from: hour, to: hour})
}

// hourOf returns the hours since 1970, rounded down.
func hourOf(t time.Time) int64 {
	hour := t.Unix() / 3600
	if t.Unix()%3600 < 0 {
		hour--
	}
	return hour
}

// growing is a range that the next record mostly continues.
type growing struct {
	run
	begun bool
}

// grow takes one more integer, and puts the range into the set if that does not
// continue it.
func (g *growing) grow(into *runs, next run) {
	switch {
	case !g.begun:
		g.run, g.begun = next, true
	case next.from == g.to:
	case next.from == g.to+1:
		g.to, g.last = next.to, next.last
	default:
		into.add(g.run)
		g.run = next
	}
}

// end puts the range into the set.
func (g *growing) end(into *runs) {
	if g.begun {
		into.add(g.run)
	}
}

// numbered takes the EventRecordID of a Windows event.
func (c *cell) numbered(ev *event.Event) {
	if ev.Record <= 0 || !strings.HasPrefix(c.Dataset, "windows") {
		return
	}
	c.apart = c.apart || ev.Identity == event.ByRecord || ev.Record != ev.Line
	at := nanos(ev.Time)
	c.number.grow(&c.numbers, run{from: ev.Record, to: ev.Record, first: at, last: at})
}

func (g *Gatherer) cellOf(ev *event.Event) *cell {
	k := Key{ev.Dataset, g.hostOf(ev)}
	c, ok := g.cells[k]
	if !ok {
		c = &cell{Key: k}
		g.cells[k] = c
		g.block.cells = append(g.block.cells, c)
	}
	return c
}

// Bounds of the hosts that a worker remembers, and of one in bytes.
const (
	maxHosts = 4096
	longHost = 256
)

func (g *Gatherer) hostOf(ev *event.Event) string {
	if ev.Host.Kind == event.Absent {
		return clip(ev.HostName())
	}
	var buf [longHost]byte
	raw := append(append(buf[:0], byte(ev.Host.Kind)), ev.Host.Data...)
	if host, ok := g.hosts[string(raw)]; ok {
		return host
	}
	host := clip(ev.Host.Text())
	if len(raw) > longHost {
		return host
	}
	if len(g.hosts) >= maxHosts {
		clear(g.hosts)
	}
	g.hosts[string(raw)] = host
	return host
}

// clip cuts a host that is longer than any real one.
func clip(host string) string {
	if len(host) <= longHost {
		return host
	}
	return strings.ToValidUTF8(host[:longHost], "") + "…"
}

// Block ends a block and returns what was seen in it.
func (g *Gatherer) Block() *Block {
	b := g.block
	for _, c := range b.cells {
		c.hour.end(&c.hours)
		c.number.end(&c.numbers)
		if !c.apart {
			c.numbers = runs{} // they are lines
		}
	}
	clear(g.cells)
	g.block, g.last, g.source = &Block{}, nil, nil
	return b
}

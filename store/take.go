package store

import (
	"bytes"
	"strings"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/store/coverage"
	"github.com/dwell-project/dwell/store/entityday"
	"github.com/dwell-project/dwell/store/segment"
)

// taker is one worker's way into the archive.
type taker struct {
	writer *Writer
	taken  *Taken
	// again says that the block has offsets that were taken in before.
	again bool
	buf   []byte
	seen  *coverage.Map

	logs map[string]*series // by host and channel as they stand in the record

	extractor  *entityday.Extractor
	generation int64 // of the archive, to which what follows belongs
	places     map[place]*corner
	// last is where the last event belonged: most blocks are of one day.
	last        *corner
	lastDay     int64
	lastDataset string
}

// corner is one worker's part of a partition.
type corner struct {
	*partition
	at       place
	entities *entityday.Run
	held     int64 // by entities
	adds     int
}

// newTaker returns a way into the archive for one goroutine.
func newTaker(w *Writer) *taker {
	t := &taker{
		writer: w, logs: map[string]*series{}, places: map[place]*corner{}, seen: coverage.NewMap(w.names),
		extractor: entityday.NewExtractor(w.tables, w.names),
	}
	w.mu.Lock()
	defer w.mu.Unlock()
	w.takers = append(w.takers, t)
	return t
}

// maxLogs bounds the logs that one worker remembers.
const maxLogs = 1 << 12

func (t *taker) begin(b *parse.Block) {
	t.taken = &Taken{Source: b.Source, Bytes: int64(len(b.Data))}
	numbers := span{b.Offset, b.Offset + int64(len(b.Data))}
	t.again = t.writer.known.of(positions(b.Source)).take(numbers) || t.writer.known.lost
	if len(t.logs) > maxLogs {
		clear(t.logs)
	}
	if t.generation != t.writer.manifest.Generation {
		t.generation, t.last = t.writer.manifest.Generation, nil
		clear(t.places)
	}
}

func (t *taker) decode(b *parse.Block, d parse.Decoder) {
	d.Decode(b, func(ev *event.Event) bool {
		t.event(ev)
		return t.taken.Err == nil
	}, func(p parse.Problem) { t.taken.Problems = append(t.taken.Problems, p) })
}

// event takes one event in, unless it is there.
func (t *taker) event(ev *event.Event) {
	var id event.ID
	id, t.buf = ev.IDInto(t.writer.names, t.buf)
	again := t.again
	if ev.Identity == event.ByRecord {
		again = t.log(ev).take(span{ev.Record, ev.Record + 1}) || t.writer.known.lost
	}
	p := t.corner(ev)
	if again {
		there, err := t.writer.isSealed(p.partition, p.at, id)
		if err != nil {
			t.taken.Err = err
			return
		}
		if there {
			t.taken.Known++
			return
		}
	}
	more, isNew := p.add(ev, id)
	if !isNew {
		t.taken.Known++
		return
	}
	t.taken.New++
	if ev.Schema == parse.Unparsed {
		t.taken.Unparsed++
	}
	t.seen.Add(ev)
	t.writer.held.Add(p.entity(ev) + more)
}

// add takes an event among those that are not sealed, unless it is there: two
// blocks with the same record may be in work at once. It returns by how many
// bytes they grew.
func (p *partition) add(ev *event.Event, id event.ID) (more int64, isNew bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if _, there := p.ids[id]; there {
		return 0, false
	}
	p.ids[id] = struct{}{}
	p.builder.Add(ev, id)
	more = p.builder.Bytes() + int64(len(p.ids))*idBytes - p.held
	p.held += more
	return more, true
}

// idBytes is about what an id takes in a set, in bytes.
const idBytes = 32

// sizeEvery is how many events pass between two looks at how much entities hold.
const sizeEvery = 256

// entity takes what the event names into the table of entities, and returns by
// how many bytes that grew since it was last looked at.
func (c *corner) entity(ev *event.Event) (grown int64) {
	c.entities.Add(ev)
	if c.adds++; c.adds%sizeEvery != 1 {
		return 0
	}
	grown = int64(c.entities.Size()) - c.held
	c.held += grown
	return grown
}

// log returns the series of EventRecordIDs that the event's is one of.
func (t *taker) log(ev *event.Event) *series {
	t.buf = append(append(append(t.buf[:0], ev.Host.Data...), 0), ev.Channel.Data...)
	if s, ok := t.logs[string(t.buf)]; ok {
		return s
	}
	s := t.writer.known.of("r" + ev.Host.Text() + "\x00" + ev.Channel.Text())
	t.logs[string(bytes.Clone(t.buf))] = s
	return s
}

const secondsADay = 24 * 60 * 60

// placeOf returns where the event belongs. The manifest, being JSON, can only
// call a dataset by a name in UTF-8.
func placeOf(ev *event.Event) place {
	dataset := strings.ToValidUTF8(ev.Dataset, "\ufffd")
	if ev.Time.IsZero() {
		return place{dataset, Undated}
	}
	return place{dataset, ev.Time.UTC().Format(time.DateOnly)}
}

// corner returns where the event belongs.
func (t *taker) corner(ev *event.Event) *corner {
	day := int64(-1 << 62)
	if !ev.Time.IsZero() {
		day = floorDiv(ev.Time.Unix(), secondsADay)
	}
	if t.last != nil && day == t.lastDay && ev.Dataset == t.lastDataset {
		return t.last
	}
	at := placeOf(ev)
	c, ok := t.places[at]
	if !ok {
		c = &corner{partition: t.writer.partition(at), at: at, entities: t.extractor.Run(at.dataset, entityday.DayOf(ev.Time))}
		t.places[at] = c
	}
	t.last, t.lastDay, t.lastDataset = c, day, ev.Dataset
	return c
}

func floorDiv(a, b int64) int64 {
	if a < 0 {
		return (a - b + 1) / b
	}
	return a / b
}

// partition returns the partition of a place.
func (w *Writer) partition(at place) *partition {
	w.mu.Lock()
	defer w.mu.Unlock()
	p, ok := w.partitions[at]
	if !ok {
		p = &partition{builder: segment.NewBuilder(w.names, w.types(at.dataset)), ids: map[event.ID]struct{}{}}
		w.partitions[at] = p
	}
	return p
}

// isSealed says whether a sealed segment of the place holds the event.
func (w *Writer) isSealed(p *partition, at place, id event.ID) (bool, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.sealed == nil {
		// What is damaged is set aside: its records are taken in anew.
		sealed, err := w.archive.idsAt(w.manifest, at, w.setAside)
		if err != nil {
			return false, err
		}
		p.sealed = sealed
	}
	return p.sealed[id], nil
}

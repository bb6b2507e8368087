package main

import (
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// maxCounts bounds how many different records, or logons, are told apart, and
// maxCountText the bytes of what tells them apart. Which ones those are depends
// on the order of the input alone.
const (
	maxCounts    = 200_000
	maxCountText = 24 << 20
)

// rest stands for what came after the bounds.
const rest = "(others)"

// recordKey tells records apart, logonKey logons.
type (
	recordKey struct{ host, dataset, code string }
	logonKey  struct{ outcome, host, kind, account, source string }
)

func (k recordKey) size() int { return len(k.host) + len(k.dataset) + len(k.code) }

func (k recordKey) others() recordKey { return recordKey{rest, rest, rest} }

func (k logonKey) size() int {
	return len(k.outcome) + len(k.host) + len(k.kind) + len(k.account) + len(k.source)
}

func (k logonKey) others() logonKey { return logonKey{k.outcome, rest, rest, rest, rest} }

// seen counts records of one key; the times are zero if none had one.
type seen struct {
	n           int64
	first, last time.Time
}

func (n *seen) add(o seen) {
	n.n += o.n
	if !o.first.IsZero() && (n.first.IsZero() || o.first.Before(n.first)) {
		n.first = o.first
	}
	if o.last.After(n.last) {
		n.last = o.last
	}
}

// blockCounts is what one block holds, in the order in which it came up.
type blockCounts struct {
	problems []parse.Problem
	records  []keyed[recordKey]
	logons   []keyed[logonKey]
}

type keyed[K any] struct {
	key K
	seen
}

// gather counts one block by key.
type gather[K comparable] struct {
	at   map[K]int
	list []keyed[K]
}

func (g *gather[K]) add(k K, o seen) {
	i, ok := g.at[k]
	if !ok {
		if g.at == nil {
			g.at = map[K]int{}
		}
		i = len(g.list)
		g.at[k] = i
		g.list = append(g.list, keyed[K]{key: k})
	}
	g.list[i].add(o)
}

// counts are those of a run.
type counts struct {
	records bounded[recordKey]
	logons  bounded[logonKey]
}

func newCounts() *counts {
	return &counts{
		records: bounded[recordKey]{at: map[recordKey]*seen{}, most: maxCounts, mostText: maxCountText},
		logons:  bounded[logonKey]{at: map[logonKey]*seen{}, most: maxCounts, mostText: maxCountText},
	}
}

func (c *counts) add(b *blockCounts) {
	for i := range b.records {
		c.records.add(b.records[i].key, b.records[i].seen)
	}
	for i := range b.logons {
		c.logons.add(b.logons[i].key, b.logons[i].seen)
	}
}

// boundedKey is a key that knows its bytes, and what stands for those like it
// that are too many.
type boundedKey[K any] interface {
	comparable
	size() int
	others() K
}

// bounded counts by key within bounds on the keys.
type bounded[K boundedKey[K]] struct {
	at             map[K]*seen
	text           int // bytes
	most, mostText int
}

func (b *bounded[K]) add(k K, o seen) {
	n, ok := b.at[k]
	if !ok {
		if len(b.at) >= b.most || b.text+k.size() > b.mostText {
			k = k.others()
		}
		if n = b.at[k]; n == nil {
			n = &seen{}
			b.at[k] = n
			b.text += k.size()
		}
	}
	n.add(o)
}

// recordKeys makes the keys of one worker's records. Hosts, datasets and codes
// are few and come again: a key is made once for what stands in the record.
type recordKeys struct {
	known map[string]recordKey
	text  int // bytes
	buf   []byte
}

func newRecordKeys() *recordKeys { return &recordKeys{known: map[string]recordKey{}} }

// maxKnownKeys bounds, in bytes, what a worker remembers.
const maxKnownKeys = 1 << 20

func (r *recordKeys) of(ev *event.Event) recordKey {
	key := append(append(r.buf[:0], ev.Dataset...), 0)
	for _, f := range [...]*event.Field{&ev.Host, &ev.Code} {
		key = append(append(append(key, byte(f.Kind)), f.Data...), 0)
	}
	if ev.Source != nil {
		key = append(key, ev.Source.Host...)
	}
	r.buf = key
	k, ok := r.known[string(key)]
	if ok {
		return k
	}
	k = recordKey{ev.HostName(), ev.Dataset, ev.Code.Text()}
	if size := 2*len(key) + 100; size < maxKnownKeys {
		if r.text += size; r.text > maxKnownKeys {
			clear(r.known)
			r.text = size
		}
		r.known[string(key)] = k
	}
	return k
}

package entityday

import (
	"context"
	"fmt"
	"slices"
	"sort"
	"strings"

	"github.com/parquet-go/parquet-go"

	"github.com/dwell-project/dwell/entity"
)

// Ask is a question for an entity.
type Ask struct {
	Entity entity.Entity
	// Under asks for what belongs to the entity too: the domains under a domain,
	// and the URLs in them; the full names of a host; an account's name in
	// whatever domain; the URLs that begin so.
	Under bool
}

// Match is a row that answers a question.
type Match struct {
	Ask    int // its place in the questions
	Row    Row
	Period Period // of the file
}

// probe is a key or the beginning of keys.
type probe struct {
	text   string
	prefix bool
	ask    int
	// hash is what the filter is asked for, if it knows.
	hash     uint64
	filtered bool
}

// probes makes the questions keys, sorted.
func probes(asks []Ask) []probe {
	all := make([]probe, 0, len(asks))
	for i, a := range asks {
		key := a.Entity.Key()
		if !a.Under || a.Entity.Kind != entity.URL { // what begins so includes the URL
			all = append(all, probe{text: key, ask: i, hash: xxhash(key), filtered: true})
		}
		if a.Under {
			all = appendUnder(all, a.Entity, key, i)
		}
	}
	slices.SortFunc(all, func(a, b probe) int { return strings.Compare(a.text, b.text) })
	return all
}

func appendUnder(all []probe, e entity.Entity, key string, ask int) []probe {
	begins := func(filtered bool, texts ...string) {
		for _, text := range texts {
			all = append(all, probe{text: text, prefix: true, ask: ask, hash: hashUnder(e), filtered: filtered})
		}
	}
	switch e.Kind {
	case entity.Domain:
		url := entity.URL.String() + strings.TrimPrefix(key, entity.Domain.String())
		// The filter knows domains up to the one that is registered.
		begins(entity.Registrable(e.Value) != "", key+".", url+"/", url+":", url+".")
	case entity.Host:
		begins(!strings.Contains(e.Value, "."), key+".")
	case entity.Account:
		if !strings.ContainsAny(e.Value, `\@`) {
			begins(true, key+`\`, key+"@")
		}
	case entity.URL:
		begins(false, key[:strings.LastIndexByte(key, ' ')])
	}
	return all
}

// Lookup yields the rows that answer the questions, in the order of their keys;
// a question that another one includes gets its rows too. What is absent costs a
// look into the filter. It ends when yield returns false.
func (f *File) Lookup(ctx context.Context, asks []Ask, yield func(Match) bool) error {
	_, err := f.lookup(ctx, probes(asks), yield)
	return err
}

// Looked says what a question cost.
type Looked struct {
	Probes int // keys and beginnings of keys asked for, in each file
	Read   int // of them, those that the filter could not rule out
	Rows   int
}

// lookup reports what it did and whether yield wanted all.
func (f *File) lookup(ctx context.Context, all []probe, yield func(Match) bool) (Looked, error) {
	looked := Looked{Probes: len(all)}
	if len(f.pages) == 0 {
		return looked, nil
	}
	r := f.reader()
	defer r.close()
	for i, p := range all {
		if i%1024 == 0 && ctx.Err() != nil {
			return looked, ctx.Err()
		}
		if p.filtered && !f.filter.has(p.hash) {
			continue
		}
		looked.Read++
		if more, err := r.answer(p, &looked, yield); err != nil || !more {
			return looked, err
		}
	}
	return looked, nil
}

// answer yields the rows of a probe.
func (r *reader) answer(p probe, looked *Looked, yield func(Match) bool) (bool, error) {
	at, found, err := r.find(p.text)
	if err != nil {
		return false, fmt.Errorf("looking for %s: %w", p.text, err)
	}
	var row Row
	for ; found; at, found = r.next(at) {
		v, err := r.value(columnKey, at)
		if err != nil {
			return false, fmt.Errorf("looking for %s: %w", p.text, err)
		}
		b := v.ByteArray()
		if string(b) != p.text && !(p.prefix && strings.HasPrefix(string(b), p.text)) {
			break
		}
		if row, err = r.row(at, &row); err != nil {
			return false, fmt.Errorf("reading %s: %w", p.text, err)
		}
		looked.Rows++
		if !yield(Match{Ask: p.ask, Row: row, Period: r.file.Period}) {
			return false, nil
		}
	}
	return true, nil
}

// find returns the first row whose key is not before text.
func (r *reader) find(text string) (place, bool, error) {
	start := r.file.startOf(text)
	at, ok := place{start.group, start.row}, true
	for ok {
		if _, err := r.value(columnKey, at); err != nil {
			return at, false, err
		}
		c := r.cursors[columnKey]
		n := sort.Search(len(c.values), func(i int) bool { return string(c.values[i].ByteArray()) >= text })
		if n < len(c.values) {
			return place{at.group, c.first + int64(n)}, true, nil
		}
		at, ok = r.settle(place{at.group, c.end()})
	}
	return at, false, nil
}

// reporters adds the hosts that reported within the bounds. It reads the columns
// that it takes to know, and no more.
func (f *File) reporters(ctx context.Context, b Bounds, hosts map[string]bool) error {
	if len(f.pages) == 0 {
		return nil
	}
	r := f.reader()
	defer r.close()
	prefix, whole := entity.Host.String()+":", b.holds(f.Period)
	at, found, err := r.find(prefix)
	for ; found && err == nil; at, found = r.next(at) {
		if at.row%1024 == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		var key, role parquet.Value
		if key, err = r.value(columnKey, at); err != nil || !strings.HasPrefix(string(key.ByteArray()), prefix) {
			break
		}
		host := string(key.ByteArray()[len(prefix):])
		if hosts[host] {
			continue
		}
		if role, err = r.value(columnRole, at); err != nil || string(role.ByteArray()) != entity.Reporter.String() {
			continue
		}
		if !whole {
			var days parquet.Value
			if days, err = r.value(columnDaySet, at); err != nil || Days(days.ByteArray()).Within(b.From, b.Before-1) == "" {
				continue
			}
		}
		hosts[host] = true
	}
	if err != nil {
		return fmt.Errorf("looking for hosts: %w", err)
	}
	return nil
}

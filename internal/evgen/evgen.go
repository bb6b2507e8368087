// Package evgen writes Windows events that hardly repeat, for benchmarks.
//
// Real logs repeat themselves, and an engine that remembers values looks good
// on them. The events here have the shape, the fields and the mix of a real
// host, and the parts of values that rules ask about, but every string carries
// at least eight random characters and at least 95 % of all values are
// different, so that nothing can be remembered. A rate measured on both says
// how much of it is owed to repetition.
//
// The events are made from a seed: the same seed gives the same bytes.
package evgen

import (
	"bufio"
	"io"
	"math/rand/v2"
	"strconv"
	"time"

	"github.com/dwell-project/dwell/event"
)

// Generator makes events. It is used by one goroutine.
type Generator struct {
	random *rand.Rand
	kinds  []kind
	total  int // sum of the weights of kinds
	record Record
	now    time.Time
}

// New returns a generator; equal seeds give equal events.
func New(seed uint64) *Generator {
	g := &Generator{
		random: rand.New(rand.NewPCG(seed, 0)), //nolint:gosec // repeatable, not secret
		kinds:  kinds(),
		now:    time.Date(2025, time.March, 3, 6, 0, 0, 0, time.UTC),
	}
	for _, k := range g.kinds {
		g.total += k.weight
	}
	return g
}

// Record is one event. Its slices are valid until the next is made.
type Record struct {
	Channel, Provider string
	// Service and Category are the Sigma log source; either may be empty. The
	// product is always windows.
	Service, Category string
	Code              uint16
	Number            int64 // counts from 1
	Time              time.Time
	Computer          string
	// Values are the members of EventData in the order Windows writes them.
	Values []Value
}

// Value is one named value, encoded as its kind says; texts are UTF-8.
type Value struct {
	Name string
	Kind event.Kind
	Data []byte
}

// Next makes the next event.
func (g *Generator) Next() *Record {
	k := g.pick()
	r := &g.record
	g.now = g.now.Add(time.Duration(g.random.Int64N(int64(400 * time.Millisecond))))
	*r = Record{
		Channel: k.log.channel, Provider: k.log.provider, Service: k.log.service, Category: k.category,
		Code: k.code, Number: r.Number + 1, Time: g.now,
		Computer: "WS-" + g.token(8) + ".corp.example",
		Values:   r.Values[:0],
	}
	for _, f := range k.fields {
		kind, data := f.make(g)
		r.Values = append(r.Values, Value{Name: f.name, Kind: kind, Data: data})
	}
	return r
}

func (g *Generator) pick() kind {
	at := g.random.IntN(g.total)
	for _, k := range g.kinds {
		if at -= k.weight; at < 0 {
			return k
		}
	}
	return g.kinds[0]
}

// WriteJSON writes n events as flat JSON lines: log source, Channel, EventID,
// Computer, Provider_Name and the fields at the top level.
func (g *Generator) WriteJSON(w io.Writer, n int) error {
	out := bufio.NewWriterSize(w, 1<<18)
	var line []byte
	for range n {
		line = append(g.Next().AppendJSON(line[:0]), '\n')
		if _, err := out.Write(line); err != nil {
			return err
		}
	}
	return out.Flush()
}

// AppendJSON appends the event as one flat JSON object.
func (r *Record) AppendJSON(dst []byte) []byte {
	dst = append(dst, `{"product":"windows"`...)
	if r.Service != "" {
		dst = appendMember(dst, "service", r.Service)
	}
	if r.Category != "" {
		dst = appendMember(dst, "category", r.Category)
	}
	dst = appendMember(dst, "Channel", r.Channel)
	dst = strconv.AppendUint(append(dst, `,"EventID":`...), uint64(r.Code), 10)
	dst = appendMember(dst, "Computer", r.Computer)
	dst = appendMember(dst, "Provider_Name", r.Provider)
	dst = appendMember(dst, "@timestamp", r.Time.Format("2006-01-02T15:04:05.000000Z"))
	var text []byte
	for _, v := range r.Values {
		text = event.Field{Kind: v.Kind, Data: v.Data}.AppendText(text[:0])
		if v.Kind >= event.Int8 && v.Kind <= event.Uint64 {
			dst = append(append(append(append(dst, `,"`...), v.Name...), `":`...), text...)
			continue
		}
		dst = appendMember(dst, v.Name, string(text))
	}
	return append(dst, '}')
}

// appendMember appends a member of an object that has one already. The texts
// made here hold no control characters.
func appendMember(dst []byte, name, value string) []byte {
	dst = append(append(append(dst, `,"`...), name...), `":"`...)
	for i := range len(value) {
		if c := value[i]; c == '"' || c == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, value[i])
	}
	return append(dst, '"')
}

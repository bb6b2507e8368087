package entityday

import (
	"encoding/binary"
	"iter"
	"math"
	"math/bits"
	"time"
)

// Day is a UTC day, counted from 1970-01-01.
type Day int32

// Undated is the day of events that have no time.
const Undated Day = math.MinInt32

const secondsADay = 24 * 60 * 60

// farDay is the last day that is told apart, of the year 12921; what is later
// counts as that day, what is as long before 1970 as that day.
const farDay = 4_000_000

// DayOf returns the day of a time, [Undated] for the zero time.
func DayOf(t time.Time) Day {
	if t.IsZero() {
		return Undated
	}
	seconds := t.Unix()
	day := seconds / secondsADay
	if seconds%secondsADay < 0 {
		day--
	}
	return Day(max(-farDay, min(day, farDay)))
}

// Time returns the day's beginning; the zero time for [Undated].
func (d Day) Time() time.Time {
	if d == Undated {
		return time.Time{}
	}
	return time.Unix(int64(d)*secondsADay, 0).UTC()
}

// String returns the day as 2006-01-02.
func (d Day) String() string {
	if d == Undated {
		return "undated"
	}
	return d.Time().Format(time.DateOnly)
}

// Micros is a time in microseconds since 1970-01-01 UTC, 0 if there is none.
// What is finer is cut off.
type Micros int64

// MicrosOf returns the microseconds of a time.
func MicrosOf(t time.Time) Micros {
	if t.IsZero() {
		return 0
	}
	if d := DayOf(t); d == farDay || d == -farDay {
		t = d.Time()
	}
	return Micros(t.UnixMicro())
}

// Time returns the time in UTC.
func (m Micros) Time() time.Time { return time.UnixMicro(int64(m)).UTC() }

// Days is a set of days. It is written as spans, in ascending order: the first
// day (zigzag), then for each span the length less one and, before further
// spans, the gap less one; all as unsigned varints. The empty string is no day.
type Days string

// OneDay returns the set of one day; that of [Undated] is empty.
func OneDay(d Day) Days {
	if d == Undated {
		return ""
	}
	return makeDays([]span{{d, d}})
}

// span is the days from first to last, both included.
type span struct{ first, last Day }

func makeDays(spans []span) Days {
	if len(spans) == 0 {
		return ""
	}
	var buf [64]byte
	b := binary.AppendVarint(buf[:0], int64(spans[0].first))
	b = binary.AppendUvarint(b, uint64(spans[0].last-spans[0].first))
	before := spans[0].last
	for _, s := range spans[1:] {
		b = binary.AppendUvarint(b, uint64(s.first-before)-2)
		b = binary.AppendUvarint(b, uint64(s.last-s.first))
		before = s.last
	}
	return Days(b)
}

// spans yields the spans; it stops where the text is damaged.
func (d Days) spans(yield func(span) bool) {
	if d == "" {
		return
	}
	b := []byte(d)
	start, n := binary.Varint(b)
	if n <= 0 {
		return
	}
	b = b[n:]
	for {
		length, n := binary.Uvarint(b)
		if n <= 0 || length > 2*farDay || start+int64(length) > farDay || start < -farDay {
			return
		}
		s := span{Day(start), Day(start + int64(length))}
		if b = b[n:]; !yield(s) || len(b) == 0 {
			return
		}
		gap, n := binary.Uvarint(b)
		if n <= 0 || gap > 2*farDay {
			return
		}
		b, start = b[n:], int64(s.last)+2+int64(gap)
	}
}

// All yields the days in order.
func (d Days) All() iter.Seq[Day] {
	return func(yield func(Day) bool) {
		for s := range d.spans {
			for day := s.first; day <= s.last; day++ {
				if !yield(day) {
					return
				}
			}
		}
	}
}

// Len returns the number of days.
func (d Days) Len() int {
	n := 0
	for s := range d.spans {
		n += int(s.last-s.first) + 1
	}
	return n
}

// Union returns the days that are in either set.
func (d Days) Union(other Days) Days {
	switch {
	case d == other || other == "":
		return d
	case d == "":
		return other
	}
	var all []span
	next, stop := iter.Pull(other.spans)
	defer stop()
	o, more := next()
	for s := range d.spans {
		for more && o.first < s.first {
			all = appendSpan(all, o)
			o, more = next()
		}
		all = appendSpan(all, s)
	}
	for ; more; o, more = next() {
		all = appendSpan(all, o)
	}
	return makeDays(all)
}

// appendSpan appends a span that does not begin before the last one.
func appendSpan(all []span, s span) []span {
	if n := len(all); n > 0 && int64(s.first) <= int64(all[n-1].last)+1 {
		all[n-1].last = max(all[n-1].last, s.last)
		return all
	}
	return append(all, s)
}

// Within returns the days from first to last.
func (d Days) Within(first, last Day) Days {
	var all []span
	whole := true
	for s := range d.spans {
		cut := span{max(s.first, first), min(s.last, last)}
		whole = whole && cut == s
		if cut.first <= cut.last {
			all = append(all, cut)
		}
	}
	if whole {
		return d
	}
	return makeDays(all)
}

// daySet is a set of days that many sets are joined to.
type daySet struct {
	base int // of the first word, in words since 1970
	bits []uint64
}

func (s *daySet) add(d Days) {
	for day := range d.All() {
		word := int(day >> 6)
		switch {
		case len(s.bits) == 0:
			s.base, s.bits = word, []uint64{0}
		case word < s.base:
			s.bits = append(make([]uint64, s.base-word), s.bits...)
			s.base = word
		}
		for word-s.base >= len(s.bits) {
			s.bits = append(s.bits, 0)
		}
		s.bits[word-s.base] |= 1 << (day & 63)
	}
}

func (s *daySet) len() int {
	n := 0
	for _, w := range s.bits {
		n += bits.OnesCount64(w)
	}
	return n
}

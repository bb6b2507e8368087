package sigma

import (
	"math"
	"strconv"
	"time"
)

// ParseNumber reads a value for a numeric comparison: a decimal number with
// optional sign, fraction and exponent, or a whole number after 0x, as Windows
// logs have it. Anything else, blanks included, is no number.
func ParseNumber(text []byte) (float64, bool) {
	if len(text) == 0 || len(text) > 64 {
		return 0, false
	}
	if len(text) > 2 && text[0] == '0' && text[1]|0x20 == 'x' {
		n, err := strconv.ParseUint(string(text[2:]), 16, 64)
		return float64(n), err == nil
	}
	for _, c := range text {
		switch {
		case c >= '0' && c <= '9', c == '+', c == '-', c == '.', c == 'e', c == 'E':
		default:
			return 0, false
		}
	}
	f, err := strconv.ParseFloat(string(text), 64)
	return f, err == nil && !math.IsInf(f, 0)
}

// timeLayouts are the spellings that ParseTime reads; a zone that is not there
// is UTC. Fractions of a second are read with each.
var timeLayouts = [...]string{
	time.RFC3339, "2006-01-02 15:04:05Z07:00", "2006-01-02T15:04:05Z0700", "2006-01-02 15:04:05 -0700",
	"2006-01-02T15:04:05", "2006-01-02 15:04:05", "2006-01-02T15:04", "2006-01-02 15:04", time.DateOnly,
}

// ParseTime reads a value for a time part: ISO 8601 with date and time, with a
// blank or T between them, or a number of seconds, milliseconds, microseconds or
// nanoseconds since 1970, told apart by their size.
func ParseTime(text []byte) (time.Time, bool) {
	if len(text) == 0 || len(text) > 64 {
		return time.Time{}, false
	}
	if f, ok := ParseNumber(text); ok {
		return epoch(f)
	}
	for _, layout := range timeLayouts {
		if t, err := time.Parse(layout, string(text)); err == nil {
			return t.UTC(), true
		}
	}
	return time.Time{}, false
}

// epoch takes 1e11 seconds, which are in the year 5138, for milliseconds, and
// so on.
func epoch(f float64) (time.Time, bool) {
	for _, unit := range [...]float64{1, 1e3, 1e6, 1e9} {
		if s := f / unit; math.Abs(s) < 1e11 {
			whole := math.Floor(s)
			return time.Unix(int64(whole), int64((s-whole)*1e9)).UTC(), true
		}
	}
	return time.Time{}, false
}

// timePart returns a part of a time; false if there is none of that name.
func timePart(t time.Time, part string) (int, bool) {
	switch part {
	case "minute":
		return t.Minute(), true
	case "hour":
		return t.Hour(), true
	case "day":
		return t.Day(), true
	case "week":
		_, week := t.ISOWeek()
		return week, true
	case "month":
		return int(t.Month()), true
	case "year":
		return t.Year(), true
	default:
		return 0, false
	}
}

package lines

import (
	"bytes"
	"strconv"
	"time"

	"github.com/dwell-project/dwell/parse"
)

// stamp is a time as a text gives it: without zone as if it were UTC, without
// year in year 0.
type stamp struct {
	time          time.Time
	zoned, yeared bool
}

// zonedTime reads an RFC 3339 time or a relative of it.
func zonedTime(b []byte) (t time.Time, zoned, ok bool) {
	t, ok = parse.When(b)
	if !ok || len(b) < 19 {
		return t, ok, ok
	}
	last := b[len(b)-1]
	zoned = last == 'Z' || last == 'z' || bytes.HasSuffix(b, []byte("UTC")) || bytes.ContainsAny(b[19:], "+-")
	return t, zoned, true
}

// readStamp reads the time at the start of b and returns how long it is, 0 if
// there is none: "Jan  2 15:04:05", with a year after the day or after the time
// of day, with digits after the second, and with a zone of letters or numbers.
func readStamp(b []byte) (stamp, int) {
	month := monthAt(b)
	if month == 0 || len(b) < 15 || b[3] != ' ' {
		return stamp{}, 0
	}
	i := 4 + blankRun(b[4:])
	day, n := number(b[i:], 2)
	i += n
	if n == 0 || i >= len(b) || b[i] != ' ' && b[i] != ',' {
		return stamp{}, 0
	}
	i += 1 + blankRun(b[i+1:])
	s := stamp{}
	year := 0
	if y, n := number(b[i:], 4); n == 4 && i+5 < len(b) && b[i+4] == ' ' {
		year, i, s.yeared = y, i+5, true
	}
	seconds, nanos, n := clock(b[i:])
	if n == 0 {
		return stamp{}, 0
	}
	i += n
	if y, n := number(skipBlank(b[i:]), 4); n == 4 && !s.yeared && i+5 <= len(b) && (i+5 == len(b) || !isDigit(b[i+5]) && b[i+5] != '.' && b[i+5] != '-') {
		year, i, s.yeared = y, i+5, true
	}
	offset, n := zoneWord(b[i:])
	if n > 0 {
		i, s.zoned = i+n, true
	}
	if day < 1 || day > 31 {
		return stamp{}, 0
	}
	s.time = time.Date(year, time.Month(month), day, 0, 0, seconds, nanos, time.UTC)
	if s.time.Day() != day {
		return stamp{}, 0
	}
	s.time = s.time.Add(-offset)
	return s, i
}

// zoneWord reads the name of a zone after a blank at the start of b, and returns
// how far it is east of UTC and how long it is; a length of 0 means that there is
// none, or one that is not known. The American names are as RFC 5322 section 4.3
// has them, which settles that CST is not China's.
func zoneWord(b []byte) (east time.Duration, n int) {
	if len(b) == 0 || b[0] != ' ' {
		return 0, 0
	}
	n = 1
	for n < len(b) && n < 6 && b[n] >= 'A' && b[n] <= 'Z' {
		n++
	}
	if n < len(b) && b[n] != ' ' && b[n] != ':' {
		return 0, 0
	}
	hours, known := 0, true
	switch string(b[1:n]) {
	case "UTC", "GMT", "Z", "WET":
	case "CET", "WEST":
		hours = 1
	case "CEST", "EET":
		hours = 2
	case "EEST", "MSK":
		hours = 3
	case "JST":
		hours = 9
	case "BRT":
		hours = -3
	case "EDT":
		hours = -4
	case "EST", "CDT":
		hours = -5
	case "CST", "MDT":
		hours = -6
	case "MST", "PDT":
		hours = -7
	case "PST":
		hours = -8
	default:
		known = false
	}
	if !known {
		return 0, 0
	}
	return time.Duration(hours) * time.Hour, n
}

func skipBlank(b []byte) []byte { return b[min(1, len(b)):] }

// clock reads "15:04:05" with or without ".999999".
func clock(b []byte) (seconds, nanos, n int) {
	if len(b) < 8 || b[2] != ':' || b[5] != ':' {
		return 0, 0, 0
	}
	h, n1 := number(b, 2)
	m, n2 := number(b[3:], 2)
	s, n3 := number(b[6:], 2)
	if n1 != 2 || n2 != 2 || n3 != 2 || h > 23 || m > 59 || s > 60 {
		return 0, 0, 0
	}
	n = 8
	if n+1 < len(b) && (b[n] == '.' || b[n] == ',') && isDigit(b[n+1]) {
		scale := 100_000_000
		for n++; n < len(b) && isDigit(b[n]); n++ {
			nanos += int(b[n]-'0') * scale
			scale /= 10
		}
	}
	return 3600*h + 60*m + s, nanos, n
}

// number reads up to most digits.
func number(b []byte, most int) (value, n int) {
	for n < len(b) && n < most && isDigit(b[n]) {
		value = 10*value + int(b[n]-'0')
		n++
	}
	return value, n
}

// monthAt reads the English short name of a month, 0 if there is none.
func monthAt(b []byte) int {
	const months = "JanFebMarAprMayJunJulAugSepOctNovDec"
	if len(b) < 3 {
		return 0
	}
	for m := 0; m < len(months); m += 3 {
		if string(b[:3]) == months[m:m+3] {
			return m/3 + 1
		}
	}
	return 0
}

// withYear gives a time the last year in which it is not more than a day after
// latest, and in which there is such a day.
func withYear(t, latest time.Time) time.Time {
	limit := latest.Add(24 * time.Hour)
	for year := limit.Year(); year > limit.Year()-9; year-- {
		at := time.Date(year, t.Month(), t.Day(), t.Hour(), t.Minute(), t.Second(), t.Nanosecond(), time.UTC)
		if at.Day() == t.Day() && !at.After(limit) {
			return at
		}
	}
	return t
}

// leadingTime reads the date and time that a text begins with, perhaps after an
// opening bracket: as ISO 8601 or the logs of web servers and programs in C
// write it, or with a month's name.
func leadingTime(b []byte) (stamp, bool) {
	b = bytes.TrimLeft(b[:min(len(b), 64)], " [")
	if len(b) < 19 {
		return stamp{}, false
	}
	switch {
	case isDigit(b[2]) && isDigit(b[3]) && (b[4] == '-' || b[4] == '/'):
		return leadingISO(b)
	case b[2] == '/' && b[6] == '/':
		n := bytes.IndexAny(b, "] ")
		if n > 0 && b[n] == ' ' && n+6 <= len(b) && (b[n+1] == '+' || b[n+1] == '-') {
			n += 6
		}
		if n < 0 {
			n = len(b)
		}
		return apacheTime(b[:n])
	case b[2] == '-' && b[6] == '-' && isDigit(b[0]):
		return dashedTime(b)
	case b[3] == ' ' && monthAt(b) == 0 && isLetter(b[0]): // a day of the week
		s, n := readStamp(b[4:])
		return s, n > 0 && s.yeared
	}
	s, n := readStamp(b)
	return s, n > 0
}

// leadingISO reads "2006-01-02 15:04:05", with / or T as well, decimals and a
// zone.
func leadingISO(b []byte) (stamp, bool) {
	n := 19
	for n < len(b) && (isDigit(b[n]) || b[n] == '.' || b[n] == ',' && n+1 < len(b) && isDigit(b[n+1])) {
		n++
	}
	end := n
	if n < len(b) && (b[n] == 'Z' || b[n] == '+' || b[n] == '-') {
		end++
		for end < len(b) && (isDigit(b[end]) || b[end] == ':' && end < n+6) {
			end++
		}
	}
	var buf [64]byte
	text := append(buf[:0], b[:end]...)
	if text[4] == '/' {
		text[4], text[7] = '-', '-'
	}
	if n > 19 && text[19] == ',' {
		text[19] = '.'
	}
	t, zoned, ok := zonedTime(text)
	if !ok {
		t, zoned, ok = zonedTime(text[:n])
	}
	return stamp{t, zoned, true}, ok
}

// dashedTime reads "02-Jan-2006 15:04:05.999".
func dashedTime(b []byte) (stamp, bool) {
	day, n1 := number(b, 2)
	month := monthAt(b[3:])
	year, n2 := number(b[7:], 4)
	seconds, nanos, n3 := clock(b[12:])
	if n1 != 2 || month == 0 || n2 != 4 || n3 == 0 || day < 1 || day > 31 {
		return stamp{}, false
	}
	return stamp{time: time.Date(year, time.Month(month), day, 0, 0, seconds, nanos, time.UTC), yeared: true}, true
}

// readLayout reads a time written in a layout: one of Go's, or a name.
//
//	iso      what [parse.When] reads of the calendar
//	syslog   Jan  2 15:04:05 and its variants, 2006 Jan  2 15:04:05
//	apache   02/Jan/2006:15:04:05 -0700
//	epoch, epoch_ms, epoch_us, epoch_ns   since 1970
//	epoch_any   the same, the unit by the number of digits
func readLayout(layout string, b []byte) (stamp, bool) {
	switch layout {
	case "iso":
		t, zoned, ok := zonedTime(b)
		return stamp{t, zoned, true}, ok && len(b) >= 19
	case "syslog":
		year, n := number(b, 4)
		if n == 4 && len(b) > 5 && b[4] == ' ' { // NX-OS
			s, n := readStamp(b[5:])
			s.time, s.yeared = s.time.AddDate(year, 0, 0), true
			return s, n > 0
		}
		s, n := readStamp(b)
		return s, n > 0
	case "apache":
		return apacheTime(b)
	case "epoch":
		return unixSeconds(b)
	case "epoch_any":
		switch n := runOf(integer, b); {
		case n != len(b) || n <= 10:
			return unixSeconds(b)
		case n <= 13:
			return readLayout("epoch_ms", b)
		case n <= 16:
			return readLayout("epoch_us", b)
		}
		return readLayout("epoch_ns", b)
	case "epoch_ms", "epoch_us", "epoch_ns":
		v, err := strconv.ParseInt(string(b), 10, 64)
		unit := int64(1e3)
		if layout == "epoch_us" {
			unit = 1e6
		} else if layout == "epoch_ns" {
			unit = 1e9
		}
		return stamp{time.Unix(v/unit, v%unit*(1e9/unit)).UTC(), true, true}, err == nil && v > 0 && v/unit < maxUnix
	}
	t, err := time.Parse(layout, string(b))
	if err != nil {
		return stamp{}, false
	}
	return stamp{t.UTC(), layoutHas(layout, "07", "MST"), layoutHas(layout, "06")}, true
}

// maxUnix is the first second after the year 9999.
const maxUnix = 253402300800

func layoutHas(layout string, parts ...string) bool {
	for _, p := range parts {
		if bytes.Contains([]byte(layout), []byte(p)) {
			return true
		}
	}
	return false
}

// apacheTime reads the time of the common log format, with or without zone.
func apacheTime(b []byte) (stamp, bool) {
	if len(b) < 20 || b[2] != '/' || b[6] != '/' || b[11] != ':' {
		return stamp{}, false
	}
	day, n1 := number(b, 2)
	month := monthAt(b[3:])
	year, n2 := number(b[7:], 4)
	seconds, nanos, n3 := clock(b[12:])
	if n1 != 2 || month == 0 || n2 != 4 || n3 == 0 || day < 1 || day > 31 {
		return stamp{}, false
	}
	s := stamp{time: time.Date(year, time.Month(month), day, 0, 0, seconds, nanos, time.UTC), yeared: true}
	zone := b[12+n3:]
	if len(zone) == 6 && zone[0] == ' ' && (zone[1] == '+' || zone[1] == '-') {
		h, n1 := number(zone[2:], 2)
		m, n2 := number(zone[4:], 2)
		if n1 != 2 || n2 != 2 {
			return stamp{}, false
		}
		offset := time.Duration(h)*time.Hour + time.Duration(m)*time.Minute
		if zone[1] == '+' {
			offset = -offset
		}
		s.time, s.zoned = s.time.Add(offset), true
	}
	return s, len(zone) == 0 || s.zoned
}

// unixSeconds reads seconds with or without decimals.
func unixSeconds(b []byte) (stamp, bool) {
	whole, n := int64(0), 0
	for n < len(b) && n < 12 && isDigit(b[n]) {
		whole = 10*whole + int64(b[n]-'0')
		n++
	}
	nanos := int64(0)
	m := n
	if n < len(b) && b[n] == '.' {
		scale := int64(1e8)
		for m++; m < len(b) && isDigit(b[m]); m++ {
			nanos += int64(b[m]-'0') * scale
			scale /= 10
		}
	}
	return stamp{time.Unix(whole, nanos).UTC(), true, true}, n > 0 && m == len(b) && whole < maxUnix
}

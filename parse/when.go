package parse

import (
	"bytes"
	"strconv"
	"time"
)

// When reads the time forms that records carry, without allocating for the
// usual ones:
//
//   - RFC 3339 and its relatives: "2006-01-02", then "T" or a blank, then
//     "15:04:05", up to nine digits after "." or ",", and a zone: "Z", "+02:00",
//     "+0200", "+02", with or without a blank before it. Digits after the ninth
//     are dropped. A time without zone is taken as UTC.
//   - Unix time as digits, with or without decimals: seconds, or milli-, micro-
//     or nanoseconds, told apart by size: seconds below 1e11 (year 5138). What
//     is below 1e8 (March 1973) is taken for a duration or a count, not a time.
//   - "/Date(1136214245000)/", as PowerShell's ConvertTo-Json writes.
//
// The result is in UTC; ok is false for anything else, and for dates that are
// not in the calendar.
func When(b []byte) (t time.Time, ok bool) {
	if len(b) >= 19 && b[4] == '-' && b[7] == '-' {
		return calendarTime(b)
	}
	if inner, found := bytes.CutPrefix(b, []byte("/Date(")); found {
		inner, found = bytes.CutSuffix(inner, []byte(")/"))
		ms, err := strconv.ParseInt(string(inner), 10, 64)
		return time.UnixMilli(ms).UTC(), found && err == nil && validUnix(ms/1000)
	}
	return unixTime(b)
}

// calendarTime reads a date with a time of day; b has at least 19 bytes.
func calendarTime(b []byte) (time.Time, bool) {
	year, ok1 := digits4(b)
	month, ok2 := digits2(b[5:])
	day, ok3 := digits2(b[8:])
	hour, ok4 := digits2(b[11:])
	minute, ok5 := digits2(b[14:])
	second, ok6 := digits2(b[17:])
	ok := ok1 && ok2 && ok3 && ok4 && ok5 && ok6 && b[13] == ':' && b[16] == ':' && (b[10] == 'T' || b[10] == ' ' || b[10] == 't')
	if !ok || month < 1 || month > 12 || day < 1 || day > daysIn(year, month) || hour > 23 || minute > 59 || second > 60 {
		return time.Time{}, false
	}
	nanos, n := fraction(b[19:])
	zone, ok := zoneOffset(b[19+n:])
	if !ok {
		return time.Time{}, false
	}
	seconds := daysSinceEpoch(year, month, day)*86400 + int64(hour*3600+minute*60+second) - zone
	return time.Unix(seconds, nanos).UTC(), true
}

// fraction reads ".123" or ",123" in nanoseconds and returns how many bytes it
// took, 0 if there is none.
func fraction(b []byte) (nanos int64, n int) {
	if len(b) < 2 || (b[0] != '.' && b[0] != ',') || !isDigit(b[1]) {
		return 0, 0
	}
	n = 1
	scale := int64(1e8)
	for n < len(b) && isDigit(b[n]) {
		nanos += int64(b[n]-'0') * scale
		scale /= 10
		n++
	}
	return nanos, n
}

// zoneOffset reads a zone, which is all of b, in seconds east of UTC.
func zoneOffset(b []byte) (seconds int64, ok bool) {
	if len(b) > 1 && b[0] == ' ' {
		b = b[1:]
	}
	if len(b) == 0 || len(b) == 1 && (b[0] == 'Z' || b[0] == 'z') || string(b) == "UTC" {
		return 0, true
	}
	if b[0] != '+' && b[0] != '-' || len(b) < 3 {
		return 0, false
	}
	hours, okHours := digits2(b[1:])
	rest, minutes, okMinutes := b[3:], 0, true
	if len(rest) == 3 && rest[0] == ':' {
		rest = rest[1:]
	}
	if len(rest) == 2 {
		minutes, okMinutes = digits2(rest)
	} else if len(rest) != 0 {
		return 0, false
	}
	seconds = int64(hours*3600 + minutes*60)
	if b[0] == '-' {
		seconds = -seconds
	}
	return seconds, okHours && okMinutes && hours <= 24 && minutes < 60
}

// unixTime reads seconds, milli-, micro- or nanoseconds since 1970.
func unixTime(b []byte) (time.Time, bool) {
	whole, n := int64(0), 0
	for n < len(b) && isDigit(b[n]) {
		if n == 19 {
			return time.Time{}, false
		}
		whole = whole*10 + int64(b[n]-'0')
		n++
	}
	nanos, m := fraction(b[n:])
	if n+m != len(b) || whole < 1e8 {
		return time.Time{}, false
	}
	unit := int64(1)
	for whole/unit >= 1e11 && unit < 1e9 {
		unit *= 1000
	}
	if !validUnix(whole / unit) {
		return time.Time{}, false
	}
	return time.Unix(whole/unit, whole%unit*(1e9/unit)+nanos/unit).UTC(), true
}

// validUnix says whether the year has at most four digits, so that the time can
// be written again.
func validUnix(seconds int64) bool { return seconds > -62135596800 && seconds < 253402300800 }

func isDigit(c byte) bool { return c >= '0' && c <= '9' }

func digits2(b []byte) (int, bool) {
	if len(b) < 2 || !isDigit(b[0]) || !isDigit(b[1]) {
		return 0, false
	}
	return int(b[0]-'0')*10 + int(b[1]-'0'), true
}

func digits4(b []byte) (int, bool) {
	high, ok1 := digits2(b)
	low, ok2 := digits2(b[2:])
	return high*100 + low, ok1 && ok2
}

func daysIn(year, month int) int {
	switch month {
	case 2:
		if year%4 == 0 && (year%100 != 0 || year%400 == 0) {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	default:
		return 31
	}
}

// daysSinceEpoch counts days from 1970-01-01 in the proleptic Gregorian
// calendar. The year is taken to begin in March, so that the leap day is last.
func daysSinceEpoch(year, month, day int) int64 {
	if month <= 2 {
		year--
		month += 12
	}
	era := year / 400
	if year < 0 {
		era = (year - 399) / 400
	}
	yearOfEra := year - era*400
	dayOfYear := (153*(month-3)+2)/5 + day - 1
	dayOfEra := yearOfEra*365 + yearOfEra/4 - yearOfEra/100 + dayOfYear
	return int64(era)*146097 + int64(dayOfEra) - 719468
}

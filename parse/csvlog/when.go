package csvlog

import (
	"strings"
	"time"

	"github.com/dwell-project/dwell/parse"
)

// When reads a time as [parse.When] does, and in the forms that spreadsheets
// and portals write:
//
//	2006/01/02 15:04:05     year first
//	1/2/2006 3:04:05 PM     month first, as the twelve hours tell
//	02.01.2006 15:04:05     day first, as the dots tell
//	Jan 2, 2006 3:04:05 PM
//
// each with decimals of a second. Day and month with "/" and twenty-four hours
// could be either way round and are not read, unless one of them is above 12.
// zoned says that the time has a zone of its own.
func When(text string) (t time.Time, zoned, ok bool) {
	text = strings.TrimSpace(text)
	if t, ok := parse.When([]byte(text)); ok {
		return t, isZoned(text), true
	}
	for _, layout := range []string{
		"2006/01/02 15:04:05", "1/2/2006 3:04:05 PM", "1/2/2006 3:04 PM", "2.1.2006 15:04:05", "2.1.2006 15:04",
		"Jan 2, 2006 3:04:05 PM", "Jan 2, 2006 15:04:05", "2006-01-02 15:04", "2006-01-02",
		"2006-01-02 15:04:05 -07:00", "2006-01-02 15:04:05.999999999 -07:00",
	} {
		if t, err := time.Parse(layout, text); err == nil {
			return t.UTC(), strings.HasSuffix(layout, "-07:00"), true
		}
	}
	month, errMonth := time.Parse("1/2/2006 15:04:05", text)
	day, errDay := time.Parse("2/1/2006 15:04:05", text)
	switch {
	case errMonth == nil && (errDay != nil || month.Equal(day)):
		return month, false, true
	case errDay == nil && errMonth != nil:
		return day, false, true
	default:
		return time.Time{}, false, false
	}
}

// isZoned says whether a time that [parse.When] read has a zone: Unix times
// are UTC.
func isZoned(text string) bool {
	if len(text) < 19 || text[4] != '-' {
		return true
	}
	return strings.ContainsAny(text[19:], "Zz+-") || strings.HasSuffix(text, "UTC")
}

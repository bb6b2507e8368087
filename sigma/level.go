package sigma

import "strings"

// levels and statuses are the spellings of the specification, by value.
var (
	levels   = [...]string{"", "informational", "low", "medium", "high", "critical"}
	statuses = [...]string{"", "stable", "test", "experimental", "deprecated", "unsupported"}
)

// String returns the level as the specification spells it, empty for LevelNone.
func (l Level) String() string {
	if int(l) < len(levels) {
		return levels[l]
	}
	return ""
}

// ParseLevel reads a level, in any case; false if it is none.
func ParseLevel(s string) (Level, bool) {
	for i, name := range levels[1:] {
		if strings.EqualFold(s, name) {
			return Level(i + 1), true
		}
	}
	return LevelNone, false
}

// String returns the status as the specification spells it, empty for
// StatusNone.
func (s Status) String() string {
	if int(s) < len(statuses) {
		return statuses[s]
	}
	return ""
}

// ParseStatus reads a status, in any case; false if it is none.
func ParseStatus(s string) (Status, bool) {
	for i, name := range statuses[1:] {
		if strings.EqualFold(s, name) {
			return Status(i + 1), true
		}
	}
	return StatusNone, false
}

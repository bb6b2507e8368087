package main

import (
	"cmp"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/scope"
	"github.com/dwell-project/dwell/sigma"
)

// shownStories bounds the stories that a table begins with.
const shownStories = 8

// stories tells what belongs together, where there is more to tell than single
// hits: more than one rule fired, or one of a high level.
func (l *looks) stories(f *findings) {
	told := 0
	all := f.stories.Ranked()
	for _, s := range all {
		if told == shownStories || !worthTelling(s) {
			break
		}
		told++
		l.line("%s  %s", table.Paint(cmp.Or(s.Level().String(), "-"), levelStyle(s.Level()), l.colour), table.Clean(s.Sentence()))
	}
	if told > 0 {
		l.line("")
	}
}

func worthTelling(s *scope.Story) bool {
	return len(s.Rules) > 1 && s.Level() >= sigma.Medium
}

package main

import (
	"cmp"
	"fmt"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/scope"
	"github.com/dwell-project/dwell/sigma"
)

// shownStories bounds the stories that a table begins with.
const shownStories = 8

// storyIndent is how far sentences stand in on a terminal, in cells: behind the
// longest level of those worth telling.
const storyIndent = len("critical") + 2

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
		level, text := cmp.Or(s.Level().String(), "-"), table.Clean(s.Sentence())
		if l.width > 0 {
			level = fmt.Sprintf("%-*s", storyIndent-2, level)
			text = table.Wrap(text, l.width, storyIndent)
		}
		l.line("%s  %s", table.Paint(level, levelStyle(s.Level()), l.colour), text)
	}
	if told > 0 {
		l.line("")
	}
}

func worthTelling(s *scope.Story) bool {
	return len(s.Rules) > 1 && s.Level() >= sigma.Medium
}

package table

import (
	"strings"

	"github.com/mattn/go-runewidth"
)

// Wrap breaks a text at its spaces into lines that are at most width cells wide
// with the indent, in cells, that all have. The first line is returned without
// its indent, for whoever writes something in its place. A word that is wider
// has a line of its own; so has every word if nothing else fits.
func Wrap(text string, width, indent int) string {
	var b strings.Builder
	used := 0
	for word := range strings.FieldsSeq(text) {
		n := runewidth.StringWidth(word)
		switch {
		case used == 0:
		case indent+used+1+n > width:
			b.WriteString("\n" + strings.Repeat(" ", indent))
			used = 0
		default:
			b.WriteByte(' ')
			used++
		}
		b.WriteString(word)
		used += n
	}
	return b.String()
}

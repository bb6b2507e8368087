package table

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Clean returns text that is safe on a terminal and stays on one line: control
// and format characters become \n, \t, \x1b or \u202e, bytes that are no UTF-8
// become \xff. Backslashes stay single, so that paths read as they are.
func Clean(s string) string {
	if !strings.ContainsFunc(s, unsafe) {
		return s
	}
	var b strings.Builder
	for i, r := range s {
		switch {
		case r == utf8.RuneError && !strings.HasPrefix(s[i:], "\uFFFD"):
			fmt.Fprintf(&b, `\x%02x`, s[i])
		case r == utf8.RuneError || !unsafe(r):
			b.WriteRune(r)
		case r == '\n':
			b.WriteString(`\n`)
		case r == '\r':
			b.WriteString(`\r`)
		case r == '\t':
			b.WriteString(`\t`)
		case r < 0x80:
			fmt.Fprintf(&b, `\x%02x`, r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			fmt.Fprintf(&b, `\U%08x`, r)
		}
	}
	return b.String()
}

// unsafe says whether a character changes what a terminal does with others.
func unsafe(r rune) bool {
	return r == utf8.RuneError || r == '\u2028' || r == '\u2029' || unicode.In(r, unicode.Cc, unicode.Cf)
}

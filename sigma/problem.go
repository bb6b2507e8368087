package sigma

import (
	"fmt"
	"strings"
	"unicode/utf8"
)

// Problem is one message about rules: what is wrong, and every place that has
// a part in it.
type Problem struct {
	Code Code
	// Message says what is wrong in one line without the place.
	Message string
	// Rule is the title, else the id, of the document; empty if it has none.
	Rule string
	// Marks are the culprits: the first is where the problem is, others are
	// what it clashes with.
	Marks []Mark
	// Help, where there is a usual remedy, names it.
	Help string
}

// Mark is one place in a rule file with its line of text.
type Mark struct {
	Position Position
	// Length is how many characters are meant, at least 1.
	Length int
	// Label says what is there, may be empty.
	Label string
	// Text is the line, without its end, cut at 400 bytes.
	Text string
}

// Severity says whether the document is left out.
func (p *Problem) Severity() Severity { return p.Code.Severity() }

// Position is where the problem is.
func (p *Problem) Position() Position {
	if len(p.Marks) == 0 {
		return Position{}
	}
	return p.Marks[0].Position
}

// String returns the message in one line, as file:line:column: error[SIG…]: ….
func (p *Problem) String() string {
	return fmt.Sprintf("%s: %s[%s]: %s", p.Position(), p.Severity(), p.Code, p.Message)
}

// String returns file:line:column, without the parts that are not known.
func (p Position) String() string {
	switch {
	case p.Line == 0:
		return p.File
	case p.Column == 0:
		return fmt.Sprintf("%s:%d", p.File, p.Line)
	default:
		return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
	}
}

// Render returns the message with the source lines it is about, the problem
// underlined with ^ and what it clashes with by -.
func (p *Problem) Render() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%s[%s]: %s\n", p.Severity(), p.Code, p.Message)
	width := 1
	for _, m := range p.Marks {
		width = max(width, len(fmt.Sprint(m.Position.Line)))
	}
	file, last := "", 0
	for i, m := range p.Marks {
		if i == 0 || m.Position.File != file {
			arrow := "-->"
			if i > 0 {
				arrow = ":::"
			}
			fmt.Fprintf(&b, "%*s%s %s\n", width, "", arrow, m.Position)
			file, last = m.Position.File, 0
		}
		if m.Position.Line > 0 {
			m.render(&b, width, i == 0, last)
			last = m.Position.Line
		}
	}
	if p.Help != "" {
		fmt.Fprintf(&b, "%*s = help: %s\n", width, "", p.Help)
	}
	return b.String()
}

func (m Mark) render(b *strings.Builder, width int, main bool, last int) {
	if m.Position.Line != last {
		if last != 0 {
			b.WriteString("...\n")
		} else {
			fmt.Fprintf(b, "%*s |\n", width, "")
		}
		fmt.Fprintf(b, "%*d | %s\n", width, m.Position.Line, strings.ReplaceAll(m.Text, "\t", " "))
	}
	under := "-"
	if main {
		under = "^"
	}
	line := strings.Repeat(" ", max(m.Position.Column-1, 0)) + strings.Repeat(under, min(max(m.Length, 1), maxUnderline))
	if m.Label != "" {
		line += " " + m.Label
	}
	fmt.Fprintf(b, "%*s | %s\n", width, "", line)
}

// maxUnderline keeps the mark of a very long value readable.
const maxUnderline = 100

// maxMarkText bounds what a problem keeps of a line.
const maxMarkText = 400

// cutLine shortens a line for a mark without splitting a character.
func cutLine(line []byte) string {
	if len(line) <= maxMarkText {
		return strings.ToValidUTF8(string(line), "\uFFFD")
	}
	end := maxMarkText
	for end > 0 && !utf8.RuneStart(line[end]) {
		end--
	}
	return strings.ToValidUTF8(string(line[:end]), "\uFFFD")
}

package sigma

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"go.yaml.in/yaml/v3"
)

// document is one YAML document on its way to a rule: it knows where its nodes
// stand in the file and collects what is wrong with them.
type document struct {
	file *file
	cfg  *config
	// root is the top mapping.
	root *yaml.Node
	// source is the document's part of the file, line the number of its first
	// line.
	source []byte
	line   int

	rule     string
	problems []Problem
	failed   bool
	muted    int
	// expanded counts the values that modifiers made, regexSize the steps of
	// the regular expressions, words those of the conditions, for their limits.
	expanded, regexSize, words int
}

// file is one rule file.
type file struct {
	name string
	data []byte
	// starts are the offsets of the lines, found when the first problem asks.
	starts []int
}

// maxProblems bounds the messages about one document.
const maxProblems = 20

// report adds a problem. The first mark is where it is.
func (d *document) report(c Code, message string, marks ...Mark) {
	d.add(Problem{Code: c, Message: message, Marks: marks})
}

// advise is report with a remedy.
func (d *document) advise(c Code, help, message string, marks ...Mark) {
	d.add(Problem{Code: c, Message: message, Marks: marks, Help: help})
}

func (d *document) add(p Problem) {
	if p.Severity() == Error {
		d.failed = true
	}
	if len(d.problems) >= maxProblems {
		d.muted++
		return
	}
	p.Rule = d.rule
	d.problems = append(d.problems, p)
}

// finish returns the problems by their place, and a last one for those that
// were too many.
func (d *document) finish() []Problem {
	slices.SortStableFunc(d.problems, byPlace)
	if d.muted > 0 {
		code, what := CodeManyProblems, "problems"
		if !d.failed {
			code, what = CodeManyWarnings, "warnings"
		}
		p := Problem{
			Code: code, Message: fmt.Sprintf("%d more %s in this document", d.muted, what),
			Rule: d.rule, Marks: []Mark{d.file.mark(d.line, 1, 1, "")},
		}
		d.problems = append(d.problems, p)
		d.muted = 0
	}
	return d.problems
}

// at marks a node.
func (d *document) at(n *yaml.Node, label string) Mark {
	m := d.file.mark(n.Line, n.Column, 1, label)
	m.Length = nodeWidth(n, m.Text)
	return m
}

// within marks length characters of a scalar from a byte offset of its value.
// It is exact for values written on one line without escapes; for others the
// mark is the whole value.
func (d *document) within(n *yaml.Node, offset, length int, label string) Mark {
	m := d.at(n, label)
	column := n.Column
	switch n.Style &^ yaml.TaggedStyle {
	case 0:
	case yaml.SingleQuotedStyle, yaml.DoubleQuotedStyle:
		column++
	default:
		return d.withinBlock(n, m, offset, length)
	}
	rest := skipRunes(m.Text, column-1)
	if offset > len(n.Value) || !strings.HasPrefix(rest, n.Value) {
		return m
	}
	m.Position.Column = column + utf8.RuneCountInString(n.Value[:offset])
	m.Length = max(length, 1)
	return m
}

// withinBlock finds a word of a literal or folded scalar on its own line.
func (d *document) withinBlock(n *yaml.Node, whole Mark, offset, length int) Mark {
	if length == 0 || offset+length > len(n.Value) {
		return whole
	}
	word := n.Value[offset : offset+length]
	skip := strings.Count(n.Value[:offset], word)
	for line := n.Line + 1; line <= n.Line+100; line++ {
		text := d.file.lineText(line)
		if count := strings.Count(text, word); count <= skip {
			skip -= count
			continue
		}
		at := 0
		for ; skip > 0; skip-- {
			at += strings.Index(text[at:], word) + len(word)
		}
		at += strings.Index(text[at:], word)
		return d.file.mark(line, 1+utf8.RuneCountInString(text[:at]), utf8.RuneCountInString(word), whole.Label)
	}
	return whole
}

func skipRunes(s string, n int) string {
	for ; n > 0 && s != ""; n-- {
		_, size := utf8.DecodeRuneInString(s)
		s = s[size:]
	}
	return s
}

// nodeWidth returns how many characters of its line a node takes.
func nodeWidth(n *yaml.Node, line string) int {
	rest := strings.TrimRight(skipRunes(line, n.Column-1), " \t\r")
	width := utf8.RuneCountInString(rest)
	if n.Kind != yaml.ScalarNode {
		return max(min(width, 1), 1)
	}
	written := n.Value
	if n.Style&(yaml.SingleQuotedStyle|yaml.DoubleQuotedStyle) != 0 && rest != "" {
		if end := strings.IndexByte(rest[1:], rest[0]); end >= 0 && end+1 >= len(written) {
			return utf8.RuneCountInString(rest[:end+2])
		}
		return width
	}
	if strings.HasPrefix(rest, written) && written != "" {
		return utf8.RuneCountInString(written)
	}
	return max(width, 1)
}

// mark points at a place in the file.
func (f *file) mark(line, column, length int, label string) Mark {
	return Mark{
		Position: Position{File: f.name, Line: line, Column: column},
		Length:   length, Label: label, Text: f.lineText(line),
	}
}

func (f *file) lineText(line int) string {
	if f.starts == nil {
		f.starts = append(make([]int, 0, bytes.Count(f.data, []byte("\n"))+1), 0)
		for i, c := range f.data {
			if c == '\n' {
				f.starts = append(f.starts, i+1)
			}
		}
	}
	if line < 1 || line > len(f.starts) {
		return ""
	}
	text := f.data[f.starts[line-1]:]
	if end := bytes.IndexByte(text, '\n'); end >= 0 {
		text = text[:end]
	}
	return cutLine(bytes.TrimSuffix(text, []byte("\r")))
}

// position is a node's place.
func (d *document) position(n *yaml.Node) Position {
	return Position{File: d.file.name, Line: n.Line, Column: n.Column}
}

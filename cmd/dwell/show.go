package main

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// showCommand shows rules as they are understood.
type showCommand struct {
	Rule      string `arg:"" name:"rule" help:"Id, name or title of a rule or correlation."`
	ruleFlags `embed:""`
}

// Run runs the command.
func (c *showCommand) Run(s *session) error {
	collection, tables, err := c.admitted(s)
	if err != nil {
		return err
	}
	out := newOutput(s.stdout)
	look := &looks{out: out, width: s.width(), colour: s.colour(s.stdout)}
	shown := 0
	for _, r := range collection.Rules {
		if isCalled(&r.Meta, c.Rule) {
			look.rule(r, tables)
			shown++
		}
	}
	for _, r := range collection.Correlations {
		if isCalled(&r.Meta, c.Rule) {
			look.correlation(r)
			shown++
		}
	}
	if shown == 0 {
		return fmt.Errorf("there is no rule %q that can run", c.Rule)
	}
	if look.err != nil {
		return look.err
	}
	return out.Flush()
}

// isCalled says whether a rule has the id, name or title.
func isCalled(m *sigma.Meta, s string) bool {
	return s != "" && (strings.EqualFold(s, m.ID) || strings.EqualFold(s, m.Name) || strings.EqualFold(s, m.Title))
}

// entry writes a labelled line, nothing if there is no text.
func (l *looks) entry(label, text string) {
	if text == "" {
		return
	}
	label = fmt.Sprintf("%-12s", label)
	l.line("%s%s", table.Paint(label, table.Dim, l.colour), table.Clean(text))
}

func (l *looks) meta(m *sigma.Meta) {
	l.line("%s", table.Paint(table.Clean(m.Title), table.Bold, l.colour))
	l.entry("id", m.ID)
	l.entry("name", m.Name)
	l.line("%s%s", table.Paint(fmt.Sprintf("%-12s", "level"), table.Dim, l.colour),
		table.Paint(cmp.Or(m.Level.String(), "none"), levelStyle(m.Level), l.colour))
	l.entry("status", m.Status.String())
	for line := range strings.Lines(strings.TrimSpace(m.Description)) {
		l.entry("description", strings.TrimSuffix(line, "\n"))
	}
	l.entry("author", m.Author)
	l.entry("date", m.Date)
	l.entry("modified", m.Modified)
	l.entry("tags", strings.Join(m.Tags, " "))
	for _, r := range m.References {
		l.entry("reference", r)
	}
	for _, f := range m.FalsePositives {
		l.entry("false hits", f)
	}
	l.entry("file", m.Position.String())
}

func (l *looks) rule(r *sigma.Rule, tables *taxonomy.Tables) {
	l.meta(&r.Meta)
	source := logSourceText(r.LogSource)
	if known, reason := tables.Known(r.LogSource); !known {
		source += ": " + reason + "; only records that name it themselves belong to it"
	}
	l.entry("log source", source)
	if r.Count != nil {
		l.entry("counted", conditionText(r.Count))
	}
	l.line("")
	l.expr(r.Expr, 0)
	l.line("")
}

// expr writes an expression as an indented tree.
func (l *looks) expr(e sigma.Expr, depth int) {
	text := table.Clean(nodeText(e))
	if p, ok := e.(*sigma.Predicate); ok && p.Position.Line > 0 {
		text += table.Paint(fmt.Sprintf("  line %d", p.Position.Line), table.Dim, l.colour)
	}
	l.line("%*s%s", 2*depth, "", text)
	for _, m := range members(e) {
		l.expr(m, depth+1)
	}
}

func (l *looks) correlation(c *sigma.Correlation) {
	l.meta(&c.Meta)
	l.entry("correlation", conditionText(c))
	for _, r := range c.Rules {
		l.entry("counts", r)
	}
	if c.Generate {
		l.entry("generate", "its rules also give hits of their own")
	}
	if c.Condition.Expr != nil {
		l.line("")
		l.expr(c.Condition.Expr, 0)
	}
	l.line("")
}

package main

import (
	"bufio"
	"cmp"
	"encoding/json"
	"fmt"
	"strings"

	"github.com/dwell-project/dwell/cmd/dwell/table"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/correlation"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// rulesCommand checks and shows rules.
type rulesCommand struct {
	Lint   lintCommand   `cmd:"" help:"Check rules: numbered messages with line and column. Exit code 1 if a rule cannot be used."`
	List   listCommand   `cmd:"" help:"List rules: id, level, status, log source, title."`
	Show   showCommand   `cmd:"" help:"Show what a rule says and asks, as it is understood."`
	Update updateCommand `cmd:"" help:"Fetch a release of rules by its address and digest. The only command that uses a network."`
}

// errLint ends a check that found an error; the messages are written already.
type errLint struct{ rules int }

func (e errLint) Error() string { return many(int64(e.rules), "document") + " left out" }

// lintCommand checks rules.
type lintCommand struct {
	Paths        []string `arg:"" optional:"" sep:"none" name:"path" help:"Rule files, folders or zips; the embedded rules if none is named."`
	Errors       bool     `help:"Only what keeps a rule out, no warnings."`
	Placeholders string   `placeholder:"FILE" help:"YAML map of placeholder names to lists of values, for the modifier expand."`
}

// Run runs the command.
func (c *lintCommand) Run(s *session) error {
	collection, err := (&ruleFlags{Rules: c.Paths, Placeholders: c.Placeholders}).collection()
	if err != nil {
		return err
	}
	problems := collection.Problems
	_, fromCorrelations := correlation.Compile(collection.Rules, collection.Correlations)
	problems = append(problems, fromCorrelations...)
	out := newOutput(s.stdout)
	var errs, warnings int
	for i := range problems {
		p := &problems[i]
		if p.Severity() == sigma.Error {
			errs++
		} else if warnings++; c.Errors {
			continue
		}
		if _, err := fmt.Fprintln(out, cleanLines(p.Render())); err != nil {
			return err
		}
	}
	if err := out.Flush(); err != nil {
		return err
	}
	tell(s.stderr, "%s, %s, %s in %s\n", many(int64(len(collection.Rules)+len(collection.Correlations)+len(collection.Filters)), "usable document"),
		many(int64(errs), "error"), many(int64(warnings), "warning"), many(int64(collection.Files), "file"))
	if errs > 0 {
		return errLint{collection.LeftOut}
	}
	return nil
}

// cleanLines disarms text of several lines for a terminal.
func cleanLines(text string) string {
	var b strings.Builder
	for line := range strings.Lines(text) {
		b.WriteString(table.Clean(strings.TrimSuffix(line, "\n")))
		b.WriteByte('\n')
	}
	return b.String()
}

// listCommand lists rules.
type listCommand struct {
	Output    string `short:"o" enum:",table,json,jsonl" default:"" placeholder:"FORM" help:"table, json or jsonl (default: table on a terminal, else jsonl)."`
	ruleFlags `embed:""`
}

// ruleLine is a rule in a list.
type ruleLine struct {
	Kind      string          `json:"kind"` // rule or correlation
	ID        string          `json:"id"`
	Name      string          `json:"name,omitempty"`
	Title     string          `json:"title"`
	Level     string          `json:"level"`
	Status    string          `json:"status"`
	LogSource *logSourceEntry `json:"logsource,omitempty"`
	// Known says whether the taxonomy knows records of the log source.
	Known bool     `json:"known"`
	Tags  []string `json:"tags,omitempty"`
	File  string   `json:"file"`
}

type logSourceEntry struct {
	Category string `json:"category,omitempty"`
	Product  string `json:"product,omitempty"`
	Service  string `json:"service,omitempty"`
}

// Run runs the command.
func (c *listCommand) Run(s *session) error {
	collection, tables, err := c.admitted(s)
	if err != nil {
		return err
	}
	var list []ruleLine
	for _, r := range collection.Rules {
		line := newRuleLine("rule", &r.Meta)
		line.LogSource = &logSourceEntry{r.LogSource.Category, r.LogSource.Product, r.LogSource.Service}
		line.Known, _ = tables.Known(r.LogSource)
		list = append(list, line)
	}
	for _, r := range collection.Correlations {
		line := newRuleLine("correlation", &r.Meta)
		line.Known = true
		list = append(list, line)
	}
	return writeRuleList(s, cmp.Or(c.Output, s.form()), list)
}

// form is the default form of a list.
func (s *session) form() string {
	if _, terminal := s.screen(s.stdout); terminal {
		return "table"
	}
	return "jsonl"
}

func newRuleLine(kind string, m *sigma.Meta) ruleLine {
	return ruleLine{
		Kind: kind, ID: m.ID, Name: m.Name, Title: m.Title, Level: m.Level.String(), Status: m.Status.String(),
		Tags: m.Tags, File: m.Position.File,
	}
}

// admitted returns the rules and correlations that pass the flags.
func (f *ruleFlags) admitted(s *session) (*sigma.Collection, *taxonomy.Tables, error) {
	opt, err := f.options()
	if err != nil {
		return nil, nil, err
	}
	tables, err := f.tables()
	if err != nil {
		return nil, nil, err
	}
	all, err := f.collection()
	if err != nil {
		return nil, nil, err
	}
	s.trouble.rulesLeftOut(all.Problems)
	kept := &sigma.Collection{Filters: all.Filters}
	for _, r := range all.Rules {
		if opt.Admits(&r.Meta) {
			kept.Rules = append(kept.Rules, r)
		}
	}
	for _, r := range all.Correlations {
		if opt.Admits(&r.Meta) {
			kept.Correlations = append(kept.Correlations, r)
		}
	}
	return kept, tables, nil
}

func writeRuleList(s *session, form string, list []ruleLine) error {
	out := newOutput(s.stdout)
	switch form {
	case "json":
		if err := indented(out, append([]ruleLine{}, list...)); err != nil {
			return err
		}
	case "jsonl":
		encoder := json.NewEncoder(out)
		encoder.SetEscapeHTML(false)
		for i := range list {
			if err := encoder.Encode(&list[i]); err != nil {
				return err
			}
		}
	default:
		if err := ruleTable(list).Write(out, s.width(), s.colour(s.stdout)); err != nil {
			return err
		}
	}
	return out.Flush()
}

// width is that of the terminal, 0 if standard output is none.
func (s *session) width() int {
	width, _ := s.screen(s.stdout)
	return width
}

// indented writes JSON for people and programs.
func indented(out *bufio.Writer, v any) error {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(v)
}

func ruleTable(list []ruleLine) *table.Table {
	t := &table.Table{Columns: []table.Column{
		{Title: "id"}, {Title: "level"}, {Title: "status"}, {Title: "log source", Least: 16}, {Title: "title", Least: 24},
	}}
	for _, r := range list {
		level, _ := sigma.ParseLevel(r.Level)
		source, style := r.Kind, table.Plain
		if r.LogSource != nil {
			source = logSourceText(sigma.LogSource{Category: r.LogSource.Category, Product: r.LogSource.Product, Service: r.LogSource.Service})
			if !r.Known {
				source, style = source+" (unknown)", table.Dim
			}
		}
		t.Add(table.Cell{Text: cmp.Or(r.ID, "-")}, table.Cell{Text: cmp.Or(r.Level, "-"), Style: levelStyle(level)},
			table.Cell{Text: cmp.Or(r.Status, "-")}, table.Cell{Text: source, Style: style}, table.Cell{Text: r.Title})
	}
	return t
}

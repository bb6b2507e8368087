package main

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/dwell-project/dwell/sigma"
)

// predicateText writes a predicate as a sentence: Image ends with "\cmd.exe".
func predicateText(p *sigma.Predicate) string {
	field := p.Field
	if field == "" {
		field = "any field"
	}
	text := strconv.Quote(p.Text)
	if !strings.ContainsAny(p.Text, "\"\n\r\t") {
		text = `"` + p.Text + `"`
	}
	if p.Cased && p.Op != sigma.Regex {
		text += " (case matters)"
	}
	number := strconv.FormatFloat(p.Number, 'g', -1, 64)
	switch p.Op {
	case sigma.Glob:
		return fmt.Sprintf(`%s is like "%s"`, field, p.Pattern)
	case sigma.Regex:
		return field + " matches " + regexText(p)
	case sigma.CIDR:
		return fmt.Sprintf("%s is within %s", field, p.Prefix)
	case sigma.Less, sigma.LessEqual, sigma.Greater, sigma.GreaterEqual:
		return field + " " + opText(p.Op) + " " + number
	case sigma.Exists:
		return field + " is there"
	case sigma.IsNull:
		return field + " is absent or null"
	case sigma.FieldRef:
		return field + " " + opText(p.Ref.Op) + " the value of " + p.Ref.Field
	case sigma.TimePart:
		return "the " + p.Part + " of " + field + " is " + number
	default:
		return field + " " + opText(p.Op) + " " + text + origin(p)
	}
}

// origin names what a rule says where a modifier (base64, wide, expand …) made
// other text of it.
func origin(p *sigma.Predicate) string {
	plain := strings.NewReplacer(`\`, "", "*", "")
	if p.Written == "" || strings.Contains(plain.Replace(p.Written), plain.Replace(p.Text)) {
		return ""
	}
	return ` made of "` + p.Written + `"`
}

// regexText writes a regular expression as the rule has it, with its flags:
// /^x+$/i. What runs is the same in the syntax of package regexp.
func regexText(p *sigma.Predicate) string {
	runs := p.Regexp.String()
	if p.Written == "" {
		return "/" + runs + "/"
	}
	flags := ""
	if rest, ok := strings.CutPrefix(runs, "(?"); ok && !strings.HasPrefix(p.Written, "(?") {
		flags = rest[:max(strings.IndexAny(rest, ":)"), 0)]
	}
	return "/" + p.Written + "/" + flags
}

func opText(op sigma.Op) string {
	switch op {
	case sigma.Contains:
		return "contains"
	case sigma.StartsWith:
		return "starts with"
	case sigma.EndsWith:
		return "ends with"
	case sigma.Less:
		return "<"
	case sigma.LessEqual:
		return "<="
	case sigma.Greater:
		return ">"
	case sigma.GreaterEqual:
		return ">="
	default:
		return "is"
	}
}

// nodeText names what joins the members of an expression.
func nodeText(e sigma.Expr) string {
	switch e := e.(type) {
	case sigma.And:
		return "all of"
	case sigma.Or:
		return "any of"
	case sigma.Not:
		return "not"
	case sigma.Const:
		if e {
			return "always"
		}
		return "never"
	case *sigma.Predicate:
		return predicateText(e)
	default:
		return "?"
	}
}

// members returns what an expression is made of.
func members(e sigma.Expr) []sigma.Expr {
	switch e := e.(type) {
	case sigma.And:
		return e
	case sigma.Or:
		return e
	case sigma.Not:
		return []sigma.Expr{e.X}
	default:
		return nil
	}
}

// boundText writes a correlation's bound: ">= 10".
func boundText(b sigma.Bound) string {
	op := opText(b.Op)
	if op == "is" {
		op = "="
	}
	if b.Not {
		op = "not " + op
	}
	return op + " " + strconv.FormatFloat(b.Number, 'g', -1, 64)
}

// conditionText writes what a correlation asks in one line.
func conditionText(c *sigma.Correlation) string {
	text := string(c.Type)
	if len(c.Condition.Fields) > 0 {
		text += " of " + strings.Join(c.Condition.Fields, ", ")
	}
	var bounds []string
	for _, b := range c.Condition.Bounds {
		bounds = append(bounds, boundText(b))
	}
	if len(bounds) > 0 {
		text += " " + strings.Join(bounds, " and ")
	}
	text += " within " + time.Duration(c.Timespan).String()
	if len(c.GroupBy) > 0 {
		text += " by " + strings.Join(c.GroupBy, ", ")
	}
	return text
}

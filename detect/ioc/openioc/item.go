package openioc

import (
	"net/netip"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// comparison is an IndicatorItem.
type comparison struct {
	path, typ string
	condition string
	negated   bool
	cased     bool
	content   string
}

// item reads an IndicatorItem.
func (r *reader) item(n *node) (said, bool) {
	context, content := n.first("Context"), n.first("Content")
	if context == nil || content == nil || content.text == "" {
		r.unused(n, "an IndicatorItem without Context or Content")
		return said{}, false
	}
	term := context.attrs["search"]
	path, ok := r.terms[strings.ToLower(term)]
	if !ok {
		r.unused(n, "the term %s is not understood", term)
		return said{}, false
	}
	typ, _, _ := strings.Cut(path, ":")
	c := comparison{
		path: path, typ: typ, condition: strings.ToLower(n.attrs["condition"]), content: content.text,
		negated: strings.EqualFold(n.attrs["negate"], "true"), cased: strings.EqualFold(n.attrs["preserve-case"], "true"),
	}
	if bare, ok := strings.CutSuffix(c.condition, "not"); ok { // of 1.0
		c.condition, c.negated = bare, !c.negated
	}
	s, ok := c.say()
	if !ok {
		r.unused(n, "%s %s %s is not understood", term, n.attrs["condition"], strconv.Quote(content.text))
	}
	return s, ok
}

// say writes the comparison.
func (c *comparison) say() (said, bool) {
	switch {
	case isNumber(c.path):
		return c.number()
	case isTime(c.path):
		return c.time()
	case c.typ == "ipv4-addr" || strings.HasSuffix(c.path, "_ref.value") && c.typ == "network-traffic":
		if s, ok := c.address(); ok {
			return s, true
		}
	}
	switch c.condition {
	case "is":
		if c.cased || c.path == "windows-registry-key:key" {
			return c.matching(`^`, regexp.QuoteMeta(c.content), `$`), true
		}
		s := c.with("=", quoted(c.content))
		if !folds(c.path) {
			s = c.matching(`^`, regexp.QuoteMeta(c.content), `$`)
		}
		if !c.negated {
			s.path, s.value = c.path, c.content
		}
		return s, true
	case "contains":
		return c.matching("", regexp.QuoteMeta(c.content), ""), true
	case "starts-with":
		return c.matching("^", regexp.QuoteMeta(c.content), ""), true
	case "ends-with":
		return c.matching("", regexp.QuoteMeta(c.content), "$"), true
	case "matches":
		_, err := regexp.Compile(c.content)
		return c.matching("", c.content, ""), err == nil
	default:
		return said{}, false
	}
}

// with writes an operator and what it compares with.
func (c *comparison) with(operator, operand string) said {
	if c.negated {
		operator = "NOT " + operator
	}
	return said{text: c.path + " " + operator + " " + operand, typ: c.typ}
}

// matching writes a regular expression. A key without its hive has any.
func (c *comparison) matching(before, expression, after string) said {
	if c.path == "windows-registry-key:key" && before == "^" {
		before = `^(HKEY_[A-Z_]+\\)?`
	}
	flags := "(?is)"
	if c.cased {
		flags = "(?s)"
	}
	return c.with("MATCHES", quoted(flags+before+expression+after))
}

func quoted(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, `'`, `\'`).Replace(s) + "'"
}

func isNumber(path string) bool {
	return strings.HasSuffix(path, "_port") || strings.HasSuffix(path, "pid") || path == "file:size"
}

func isTime(path string) bool {
	return strings.HasSuffix(path, "ctime") || strings.HasSuffix(path, "mtime") || strings.HasSuffix(path, "atime") || strings.HasSuffix(path, "_time")
}

// folds says whether = takes no notice of case at the path.
func folds(path string) bool {
	for _, exact := range []string{"url:value", "email-message:subject", ".Referer", "'Reply-To'", ".service_name", ":protocols"} {
		if strings.Contains(path, exact) {
			return false
		}
	}
	return true
}

// ordered are the conditions that numbers and times can have.
func ordered(condition string) (string, bool) {
	operator, ok := map[string]string{"is": "=", "greater-than": ">", "less-than": "<"}[condition]
	return operator, ok
}

func (c *comparison) number() (said, bool) {
	operator, ok := ordered(c.condition)
	if n, err := strconv.ParseInt(c.content, 10, 64); ok && err == nil {
		return c.with(operator, strconv.FormatInt(n, 10)), true
	}
	low, high, ok := strings.Cut(c.content, " TO ")
	from, err := strconv.ParseInt(strings.TrimSpace(low), 10, 64)
	to, failed := strconv.ParseInt(strings.TrimSpace(high), 10, 64)
	if !ok || err != nil || failed != nil || c.condition != "is" || c.negated {
		return said{}, false
	}
	return said{
		text: "(" + c.path + " >= " + strconv.FormatInt(from, 10) + " AND " + c.path + " <= " + strconv.FormatInt(to, 10) + ")", typ: c.typ,
	}, true
}

func (c *comparison) time() (said, bool) {
	operator, ok := ordered(c.condition)
	for _, form := range []string{time.RFC3339Nano, "2006-01-02T15:04:05", time.DateTime, time.DateOnly} {
		if at, err := time.Parse(form, c.content); ok && err == nil {
			return c.with(operator, "t'"+at.UTC().Format(time.RFC3339Nano)+"'"), true
		}
	}
	return said{}, false
}

func (c *comparison) address() (said, bool) {
	if c.condition != "is" {
		return said{}, false
	}
	if _, err := netip.ParsePrefix(c.content); err == nil {
		return c.with("ISSUBSET", quoted(c.content)), true
	}
	if _, err := netip.ParseAddr(c.content); err != nil {
		return said{}, false
	}
	s := c.with("=", quoted(c.content))
	if !c.negated {
		s.path, s.value = c.path, c.content
	}
	return s, true
}

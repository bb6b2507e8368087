package taxonomy_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

// Known must say what trying every origin says. The vocabulary is small enough
// for that and large enough for entries to overlap, exclude each other and give
// the parts of a log source apart.
func TestKnownAgreesWithTryingEveryOrigin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawTable(t)
		tables, err := taxonomy.Load(taxonomy.File{Name: "drawn.yml", Text: []byte(text)})
		if err != nil {
			t.Fatalf("%v in\n%s", err, text)
		}
		ls := sigma.LogSource{
			Product:  rapid.SampledFrom([]string{"", "p1", "p2"}).Draw(t, "product"),
			Service:  rapid.SampledFrom([]string{"", "s1", "s2"}).Draw(t, "service"),
			Category: rapid.SampledFrom([]string{"", "c1", "c2"}).Draw(t, "category"),
		}
		known, reason := tables.Known(ls)
		if known != (reason == "") {
			t.Errorf("Known(%+v) = %v, %q", ls, known, reason)
		}
		if tried := admittedSomewhere(tables, ls); tried != known {
			t.Errorf("Known(%+v) = %v, trying every origin gives %v, with\n%s", ls, known, tried, text)
		}
	})
}

var (
	channels = []string{"", "ch1", "ch2", "other"}
	codes    = []string{"", "1", "2", "other"}
)

func admittedSomewhere(tables *taxonomy.Tables, ls sigma.LogSource) bool {
	for _, schema := range []string{"", "sc1", "other"} {
		for _, channel := range channels {
			for _, code := range codes {
				v := tables.View(taxonomy.Origin{Schema: schema, Channel: channel, Code: code})
				if ok, _ := v.Admits(ls); ok {
					return true
				}
			}
		}
	}
	return false
}

func drawTable(t *rapid.T) string {
	var b strings.Builder
	b.WriteString("version: 1\nlogsources:\n")
	for range rapid.IntRange(1, 6).Draw(t, "entries") {
		var gives []string
		for _, part := range []string{"product: p", "service: s", "category: c"} {
			if n := rapid.IntRange(0, 2).Draw(t, part); n > 0 {
				gives = append(gives, fmt.Sprint(part, n))
			}
		}
		if gives == nil {
			gives = []string{"product: p1"}
		}
		fmt.Fprintf(&b, "  - {%s, when: {%s}", strings.Join(gives, ", "), drawWhen(t))
		if rapid.Bool().Draw(t, "unless") {
			fmt.Fprintf(&b, ", unless: {%s}", drawWhen(t))
		}
		b.WriteString("}\n")
	}
	return b.String()
}

func drawWhen(t *rapid.T) string {
	lists := map[string][]string{
		"channel": {"ch1", "[ch1, ch2]", "ch2", `"*"`},
		"code":    {"1", "[1, 2]", "2", `"*"`},
		"schema":  {"sc1"},
	}
	var parts []string
	for _, key := range []string{"channel", "code", "schema"} {
		if rapid.IntRange(0, 2).Draw(t, key) > 0 {
			parts = append(parts, key+": "+rapid.SampledFrom(lists[key]).Draw(t, key+" value"))
		}
	}
	if parts == nil {
		return "channel: ch1"
	}
	return strings.Join(parts, ", ")
}

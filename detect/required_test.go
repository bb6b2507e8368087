package detect

import (
	"regexp"
	"regexp/syntax"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/sigma"
)

// drawExpression draws a regular expression of few characters, so that texts of
// the same characters often match.
func drawExpression(depth int) *rapid.Generator[string] {
	leaf := rapid.SampledFrom([]string{"a", "b", "s", "k", "ab", "=", "[ab]", "[a-z]", "[^a]", ".", `\b`, `\w`, `\s`, "^", "$", "", "é", "(?i:s)", "(?i:Kb)"})
	if depth == 0 {
		return leaf
	}
	sub := drawExpression(depth - 1)
	return rapid.OneOf(leaf, rapid.Custom(func(t *rapid.T) string {
		parts := rapid.SliceOfN(sub, 1, 4).Draw(t, "parts")
		switch rapid.SampledFrom([]string{"then", "or", "?", "*", "+", "{}"}).Draw(t, "how") {
		case "or":
			return "(" + strings.Join(parts, "|") + ")"
		case "?":
			return "(" + strings.Join(parts, "") + ")?"
		case "*":
			return "(" + strings.Join(parts, "") + ")*"
		case "+":
			return "(" + strings.Join(parts, "") + ")+"
		case "{}":
			return "(" + strings.Join(parts, "") + "){1,3}"
		}
		return strings.Join(parts, "")
	}))
}

// What is asked before an expression is tried never loses a match.
func TestEveryMatchHasWhatItsExpressionNeeds(t *testing.T) {
	matched := 0
	rapid.Check(t, func(t *rapid.T) {
		expr := drawExpression(3).Draw(t, "expression")
		re, err := regexp.Compile(expr)
		if err != nil {
			t.Skip(err)
		}
		need := needsOf(expr)
		for range 20 {
			text := rapid.StringOfN(rapid.RuneFrom([]rune("aabbsskk= éSKſK\n")), 0, 12, -1).Draw(t, "text")
			if !re.MatchString(text) {
				continue
			}
			matched++
			folded := sigma.Fold(nil, []byte(text))
			if len(text) < need.length {
				t.Fatalf("%q matches %q, which is shorter than %d", expr, text, need.length)
			}
			for _, g := range need.groups {
				if !(&needs{groups: [][][]byte{nil, g}}).met(folded) {
					t.Fatalf("%q matches %q, which has none of %q", expr, text, g)
				}
			}
		}
	})
	if matched == 0 {
		t.Error("no text matched: nothing was tried")
	}
}

func TestNeighboursOfAnExpressionAreAskedForTogether(t *testing.T) {
	for expr, want := range map[string]string{
		"(?i)[a-z]{1,9}=(cmd(.exe)?|id(;|$))": "=cmd =id", // what follows cmd is any character
		"x?(ab|cd)[0-9]":                      "ab cd",
		"one|t[a-z]o":                         "one t",
		"(one|t[a-z]o) end":                   " end",
		"[ab]c[d-z]":                          "ac bc",
		`ac\w*\s+ntds|\bifm\b`:                "ifm ntds",
	} {
		var got []string
		if groups := needsOf(expr).groups; len(groups) > 0 {
			for _, l := range groups[0] {
				got = append(got, string(l))
			}
		}
		if text := strings.Join(got, " "); text != want && !sameWords(text, want) {
			re, _ := syntax.Parse(expr, syntax.Perl)
			t.Errorf("%s (%v) needs %q; want %q", expr, re, text, want)
		}
	}
}

func sameWords(a, b string) bool {
	words := map[string]int{}
	for w := range strings.SplitSeq(a, " ") {
		words[w]++
	}
	for w := range strings.SplitSeq(b, " ") {
		words[w]--
	}
	for _, n := range words {
		if n != 0 {
			return false
		}
	}
	return true
}

package sigma_test

import (
	"fmt"
	"log"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/sigma"
)

func parseExpr(t *testing.T, s string) sigma.Expr {
	t.Helper()
	e, err := sigma.ParseExpr(s)
	if err != nil {
		t.Fatal(err)
	}
	return e
}

func readJSON(t *testing.T, s string) sigma.Record {
	t.Helper()
	r, err := sigma.ReadJSON([]byte(s))
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestExplainNamesTheBytesThatMatched(t *testing.T) {
	for _, c := range []struct{ expr, record, value, part string }{
		{`F contains 'WHOAMI'`, `{"F":"cmd /c whoami /all"}`, "cmd /c whoami /all", "whoami"},
		{`F endswith '\cmd.exe'`, `{"F":"C:\\Windows\\CMD.EXE"}`, `C:\Windows\CMD.EXE`, `\CMD.EXE`},
		{`F startswith 'k'`, `{"F":"\u212aelvin"}`, "\u212aelvin", "\u212a"},
		{`F contains 'ärg'`, `{"F":"xÄRGER"}`, "xÄRGER", "ÄRG"},
		{`F matches 'b+'`, `{"F":["a","abbc"]}`, "abbc", "bb"},
		{`F = 'x'`, `{"F":["a","X"]}`, "X", "X"},
		{`keyword contains 'b'`, `{"F":1,"G":{"H":"abc"}}`, "abc", "b"},
		{`F > 3`, `{"F":[1,7]}`, "7", "7"},
		{`F = field(G)`, `{"F":"a","G":"A"}`, "a", "a"},
		{`F exists`, `{"F":"abc"}`, "abc", "abc"},
	} {
		trace := sigma.Explain(parseExpr(t, c.expr), readJSON(t, c.record))
		if !trace.Outcome || !trace.HasValue {
			t.Errorf("%s on %s: %+v", c.expr, c.record, trace)
			continue
		}
		if got := trace.Value[trace.Start:trace.End]; trace.Value != c.value || got != c.part {
			t.Errorf("%s on %s: %q in %q, want %q in %q", c.expr, c.record, got, trace.Value, c.part, c.value)
		}
	}
}

func TestExplainHasTheShapeOfTheExpression(t *testing.T) {
	e := parseExpr(t, `(A = 'x' or B = 'y') and not C is null and D = 'z'`)
	trace := sigma.Explain(e, readJSON(t, `{"A":"q","B":"y","C":"c","D":["z1","z2"]}`))
	var walk func(*sigma.Trace) string
	walk = func(t *sigma.Trace) string {
		s := fmt.Sprint(t.Outcome)
		for _, c := range t.Children {
			s += "(" + walk(c) + ")"
		}
		return s
	}
	if got, want := walk(trace), "false(true(false)(true))(true(false))(false)"; got != want {
		t.Errorf("outcomes %s, want %s", got, want)
	}
	if diff := cmp.Diff([]string{"z1", "z2"}, trace.Children[2].Seen); diff != "" {
		t.Errorf("seen (-want +got):\n%s", diff)
	}
}

func TestMatchedLeavesOutWhatIsFalseOrNegated(t *testing.T) {
	e := parseExpr(t, `(A = 'x' or B = 'y') and not C = 'c'`)
	var got []string
	for _, m := range sigma.Explain(e, readJSON(t, `{"A":"q","B":"y"}`)).Matched() {
		got = append(got, m.Expr.String())
	}
	if diff := cmp.Diff([]string{`B = 'y'`}, got); diff != "" {
		t.Errorf("matched (-want +got):\n%s", diff)
	}
}

func TestPredicatesThatAskTheSameHaveOneKey(t *testing.T) {
	key := func(s string) sigma.Key { return parseExpr(t, s).(*sigma.Predicate).Key() }
	for _, pair := range [][2]string{
		{`F contains 'ABC'`, `F contains 'abc'`}, {`F = 'Ä'`, `F = 'ä'`}, {`F like 'A*b?'`, `F like 'a*B?'`}, {`F in 10.0.0.0/8`, `F in 10.0.0.0/8`},
	} {
		if key(pair[0]) != key(pair[1]) {
			t.Errorf("%s and %s differ", pair[0], pair[1])
		}
	}
	seen := map[sigma.Key]string{}
	for _, s := range []string{
		`F contains 'abc'`, `F cased contains 'abc'`, `F cased contains 'ABC'`, `F = 'abc'`, `F startswith 'abc'`, `F endswith 'abc'`, `G contains 'abc'`, `keyword contains 'abc'`,
		`F like 'a*b'`, `F like 'a\*b'`, `F matches 'abc'`, `F matches '(?i)abc'`, `F < 1`, `F < 2`, `F <= 1`, `F in 10.0.0.0/8`, `F in 10.0.0.0/9`, `F exists`, `F is null`,
		`F = field(G)`, `F = field(H)`, `F contains field(G)`, `hour(F) = 1`, `day(F) = 1`, `hour(F) > 1`,
	} {
		if other, there := seen[key(s)]; there {
			t.Errorf("%s and %s have one key", s, other)
		}
		seen[key(s)] = s
	}
}

func TestParseExprRefusesWhatIsNoExpression(t *testing.T) {
	for _, s := range []string{
		"", "F", "F =", "F = x", "F = 'x", "F = 'x' and", "(F = 'x'", "F = 'x')", "F < y", "F in x", "F matches '('", "F like x", "and F = 'x'", "century(F) = 1", `"F = 'x'`, "F = field(", "not", "F < Inf",
	} {
		if e, err := sigma.ParseExpr(s); err == nil {
			t.Errorf("ParseExpr(%q) = %s; want an error", s, e)
		}
	}
}

func TestNumbersAreReadAsDocumented(t *testing.T) {
	for text, want := range map[string]float64{"0": 0, "-1.5": -1.5, "+7": 7, "1e3": 1000, "0x10": 16, "0XfF": 255, "007": 7, ".5": 0.5} {
		if got, ok := sigma.ParseNumber([]byte(text)); !ok || got != want {
			t.Errorf("ParseNumber(%q) = %v, %v; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", " 1", "1 ", "x", "0x", "-0x1", "1_000", "Inf", "NaN", "1e999", "1,5", "0x1p4", "e"} {
		if got, ok := sigma.ParseNumber([]byte(text)); ok {
			t.Errorf("ParseNumber(%q) = %v; want none", text, got)
		}
	}
}

func TestTimesAreReadAsDocumented(t *testing.T) {
	want := time.Date(2024, 2, 29, 13, 45, 6, 0, time.UTC)
	for _, text := range []string{
		"2024-02-29T13:45:06Z", "2024-02-29T13:45:06.000Z", "2024-02-29 13:45:06", "2024-02-29T13:45:06", "2024-02-29T15:45:06+02:00", "2024-02-29 15:45:06 +0200",
		"2024-02-29T15:45:06+0200", "1709214306", "1709214306000", "1709214306000000", "1709214306000000000", "1709214306.0",
	} {
		if got, ok := sigma.ParseTime([]byte(text)); !ok || !got.Equal(want) {
			t.Errorf("ParseTime(%q) = %v, %v; want %v", text, got, ok, want)
		}
	}
	for _, text := range []string{"", "noon", "29.02.2024", "2024-02-30T00:00:00Z", "2024-02-29T25:00:00Z", "1e40"} {
		if got, ok := sigma.ParseTime([]byte(text)); ok {
			t.Errorf("ParseTime(%q) = %v; want none", text, got)
		}
	}
}

func TestReadJSONRefusesWhatIsNoObject(t *testing.T) {
	for _, s := range []string{"", "[]", "1", `{"a":1`, `{"a":1}x`, `{"a":}`, `{"a":1}{}`, `{"a":` + strings.Repeat("[", 2000)} {
		if _, err := sigma.ReadJSON([]byte(s)); err == nil {
			t.Errorf("ReadJSON(%q) gives no error", s)
		}
	}
}

func ExampleParse() {
	rules := sigma.Parse("whoami.yml", []byte(`
title: Whoami Execution
logsource:
    category: process_creation
    product: windows
detection:
    selection:
        Image|endswith: '\whoami.exe'
    condition: selection
level: high
`))
	record, err := sigma.ReadJSON([]byte(`{"Image": "C:\\Windows\\System32\\whoami.exe"}`))
	if err != nil {
		log.Fatal(err)
	}
	for _, rule := range rules.Rules {
		fmt.Println(rule.Expr)
		fmt.Println(rule.Level, sigma.Match(rule.Expr, record))
	}
	// Output:
	// Image endswith '\whoami.exe'
	// high true
}

package sigma_test

import (
	"encoding/base64"
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/rogpeppe/go-internal/txtar"

	"github.com/dwell-project/dwell/sigma"
)

func FuzzFoldAgreesWithEqualFold(f *testing.F) {
	for _, pair := range [][2]string{
		{"Abc", "aBC"}, {"ſ", "S"}, {"\u212a", "k"}, {"Σίσυφος", "ΣΊΣΥΦΟΣ"}, {"ß", "ẞ"}, {"İ", "i"}, {"ǅ", "ǆ"}, {"", "a"}, {"Å", "å"},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) {
			t.Skip("EqualFold takes all bytes that are not UTF-8 for equal")
		}
		same := sigma.FoldString(a) == sigma.FoldString(b)
		if same != strings.EqualFold(a, b) {
			t.Errorf("Fold(%q) = %q and Fold(%q) = %q, EqualFold is %v", a, sigma.FoldString(a), b, sigma.FoldString(b), !same)
		}
		if twice := sigma.FoldString(sigma.FoldString(a)); twice != sigma.FoldString(a) {
			t.Errorf("Fold(Fold(%q)) = %q, want %q", a, twice, sigma.FoldString(a))
		}
		if folded := sigma.Fold(nil, []byte(a)); string(folded) != sigma.FoldString(a) {
			t.Errorf("Fold(%q) = %q, FoldString is %q", a, folded, sigma.FoldString(a))
		}
	})
}

// slowPattern is a Sigma value as a regular expression, made character by
// character from the specification's words.
func slowPattern(value string) *regexp.Regexp {
	var b strings.Builder
	b.WriteString(`(?s)\A`)
	for runes := []rune(value); len(runes) > 0; {
		switch r := runes[0]; {
		case r == '\\' && len(runes) > 1 && strings.ContainsRune(`*?\`, runes[1]):
			b.WriteString(regexp.QuoteMeta(string(runes[1])))
			runes = runes[1:]
		case r == '*':
			b.WriteString(".*")
		case r == '?':
			b.WriteString(".")
		default:
			b.WriteString(regexp.QuoteMeta(string(r)))
		}
		runes = runes[1:]
	}
	return regexp.MustCompile(b.String() + `\z`)
}

// ruleText is a rule with one value of one field, in JSON, which is YAML.
func ruleText(t *testing.T, key, value string) []byte {
	t.Helper()
	text, err := json.Marshal(map[string]any{
		"title": "Fuzzed", "logsource": map[string]string{"category": "test"},
		"detection": map[string]any{"selection": map[string]any{key: value}, "condition": "selection"},
	})
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func FuzzWildcardsAgreeWithASlowRegexp(f *testing.F) {
	for _, pair := range [][2]string{
		{`a*b`, "aXXb"}, {`C:\Windows\\*`, `C:\Windows\x`}, {`\*`, "*"}, {`\\\*?`, `\*x`}, {`**?*`, "xy"}, {`*ab*ab`, "abab"}, {`a\`, `a\`}, {"", ""}, {"?é*", "éé"},
	} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, value, text string) {
		if !utf8.ValidString(value) || !utf8.ValidString(text) || len(value) > 60 || len(text) > 200 || strings.ContainsFunc(value+text, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0xd800 }) {
			t.Skip("not a text that YAML and JSON both carry")
		}
		c := sigma.Parse("fuzz", ruleText(t, "F|cased", value))
		if len(c.Rules) != 1 {
			t.Fatalf("the value %q is refused: %v", value, c.Problems)
		}
		quoted, err := json.Marshal(map[string]string{"F": text})
		if err != nil {
			t.Fatal(err)
		}
		record, err := sigma.ReadJSON(quoted)
		if err != nil {
			t.Fatal(err)
		}
		want := slowPattern(value).MatchString(text)
		if got := sigma.Match(c.Rules[0].Expr, record); got != want {
			t.Errorf("value %q (%s) on %q: %v, want %v", value, c.Rules[0].Expr, text, got, want)
		}
	})
}

func FuzzBase64OffsetIsInEveryEncoding(f *testing.F) {
	f.Add("whoami", "x", "yz")
	f.Add("a", "", "")
	f.Add("/bin/bash", "12345", "")
	f.Fuzz(func(t *testing.T, value, before, after string) {
		if value == "" || !utf8.ValidString(value) || strings.ContainsAny(value, `*?\`) || strings.ContainsFunc(value, func(r rune) bool { return r < ' ' || r >= 0x7f && r < 0xa0 || r >= 0xd800 }) {
			t.Skip("not a plain text")
		}
		c := sigma.Parse("fuzz", ruleText(t, "F|base64offset|contains|cased", value))
		if len(c.Rules) != 1 {
			t.Fatalf("the value %q is refused: %v", value, c.Problems)
		}
		encoded := base64.StdEncoding.EncodeToString([]byte(before + value + after))
		record, err := sigma.ReadJSON([]byte(`{"F":"` + encoded + `"}`))
		if err != nil {
			t.Fatal(err)
		}
		if !sigma.Match(c.Rules[0].Expr, record) {
			t.Errorf("%s does not find %q in the Base64 of %q: %s", c.Rules[0].Expr, value, before+value+after, encoded)
		}
	})
}

// seedRules adds every rule of the suite and of the golden files.
func seedRules(f *testing.F) {
	f.Helper()
	for _, dir := range []string{"spec", "errors"} {
		files, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
		if err != nil {
			f.Fatal(err)
		}
		for _, name := range files {
			data, err := os.ReadFile(name)
			if err != nil {
				f.Fatal(err)
			}
			for _, file := range txtar.Parse(data).Files {
				if strings.HasSuffix(file.Name, ".yml") && len(file.Data) < 5000 {
					f.Add(file.Data)
				}
			}
		}
	}
}

// recordsFor makes records that are about the predicates of an expression: each
// literal alone in its field, with something around it, and none.
func recordsFor(e sigma.Expr) []sigma.Record {
	var out []sigma.Record
	add := func(field string, values ...any) {
		if field == "" {
			field = "any"
		}
		for _, v := range values {
			text, err := json.Marshal(map[string]any{field: v})
			if err != nil {
				continue
			}
			if r, err := sigma.ReadJSON(text); err == nil {
				out = append(out, r)
			}
		}
	}
	var visit func(sigma.Expr)
	visit = func(e sigma.Expr) {
		if len(out) > 200 {
			return
		}
		switch e := e.(type) {
		case sigma.And:
			for _, x := range e {
				visit(x)
			}
		case sigma.Or:
			for _, x := range e {
				visit(x)
			}
		case sigma.Not:
			visit(e.X)
		case *sigma.Predicate:
			add(e.Field, e.Text, "x"+strings.ToUpper(e.Text)+"y", e.Pattern.String(), e.Number, e.Number+1, e.Prefix.Addr().String(), nil, "", e.Written)
		}
	}
	visit(e)
	return out
}

func FuzzRulesReadBackFromTheirText(f *testing.F) {
	seedRules(f)
	table := map[string][]string{"Servers": {"srv*", "x"}, "Admins": {"adm"}, "Number": {`\d`}}
	f.Fuzz(func(t *testing.T, data []byte) {
		c := sigma.Parse("fuzz", data, sigma.WithPlaceholders(table))
		for i := range c.Problems {
			if p := &c.Problems[i]; p.Render() == "" || p.Code == "" || len(p.Marks) == 0 {
				t.Errorf("a problem without content: %+v", p)
			}
		}
		for _, rule := range c.Rules {
			text := rule.Expr.String()
			if len(text) > 50_000 {
				continue // what follows is quadratic in the number of terms
			}
			again, err := sigma.ParseExpr(text)
			if err != nil {
				t.Fatalf("%s does not read back: %v", text, err)
			}
			if second := again.String(); second != text {
				t.Errorf("%s reads back as %s", text, second)
			}
			for _, r := range recordsFor(rule.Expr) {
				want := sigma.Match(rule.Expr, r)
				if sigma.Match(again, r) != want || sigma.Explain(rule.Expr, r).Outcome != want {
					t.Errorf("%s on %v: rule %v, read back %v", text, r, want, !want)
				}
			}
		}
	})
}

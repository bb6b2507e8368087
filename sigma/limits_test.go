package sigma_test

import (
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/sigma"
)

const plainRule = "title: %s\nlogsource: {category: test}\ndetection:\n    selection: {F: a}\n    condition: selection\n"

func titles(c *sigma.Collection) []string {
	var out []string
	for _, r := range c.Rules {
		out = append(out, r.Title)
	}
	return out
}

func codes(c *sigma.Collection) []sigma.Code {
	var out []sigma.Code
	for _, p := range c.Problems {
		out = append(out, p.Code)
	}
	return out
}

func write(t *testing.T, name, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(name), 0o700); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

func TestFoldersAreReadInTheOrderOfTheNames(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"b.yml", "a/z.yaml", "a/c.YML", ".git/x.yml", "readme.md", "c/.hidden.yml"} {
		write(t, filepath.Join(dir, name), fmt.Sprintf(plainRule, filepath.Base(name)))
	}
	c := sigma.Load([]string{filepath.Join(dir, "b.yml"), filepath.Join(dir, "a"), filepath.Join(dir, "missing"), filepath.Join(dir, "c")})
	if diff := cmp.Diff([]string{"b.yml", "c.YML", "z.yaml", ".hidden.yml"}, titles(c)); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]sigma.Code{sigma.CodeUnreadable}, codes(c)); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
	if p := c.Rules[1].Position; p.File != filepath.Join(dir, "a", "c.YML") || p.Line != 1 {
		t.Errorf("the rule is at %v", p)
	}
}

func TestWhatIsLoadedTwiceIsOnceAndSaid(t *testing.T) {
	dir := t.TempDir()
	write(t, filepath.Join(dir, "a.yml"), fmt.Sprintf(plainRule, "A"))
	c := sigma.Load([]string{dir, filepath.Join(dir, "a.yml")})
	if len(c.Rules) != 1 || len(c.Problems) != 1 || c.Problems[0].Code != sigma.CodeSameRule || c.LeftOut != 0 {
		t.Errorf("%d rules, problems %v, left out %d; want one rule and %s", len(c.Rules), codes(c), c.LeftOut, sigma.CodeSameRule)
	}
}

// archive writes a zip of the given files.
func archive(t *testing.T, files map[string][]byte) string {
	t.Helper()
	var buf bytes.Buffer
	w := zip.NewWriter(&buf)
	for name, data := range files {
		f, err := w.Create(name)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := f.Write(data); err != nil {
			t.Fatal(err)
		}
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	name := filepath.Join(t.TempDir(), "rules.zip")
	if err := os.WriteFile(name, buf.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return name
}

func TestArchivesAreReadLikeFolders(t *testing.T) {
	name := archive(t, map[string][]byte{
		"rules/b.yml": fmt.Appendf(nil, plainRule, "B"), "rules/a.yml": fmt.Appendf(nil, plainRule, "A"),
		"version.txt": []byte("1"), "rules/.github/c.yml": fmt.Appendf(nil, plainRule, "C"),
	})
	c := sigma.Load([]string{name})
	if diff := cmp.Diff([]string{"A", "B"}, titles(c)); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
	if got, want := c.Rules[0].Position.File, filepath.Join(name, "rules", "a.yml"); got != want {
		t.Errorf("the rule is in %s, want %s", got, want)
	}
}

func TestABombInAnArchiveIsRefused(t *testing.T) {
	name := archive(t, map[string][]byte{"bomb.yml": make([]byte, 17<<20), "good.yml": fmt.Appendf(nil, plainRule, "Good")})
	c := sigma.Load([]string{name})
	if diff := cmp.Diff([]string{"Good"}, titles(c)); diff != "" {
		t.Errorf("titles (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]sigma.Code{sigma.CodeUnreadable}, codes(c)); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
}

func TestNamesThatLeadOutOfAnArchiveStayInIt(t *testing.T) {
	name := archive(t, map[string][]byte{
		"../../out.yml": fmt.Appendf(nil, plainRule, "Out"), "/root.yml": fmt.Appendf(nil, plainRule, "Root"),
		`windows\names.yml`: fmt.Appendf(nil, plainRule, "Windows"), "in/x.yml": fmt.Appendf(nil, plainRule, "In"),
	})
	c := sigma.Load([]string{name})
	got := map[string]string{}
	for _, r := range c.Rules {
		got[r.Title] = r.Position.File
	}
	want := map[string]string{
		"Out": filepath.Join(name, "out.yml"), "Root": filepath.Join(name, "root.yml"),
		"Windows": filepath.Join(name, "windows", "names.yml"), "In": filepath.Join(name, "in", "x.yml"),
	}
	if diff := cmp.Diff(want, got); diff != "" || len(c.Problems) > 0 {
		t.Errorf("files (-want +got):\n%s\nproblems %v", diff, c.Problems)
	}
}

func TestAnArchiveThatIsNoneIsAProblem(t *testing.T) {
	name := filepath.Join(t.TempDir(), "x.zip")
	write(t, name, "no zip")
	if c := sigma.Load([]string{name}); len(c.Problems) != 1 || c.Problems[0].Code != sigma.CodeUnreadable {
		t.Errorf("problems %v", codes(c))
	}
}

func TestTooLargeAFileIsRefused(t *testing.T) {
	c := sigma.Parse("big.yml", make([]byte, 16<<20+1))
	if diff := cmp.Diff([]sigma.Code{sigma.CodeTooLarge}, codes(c)); diff != "" {
		t.Errorf("codes (-want +got):\n%s", diff)
	}
}

func TestTooManyValuesAreRefusedBeforeTheyTakeMemory(t *testing.T) {
	for name, text := range map[string]string{
		"on one line":       "title: A\nx: [" + strings.Repeat("a,", 4_000_000) + "a]\n",
		"each on its line":  "title: A\nx:\n" + strings.Repeat("- a\n", 3_000_000),
		"nested lists":      "title: A\nx:\n" + strings.Repeat(strings.Repeat("- ", 50)+"a\n", 100_000),
		"nested flow lists": "title: A\nx: [" + strings.Repeat("[[a]],", 2_000_000) + "a]\n",
	} {
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		c := sigma.Parse("many.yml", []byte(text+"---\n"+fmt.Sprintf(plainRule, "Good")))
		runtime.ReadMemStats(&after)
		if diff := cmp.Diff([]sigma.Code{sigma.CodeExpansion}, codes(c)); diff != "" || len(c.Rules) != 1 {
			t.Errorf("%s: %d rules, codes (-want +got):\n%s", name, len(c.Rules), diff)
		}
		if grown := after.TotalAlloc - before.TotalAlloc; grown > 100<<20 {
			t.Errorf("%s: parsing it allocates %d MiB", name, grown>>20)
		}
	}
}

func TestTextThatIsNotUTF8IsRefusedWithItsLine(t *testing.T) {
	c := sigma.Parse("latin1.yml", []byte("title: A\nauthor: J\xf6rg\n---\n"+fmt.Sprintf(plainRule, "Good")))
	if len(c.Rules) != 1 || len(c.Problems) != 1 || c.Problems[0].Code != sigma.CodeEncoding || c.Problems[0].Position().Line != 2 {
		t.Errorf("%d rules, problems %v", len(c.Rules), c.Problems)
	}
}

// manyTerms is a rule with n values.
func manyTerms(n int, modifier string) []byte {
	var b bytes.Buffer
	b.WriteString("title: Many\nlogsource: {category: test}\ndetection:\n    condition: selection\n    selection:\n        F" + modifier + ":\n")
	for i := range n {
		fmt.Fprintf(&b, "            - 'value-%d.example.com'\n", i)
	}
	return b.Bytes()
}

func TestAHundredThousandTermsAreReadInBoundedMemory(t *testing.T) {
	text := manyTerms(100_000, "|contains")
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	start := cpuSeconds()
	c := sigma.Parse("many.yml", text)
	used := cpuSeconds() - start
	runtime.ReadMemStats(&after)
	if len(c.Rules) != 1 {
		t.Fatal(c.Problems)
	}
	list, ok := c.Rules[0].Expr.(sigma.Or)
	if !ok || len(list) != 100_000 {
		t.Fatalf("%d terms", len(list))
	}
	if total := (after.TotalAlloc - before.TotalAlloc) >> 20; total > 300 {
		t.Errorf("%d MiB allocated for %d MiB of text", total, len(text)>>20)
	}
	// The bound is generous for slow machines; quadratic work takes minutes.
	if used > 20 {
		t.Errorf("%.1f CPU seconds", used)
	}
	t.Logf("%.2f CPU seconds, %d MiB allocated", used, (after.TotalAlloc-before.TotalAlloc)>>20)
}

// manyIdentifiers is a rule with n search identifiers that all are in the
// condition.
func manyIdentifiers(n int) string {
	var names, condition strings.Builder
	for i := range n {
		fmt.Fprintf(&names, "    s%d: {F: a}\n", i)
		fmt.Fprintf(&condition, "s%d or ", i)
	}
	return "title: A\nlogsource: {category: test}\ndetection:\n" + names.String() + "    condition: " + condition.String() + "s0\n"
}

// largeTerms is a rule whose condition names a long list again and again.
func largeTerms() string {
	return strings.Replace(string(manyTerms(20_000, "|contains")), "condition: selection", "condition: selection"+strings.Repeat(" or selection", 2000), 1)
}

func TestHostileDocumentsEndInAProblem(t *testing.T) {
	for name, text := range map[string]string{
		"brackets":     strings.Repeat("[", 1_000_000),
		"dashes":       strings.Repeat("- ", 200_000),
		"braces":       strings.Repeat("{a: ", 100_000),
		"quotes":       "a: '" + strings.Repeat("x", 1_000_000),
		"not not":      strings.Replace(fmt.Sprintf(plainRule, "A"), "condition: selection", "condition: "+strings.Repeat("not ", 100_000)+"selection", 1),
		"parentheses":  strings.Replace(fmt.Sprintf(plainRule, "A"), "condition: selection", "condition: "+strings.Repeat("(", 100_000)+"selection", 1),
		"many keys":    "title: A\n" + strings.Repeat("k: v\n", 50_000),
		"many words":   strings.Replace(fmt.Sprintf(plainRule, "A"), "condition: selection", "condition: selection"+strings.Repeat(" and 1 of sel*", 100_000), 1),
		"many names":   manyIdentifiers(50_000),
		"large terms":  largeTerms(),
		"many tags":    "title: A\ntags: [" + strings.Repeat("x, ", 100_000) + "x]\n",
		"many rules":   "title: A\ncorrelation:\n    type: event_count\n    timespan: 5m\n    condition: {gte: 1}\n    rules: [" + strings.Repeat("x, ", 100_000) + "x]\n",
		"many anchors": "a: &a [1]\n" + strings.Repeat("<<: *a\n", 20_000),
	} {
		t.Run(name, func(t *testing.T) {
			start := cpuSeconds()
			c := sigma.Parse(name, []byte(text))
			if len(c.Rules) != 0 || len(c.Problems) == 0 {
				t.Errorf("%d rules, %d problems", len(c.Rules), len(c.Problems))
			}
			if used := cpuSeconds() - start; used > 20 {
				t.Errorf("%.1f CPU seconds", used)
			}
		})
	}
}

func TestNestedQuantifiersTakeNoExponentialTime(t *testing.T) {
	text := []byte(strings.Repeat("a", 100_000) + "b")
	for _, expression := range []string{"(a+)+$", "(a*)*c", "(a|aa)+$", "^(([a-z])+.)+[A-Z]([a-z])+$"} {
		c := sigma.Parse("re.yml", []byte(strings.Replace(fmt.Sprintf(plainRule, "A"), "{F: a}", "{F|re: '"+expression+"'}", 1)))
		if len(c.Rules) != 1 {
			t.Fatalf("%s: %v", expression, c.Problems)
		}
		p, ok := c.Rules[0].Expr.(*sigma.Predicate)
		if !ok {
			t.Fatalf("%s is a %T", expression, c.Rules[0].Expr)
		}
		start := cpuSeconds()
		if p.MatchText(text) {
			t.Errorf("%s matches", expression)
		}
		// A matcher that tries one way after the other takes more than the age of
		// the universe.
		if used := cpuSeconds() - start; used > 20 {
			t.Errorf("%s takes %.1f CPU seconds", expression, used)
		}
	}
}

func TestManyDocumentsInOneFileAreReadOnce(t *testing.T) {
	var b strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&b, "---\n"+plainRule, fmt.Sprint("Rule ", i))
	}
	c := sigma.LoadFS(fstest.MapFS{"many.yml": &fstest.MapFile{Data: []byte(b.String())}})
	if len(c.Rules) != 2000 || len(c.Problems) != 0 {
		t.Fatalf("%d rules, %d problems", len(c.Rules), len(c.Problems))
	}
	if line := c.Rules[1999].Position.Line; line != 1999*6+2 {
		t.Errorf("the last rule begins on line %d, want %d", line, 1999*6+2)
	}
}

func TestLineEndsByteOrderMarksAndEmptyDocumentsDoNotMatter(t *testing.T) {
	text := "# a comment\n---\n" + fmt.Sprintf(plainRule, "A") + "---\n# nothing\n---\n...\n" + fmt.Sprintf(plainRule, "B") + "...\n"
	for name, variant := range map[string]string{
		"as it is": text, "CRLF": strings.ReplaceAll(text, "\n", "\r\n"), "mark": "\ufeff" + text, "no end": strings.TrimSuffix(text, "\n...\n"),
		"directive": "%YAML 1.1\n" + text,
	} {
		c := sigma.Parse(name, []byte(variant))
		if diff := cmp.Diff([]string{"A", "B"}, titles(c)); diff != "" || len(c.Problems) != 0 {
			t.Errorf("%s: problems %v, titles (-want +got):\n%s", name, c.Problems, diff)
		}
	}
	for _, nothing := range []string{"", "\n", "---\n", "# only a comment\n", "---\n---\n...\n", "\ufeff"} {
		if c := sigma.Parse("nothing", []byte(nothing)); len(c.Rules) != 0 || len(c.Problems) != 0 {
			t.Errorf("%q: %d rules, problems %v", nothing, len(c.Rules), c.Problems)
		}
	}
}

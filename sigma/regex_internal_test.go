package sigma

import (
	"strings"
	"testing"
)

func TestDollarStandsBeforeAFinalNewlineAsInPCRE(t *testing.T) {
	for text, want := range map[string]map[string]bool{
		`^ab$`:      {"ab": true, "ab\n": true, "ab\n\n": false, "ab\nc": false},
		`ab\z`:      {"ab": true, "ab\n": false},
		`(a$|b)c?`:  {"a\n": true, "ax": false, "bc": true},
		`(?m)^ab$`:  {"ab\nc": true, "x\nab": true, "xab": false},
		`[$]`:       {"a$b": true, "ab": false},
		`\$$`:       {"a$": true, "a$\n": true, "a$b": false},
		`(?i)^AB$`:  {"ab\n": true},
		`(?:^ab$)+`: {"ab\n": true},
	} {
		total := 0
		re, fault := compileRegex(text, "", &total)
		if fault != nil {
			t.Errorf("%s: %s", text, fault.message)
			continue
		}
		for value, match := range want {
			if got := re.MatchString(value); got != match {
				t.Errorf("%s on %q: %v, want %v (compiled as %s)", text, value, got, match, re)
			}
		}
	}
}

func TestRegularExpressionsHaveALimitTogether(t *testing.T) {
	total, refused := 0, 0
	for range 100 {
		if _, fault := compileRegex(strings.Repeat("[a-z]{900}", 20), "", &total); fault != nil {
			refused++
		}
	}
	if refused == 0 || refused == 100 {
		t.Errorf("%d of 100 are refused", refused)
	}
	if _, fault := compileRegex(strings.Repeat("a", maxRegexText+1), "", new(int)); fault == nil || fault.code != CodeRegexSize {
		t.Errorf("a long expression: %+v", fault)
	}
}

func TestUnsupportedConstructsAreToldFromTheirLookalikes(t *testing.T) {
	for text, want := range map[string]string{
		`a(?=b)`: "(?=", `a\(?=b`: "", `[(?=]`: "", `(?<!a)`: "(?<!", `(?<name>a)`: "", `(?P<name>a)`: "", `\1`: `\1`, `\\1`: "", `[\1]`: "", `\0`: "",
		`a++`: "++", `a+\+`: "", `a{2}+`: "}+", `a}+`: "", `[]+]+`: "", `[^]]++`: "++", `\k<n>`: `\k`, `\Q(?=\E`: "", `(?>a)`: "(?>", `(?:a)`: "", `(*ACCEPT)`: "(*",
	} {
		if got := unsupported(text); got != want {
			t.Errorf("unsupported(%q) = %q, want %q", text, got, want)
		}
	}
}

package stixpattern_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
)

func TestPatternsAreReadAndWrittenBack(t *testing.T) {
	for text, want := range map[string]string{
		"[a:b=1]":    "[a:b = 1]",
		"[a:b == 1]": "[a:b = 1]",
		"[a:b <> 1]": "[a:b != 1]",
		" /* why */ [ a : b . 'c-d' [ * ] [0] = 'x' ] // end":                    "[a:b.'c-d'[*][0] = 'x']",
		`[a:b = 'it\'s c:\\d']`:                                                  "",
		"[a:b = +5 OR a:b = -5 OR a:b = .5 OR a:b = 5.0]":                        "[a:b = 5 OR a:b = -5 OR a:b = 0.5 OR a:b = 5.0]",
		"[a:b = true OR a:b = false]":                                            "",
		"[a:b = t'2024-01-31T12:00:00.25Z']":                                     "",
		"[a:b = h'0aFF' OR a:b = b'AAE=']":                                       "[a:b = h'0aff' OR a:b = b'AAE=']",
		"[a:b IN () OR a:b IN (1, 'x', true)]":                                   "",
		"[a:b NOT IN (1)]":                                                       "",
		"[a:b NOT != 1]":                                                         "",
		"[EXISTS a:b OR NOT EXISTS a:b]":                                         "",
		"[a:b LIKE 'x%_' AND a:b MATCHES '^x+$']":                                "",
		"[a:b ISSUBSET '10.0.0.0/8' OR a:b ISSUPERSET '2001:db8::1']":            "",
		"[a:b = 1 AND (a:b = 2 OR a:b = 3) AND (a:b = 4 AND a:b = 5)]":           "",
		"[(a:b = 1 AND a:b = 2) OR ((a:b = 3))]":                                 "[a:b = 1 AND a:b = 2 OR a:b = 3]",
		"[a:b=1] FOLLOWEDBY [a:b=2] OR [a:b=3] AND [a:b=4]":                      "[a:b = 1] FOLLOWEDBY [a:b = 2] OR [a:b = 3] AND [a:b = 4]",
		"([a:b = 1] FOLLOWEDBY [a:b = 2]) AND [a:b = 3]":                         "",
		"[a:b = 1] FOLLOWEDBY ([a:b = 2] FOLLOWEDBY [a:b = 3])":                  "",
		"([a:b = 1] OR [a:b = 2]) REPEATS 5 TIMES WITHIN 1.5 SECONDS":            "",
		"[a:b = 1] START t'2024-01-01T00:00:00Z' STOP t'2024-01-02T00:00:00.5Z'": "",
		"[x-y:'AND'.'true'.'' = 1]":                                              "",
	} {
		if want == "" {
			want = text
		}
		p, err := stixpattern.Parse(text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
		} else if got := p.String(); got != want {
			t.Errorf("%s is written as %s; want %s", text, got, want)
		}
	}
}

func TestWhatIsNoPatternIsSaidWithItsPlace(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "column 1: the pattern ends where [ or ( is expected",
		"[a:b = 1":                        "column 9: the pattern ends where ] is expected",
		"[a:b = 1]]":                      "column 10: ] where the end of the pattern, or AND, OR, FOLLOWEDBY or a qualifier is expected",
		"[a:b = 1] or [a:b = 2]":          "column 11: or where the end of the pattern, or AND, OR, FOLLOWEDBY or a qualifier is expected",
		"[a:b like 'x']":                  "column 6: like where an operator (=, !=, <, <=, >, >=, IN, LIKE, MATCHES, ISSUBSET, ISSUPERSET) is expected",
		"[a:b = TRUE]":                    "column 8: TRUE where a constant is expected",
		"[a:b > true]":                    "column 8: true where a number, text, time or bytes is expected",
		"[a:b LIKE 5]":                    "column 11: 5 where a text in quotes is expected",
		"[a:b = 05]":                      "column 8: the number 05 begins with 0",
		"[a:b = 99999999999999999999]":    "column 8: the number 99999999999999999999 is too large",
		"[a:b = 1.]":                      "column 9: . where ] is expected",
		"[a:b = -]":                       `column 8: "-" is no number`,
		`[a:b = 'a\n']`:                   `column 10: a backslash stands for itself only when doubled (\\)`,
		"[a:b = 'a]":                      "column 8: the text has no closing quote",
		"[a:b = '\xff']":                  "column 8: the text is not UTF-8",
		"[a:b = t'2024-13-01T00:00:00Z']": "column 8: t'2024-13-01T00:00:00Z' is no time as t'2024-01-31T12:00:00Z'",
		"[a:b = t'2024-01-01T0:00:00Z']":  "column 8: t'2024-01-01T0:00:00Z' is no time as t'2024-01-31T12:00:00Z'",
		"[a:b = h'0']":                    "column 8: h'0' is not an even number of hexadecimal digits",
		"[a:b = b'A']":                    "column 8: b'A' is not Base64",
		"[a:b-c = 1]":                     "column 4: the property b-c has a hyphen and must stand in quotes",
		"[a:AND = 1]":                     "column 4: AND where the name of a property is expected",
		"[a:b[x] = 1]":                    "column 6: x where a place in a list or * is expected",
		"[NOT a:b = 1]":                   "column 6: a where EXISTS (NOT stands behind the path) is expected",
		"[a:b IN (1,)]":                   "column 12: ) where a constant is expected",
		"[a:b MATCHES '(?=x)']":           "column 2: '(?=x)' is no expression that can be matched: invalid or unsupported Perl syntax: `(?=`",
		"[a:b MATCHES '((((a{99}){99}){99}){99}){99}']":                        "column 2: '((((a{99}){99}){99}){99}){99}' is no expression that can be matched: invalid repeat count: `{99}`",
		"[a:b ISSUBSET 'x']":                                                   "column 2: 'x' is no address or network",
		"[a:b = 1]\n WITHIN 0 SECONDS":                                         "line 2, column 9: WITHIN takes a number of seconds above 0",
		"[a:b = 1] WITHIN 5 MINUTES":                                           "column 20: MINUTES where SECONDS is expected",
		"[a:b = 1] REPEATS 0 TIMES":                                            "column 19: REPEATS takes a number from 1 to 1000000",
		"[a:b = 1] REPEATS 1.5 TIMES":                                          "column 19: 1.5 where a whole number is expected",
		"[a:b = 1] START t'2024-01-02T00:00:00Z' STOP t'2024-01-01T00:00:00Z'": "column 46: STOP must be after START",
		"[a:b = 1] START 5":                                                    "column 17: 5 where a time as t'2024-01-31T12:00:00Z' is expected",
		"[é:b = 1]":                                                            "column 2: 'é' is no part of a pattern",
		"[a:b = 1] /* x":                                                       "column 11: the comment has no end",
		strings.Repeat("(", 200):                                               "column 101: the pattern nests deeper than 100",
	} {
		_, err := stixpattern.Parse(text)
		if err == nil || err.Error() != want {
			t.Errorf("%q gives %v; want %s", text, err, want)
		}
	}
}

var ignoreCompiled = cmpopts.IgnoreUnexported(stixpattern.PropTest{})

func TestWhatIsWrittenIsReadAsTheSame(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawPattern(t, 4)
		p, err := stixpattern.Parse(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		again, err := stixpattern.Parse(p.String())
		if err != nil {
			t.Fatalf("%s is written as %s: %v", text, p, err)
		}
		if diff := cmp.Diff(p, again, ignoreCompiled); diff != "" {
			t.Fatalf("%s is written as %s (-read +read again):\n%s", text, p, diff)
		}
	})
}

func FuzzWhatIsWrittenIsReadAsTheSame(f *testing.F) {
	for _, text := range []string{
		"[a:b = 1 AND x-y:'c'[*].d NOT IN ('x', h'00', b'AA==', t'2024-01-01T00:00:00.1Z', .5, true)] REPEATS 2 TIMES",
		"([a:b LIKE '%'] FOLLOWEDBY [EXISTS a:b]) WITHIN 0.5 SECONDS OR [a:b ISSUBSET '::/0'] /* x */",
		"[a:b MATCHES '^x'] START t'2024-01-01T00:00:00Z' STOP t'2025-01-01T00:00:00Z' // x",
	} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := stixpattern.Parse(text)
		if err != nil {
			var located *stixpattern.Error
			if !errors.As(err, &located) || located.Column < 1 {
				t.Fatalf("%q: error %v has no place", text, err)
			}
			return
		}
		again, err := stixpattern.Parse(p.String())
		if err != nil {
			t.Fatalf("%q is written as %q: %v", text, p, err)
		}
		if diff := cmp.Diff(p, again, ignoreCompiled, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("%q is written as %q (-read +read again):\n%s", text, p, diff)
		}
	})
}

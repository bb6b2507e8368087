package hunt

import (
	"strings"
	"testing"

	"github.com/dwell-project/dwell/sigma"
)

func TestComparisonsHoldAsTheySay(t *testing.T) {
	record, err := sigma.ReadJSON([]byte(`{"CommandLine":"cmd /c whoami","EventID":4688,"Source Ip":"192.0.2.9","Path":"C:\\Temp\\a.exe"}`))
	if err != nil {
		t.Fatal(err)
	}
	for text, want := range map[string]bool{
		"EventID = 4688":                true,
		"EventID=4688":                  true,
		"EventID != 4688":               false,
		"EventID > 4687":                true,
		"EventID >= 4688":               true,
		"EventID < 4688":                false,
		"EventID<=4687":                 false,
		"CommandLine contains WHOAMI":   true,
		"CommandLine startswith cmd":    true,
		"CommandLine endswith cmd":      false,
		"CommandLine re who.mi$":        true,
		"CommandLine = cmd*":            true,
		"CommandLine exists":            true,
		"Image exists":                  false,
		"Image exists false":            true,
		`"Source Ip" cidr 192.0.2.0/24`: true,
		`Path endswith \a.exe`:          true,
	} {
		rule, err := MatchRule([]string{text})
		if err != nil {
			t.Errorf("%s: %v", text, err)
			continue
		}
		if got := sigma.Match(rule.Expr, record); got != want {
			t.Errorf("%s: %v", text, got)
		}
	}
	both, err := MatchRule([]string{"EventID = 4688", "CommandLine contains net"})
	if err != nil || sigma.Match(both.Expr, record) {
		t.Error("two comparisons hold though one does not: ", err)
	}
}

func TestAWrongComparisonSaysWhatAndWhere(t *testing.T) {
	for text, want := range map[string]string{
		"":                        "column 1: a field's name is missing",
		"= x":                     "column 1: a field's name is missing",
		"Image":                   "column 6: after the field stands one of",
		"Image is x":              "column 6: after the field stands one of",
		"Image containsx":         "column 6: after the field stands one of",
		`"Image = x`:              "column 1: the name has no closing quote",
		"Image re (":              "missing closing )",
		"Image cidr 192.0.2.0/99": "192.0.2.0/99",
		"EventID > many":          "many",
	} {
		_, err := MatchRule([]string{text})
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

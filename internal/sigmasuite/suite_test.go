package sigmasuite_test

import (
	"strings"
	"testing"

	"github.com/dwell-project/dwell/internal/sigmasuite"
)

const small = `A comment.
-- rules.yml --
title: Has it
logsource: {category: test}
detection:
    selection: {Field: a}
    condition: selection
-- events.jsonl --
{"Field":"a"}
{"Field":"b"}
-- want --
Has it: 1
`

func TestCompareIsSilentWhenAllIsAsWanted(t *testing.T) {
	s, err := sigmasuite.Parse([]byte(small))
	if err != nil {
		t.Fatal(err)
	}
	if out := s.Compare(s.Load(), map[string][]int{"Has it": {1}}); len(out) != 0 {
		t.Errorf("Compare = %q, want nothing", out)
	}
}

func TestCompareNamesEveryDifference(t *testing.T) {
	s, err := sigmasuite.Parse([]byte(small + "Not there: 2\n-- problems --\nSIG306 Elsewhere\n"))
	if err != nil {
		t.Fatal(err)
	}
	out := strings.Join(s.Compare(s.Load(), map[string][]int{"Has it": {1, 2}}), "\n")
	for _, part := range []string{"Has it: matches the events [1 2], want [1]", "Not there: the rule was not loaded", "SIG306 Elsewhere: the problem was not reported"} {
		if !strings.Contains(out, part) {
			t.Errorf("Compare does not say %q:\n%s", part, out)
		}
	}
}

func TestParseRefusesWhatCannotBeMeant(t *testing.T) {
	for name, text := range map[string]string{
		"an event that is not there": strings.Replace(small, "Has it: 1\n", "Has it: 3\n", 1),
		"an unknown section":         small + "-- wants --\n",
		"a rule wanted twice":        small + "Has it: 2\n",
		"nothing wanted":             strings.Replace(small, "Has it: 1\n", "", 1),
	} {
		if _, err := sigmasuite.Parse([]byte(text)); err == nil {
			t.Errorf("Parse accepts %s", name)
		}
	}
}

package scope_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/scope"
)

func TestTechniquesStandUnderTheTacticsThatTheyServe(t *testing.T) {
	tests := []struct {
		name, tags string
		want       []string
	}{
		{"each under its own", "attack.defense-evasion attack.credential-access attack.t1003.001 attack.t1218.011", []string{"Credential access T1003.001", "Defense evasion T1218.011"}},
		{"only those the rule names", "attack.persistence attack.t1078", []string{"Persistence T1078"}},
		{"both that the rule names", "attack.persistence attack.initial_access attack.T1078", []string{"Initial access T1078", "Persistence T1078"}},
		{"its own if the rule names none that fits", "attack.impact attack.t1105", []string{"Command and control T1105"}},
		{"its own if the rule names none", "attack.t1105", []string{"Command and control T1105"}},
		{"a later tactic for the one it was split from", "attack.stealth attack.t1218", []string{"Stealth T1218"}},
		{"unknown under all", "attack.impact attack.discovery attack.t9999", []string{"Discovery T9999", "Impact T9999"}},
		{"once", "attack.impact attack.t1486 attack.t1486", []string{"Impact T1486"}},
		{"no technique", "attack.impact car.2013-01-003", nil},
	}
	for _, tt := range tests {
		var got []string
		for _, c := range scope.Cells(strings.Fields(tt.tags)) {
			got = append(got, scope.TacticName(c.Tactic)+" "+c.Technique)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", tt.name, diff)
		}
	}
}

func TestEveryTacticOfATechniqueIsInTheMatrix(t *testing.T) {
	// T1078 serves four tactics, the most of any.
	var places []int
	for _, c := range scope.Cells([]string{"attack.t1078.004"}) {
		places = append(places, c.Tactic)
	}
	if len(places) != 4 || slices.Min(places) < 0 || !slices.IsSorted(places) {
		t.Errorf("T1078.004 stands at %v; want four places in the order of the matrix", places)
	}
}

package detect_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/detect"
)

// fires returns the 1-based numbers of the events on which a rule with this
// detection fires.
func fires(t *testing.T, logsource, detection string, events ...string) string {
	t.Helper()
	rule := "title: x\nlogsource: " + logsource + "\ndetection: " + detection + "\n"
	var lines []string
	for _, d := range scanText(t, rule, strings.Join(events, "\n"), detect.Options{}) {
		lines = append(lines, fmt.Sprint(d.Event.Record))
	}
	return strings.Join(lines, " ")
}

func TestEventDataComesBeforeSystemUnderOneName(t *testing.T) {
	const system = "{product: windows, service: system}"
	// The cleared channel is in the event's own data; the record itself is in
	// the channel System. Only where the data say nothing does System count.
	cleared := `{"Event":{"System":{"Channel":"System","EventID":104,"Computer":"a"},"UserData":{"LogFileCleared":{"Channel":"Application"}}}}`
	plain := `{"Event":{"System":{"Channel":"System","EventID":104,"Computer":"a"},"UserData":{"LogFileCleared":{"User":"x"}}}}`
	for _, c := range []struct{ detection, want string }{
		{"{s: {Channel: System}, condition: s}", "2"},
		{"{s: {Channel: Application}, condition: s}", "1"},
		{"{s: {Channel: null}, condition: s}", ""},
		{"{s: [System], condition: s}", "1 2"}, // a keyword looks at every value
	} {
		for _, order := range [][]string{{cleared, plain}} {
			if got := fires(t, system, c.detection, order...); got != c.want {
				t.Errorf("%s fires on %q; want %q", c.detection, got, c.want)
			}
		}
	}
}

func TestARecordWithoutTheFieldDoesNotInheritItFromAnEarlierOne(t *testing.T) {
	got := fires(t, "{category: test}", "{s: {A: x, B: y}, condition: s}",
		`{"category":"test","A":"x","B":"y"}`, `{"category":"test","A":"x"}`, `{"category":"test","B":"y"}`, `{"category":"test","B":"y","A":"x"}`)
	if got != "1 4" {
		t.Errorf("fires on %q; want 1 4", got)
	}
}

func TestLogSourceNamedInTheRecordCountsOnlyWithoutChannel(t *testing.T) {
	for _, c := range []struct{ event, want string }{
		{`{"category":"process_creation","product":"windows","Image":"a.exe"}`, "1"},
		{`{"category":"network_connection","product":"windows","Image":"a.exe"}`, ""},
		{`{"category":"process_creation","product":"windows","Channel":"Microsoft-Windows-Sysmon/Operational","EventID":3,"Image":"a.exe"}`, ""},
		{`{"category":"network_connection","Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Image":"a.exe"}`, "1"},
	} {
		if got := fires(t, "{product: windows, category: process_creation}", `{s: {Image|endswith: '.exe'}, condition: s}`, c.event); got != c.want {
			t.Errorf("on %s fires %q; want %q", c.event, got, c.want)
		}
	}
}

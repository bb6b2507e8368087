package detect_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/detect"
)

func writeFile(t *testing.T, name, text string) string {
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const whoamiRule = `
title: Whoami
id: 5bfe5a25-3f6b-4b3e-9a4e-6a1a4d0b6a11
logsource: {product: windows, category: process_creation}
detection:
  selection: {Image|endswith: '\whoami.exe'}
  condition: selection
`

const whoamiEvents = `{"Channel":"Security","EventID":4688,"Computer":"a","NewProcessName":"C:\\Windows\\whoami.exe","ParentProcessName":"C:\\agent.exe"}
{"Channel":"Security","EventID":4688,"Computer":"b","NewProcessName":"C:\\Windows\\whoami.exe","ParentProcessName":"C:\\cmd.exe"}
`

func TestExceptionsExplainMatchesAway(t *testing.T) {
	for _, c := range []struct {
		name, file, text string
		want             string // hosts still reported
	}{
		{"by search", "e.yml", "exceptions:\n- rule: Whoami\n  when: {ParentImage|endswith: '\\agent.exe'}\n  reason: inventory\n", "b"},
		{"for all rules", "e.yml", "exceptions:\n- rule: '*'\n  reason: all of it\n", ""},
		{"for another rule", "e.yml", "exceptions:\n- rule: Other\n", "ab"},
		{"known FPs by expression", "known-FPs.csv", "RuleId;RuleName;MatchString\n5BFE5A25-3f6b-4b3e-9a4e-6a1a4d0b6a11;Whoami;Computer: A\\b\n", "b"},
		{"known FPs, all", "known-FPs.csv", "RuleId;RuleName;MatchString\n5bfe5a25-3f6b-4b3e-9a4e-6a1a4d0b6a11;Whoami;.*\n", ""},
	} {
		exceptions, err := detect.LoadExceptions(writeFile(t, c.file, c.text))
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		got := ""
		for _, d := range scanText(t, whoamiRule, whoamiEvents, detect.Options{Exceptions: exceptions}) {
			got += d.Event.Host
		}
		if got != c.want {
			t.Errorf("%s: hosts reported %q; want %q", c.name, got, c.want)
		}
	}
}

func TestBrokenExceptionsAreRefusedWithTheirPlace(t *testing.T) {
	for _, c := range []struct{ file, text, want string }{
		{"e.yml", "exceptions:\n- reason: none\n", "e.yml:2:3: rule is missing"},
		{"e.yml", "exceptions:\n- rule: x\n  why: y\n", "line 3: unknown key \"why\""},
		{"e.yml", "exceptions:\n- rule: x\n  when: {A|re: '('}\n", "e.yml:2:3: when: SIG"},
		{"e.yml", "exception: []\n", "line 1: unknown key \"exception\""},
		{"known-FPs.csv", "RuleId;RuleName;MatchString\na;b;(\n", "known-FPs.csv:2:"},
		{"known-FPs.csv", "RuleId;RuleName;MatchString\na;b\n", "known-FPs.csv:2: 2 columns"},
	} {
		_, err := detect.LoadExceptions(writeFile(t, c.file, c.text))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("LoadExceptions(%q) = %v; want an error with %q", c.text, err, c.want)
		}
	}
}

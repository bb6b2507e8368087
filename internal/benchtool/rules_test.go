package main

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSampleTakesEveryStepthFromTheFirst(t *testing.T) {
	var rules []rule
	for i := range 10 {
		rules = append(rules, rule{id: fmt.Sprint(i)})
	}
	want := []rule{{id: "0"}, {id: "4"}, {id: "8"}}
	if diff := cmp.Diff(want, sample(rules, 4), cmp.AllowUnexported(rule{})); diff != "" {
		t.Errorf("sample (-want +got):\n%s", diff)
	}
}

func TestRulesAreCollectedByIDAndCopied(t *testing.T) {
	root, out := t.TempDir(), filepath.Join(t.TempDir(), "rules")
	put := func(name, text string) {
		t.Helper()
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o750); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	put("rules/a/same.yml", "title: x\nid: bb\nrelated:\n    - id: 00\n")
	put("rules/b/same.yml", "title: x\nid: 'cc'\n")
	put("rules-emerging-threats/t.yml", "id: aa\n")
	put("rules-threat-hunting/note.txt", "id: zz\n")
	put("unsupported/u.yml", "id: zz\n")
	rules, err := collectRules(root)
	if err != nil {
		t.Fatal(err)
	}
	var ids []string
	for _, r := range rules {
		ids = append(ids, r.id)
	}
	if diff := cmp.Diff([]string{"aa", "bb", "cc"}, ids); diff != "" {
		t.Errorf("ids (-want +got):\n%s", diff)
	}
	if err := copyRules(out, rules); err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(out, "0001.yml"))
	if err != nil || ruleID(data) != "bb" {
		t.Errorf("the second copy is %q, %v; want the rule bb", data, err)
	}
	if _, err := collectRules(t.TempDir()); err == nil {
		t.Error("collecting from an empty folder gives no error")
	}
}

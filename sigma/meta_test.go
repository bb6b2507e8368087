package sigma_test

import (
	"crypto/sha256"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/sigma"
)

const fullRule = `title: Full
id: 4d0a2c83-c62c-4ed4-b475-c7e23a9269b8
name: full_rule
related:
    - id: 5d0a2c83-c62c-4ed4-b475-c7e23a9269b8
      type: derived
taxonomy: sigma
status: experimental
description: |
    Two
    lines
license: MIT
author: A. Author, B. Author
references: [https://example.org/a, https://example.org/b]
date: 2024-01-02
modified: 2024-02-03
tags:
    - attack.execution
    - attack.t1059.001
logsource:
    category: process_creation
    product: windows
    service: sysmon
    definition: with command lines
detection:
    selection: {F: a}
    condition: selection
fields: [A, B]
falsepositives: Administrators
level: critical
scope: [server]
ours:
    depth: 3
`

func TestMetadataIsRead(t *testing.T) {
	c := sigma.Parse("full.yml", []byte(fullRule))
	if len(c.Rules) != 1 || len(c.Problems) != 0 {
		t.Fatalf("%d rules, problems %v", len(c.Rules), c.Problems)
	}
	want := sigma.Meta{
		Title: "Full", ID: "4d0a2c83-c62c-4ed4-b475-c7e23a9269b8", Name: "full_rule", Description: "Two\nlines\n",
		Author: "A. Author, B. Author", Date: "2024-01-02", Modified: "2024-02-03", License: "MIT", Taxonomy: "sigma",
		Status: sigma.Experimental, Level: sigma.Critical,
		Tags: []string{"attack.execution", "attack.t1059.001"}, References: []string{"https://example.org/a", "https://example.org/b"},
		Fields: []string{"A", "B"}, FalsePositives: []string{"Administrators"}, Scope: []string{"server"},
		Related:  []sigma.Related{{ID: "5d0a2c83-c62c-4ed4-b475-c7e23a9269b8", Type: "derived"}},
		Custom:   map[string]any{"ours": map[string]any{"depth": 3}},
		Position: sigma.Position{File: "full.yml", Line: 1, Column: 1},
		Digest:   sha256.Sum256([]byte(fullRule)),
	}
	if diff := cmp.Diff(want, c.Rules[0].Meta); diff != "" {
		t.Errorf("metadata (-want +got):\n%s", diff)
	}
	source := sigma.LogSource{Category: "process_creation", Product: "windows", Service: "sysmon", Definition: "with command lines"}
	if diff := cmp.Diff(source, c.Rules[0].LogSource); diff != "" {
		t.Errorf("log source (-want +got):\n%s", diff)
	}
}

func TestLevelsAndStatusesReadBack(t *testing.T) {
	for l := sigma.Informational; l <= sigma.Critical; l++ {
		if got, ok := sigma.ParseLevel(l.String()); !ok || got != l {
			t.Errorf("ParseLevel(%q) = %v, %v", l, got, ok)
		}
	}
	for s := sigma.Stable; s <= sigma.Unsupported; s++ {
		if got, ok := sigma.ParseStatus(s.String()); !ok || got != s {
			t.Errorf("ParseStatus(%q) = %v, %v", s, got, ok)
		}
	}
	if _, ok := sigma.ParseLevel(""); ok || sigma.LevelNone.String() != "" || sigma.Level(99).String() != "" {
		t.Error("there is a level without a name")
	}
}

func TestAFilterIsNamedByTheRulesThatHaveIt(t *testing.T) {
	c := sigma.Parse("test.yml", []byte(`title: Rule
name: the_rule
logsource: {category: test}
detection:
    selection: {F: [a, b]}
    condition: selection
---
title: Filter
id: 4d0a2c83-c62c-4ed4-b475-c7e23a9269b8
logsource: {category: test}
filter:
    rules: [the_rule]
    known: {U: x}
    condition: not known
`))
	if len(c.Filters) != 1 || len(c.Rules) != 1 || len(c.Rules[0].Filters) != 1 || c.Rules[0].Filters[0] != c.Filters[0] {
		t.Fatalf("%d filters, rules %+v", len(c.Filters), c.Rules)
	}
	if got, want := c.Rules[0].Expr.String(), "(F = 'a' or F = 'b') and not U = 'x'"; got != want {
		t.Errorf("the rule is %s, want %s", got, want)
	}
}

func TestAProblemInOneLineHasItsPlaceAndNumber(t *testing.T) {
	c := sigma.Parse("bad.yml", []byte("title: Bad\nlogsource: {category: test}\ndetection:\n    selection: {'F|nope': a}\n    condition: selection\n"))
	if len(c.Problems) != 1 || c.LeftOut != 1 {
		t.Fatalf("problems %v, left out %d", c.Problems, c.LeftOut)
	}
	if got, want := c.Problems[0].String(), `bad.yml:4:20: error[SIG301]: unknown modifier "nope"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

package main

import (
	"bufio"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

func TestEveryOperatorHasItsSentence(t *testing.T) {
	const text = `title: All of Them
logsource: {product: windows, category: process_creation}
detection:
    a:
        A: whole
        B|contains: part
        C|startswith: front
        D|endswith: back
        E: mid*dle
        F|re: ^x+$
        F|re|i|s: a.b
        G|cidr: 192.0.2.0/24
        H|gt: 5
        I|lte: 2.5
        J|exists: true
        K: null
        L|fieldref: M
        N|fieldref|endswith: O
        P|cased: Case
        R|base64|contains: secret
        Q|hour: 7
    condition: a and not b
    b: [keyword]
`
	want := `all of
  all of
    A is "whole"
    B contains "part"
    C starts with "front"
    D ends with "back"
    E is like "mid*dle"
    F matches /^x+$/
    F matches /a.b/is
    G is within 192.0.2.0/24
    H > 5
    I <= 2.5
    J is there
    K is absent or null
    L is the value of M
    N ends with the value of O
    P is "Case" (case matters)
    R contains "c2VjcmV0" made of "secret"
    the hour of Q is 7
  not
    any field contains "keyword"
`
	c := sigma.Parse("all.yml", []byte(text))
	if len(c.Rules) != 1 {
		t.Fatalf("the rule is not usable: %v", c.Problems)
	}
	var b strings.Builder
	look := &looks{out: bufio.NewWriter(&b)}
	tables, err := taxonomy.Load()
	if err != nil {
		t.Fatal(err)
	}
	look.rule(c.Rules[0], tables)
	if err := look.out.Flush(); err != nil {
		t.Fatal(err)
	}
	_, tree, _ := strings.Cut(b.String(), "\n\n")
	var got strings.Builder
	for line := range strings.Lines(strings.TrimRight(tree, "\n") + "\n") {
		line, _, _ = strings.Cut(strings.TrimSuffix(line, "\n"), "  line ")
		got.WriteString(line + "\n")
	}
	if diff := cmp.Diff(want, got.String()); diff != "" {
		t.Errorf("sentences (-want +got):\n%s", diff)
	}
}

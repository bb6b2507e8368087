package main

import (
	"io"
	"slices"
	"strings"
	"testing"
)

func TestArgumentsMayStandBetweenFlags(t *testing.T) {
	var c commands
	parser, err := newParser(&c, io.Discard, io.Discard)
	if err != nil {
		t.Fatal(err)
	}
	for in, want := range map[string]string{
		"":                                   "",
		"--help":                             "--help",
		"scan":                               "scan",
		"scan a --rules r b":                 "scan --rules r a b",
		"scan a -r r b":                      "scan -r r a b",
		"scan a --rules=r b":                 "scan --rules=r a b",
		"scan a --all b":                     "scan --all a b",
		"scan a --help b":                    "scan --help a b",
		"scan - -o json":                     "scan -o json -",
		"scan a --rules r -- --odd -name":    "scan --rules r a -- --odd -name",
		"scan a --rules":                     "scan --rules a",
		"explain 3 --min-level high logs":    "explain --min-level high 3 logs",
		"rules show --rules r name":          "rules show --rules r name",
		"rules":                              "rules",
		"nothing a --rules b":                "nothing a --rules b",
		"scan a --unknown b --from now --to": "scan --unknown --from now --to a b",
	} {
		if got := reorder(parser.Model.Node, strings.Fields(in)); !slices.Equal(got, strings.Fields(want)) {
			t.Errorf("reorder(%q) = %q, want %q", in, got, want)
		}
	}
}

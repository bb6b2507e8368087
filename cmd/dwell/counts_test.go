package main

import (
	"fmt"
	"strings"
	"testing"
)

func TestCountsBeyondTheBoundAreOthers(t *testing.T) {
	for _, c := range []struct {
		name           string
		most, mostText int
	}{{"by number", 3, 1 << 20}, {"by text", 1 << 20, 3 * len("h0windows.ssh4688")}} {
		b := bounded[recordKey]{at: map[recordKey]*seen{}, most: c.most, mostText: c.mostText}
		for i := range 10 {
			b.add(recordKey{fmt.Sprint("h", i), "windows.ssh", "4688"}, seen{n: 1})
			b.add(recordKey{"h0", "windows.ssh", "4688"}, seen{n: 1})
		}
		others := b.at[recordKey{}.others()]
		if len(b.at) != 4 || others == nil || others.n != 7 {
			t.Errorf("%s: %d keys, others %v; want 3 keys and 7 others", c.name, len(b.at), others)
		}
		if n := b.at[recordKey{"h0", "windows.ssh", "4688"}]; n == nil || n.n != 11 {
			t.Errorf("%s: a key known before the bound has %v, want 11", c.name, n)
		}
	}
}

func TestOtherLogonsKeepTheirOutcome(t *testing.T) {
	b := bounded[logonKey]{at: map[logonKey]*seen{}, most: 0, mostText: 0}
	b.add(logonKey{outcome: "failure", account: strings.Repeat("x", 100)}, seen{n: 2})
	b.add(logonKey{outcome: "success"}, seen{n: 1})
	if n := b.at[logonKey{outcome: "failure"}.others()]; len(b.at) != 2 || n == nil || n.n != 2 {
		t.Errorf("%d keys, failures %v; want 2 keys and 2 failures", len(b.at), n)
	}
}

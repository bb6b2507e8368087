package detect

import (
	"fmt"
	"testing"
)

func TestTallyTellsABoundedNumberOfSourcesApart(t *testing.T) {
	sum := newTally()
	const blocks, each = 4, MaxSources / 2
	for b := range blocks {
		part := newTally()
		for i := range each {
			k := SourceKind{Dataset: fmt.Sprintf("windows.%d", b*each+i), Schema: "flat"}
			part.source(k).Events++
			part.source(k).addLogSource("windows", 1)
		}
		sum.merge(part)
	}
	if got, want := len(sum.Sources), MaxSources+1; got != want {
		t.Errorf("%d kinds are told apart, want %d with the others", got, want)
	}
	var events int64
	for _, s := range sum.Sources {
		events += s.Events
	}
	if want := int64(blocks * each); events != want {
		t.Errorf("%d events are counted, want %d", events, want)
	}
	if got, want := sum.Sources[OtherSources()].Events, int64(blocks*each-MaxSources); got != want {
		t.Errorf("%d events are of other sources, want %d", got, want)
	}
}

func TestTallyKeepsTheRulesOfClassesItLetsGo(t *testing.T) {
	tally := newTally()
	for i := range 2*maxClasses + 1 {
		tally.meet(&class{rules: []classRule{{number: int32(i)}}})
	}
	if got := len(tally.classes); got > maxClasses {
		t.Errorf("%d classes are kept, want at most %d", got, maxClasses)
	}
	tally.settle()
	if got, want := len(tally.reached), 2*maxClasses+1; got != want {
		t.Errorf("%d rules are known to be reached, want %d", got, want)
	}
}

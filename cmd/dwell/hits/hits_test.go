package hits

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/sigma"
)

func at(minute int) time.Time { return time.Date(2025, 3, 1, 10, minute, 0, 0, time.UTC) }

func hit(rule *sigma.Meta, host, account string, minute int) *detect.Detection {
	d := &detect.Detection{Rule: rule, Event: detect.EventRef{Host: host, Account: account}}
	if minute >= 0 {
		d.Event.Time = at(minute)
		d.Event.ID[0] = byte(minute)
	}
	return d
}

func lines(groups []*Group) []string {
	var out []string
	for _, g := range groups {
		out = append(out, fmt.Sprintf("%s %s %s %d %v", g.Rule.Title, g.Host, g.Account, g.Count, g.Rest))
	}
	return out
}

func TestGroupsAreRankedByLevelThenRarityThenTime(t *testing.T) {
	low := &sigma.Meta{Title: "low", Level: sigma.Low}
	common := &sigma.Meta{Title: "common", Level: sigma.High}
	rare := &sigma.Meta{Title: "rare", Level: sigma.High}
	worst := &sigma.Meta{Title: "worst", Level: sigma.Critical}
	detections := []*detect.Detection{
		hit(low, "a", "", 0), hit(common, "a", "x", 1), hit(common, "b", "x", 0), hit(common, "a", "x", 3),
		hit(rare, "a", "x", 9), hit(worst, "", "", -1), hit(worst, "c", "", 30), hit(common, "a", "y", 2),
	}
	want := []string{
		"worst c  1 false", "worst   1 false", "rare a x 1 false",
		"common b x 1 false", "common a x 2 false", "common a y 1 false", "low a  1 false",
	}
	for range 5 {
		b := NewBook()
		for _, d := range detections {
			b.Add(d)
		}
		if diff := cmp.Diff(want, lines(b.Ranked())); diff != "" {
			t.Fatalf("ranking (-want +got):\n%s", diff)
		}
		rand.Shuffle(len(detections), func(i, j int) { detections[i], detections[j] = detections[j], detections[i] })
	}
}

func TestExampleIsTheFirstEventInTimeWhateverTheOrder(t *testing.T) {
	rule := &sigma.Meta{Title: "r"}
	b := NewBook()
	for _, minute := range []int{-1, 7, 3, 5} {
		b.Add(hit(rule, "h", "", minute))
	}
	g := b.Ranked()[0]
	if g.Example.Event.ID[0] != 3 || !g.First.Equal(at(3)) || !g.Last.Equal(at(7)) || g.Count != 4 {
		t.Errorf("example %d, first %v, last %v, count %d; want 3, 10:03, 10:07, 4", g.Example.Event.ID[0], g.First, g.Last, g.Count)
	}
}

func TestFullBookCountsTheRestByRule(t *testing.T) {
	one, two := &sigma.Meta{Title: "one"}, &sigma.Meta{Title: "two"}
	b := newBook(2)
	for i := range 5 {
		b.Add(hit(one, fmt.Sprint("h", i), "", i))
	}
	b.Add(hit(two, "h0", "", 9))
	b.Add(hit(one, "h1", "", 9))
	want := []string{"two   1 true", "one h0  1 false", "one h1  2 false", "one   3 true"}
	if diff := cmp.Diff(want, lines(b.Ranked())); diff != "" {
		t.Errorf("groups (-want +got):\n%s", diff)
	}
	if !b.Full() || b.Total() != 7 || b.Rules() != 2 {
		t.Errorf("full %v, total %d, rules %d; want true, 7, 2", b.Full(), b.Total(), b.Rules())
	}
}

func TestBookHoldsABoundedAmountOfText(t *testing.T) {
	rule := &sigma.Meta{Title: "r"}
	b := NewBook()
	long := strings.Repeat("x", maxNames/4)
	for i := range 8 {
		d := hit(rule, fmt.Sprint(i, long), "", i)
		d.Matched = []detect.Matched{{Field: "f", JSON: strings.Repeat("1", maxValues/4)}}
		b.Add(d)
	}
	groups, values := b.Ranked(), 0
	for _, g := range groups {
		values += len(g.Example.Matched)
	}
	if len(groups) != 4 || !b.Full() || b.Total() != 8 {
		t.Errorf("%d groups, full %v, total %d; want 3 and the others, true, 8", len(groups), b.Full(), b.Total())
	}
	if values != 3 {
		t.Errorf("%d examples have values, want the 3 for which there is room", values)
	}
	if b.names > maxNames || b.values > maxValues {
		t.Errorf("the book holds %d bytes of names and %d of values, want at most %d and %d", b.names, b.values, maxNames, maxValues)
	}
}

func TestExampleThatIsReplacedGivesItsRoomBack(t *testing.T) {
	rule := &sigma.Meta{Title: "r"}
	b := NewBook()
	for minute := 59; minute >= 0; minute-- {
		d := hit(rule, "h", "", minute)
		d.Matched = []detect.Matched{{Field: "f", JSON: strings.Repeat("1", maxValues/4)}}
		b.Add(d)
	}
	if g := b.Ranked()[0]; len(g.Example.Matched) != 1 {
		t.Error("the example has lost its values")
	}
}

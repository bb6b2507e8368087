package main

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
)

func TestAccountsAreTheSameWithAndWithoutDomain(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want bool
	}{
		{`CORP\alice`, `corp\ALICE`, true},
		{`CORP\alice`, `alice`, true},
		{`alice@corp.example`, `alice`, true},
		{`CORP\alice`, `OTHER\alice`, false},
		{`alice`, `bob`, false},
		{`CORP\alice`, ``, false},
	} {
		if got := sameAccount(c.a, c.b); got != c.want {
			t.Errorf("sameAccount(%q, %q) = %v, want %v", c.a, c.b, got, c.want)
		}
	}
}

func TestNearestRecordsAreKeptInWhateverOrderTheyCome(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		all := rapid.SliceOfNDistinct(rapid.Custom(func(t *rapid.T) nearby {
			return nearby{
				distance: time.Duration(rapid.IntRange(0, 30).Draw(t, "distance")),
				id:       event.ID{byte(rapid.IntRange(0, 255).Draw(t, "id")), byte(rapid.IntRange(0, 255).Draw(t, "id2"))},
			}
		}), 0, 300, func(n nearby) event.ID { return n.id }).Draw(t, "records")
		want := slices.SortedFunc(slices.Values(all), compareNearby)
		want = want[:min(len(want), keptNearby)]

		blocks := make([]vicinity, rapid.IntRange(1, 5).Draw(t, "blocks"))
		for _, n := range all {
			b := &blocks[rapid.IntRange(0, len(blocks)-1).Draw(t, "block")]
			b.count++
			b.add(n)
		}
		var got vicinity
		for i := range blocks {
			got.merge(&blocks[i])
		}
		got.trim()
		if !slices.Equal(got.records, want) || got.count != int64(len(all)) {
			t.Fatalf("kept %v of %d, want %v of %d", got.records, got.count, want, len(all))
		}
	})
}

func TestRecordInTwoCopiesOfItsFileIsOne(t *testing.T) {
	v := vicinity{count: 2, records: []nearby{{id: event.ID{1}}, {id: event.ID{1}}}}
	v.trim()
	if len(v.records) != 1 || v.count != 1 {
		t.Errorf("%d records, %d counted; want 1, 1", len(v.records), v.count)
	}
}

var noon = time.Date(2025, 3, 1, 12, 0, 0, 0, time.UTC)

func ref(minute int, id byte, host, account string) detect.EventRef {
	return detect.EventRef{ID: event.ID{id}, Time: noon.Add(time.Duration(minute) * time.Minute), Host: host, Account: account, File: "f"}
}

func TestCorrelationIsLookedAroundAtItsFirstAndLastEvent(t *testing.T) {
	figure := []detect.Matched{{Field: "ip", JSON: `"192.0.2.1"`}, {Field: "event_count", JSON: "3"}}
	near := []detect.EventRef{ref(0, 1, "a", "x"), ref(2, 2, "a", "y"), ref(4, 3, "a", "z")}
	x := newSurroundings(&detect.Detection{Event: near[2], Events: near, Matched: figure}, "", 5*time.Minute)
	if len(x.moments) != 1 || len(x.moments[0].at) != 2 || !slices.Equal(x.moments[0].accounts, []string{"x", "z"}) || len(x.moments[0].own) != 3 {
		t.Errorf("events within minutes: %+v", x.moments)
	}
	if len(x.values) != 1 || x.values[0].Field != "ip" {
		t.Errorf("values to count: %v", x.values)
	}
	far := []detect.EventRef{ref(0, 1, "a", "x"), ref(60, 2, "b", "x")}
	if x := newSurroundings(&detect.Detection{Event: far[1], Events: far, Matched: figure}, "", 5*time.Minute); len(x.moments) != 2 {
		t.Errorf("events on two hosts: %+v", x.moments)
	}
}

func TestHitWithoutHostAndAccountIsLookedAroundInItsFile(t *testing.T) {
	r := ref(0, 1, "", "")
	x := newSurroundings(&detect.Detection{Event: r}, "", time.Minute)
	ev := &event.Event{Source: &event.Source{Path: "f"}}
	if m := x.moments[0]; !m.hosts(ev) || m.hosts(&event.Event{Source: &event.Source{Path: "g"}}) || !m.ofAccount("any") {
		t.Errorf("moments of a hit without names: %+v", m)
	}
}

func TestHitOfSensorIsLookedAroundByItsAddress(t *testing.T) {
	x := newSurroundings(&detect.Detection{Event: ref(0, 1, "", "")}, "192.0.2.7", time.Minute)
	from := func(address string) *event.Event {
		return &event.Event{Source: &event.Source{Path: "g"}, Fields: []event.Field{{Kind: event.Null}, {Kind: event.Text, Data: []byte(address)}}}
	}
	if m := x.moments[0]; !m.hosts(from("192.0.2.7")) || m.hosts(from("192.0.2.70")) {
		t.Errorf("moments of a hit with an address alone: %+v", m)
	}
	group := []detect.Matched{{Field: "id.orig_h", JSON: `"192.0.2.8"`}, {Field: "event_count", JSON: "3"}}
	x = newSurroundings(&detect.Detection{Event: ref(0, 1, "", ""), Events: []detect.EventRef{ref(0, 1, "", "")}, Matched: group}, "", time.Minute)
	if m := x.moments[0]; m.address != "192.0.2.8" {
		t.Errorf("moments of a correlation by address: %+v", m)
	}
}

package coverage

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/dwell-project/dwell/event"
)

var midnight = time.Date(2023, 4, 2, 0, 0, 0, 0, time.UTC)

// record is one record of a channel, so many minutes after midnight.
type record struct {
	dataset, host string
	minute        int
	number        int64
}

// see gives the records to a book in blocks of so many.
func see(b *Book, size int, records ...record) {
	g, src := NewGatherer(), &event.Source{Path: "logs"}
	for i, r := range records {
		g.See(&event.Event{
			Dataset: r.dataset, Host: event.Field{Kind: event.Text, Data: []byte(r.host)}, Source: src,
			Time: midnight.Add(time.Duration(r.minute) * time.Minute), Record: r.number, Line: int64(i + 1), Identity: event.ByRecord,
		})
		if (i+1)%size == 0 {
			b.Add(g.Block())
		}
	}
	b.Add(g.Block())
}

// quarters are records every quarter of an hour, from ≤ hour < to.
func quarters(dataset, host string, from, to int, number int64) []record {
	var all []record
	for m := from * 60; m < to*60; m += 15 {
		all = append(all, record{dataset, host, m, number})
		number++
	}
	return all
}

func hours(h int) time.Time { return midnight.Add(time.Duration(h) * time.Hour) }

func TestSilenceOfWholeHoursBetweenRecordsIsTold(t *testing.T) {
	b := NewBook()
	see(b, 7, append(quarters("windows.security", "ws17", 0, 3, 100), quarters("windows.security", "ws17", 9, 12, 1316)...)...)
	want := &Report{Datasets: 1, Hosts: 1, Missing: 1204, Silences: []Silence{{
		Datasets: []string{"windows.security"}, Host: "ws17", From: hours(3), To: hours(9), Missing: 1204, Numbered: true,
	}}}
	if diff := cmp.Diff(want, b.Report(), cmpopts.IgnoreUnexported(Silence{})); diff != "" {
		t.Error(diff)
	}
}

func TestSilenceWithoutMissingNumbersSaysSo(t *testing.T) {
	b := NewBook()
	see(b, 7, append(quarters("windows.security", "ws17", 0, 3, 100), quarters("windows.security", "ws17", 9, 12, 112)...)...)
	r := b.Report()
	if len(r.Silences) != 1 || !r.Silences[0].Numbered || r.Silences[0].Missing != 0 || r.Missing != 0 {
		t.Errorf("silence in unbroken numbers: %+v", r)
	}
}

func TestSourcesSilentTogetherAreToldTogether(t *testing.T) {
	b := NewBook()
	for _, dataset := range []string{"zeek.dns", "zeek.conn"} {
		see(b, 100, append(quarters(dataset, "ns1", 0, 3, 0), quarters(dataset, "ns1", 9, 12, 0)...)...)
	}
	r := b.Report()
	if len(r.Silences) != 1 || fmt.Sprint(r.Silences[0].Datasets) != "[zeek.conn zeek.dns]" || r.Silences[0].Numbered {
		t.Errorf("two sources silent together: %+v", r.Silences)
	}
}

func TestRareSourceIsNotSilent(t *testing.T) {
	b := NewBook()
	see(b, 100, record{"windows.system", "ws17", 10, 1}, record{"windows.system", "ws17", 600, 2}, record{"windows.system", "ws17", 900, 3})
	if r := b.Report(); len(r.Silences) != 0 {
		t.Errorf("silences of a source that speaks thrice a day: %+v", r.Silences)
	}
}

func TestNumbersMissingWithinAnHourAreLost(t *testing.T) {
	b := NewBook()
	see(b, 100, record{"windows.security", "ws17", 10, 5}, record{"windows.security", "ws17", 12, 9})
	want := []Lost{{
		Key: Key{"windows.security", "ws17"}, Count: 3, From: 6, To: 8,
		After: midnight.Add(10 * time.Minute), Before: midnight.Add(12 * time.Minute),
	}}
	if diff := cmp.Diff(want, b.Report().Lost); diff != "" {
		t.Error(diff)
	}
}

func TestNumbersGivenOutAnewAreNotLost(t *testing.T) {
	b := NewBook()
	see(b, 100, record{"windows.security", "ws17", 10, 9000}, record{"windows.security", "ws17", 12, 1}, record{"windows.security", "ws17", 14, 2})
	if r := b.Report(); r.Missing != 0 || len(r.Lost) != 0 {
		t.Errorf("after the log was cleared: %+v", r)
	}
}

func TestNumbersOfLinesAreNoRecordNumbers(t *testing.T) {
	b, g := NewBook(), NewGatherer()
	for _, line := range []int64{1, 2, 50} {
		g.See(&event.Event{Dataset: "windows.security", Time: midnight, Record: line, Line: line, Source: &event.Source{}})
	}
	b.Add(g.Block())
	if r := b.Report(); r.Missing != 0 {
		t.Errorf("missing lines are told as missing records: %+v", r)
	}
}

func TestReportDoesNotDependOnBlocks(t *testing.T) {
	all := append(quarters("windows.security", "a", 0, 30, 1), quarters("windows.security", "b", 3, 20, 40)...)
	all = append(all, quarters("windows.security", "a", 40, 50, 500)...)
	var want *Report
	for _, size := range []int{1, 3, 1000} {
		b := NewBook()
		see(b, size, all...)
		got := b.Report()
		if want == nil {
			want = got
		}
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(Silence{})); diff != "" {
			t.Errorf("blocks of %d: %s", size, diff)
		}
	}
}

func TestKeysBeyondTheBoundAreCounted(t *testing.T) {
	b := newBook(2)
	for n := range 5 {
		see(b, 10, record{"syslog", fmt.Sprint("host", n), n, 0})
	}
	if r := b.Report(); r.Hosts != 2 || r.Rest != 3 {
		t.Errorf("hosts %d, records of others %d; want 2, 3", r.Hosts, r.Rest)
	}
}

func TestHourBefore1970IsRoundedDown(t *testing.T) {
	for at, want := range map[int64]int64{0: 0, 3599: 0, 3600: 1, -1: -1, -3600: -1, -3601: -2} {
		if got := hourOf(time.Unix(at, 0)); got != want {
			t.Errorf("hour of %d s: %d, want %d", at, got, want)
		}
	}
}

package main

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/store/coverage"
)

func TestWhatIsMissingIsSaidInWords(t *testing.T) {
	at := time.Date(2025, 3, 1, 10, 0, 0, 0, time.UTC)
	day := coverage.Gap{From: at, To: at.Add(24 * time.Hour)}
	d := &coverage.Dataset{
		Dataset: "zeek.conn", Silent: []coverage.Gap{day}, Loss: 2.5, MissedBytes: 1200,
		Hosts: []*coverage.Host{
			{Host: "quiet"},
			{Host: "gap", Silent: []coverage.Gap{day, day, day, day}},
			{Host: "holes", Missing: 3, Restarts: 1, Ahead: 90 * time.Second},
		},
	}
	want := []string{
		"no host had a record in 24 hours: 2025-03-01 10:00 to 2025-03-02 10:00",
		"Zeek says that it lost up to 2.5 % of packets",
		"Zeek says that it missed 1,200 bytes of connections",
		"holes: 3 record numbers missing; record numbers began anew 1 time, as when a log is cleared; its clock is ahead by at least 1m30s",
		"gap: silent while others were not: 2025-03-01 10:00 to 2025-03-02 10:00, 2025-03-01 10:00 to 2025-03-02 10:00, " +
			"2025-03-01 10:00 to 2025-03-02 10:00 and 1 more time",
	}
	if diff := cmp.Diff(want, missingLines(d)); diff != "" {
		t.Error(diff)
	}
}

func TestAMapHasNoMoreCellsThanThereIsRoomFor(t *testing.T) {
	first := time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC)
	for hours := 1; hours < 40000; hours = hours*3/2 + 1 {
		for _, n := range []int{10, 61, 180} {
			step, cells := scale(first, first.Add(time.Duration(hours)*time.Hour), n)
			if cells > n || time.Duration(cells)*step < time.Duration(hours)*time.Hour {
				t.Errorf("%d hours in %d cells: %d cells of %v", hours, n, cells, step)
			}
		}
	}
}

package entityday_test

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/entity"
	"github.com/dwell-project/dwell/store/entityday"
)

// looking is a coverage of a fixed time with given gaps.
type looking struct {
	first, last time.Time
	blind       []entityday.Blind
}

func (l looking) Looking(context.Context, entityday.Bounds) (first, last time.Time, err error) {
	return l.first, l.last, nil
}

func (l looking) Blind(context.Context, entityday.Bounds, []entity.Kind) ([]entityday.Blind, error) {
	return l.blind, nil
}

// story writes the sights of a domain on two of 300 hosts, on days two years
// apart.
func story(t *testing.T) *entityday.Table {
	t.Helper()
	at := func(s string) time.Time {
		when, err := time.Parse(time.DateTime, s)
		if err != nil {
			t.Fatal(err)
		}
		return when
	}
	var runs [][]sighting
	see := func(host string, when time.Time, dataset, value string, role entity.Role) {
		e := entity.Guess(value)[0]
		runs = append(runs, []sighting{{
			day: entityday.DayOf(when), dataset: dataset, role: role, entity: e, host: host, at: entityday.MicrosOf(when),
		}})
	}
	see("ws17.corp.example", at("2023-03-02 08:11:00"), "windows.sysmon_operational", "evil.example", entity.Query)
	see("ws17.corp.example", at("2023-03-02 09:11:00"), "windows.sysmon_operational", "evil.example", entity.Query)
	see("ws23.corp.example", at("2025-01-05 10:00:00"), "zeek.dns", "cdn.evil.example", entity.Query)
	for i := range 300 {
		see(fmt.Sprintf("ws%d.corp.example", i), at("2024-06-01 00:00:00"), "windows.security", "update.example", entity.Destination)
	}
	f := &files{}
	for i, run := range runs {
		f.listed = append(f.listed, f.write(t, fmt.Sprintf("run%d", i), entityday.Content{
			Period: entityday.Period{First: run[0].day}, Runs: []entityday.RunID{runID(i)},
			Rows: entityday.NoError(slices.Values(accumulate(run))),
		}))
	}
	table := entityday.NewTable(f.fsys, f.listed)
	t.Cleanup(func() {
		if err := table.Close(); err != nil {
			t.Error(err)
		}
	})
	return table
}

func TestSeenSaysSinceWhenWhereAndHowCommon(t *testing.T) {
	first, last := time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(2026, 2, 10, 16, 22, 0, 0, time.UTC)
	gap := entityday.Blind{
		Dataset: "zeek.dns", Host: "sensor1", Why: "no records",
		From: time.Date(2024, 5, 1, 0, 0, 0, 0, time.UTC), To: time.Date(2024, 5, 9, 0, 0, 0, 0, time.UTC),
	}
	tests := []struct {
		name     string
		question entityday.Question
		want     string
	}{
		{
			"first, last, hosts, where to begin",
			entityday.Question{Values: []string{"evil[.]example"}},
			"evil[.]example was first seen on 2023-03-02 08:11 UTC and last on 2025-01-05 10:00 UTC, 675 days apart: 3 times on 2 days, " +
				"on 2 hosts of the 300 that reported. Begin with ws17.corp.example at 2023-03-02 08:11 UTC (windows.sysmon_operational). It is rare.",
		},
		{
			"the domain alone",
			entityday.Question{Values: []string{"evil.example"}, Exact: true},
			"evil.example was first seen on 2023-03-02 08:11 UTC and last on 2023-03-02 09:11 UTC, 60 minutes apart: 2 times on 1 day, " +
				"on ws17.corp.example alone of the 300 that reported. Begin with ws17.corp.example at 2023-03-02 08:11 UTC (windows.sysmon_operational). It is rare.",
		},
		{
			"what all hosts have",
			entityday.Question{Values: []string{"update.example"}},
			"update.example was seen 300 times, at 2024-06-01 00:00 UTC, on 300 hosts of the 300 that reported. " +
				"It is common (100 % of the hosts), so that by itself it says little.",
		},
		{
			"absent, with blind spots",
			entityday.Question{Values: []string{"other.example"}, Coverage: looking{first, last, []entityday.Blind{gap}}},
			"other.example was not seen in the records from 2023-01-01 00:00 to 2026-02-10 16:22 UTC as domain, host, account or file. " +
				"1 blind spot: zeek.dns sensor1 from 2024-05-01 00:00 to 2024-05-09 00:00 UTC (no records).",
		},
		{
			"absent, with losses",
			entityday.Question{Values: []string{"192.0.2.99"}, Coverage: looking{first, last, []entityday.Blind{{Dataset: "zeek.conn", Why: "lost up to 3 % of packets"}, gap}}},
			"192.0.2.99 was not seen in the records from 2023-01-01 00:00 to 2026-02-10 16:22 UTC as address. " +
				"2 blind spots, the largest in zeek.conn (lost up to 3 % of packets).",
		},
		{
			"no records within the bounds",
			entityday.Question{Values: []string{"192.0.2.99"}, Coverage: looking{}},
			"192.0.2.99 was not seen: there are no records within the bounds.",
		},
		{
			"absent, and nothing known of coverage",
			entityday.Question{Values: []string{"192.0.2.99"}},
			"192.0.2.99 was not seen as address. What was not recorded cannot be seen, and what was recorded is not known here.",
		},
		{
			"absent, nothing missing",
			entityday.Question{Values: []string{"192.0.2.99"}, Coverage: looking{first, last, nil}},
			"192.0.2.99 was not seen in the records from 2023-01-01 00:00 to 2026-02-10 16:22 UTC as address. No gaps are known.",
		},
		{
			"no entity",
			entityday.Question{Values: []string{"a\x1b|b?"}},
			`"a\x1b|b?" is nothing that the table keeps; look for it with hunt --match.`,
		},
	}
	table := story(t)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			answers, err := table.Seen(context.Background(), tt.question)
			if err != nil || len(answers) != 1 {
				t.Fatal(answers, err)
			}
			if diff := cmp.Diff(tt.want, answers[0].Sentence); diff != "" {
				t.Errorf("sentence (-want +got):\n%s", diff)
			}
		})
	}
}

func TestSeenIsBoundByDays(t *testing.T) {
	table := story(t)
	from := entityday.DayOf(time.Date(2025, 1, 1, 0, 0, 0, 0, time.UTC))
	answers, err := table.Seen(context.Background(), entityday.Question{
		Values: []string{"evil.example", "update.example"}, Bounds: entityday.Bounds{From: from, Before: from + 31},
	})
	if err != nil {
		t.Fatal(err)
	}
	if a := answers[0]; !a.Seen || a.Count != 1 || a.HostCount != 1 || a.Reporting != 1 || a.Rounded {
		t.Errorf("evil.example in January 2025: %+v; want one event on one host of one", a)
	}
	if answers[1].Seen {
		t.Errorf("update.example in January 2025: %+v; want none", answers[1])
	}
}

func TestAnswersAreTextAndJSON(t *testing.T) {
	table := story(t)
	answers, err := table.Seen(context.Background(), entityday.Question{Values: []string{"evil.example"}})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	if err := answers[0].WriteText(&b); err != nil {
		t.Fatal(err)
	}
	_, parts, _ := strings.Cut(b.String(), "\n")
	want := `  hosts            2  2023-03-02 08:11 2023-03-02 09:11  ws17.corp.example
                   1  2025-01-05 10:00                   ws23.corp.example
  datasets         2  2023-03-02 08:11 2023-03-02 09:11  windows.sysmon_operational
                   1  2025-01-05 10:00                   zeek.dns
  roles            3  2023-03-02 08:11 2025-01-05 10:00  query
  as               2  2023-03-02 08:11 2023-03-02 09:11  domain evil.example
                   1  2025-01-05 10:00                   domain cdn.evil.example
`
	if diff := cmp.Diff(want, parts); diff != "" {
		t.Errorf("text (-want +got):\n%s", diff)
	}
	text, err := json.Marshal(answers[0])
	if err != nil {
		t.Fatal(err)
	}
	var back entityday.Answer
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(answers[0], back); diff != "" {
		t.Errorf("JSON and back (-want +got):\n%s", diff)
	}
}

func TestWholeYearsSaySoWhereTheBoundsTakeAPart(t *testing.T) {
	day := someDays[2]
	f := &files{}
	run := []sighting{
		{day: day, dataset: "zeek.dns", role: entity.Query, entity: someEntities[0], host: "ws1", at: entityday.MicrosOf(day.Time())},
		{day: day + 100, dataset: "zeek.dns", role: entity.Query, entity: someEntities[5], host: "ws1", at: entityday.MicrosOf((day + 100).Time())},
	}
	var listed []entityday.Listed
	for i, s := range run {
		listed = append(listed, f.write(t, fmt.Sprintf("run%d", i), entityday.Content{
			Period: entityday.Period{First: s.day}, Runs: []entityday.RunID{runID(i)},
			Rows: entityday.NoError(slices.Values(accumulate([]sighting{s}))),
		}))
	}
	year := f.merge(t, "year", entityday.PeriodOf(entityday.Yearly, day), listed)
	table := entityday.NewTable(f.fsys, []entityday.Listed{year})
	answers, err := table.Seen(context.Background(), entityday.Question{
		Values: []string{someEntities[0].Value, someEntities[5].Value}, Bounds: entityday.Bounds{From: day, Before: day + 31},
	})
	if err != nil {
		t.Fatal(err)
	}
	if a := answers[0]; !a.Seen || !a.Rounded || !strings.Contains(a.Sentence, "whole months or years") {
		t.Errorf("seen in January: %+v; want a rounded answer", a)
	}
	if a := answers[1]; a.Seen || a.Rounded {
		t.Errorf("seen in April, asked for January: %+v; want none", a)
	}
}

func TestOneTableAnswersManyAtOnce(t *testing.T) {
	table := story(t)
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			q := entityday.Question{Values: []string{"evil.example", "update.example", fmt.Sprintf("absent%d.example", i)}}
			answers, err := table.Seen(context.Background(), q)
			if err != nil || answers[0].Count != 3 || answers[1].Count != 300 || answers[2].Seen {
				t.Errorf("%v, %v; want 3, 300 and none", answers, err)
			}
		})
	}
	group.Wait()
}

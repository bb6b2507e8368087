package coverage

import (
	"bytes"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/event"
)

func at(hours int) time.Time { return time.Unix(int64(hours)*3600, 0).UTC() }

func build(rows []*Row, patience time.Duration) *Report {
	b := Builder{Patience: patience}
	for _, r := range rows {
		b.Add(r)
	}
	return b.Report()
}

func hostOf(name string) event.Field { return event.Field{Kind: event.Text, Data: []byte(name)} }

// TestHoursAreThoseOfTheEvents compares a map, cut into parts that are written
// and read, with counting by definition.
func TestHoursAreThoseOfTheEvents(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		type cell struct {
			dataset, host string
			hour          int64
		}
		want, got := map[cell]int64{}, map[cell]int64{}
		names := event.NewNames()
		maps := []*Map{NewMap(names), NewMap(names), NewMap(names)}
		src := &event.Source{}
		for range rapid.IntRange(0, 60).Draw(t, "events") {
			ev := &event.Event{
				Source: src, Dataset: rapid.SampledFrom([]string{"a", "b"}).Draw(t, "dataset"),
				Host: hostOf(rapid.SampledFrom([]string{"", "h1", "h2"}).Draw(t, "host")),
				Time: time.Unix(rapid.Int64Range(-400_000, 400_000).Draw(t, "time"), 5),
			}
			maps[rapid.IntRange(0, 2).Draw(t, "map")].Add(ev)
			hour := ev.Time.Unix()
			want[cell{ev.Dataset, ev.Host.Text(), (hour - ((hour%3600)+3600)%3600) / 3600}]++
		}
		for _, part := range [][]*Row{Rows(maps[0], maps[1]), Rows(maps[2])} {
			var file bytes.Buffer
			if err := Write(&file, part); err != nil {
				t.Fatal(err)
			}
			err := Read(bytes.NewReader(file.Bytes()), int64(file.Len()), func(r *Row) error {
				start, _ := r.hour(0)
				for i, n := range r.Hours {
					if n > 0 {
						got[cell{r.Dataset, r.Host, start.Unix()/3600 + int64(i)}] += int64(n)
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
	})
}

func TestADatasetIsSilentWhereNoHostHasARecord(t *testing.T) {
	r := build([]*Row{
		{Day: "1970-01-01", Dataset: "zeek.dns", Host: "s1", Hours: []int32{5, 0, 0, 1}},
		{Day: "1970-01-01", Dataset: "zeek.dns", Host: "s2", Hours: []int32{0, 1, 0, 0, 0, 0, 2}},
	}, time.Hour)
	d := r.Datasets[0]
	want := []Gap{{at(4), at(6)}, {at(2), at(3)}}
	if diff := cmp.Diff(want, d.Silent); diff != "" {
		t.Errorf("silence of the dataset: %s", diff)
	}
	// s1 is silent from 1 to 3, in which there is one hour of s2.
	if diff := cmp.Diff([]Gap{{at(1), at(3)}}, d.Hosts[0].Silent); diff != "" {
		t.Errorf("silence of s1: %s", diff)
	}
	if !d.First.Equal(at(0)) || !d.Last.Equal(at(7)) || d.Records != 9 {
		t.Errorf("%v to %v, %d records", d.First, d.Last, d.Records)
	}
}

func TestMissingRecordNumbersAreCountedWithinAndBetweenDays(t *testing.T) {
	r := build([]*Row{
		{Day: "2024-01-02", Dataset: "windows.security", Host: "h", Hours: []int32{2}, First: 20, Last: 21, Numbered: 2},
		{Day: "2024-01-01", Dataset: "windows.security", Host: "h", Hours: []int32{3}, First: 10, Last: 14, Numbered: 3},
		{Day: "2024-01-03", Dataset: "windows.security", Host: "h", Hours: []int32{1}, First: 1, Last: 1, Numbered: 1},
	}, time.Hour)
	h := r.Datasets[0].Hosts[0]
	if h.Missing != 2+5 || h.Restarts != 1 {
		t.Errorf("%d missing, %d restarts", h.Missing, h.Restarts)
	}
}

func TestRecordsWithoutATimeAreCountedApart(t *testing.T) {
	m := NewMap(event.NewNames())
	m.Add(&event.Event{Source: &event.Source{Host: "collector"}, Dataset: "d"})
	d := build(Rows(m), time.Hour).Datasets[0]
	if d.Undated != 1 || d.Records != 1 || !d.First.IsZero() || d.Hosts[0].Host != "collector" {
		t.Errorf("%+v %+v", d, d.Hosts[0])
	}
}

func TestAClockThatIsAheadIsTold(t *testing.T) {
	m := NewMap(event.NewNames())
	m.Add(&event.Event{Source: &event.Source{Written: at(10)}, Dataset: "d", Time: at(12)})
	if h := build(Rows(m), time.Hour).Datasets[0].Hosts[0]; h.Ahead != 2*time.Hour {
		t.Error(h.Ahead)
	}
}

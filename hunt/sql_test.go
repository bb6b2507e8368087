//go:build cgo

package hunt

import (
	"context"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/store"
)

// question asks a snapshot in SQL, with values as JSON.
func question(t *testing.T, folder string, q SQL) (rows [][]any, aside []string) {
	t.Helper()
	s, err := open(t, rand.New(rand.NewPCG(1, 1)), folder).Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	q.Workers, q.TempDir = 2, t.TempDir()
	q.SetAside = func(seg *store.Segment, err error) {
		if !errors.Is(err, store.ErrDamaged) {
			t.Error(err)
		}
		aside = append(aside, seg.Path)
	}
	err = q.Run(context.Background(), s, func([]string) error { return nil }, func(values []any) error {
		rows = append(rows, append([]any(nil), values...))
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if left, err := os.ReadDir(q.TempDir); err != nil || len(left) > 0 {
		t.Errorf("temporary files stay: %v %v", left, err)
	}
	return rows, aside
}

// TestSQLCountsWhatTheLogsHold compares the views of archives that were made in
// random ways, partly unsealed, with a reading of the logs.
func TestSQLCountsWhatTheLogsHold(t *testing.T) {
	c := ownCorpus(t)
	all := map[string]map[event.ID]bool{}
	var times []time.Time
	names := event.NewNames()
	err := parse.Run(context.Background(), formats.Walk(c.files, formats.Options{}), parse.Options{Workers: 1, Names: names},
		func() parse.Work[int] {
			return func(b *parse.Block, d parse.Decoder) int {
				d.Decode(b, func(ev *event.Event) bool {
					id := ev.ID(names)
					if all[ev.Dataset] == nil {
						all[ev.Dataset] = map[event.ID]bool{}
					}
					if !all[ev.Dataset][id] && !ev.Time.IsZero() {
						times = append(times, ev.Time)
					}
					all[ev.Dataset][id] = true
					return true
				}, func(parse.Problem) {})
				return 0
			}
		}, parse.Results[int]{Take: func(int) error { return nil }, Report: func(parse.Problem) {}})
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(times, time.Time.Compare)
	from, to := times[len(times)/4].Truncate(time.Second), times[len(times)*3/4].Truncate(time.Second)
	within := int64(0)
	for _, at := range times {
		if !at.Before(from) && at.Before(to) {
			within++
		}
	}
	want := map[string]int64{}
	for dataset, ids := range all {
		want[dataset] = int64(len(ids))
	}
	for round := range *rounds {
		folder := filepath.Join(t.TempDir(), "archive")
		fill(t, rand.New(rand.NewPCG(*seed, uint64(2000+round))), folder, c.files)
		rows, _ := question(t, folder, SQL{Question: "select dataset, count(*), count(distinct _id) from events group by dataset"})
		got := map[string]int64{}
		for _, r := range rows {
			got[r[0].(string)] = r[1].(int64)
			if r[1] != r[2] {
				t.Errorf("%v: %v records, %v of them different", r[0], r[1], r[2])
			}
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("round %d: %s", round, diff)
		}
		rows, _ = question(t, folder, SQL{Question: "select count(*) from events", Bounds: store.Bounds{From: from, To: to}})
		if within == 0 || rows[0][0] != within {
			t.Errorf("round %d: %v records within bounds, want %d", round, rows[0][0], within)
		}
	}
}

// TestADamagedSegmentIsSetAsideInSQL flips a bit.
func TestADamagedSegmentIsSetAsideInSQL(t *testing.T) {
	c := ownCorpus(t)
	folder := filepath.Join(t.TempDir(), "archive")
	random := rand.New(rand.NewPCG(7, 7))
	fill(t, random, folder, c.files)
	m := sealAll(t, open(t, random, folder))
	whole, _ := question(t, folder, SQL{Question: "select count(*) from events"})
	victim := &m.Segments[len(m.Segments)/2]
	path := filepath.Join(folder, filepath.FromSlash(victim.Path))
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	content[len(content)/2] ^= 4
	if err := os.WriteFile(path, content, 0o600); err != nil {
		t.Fatal(err)
	}
	rest, aside := question(t, folder, SQL{Question: "select count(*) from events"})
	if diff := cmp.Diff([]string{victim.Path}, aside); diff != "" {
		t.Error(diff)
	}
	if whole[0][0].(int64)-rest[0][0].(int64) != victim.Rows() {
		t.Errorf("%v records of %v are left, the segment had %d", rest[0][0], whole[0][0], victim.Rows())
	}
}

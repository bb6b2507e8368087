package main

import (
	"context"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"runtime/debug"

	"github.com/dwell-project/dwell/entity"
	"github.com/dwell-project/dwell/internal/archivegen"
	"github.com/dwell-project/dwell/store"
	"github.com/dwell-project/dwell/store/entityday"
)

// Tasks that this program does itself, in a process of its own: no command of
// dwell asks so much at once.
const (
	taskSeen = "seen"
	taskDays = "days"
)

// taskMemory, in bytes, is when garbage is collected earlier, as in dwell's own
// commands.
const taskMemory = 640 << 20

// archiveTask does a task. It fails if the answer is not what the telemetry
// holds.
func archiveTask(ctx context.Context, o archiveOptions) (err error) {
	debug.SetMemoryLimit(taskMemory)
	a, err := store.Open(o.folder, store.Options{})
	if err != nil {
		return err
	}
	s, err := a.Snapshot()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, s.Close()) }()
	table := s.Entities()
	defer func() { err = errors.Join(err, table.Close()) }()
	if o.task == taskDays {
		return hostDays(ctx, o, table)
	}
	return everSeen(ctx, filepath.Join(filepath.Dir(o.folder), "archive-indicators.csv"), s, table)
}

// everSeen asks since when and where each indicator was seen.
func everSeen(ctx context.Context, indicators string, s *store.Snapshot, table *entityday.Table) error {
	values, err := readValues(indicators)
	if err != nil {
		return err
	}
	looking, err := s.Looking()
	if err != nil {
		return err
	}
	answers, err := table.Seen(ctx, entityday.Question{Values: values, Exact: true, Coverage: looking})
	if err != nil {
		return err
	}
	for i := range answers {
		if want := archivegen.IndicatorAt(i).Present; answers[i].Seen != want {
			return fmt.Errorf("%s: seen is %t, which it is not", answers[i].Value, answers[i].Seen)
		}
	}
	return nil
}

func readValues(path string) (values []string, err error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, f.Close()) }()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		return nil, err
	}
	for _, row := range rows[1:] {
		values = append(values, row[1])
	}
	return values, nil
}

// hostDays asks for the first and the last record of each host on each day.
func hostDays(ctx context.Context, o archiveOptions, table *entityday.Table) error {
	var asks []entityday.Ask
	for _, name := range archivegen.New(1, 1, 1).HostNames() {
		asks = append(asks, entityday.Ask{Entity: entity.Entity{Kind: entity.Host, Value: name}})
	}
	type times struct{ first, last entityday.Micros }
	found := 0
	for day := range o.days {
		d := entityday.DayOf(archivegen.Begin().AddDate(0, 0, day))
		of := make([]times, len(asks))
		_, err := table.Lookup(ctx, entityday.Bounds{From: d, Before: d + 1}, asks, func(m entityday.Match) bool {
			t := &of[m.Ask]
			if t.first == 0 || m.Row.First < t.first {
				t.first = m.Row.First
			}
			t.last = max(t.last, m.Row.Last)
			return true
		})
		if err != nil {
			return err
		}
		for _, t := range of {
			if t.first != 0 {
				found++
			}
		}
	}
	if found == 0 {
		return errors.New("no host was seen on any day")
	}
	_, err := fmt.Fprintf(os.Stdout, "%d hosts and days\n", found)
	return err
}

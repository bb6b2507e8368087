package entityday_test

import (
	"bytes"
	"context"
	"errors"
	"slices"
	"testing"

	"github.com/dwell-project/dwell/entity"
	"github.com/dwell-project/dwell/store/entityday"
)

// read reads a file in all ways that there are.
func read(file, filter []byte) error {
	f, err := entityday.Open(bytes.NewReader(file), int64(len(file)), filter)
	if err != nil {
		return err
	}
	for _, err := range f.Rows() {
		if err != nil {
			return err
		}
	}
	var asks []entityday.Ask
	for _, e := range append(someEntities, entity.Entity{Kind: entity.Domain, Value: "absent.example"}) {
		asks = append(asks, entityday.Ask{Entity: e, Under: true})
	}
	if err := f.Lookup(context.Background(), asks, func(entityday.Match) bool { return true }); err != nil {
		return err
	}
	_, err = f.Runs()
	return err
}

// TestDamagedFilesAreErrorsNeverPanics turns every bit in turn and cuts the file
// at every byte: each is noticed by what lies beside the file.
func TestDamagedFilesAreErrorsNeverPanics(t *testing.T) {
	var run []sighting
	for i, e := range someEntities {
		for _, host := range []string{"ws1", "ws2.corp.example"} {
			run = append(run, sighting{day: someDays[2], dataset: "zeek.dns", role: someRoles[i%4], entity: e, host: host, at: entityday.MicrosOf(someDays[2].Time())})
		}
	}
	f := &files{}
	f.write(t, "f", entityday.Content{Period: entityday.Period{First: someDays[2]}, Runs: []entityday.RunID{runID(1)}, Rows: entityday.NoError(slices.Values(accumulate(run)))})
	file, filter := f.fsys["f"].Data, f.fsys["f"+entityday.FilterSuffix].Data
	if err := read(file, filter); err != nil {
		t.Fatal(err)
	}
	for i := range file {
		damaged := bytes.Clone(file)
		for bit := range 8 {
			damaged[i] ^= 1 << bit
			if err := read(damaged, filter); !errors.Is(err, entityday.ErrDamaged) {
				t.Errorf("byte %d, bit %d is turned: %v; want %v", i, bit, err, entityday.ErrDamaged)
			}
			damaged[i] ^= 1 << bit
		}
		if read(file[:i], filter) == nil {
			t.Errorf("a file cut to %d of %d bytes is read without an error", i, len(file))
		}
	}
	if read(file, nil) == nil {
		t.Error("a file is read without what lies beside it")
	}
}

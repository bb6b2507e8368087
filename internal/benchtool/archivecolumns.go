package main

import (
	"archive/zip"
	"cmp"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/dwell-project/dwell/internal/archivegen"
)

// columnShare is how many of a column's values are different, of so many rows,
// in real events and in generated ones.
type columnShare struct {
	channel, field  string
	rows            int
	real, generated float64
}

// comparedRows is how many records of a channel are compared at most.
const comparedRows = 40_000

const sysmonChannel, securityChannel = "microsoft-windows-sysmon/operational", "security"

// compareColumns counts the different values of the Windows fields that are in
// the data and in what is generated, over equally many records.
func (b *archiveBench) compareColumns(context.Context) error {
	limit := map[string]int{sysmonChannel: comparedRows, securityChannel: comparedRows}
	theirs := archivegen.NewColumns(limit)
	paths, err := filepath.Glob(filepath.Join(b.data, "security-datasets", "datasets", "*", "windows", "*", "*", "*.zip"))
	if err != nil || len(paths) == 0 {
		b.say("there are no real Windows events in the data: columns are not compared")
		return err
	}
	enough := func() bool {
		return theirs.Records[sysmonChannel] >= comparedRows && theirs.Records[securityChannel] >= comparedRows
	}
	for i := 0; i < len(paths) && !enough(); i++ {
		if err := addZip(theirs, paths[i]); err != nil {
			return err
		}
	}
	ours := archivegen.NewColumns(theirs.Records)
	if err := b.addGenerated(ours); err != nil {
		return err
	}
	for at, real := range theirs.Of {
		made := ours.Of[at]
		if made == nil || real.Rows < 1000 || made.Rows < 1000 {
			continue
		}
		b.columns = append(b.columns, columnShare{
			channel: at[0], field: at[1], rows: min(real.Rows, made.Rows),
			real: float64(real.Distinct()) / float64(real.Rows), generated: float64(made.Distinct()) / float64(made.Rows),
		})
	}
	slices.SortFunc(b.columns, func(x, y columnShare) int {
		return cmp.Or(strings.Compare(x.channel, y.channel), strings.Compare(x.field, y.field))
	})
	return nil
}

func addZip(c *archivegen.Columns, path string) (err error) {
	z, err := zip.OpenReader(path)
	if err != nil {
		return fmt.Errorf("counting the values of columns: %s: %w", path, err)
	}
	defer func() { err = errors.Join(err, z.Close()) }()
	for _, f := range z.File {
		if !strings.HasSuffix(f.Name, ".json") {
			continue
		}
		r, err := f.Open()
		if err != nil {
			return err
		}
		if err := errors.Join(c.Add(r), r.Close()); err != nil {
			return fmt.Errorf("%s: %w", path, err)
		}
	}
	return nil
}

// addGenerated counts the values of a month as dense as that of the archive.
func (b *archiveBench) addGenerated(c *archivegen.Columns) (err error) {
	folder, err := os.MkdirTemp(b.work, "archive-columns-")
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(folder)) }()
	const share = 5 // at least a fifth of events is of each channel
	if _, _, err := archivegen.New(1, comparedRows*share, 31).WriteMonth(folder, 0); err != nil {
		return err
	}
	for _, name := range []string{"sysmon.jsonl", "security.jsonl"} {
		paths, err := filepath.Glob(filepath.Join(folder, "*", name))
		if err != nil {
			return err
		}
		for _, path := range paths {
			f, err := os.Open(path)
			if err != nil {
				return err
			}
			if err := errors.Join(c.Add(f), f.Close()); err != nil {
				return err
			}
		}
	}
	return nil
}

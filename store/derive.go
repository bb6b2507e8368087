package store

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"path/filepath"

	"github.com/dwell-project/dwell/store/coverage"
)

// The kinds of [Table].
const (
	KindCoverage = "coverage"
	KindEntities = "entities"
)

// derive writes what follows from the records that are being sealed, and adds
// it to the manifest. It returns the files that it made, also with an error.
func (w *Writer) derive(next *Manifest) (made []string, err error) {
	maps := make([]*coverage.Map, 0, len(w.takers))
	for _, t := range w.takers {
		maps = append(maps, t.seen)
	}
	rows := coverage.Rows(maps...)
	if len(rows) == 0 {
		return nil, nil
	}
	path := fmt.Sprintf("coverage/%09d.parquet", next.Generation+1)
	t, err := w.table(path, KindCoverage, rows[0].Day, func(out io.Writer) error { return coverage.Write(out, rows) })
	if err != nil {
		return []string{path}, err
	}
	next.Tables = append(next.Tables, t)
	return []string{path}, nil
}

// table writes a derived file.
func (w *Writer) table(path, kind, period string, write func(io.Writer) error) (Table, error) {
	t := Table{Path: path, Kind: kind, Period: period}
	whole := w.archive.path(path)
	if err := makeFolder(filepath.Dir(whole)); err != nil {
		return t, fmt.Errorf("writing %s: %w", path, err)
	}
	digest := sha256.New()
	err := create(whole, func(out io.Writer) error {
		counted := &counter{w: io.MultiWriter(out, digest)}
		err := write(counted)
		t.Size = counted.n
		return err
	})
	if err != nil {
		return t, fmt.Errorf("writing %s: %w", path, err)
	}
	t.Digest = hex.EncodeToString(digest.Sum(nil))
	return t, nil
}

package coverage

import (
	"errors"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go"
)

// Write writes rows as a Parquet file.
func Write(w io.Writer, rows []*Row) error {
	out := parquet.NewGenericWriter[Row](w)
	batch := make([]Row, 0, batchSize)
	for i, r := range rows {
		batch = append(batch, *r)
		if len(batch) < batchSize && i < len(rows)-1 {
			continue
		}
		if _, err := out.Write(batch); err != nil {
			return fmt.Errorf("writing coverage: %w", err)
		}
		batch = batch[:0]
	}
	if err := out.Close(); err != nil {
		return fmt.Errorf("writing coverage: %w", err)
	}
	return nil
}

// batchSize is how many rows are written or read at once.
const batchSize = 1024

// Read yields the rows of a file in their order. A row is valid until the next.
func Read(r io.ReaderAt, size int64, yield func(*Row) error) error {
	f, err := parquet.OpenFile(r, size)
	if err != nil {
		return fmt.Errorf("reading coverage: %w", err)
	}
	in := parquet.NewGenericReader[Row](f)
	rows := make([]Row, batchSize)
	for {
		n, err := in.Read(rows)
		for i := range rows[:n] {
			if err := yield(&rows[i]); err != nil {
				return errors.Join(err, in.Close())
			}
		}
		if errors.Is(err, io.EOF) {
			return in.Close()
		}
		if err != nil {
			return errors.Join(fmt.Errorf("reading coverage: %w", err), in.Close())
		}
	}
}

package entityday

import (
	"errors"
	"fmt"
	"io"
	"sort"

	"github.com/parquet-go/parquet-go"
)

// cursor reads the values of a column chunk by their rows, a page at a time.
type cursor struct {
	pages   parquet.Pages
	offsets parquet.OffsetIndex
	page    parquet.Page
	first   int64 // row of values[0]
	values  []parquet.Value
}

func newCursor(chunk parquet.ColumnChunk) (*cursor, error) {
	offsets, err := chunk.OffsetIndex()
	if err != nil {
		return nil, fmt.Errorf("reading the offsets of column %d: %w", chunk.Column(), err)
	}
	return &cursor{pages: chunk.Pages(), offsets: offsets}, nil
}

// at returns the value of a row, which holds until the next call.
func (c *cursor) at(row int64) (parquet.Value, error) {
	if row < c.first || row >= c.first+int64(len(c.values)) {
		if err := c.load(row); err != nil {
			return parquet.Value{}, err
		}
	}
	return c.values[row-c.first], nil
}

// end returns the row after the page's last.
func (c *cursor) end() int64 { return c.first + int64(len(c.values)) }

var errShort = errors.New("a page has fewer values than the index says")

// load reads the page that holds a row.
func (c *cursor) load(row int64) error {
	n := sort.Search(c.offsets.NumPages(), func(i int) bool { return c.offsets.FirstRowIndex(i) > row })
	if n == 0 {
		return errShort
	}
	c.release()
	c.values, c.first = c.values[:0], c.offsets.FirstRowIndex(n-1)
	if err := c.pages.SeekToRow(c.first); err != nil {
		return fmt.Errorf("seeking row %d: %w", c.first, err)
	}
	page, err := c.pages.ReadPage()
	if err != nil {
		return fmt.Errorf("reading the page of row %d: %w", row, err)
	}
	c.page = page
	size := int(page.NumValues())
	if cap(c.values) < size {
		c.values = make([]parquet.Value, size)
	}
	c.values = c.values[:size]
	got, err := page.Values().ReadValues(c.values)
	if err != nil && !errors.Is(err, io.EOF) {
		return fmt.Errorf("reading the values of row %d: %w", row, err)
	}
	if c.values = c.values[:got]; row >= c.end() {
		return errShort
	}
	return nil
}

func (c *cursor) release() {
	if c.page != nil {
		parquet.Release(c.page)
		c.page = nil
	}
}

func (c *cursor) close() {
	c.release()
	_ = c.pages.Close() // it was read; there is nothing to lose
}

package segment

import (
	"bytes"
	"fmt"
	"io"

	"github.com/parquet-go/parquet-go/bloom"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// MayHave says whether a run may have an event in which a field has a text as
// its value, letter for letter. False is certain. It reads a dictionary or a
// few bytes of a filter, no events.
func (s *Segment) MayHave(run int, field string, text []byte) (bool, error) {
	if run < 0 || run >= len(s.runs) {
		return false, fmt.Errorf("reading run %d of %d: %w", run, len(s.runs), ErrFormat)
	}
	wanted := map[string]bool{hiddenColumns[nameOther]: true, hiddenColumns[nameOtherBytes]: true}
	for v := range inOther {
		wanted[columnName(field, v)] = true
	}
	for i := range s.columns {
		if !wanted[s.columns[i].name] {
			continue
		}
		l := &loaded{
			column: s.columns[i], segment: s, chunk: &s.meta.RowGroups[run].Columns[i], rows: s.runs[run].Rows, page: -1,
		}
		may, err := l.mayHave(text)
		if err != nil {
			return false, fmt.Errorf("looking into column %s: %w", l.name, err)
		}
		if may {
			return true, nil
		}
	}
	return false, nil
}

// mayHave says whether a column may have a text.
func (c *loaded) mayHave(text []byte) (bool, error) {
	m := &c.chunk.MetaData
	if m.Statistics.NullCount == m.NumValues {
		return false, nil
	}
	if c.typ != Text {
		return true, nil // as what a text would stand for, nobody asked
	}
	low, high := m.Statistics.MinValue, m.Statistics.MaxValue
	if len(low) > 0 && len(high) > 0 && (bytes.Compare(text, low) < 0 || bytes.Compare(text, high) > 0) {
		return false, nil
	}
	if m.BloomFilterOffset > 0 {
		return c.inFilter(text)
	}
	if !c.hasDict() {
		return true, nil
	}
	dict, err := c.dictionary()
	if err != nil {
		return false, err
	}
	for i := range uint32(dict.len()) {
		if bytes.Equal(dict.text(i), text) {
			return true, nil
		}
	}
	return false, nil
}

// maxFilterHeader is more than the header of a filter has, in bytes.
const maxFilterHeader = 64

// inFilter asks the column's Bloom filter.
func (c *loaded) inFilter(text []byte) (bool, error) {
	m := &c.chunk.MetaData
	head := make([]byte, min(maxFilterHeader, max(0, int(m.BloomFilterLength))))
	if _, err := c.segment.r.ReadAt(head, m.BloomFilterOffset); err != nil {
		return false, err
	}
	var h format.BloomFilterHeader
	protocol := thrift.CompactProtocol{}
	r := protocol.NewReaderFromBytes(head)
	if err := guard(func() error { return thrift.NewDecoder(r).Decode(&h) }); err != nil {
		return false, fmt.Errorf("%w: header of a filter: %v", ErrCorrupt, err)
	}
	n := int64(h.NumBytes)
	if n <= 0 || n%bloom.BlockSize != 0 || n+int64(r.BytesRead()) != int64(m.BloomFilterLength) {
		return false, fmt.Errorf("%w: a filter of %d bytes", ErrCorrupt, n)
	}
	filter := io.NewSectionReader(c.segment.r, m.BloomFilterOffset+int64(r.BytesRead()), n)
	return bloom.CheckSplitBlock(filter, n, bloom.XXH64{}.Sum64(text))
}

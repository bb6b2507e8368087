package segment

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"

	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// maxPage bounds a page, in bytes.
const maxPage = 1 << 30

// loaded is a column of one run while it is read: its dictionary and one page.
type loaded struct {
	column
	segment *Segment
	chunk   *format.ColumnChunk
	rows    int // of the run

	dict   *vector // nil if there is none or it was not read yet
	plain  vector  // the page's values if there is no dictionary
	nums   []int32 // the page's numbers if there is one
	fixedB []byte  // the page's values if they have a fixed length and no dictionary
	page   int     // -1 if none is read
	pages  []format.PageLocation
	whole  []byte // the chunk, if it is small
	cursor int    // of the next value in the page
	// before and moved are where the cursor was and how far a row is, while a row
	// is gone back to.
	before, moved int

	zbuf []byte

	// of columns of rows that need not have a value: which have one, and how
	// many of the first ranked ones
	defs            []byte
	ranked, rankedN int
}

// hasDict says whether the values have numbers.
func (c *loaded) hasDict() bool { return c.chunk.MetaData.DictionaryPageOffset > 0 }

// smallChunk is the size up to which a chunk is read at once.
const smallChunk = 1 << 18

// at reads bytes of the file.
func (c *loaded) at(offset, n int64) ([]byte, error) {
	m := &c.chunk.MetaData
	start := m.DataPageOffset
	if c.hasDict() {
		start = m.DictionaryPageOffset
	}
	if offset < start || n < 0 || n > m.TotalCompressedSize || offset+n > start+m.TotalCompressedSize || n > maxPage {
		return nil, fmt.Errorf("%w: %d bytes at 0x%x are not in the column", ErrCorrupt, n, offset)
	}
	if m.TotalCompressedSize > smallChunk {
		b := make([]byte, n)
		_, err := c.segment.r.ReadAt(b, offset)
		return b, err
	}
	if c.whole == nil {
		b := make([]byte, m.TotalCompressedSize)
		if _, err := c.segment.r.ReadAt(b, start); err != nil {
			return nil, err
		}
		c.whole = b
	}
	return c.whole[offset-start:][:n], nil
}

// dictionary returns the values of a column that has a dictionary.
func (c *loaded) dictionary() (*vector, error) {
	if c.dict != nil {
		return c.dict, nil
	}
	m := &c.chunk.MetaData
	page, err := c.at(m.DictionaryPageOffset, m.DataPageOffset-m.DictionaryPageOffset)
	if err != nil {
		return nil, err
	}
	h, body, err := readPage(page)
	if err != nil {
		return nil, err
	}
	raw, err := c.decompress(body, int(h.UncompressedPageSize))
	if err != nil {
		return nil, err
	}
	dict := &vector{typ: c.typ}
	if err := c.decodePlain(dict, raw, int(h.DictionaryPageHeader.V.NumValues)); err != nil {
		return nil, err
	}
	c.dict = dict
	return dict, nil
}

// decodePlain reads n values in the PLAIN encoding.
func (c *loaded) decodePlain(v *vector, raw []byte, n int) error {
	if n < 0 || n > len(raw) {
		return fmt.Errorf("%w: %d values in %d bytes", ErrCorrupt, n, len(raw))
	}
	for range n {
		size := 8
		switch {
		case c.fixed > 0:
			size = c.fixed
		case v.isText():
			if len(raw) < 4 {
				return fmt.Errorf("%w: a value ends too early", ErrCorrupt)
			}
			size = int(binary.LittleEndian.Uint32(raw))
			raw = raw[4:]
		}
		if size > len(raw) {
			return fmt.Errorf("%w: a value ends too early", ErrCorrupt)
		}
		if v.isText() {
			v.addText(raw[:size])
		} else {
			v.addInt(int64(binary.LittleEndian.Uint64(raw)))
		}
		raw = raw[size:]
	}
	return nil
}

// readPage takes a page apart and checks its sum.
func readPage(page []byte) (format.PageHeader, []byte, error) {
	var h format.PageHeader
	protocol := thrift.CompactProtocol{}
	r := protocol.NewReaderFromBytes(page)
	err := guard(func() error { return thrift.NewDecoder(r).Decode(&h) })
	if err != nil {
		return h, nil, fmt.Errorf("%w: page header: %v", ErrCorrupt, err)
	}
	body := page[r.BytesRead():]
	if int(h.CompressedPageSize) != len(body) || h.UncompressedPageSize < 0 || h.UncompressedPageSize > maxPage {
		return h, nil, fmt.Errorf("%w: a page of %d bytes in %d", ErrCorrupt, h.CompressedPageSize, len(body))
	}
	if int32(crc32.ChecksumIEEE(body)) != h.CRC {
		return h, nil, fmt.Errorf("%w: the sum of a page is wrong", ErrCorrupt)
	}
	return h, body, nil
}

func (c *loaded) decompress(body []byte, size int) ([]byte, error) {
	var err error
	c.zbuf, err = c.segment.zstd.DecodeAll(body, c.zbuf[:0])
	if err == nil && len(c.zbuf) != size {
		err = fmt.Errorf("%d bytes instead of %d", len(c.zbuf), size)
	}
	if err != nil {
		return nil, fmt.Errorf("%w: decompressing a page: %v", ErrCorrupt, err)
	}
	return c.zbuf, nil
}

// load reads a page, unless it is there, and begins at its first value.
func (c *loaded) load(page int) error {
	if c.page == page {
		return nil
	}
	if err := c.loadPage(page); err != nil {
		return fmt.Errorf("reading column %s, page %d: %w", c.name, page, err)
	}
	c.page, c.cursor = page, 0
	return nil
}

func (c *loaded) loadPage(page int) error {
	where, err := c.locate(page)
	if err != nil {
		return err
	}
	b, err := c.at(where.Offset, int64(where.CompressedPageSize))
	if err != nil {
		return err
	}
	header, body, err := readPage(b)
	if err != nil {
		return err
	}
	h := &header.DataPageHeaderV2.V
	rows := min(pageRows, c.rows-page*pageRows)
	values := int(h.NumValues) - int(h.NumNulls)
	levels := int(h.DefinitionLevelsByteLength) + int(h.RepetitionLevelsByteLength)
	if !header.DataPageHeaderV2.Valid || int(h.NumRows) != rows || levels < 0 || levels > len(body) || values < 0 || values > maxPage {
		return fmt.Errorf("%w: a page of %d rows for %d", ErrCorrupt, h.NumRows, rows)
	}
	raw := body[levels:]
	if c.keepsLevels() {
		if err := c.readLevels(body[:levels], rows); err != nil {
			return err
		}
	}
	if h.IsCompressed.V {
		if raw, err = c.decompress(raw, int(header.UncompressedPageSize)-levels); err != nil {
			return err
		}
	}
	if c.hasDict() != (h.Encoding == format.RLEDictionary) {
		return fmt.Errorf("%w: encoding %v, and a dictionary at 0x%x", ErrCorrupt, h.Encoding, c.chunk.MetaData.DictionaryPageOffset)
	}
	if c.hasDict() {
		if _, err := c.dictionary0(); err != nil {
			return err
		}
		return c.decodeNumbers(raw, values)
	}
	c.plain.reset(c.typ)
	if values == 0 {
		c.fixedB = c.fixedB[:0]
		return nil
	}
	return c.decodeValues(raw, values, h.Encoding)
}

func (c *loaded) locate(page int) (format.PageLocation, error) {
	if c.rows <= pageRows {
		m := &c.chunk.MetaData
		size := m.TotalCompressedSize
		if c.hasDict() {
			size -= m.DataPageOffset - m.DictionaryPageOffset
		}
		return format.PageLocation{Offset: m.DataPageOffset, CompressedPageSize: int32(size)}, nil
	}
	if c.pages == nil {
		index, err := readOffsets(c.segment.r, c.chunk)
		if err != nil {
			return format.PageLocation{}, err
		}
		c.pages = index.PageLocations
	}
	if page >= len(c.pages) || c.pages[page].FirstRowIndex != int64(page)*pageRows {
		return format.PageLocation{}, fmt.Errorf("%w: page %d of %d", ErrCorrupt, page, len(c.pages))
	}
	return c.pages[page], nil
}

func (v *vector) reset(typ Type) {
	v.typ, v.ints, v.data, v.ends = typ, v.ints[:0], v.data[:0], v.ends[:0]
}

func (c *loaded) decodeNumbers(raw []byte, values int) error {
	c.nums = c.nums[:0]
	if values == 0 {
		return nil
	}
	err := guard(func() (err error) {
		c.nums, err = (&rle.DictionaryEncoding{}).DecodeInt32(c.nums, raw)
		return err
	})
	if err != nil || len(c.nums) < values {
		return fmt.Errorf("%w: %d of %d numbers: %v", ErrCorrupt, len(c.nums), values, err)
	}
	c.nums = c.nums[:values]
	n := int32(c.dict.len())
	for _, v := range c.nums {
		if v < 0 || v >= n {
			return fmt.Errorf("%w: value %d in a dictionary of %d", ErrCorrupt, v, n)
		}
	}
	return nil
}

func (c *loaded) decodeValues(raw []byte, values int, enc format.Encoding) error {
	var err error
	switch {
	case c.fixed > 0:
		if values > len(raw)/c.fixed {
			return fmt.Errorf("%w: %d values in %d bytes", ErrCorrupt, values, len(raw))
		}
		c.fixedB = append(c.fixedB[:0], raw...)
		return nil
	case c.typ == Bool:
		if values > 8*len(raw) {
			return fmt.Errorf("%w: %d values in %d bytes", ErrCorrupt, values, len(raw))
		}
		for i := range values {
			c.plain.addInt(int64(raw[i/8] >> (i % 8) & 1))
		}
		return nil
	case enc == format.DeltaBinaryPacked:
		err = guard(func() (err error) {
			c.plain.ints, err = (&delta.BinaryPackedEncoding{}).DecodeInt64(c.plain.ints, raw)
			return err
		})
	case enc == format.DeltaLengthByteArray:
		err = guard(func() (err error) {
			c.plain.data, c.plain.ends, err = (&delta.LengthByteArrayEncoding{}).DecodeByteArray(c.plain.data, raw, c.plain.ends)
			return err
		})
		if err == nil && len(c.plain.ends) > 0 {
			c.plain.ends = c.plain.ends[1:]
		}
	default:
		return fmt.Errorf("%w: encoding %v", ErrCorrupt, enc)
	}
	if err != nil || c.plain.len() != values {
		return fmt.Errorf("%w: %d of %d values: %v", ErrCorrupt, c.plain.len(), values, err)
	}
	return nil
}

// dictionary0 reads the dictionary into a buffer of its own: the page that is
// being read may lie in the other.
func (c *loaded) dictionary0() (*vector, error) {
	page := c.zbuf
	c.zbuf = nil
	d, err := c.dictionary()
	if page != nil {
		c.zbuf = page
	}
	return d, err
}

// next returns the next value of the page: the vector that it is in and its
// number there.
func (c *loaded) next() (*vector, uint32, error) {
	i := c.cursor
	c.cursor++
	if c.hasDict() {
		if i >= len(c.nums) {
			return nil, 0, c.short()
		}
		return c.dict, uint32(c.nums[i]), nil
	}
	if i >= c.plain.len() {
		return nil, 0, c.short()
	}
	return &c.plain, uint32(i), nil
}

func (c *loaded) short() error {
	return fmt.Errorf("%w: column %s has fewer values than its shapes say", ErrCorrupt, c.name)
}

// keepsLevels says whether which rows have a value is asked of the column
// itself. Of all others the shapes say it.
func (c *loaded) keepsLevels() bool {
	return c.name == columnTime || c.name == columnRecord || c.name == columnFrame
}

package segment

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/bloom"
	"github.com/parquet-go/parquet-go/encoding/delta"
	"github.com/parquet-go/parquet-go/encoding/rle"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// pageRows is how many rows a page has, in every column the same: a row is found
// by reading one page of each. The last page of a run may have fewer.
const pageRows = 1 << 14

// chunk is the part of a column that lies in one run, while it is written.
type chunk struct {
	column
	encoding  format.Encoding
	dict      []byte // the page of the dictionary
	pages     []byte
	locations []format.PageLocation // offsets in pages
	stats     format.Statistics
	values    int64 // nulls included
	plainSize int64 // uncompressed, with headers
	bloom     []byte

	defs, reps []byte // of the page that is being filled
	rows       int    // of that page that are in defs
}

// encoder turns values into pages.
type encoder struct {
	zstd *zstd.Encoder
	raw  []byte // encoded values
	page []byte // levels and compressed values
	ints []int64
	nums []int32
	text []byte
	ends []uint32
}

// absent fills the page's levels for rows without a value up to the given one.
func (c *chunk) absent(row int) {
	for ; c.rows < row; c.rows++ {
		c.defs = append(c.defs, 0)
		if c.list {
			c.reps = append(c.reps, 0)
		}
	}
}

// present fills the levels for a value in the given row.
func (c *chunk) present(row int) {
	if c.required {
		return
	}
	if c.list && c.rows > row { // not the row's first
		c.defs, c.reps = append(c.defs, 2), append(c.reps, 1)
		return
	}
	c.absent(row)
	c.rows++
	c.defs = append(c.defs, byte(c.levels()))
	if c.list {
		c.reps = append(c.reps, 0)
	}
}

// appendLevels appends levels in the hybrid encoding.
func appendLevels(dst, levels []byte, width int) ([]byte, error) {
	if len(levels) == 0 {
		return dst, nil
	}
	if len(levels) == bytes.Count(levels, levels[:1]) {
		return append(binary.AppendUvarint(dst, uint64(len(levels))<<1), levels[0]), nil
	}
	b, err := (&rle.Encoding{BitWidth: width}).EncodeLevels(nil, levels)
	return append(dst, b...), err
}

// end writes the page of the rows from first on, whose values are in e.raw.
func (c *chunk) end(e *encoder, first, rows, values int) error {
	h := format.DataPageHeaderV2{NumRows: int32(rows), NumValues: int32(rows), Encoding: c.encoding}
	e.page = e.page[:0]
	if !c.required {
		c.absent(rows)
		var err error
		if c.list {
			if e.page, err = appendLevels(e.page, c.reps, 1); err != nil {
				return err
			}
			h.RepetitionLevelsByteLength = int32(len(e.page))
		}
		if e.page, err = appendLevels(e.page, c.defs, c.levels()); err != nil {
			return err
		}
		h.DefinitionLevelsByteLength = int32(len(e.page)) - h.RepetitionLevelsByteLength
		h.NumValues = int32(len(c.defs))
		h.NumNulls = int32(len(c.defs) - values)
	}
	levels := len(e.page)
	compressed := e.compress()
	h.IsCompressed = thrift.New(compressed)
	header := format.PageHeader{
		Type: format.DataPageV2, DataPageHeaderV2: thrift.New(h),
		UncompressedPageSize: int32(levels + len(e.raw)), CompressedPageSize: int32(len(e.page)),
	}
	at := len(c.pages)
	var err error
	if c.pages, err = c.appendPage(c.pages, &header, e.page); err != nil {
		return err
	}
	c.locations = append(c.locations, format.PageLocation{
		Offset: int64(at), CompressedPageSize: int32(len(c.pages) - at), FirstRowIndex: int64(first),
	})
	c.values += int64(h.NumValues)
	c.stats.NullCount += int64(h.NumNulls)
	c.defs, c.reps, c.rows = c.defs[:0], c.reps[:0], 0
	return nil
}

// compress appends e.raw to e.page, compressed if that makes it smaller.
func (e *encoder) compress() bool {
	at := len(e.page)
	if len(e.raw) > 16 {
		e.page = e.zstd.EncodeAll(e.raw, e.page)
		if len(e.page)-at < len(e.raw) {
			return true
		}
	}
	e.page = append(e.page[:at], e.raw...)
	return false
}

// ErrTooLarge says that values of one page are more than a page can hold.
var ErrTooLarge = errors.New("more than a page can hold")

func (c *chunk) appendPage(dst []byte, header *format.PageHeader, body []byte) ([]byte, error) {
	if header.UncompressedPageSize < 0 || header.UncompressedPageSize > maxPage || len(body) > maxPage {
		return dst, fmt.Errorf("writing a page of %s: %w", c.name, ErrTooLarge)
	}
	header.CRC = int32(crc32.ChecksumIEEE(body))
	h, err := thrift.Marshal(&thrift.CompactProtocol{}, header)
	if err != nil {
		return dst, fmt.Errorf("writing the header of a page of %s: %w", c.name, err)
	}
	c.plainSize += int64(len(h)) + int64(header.UncompressedPageSize)
	return append(append(dst, h...), body...), nil
}

// dictionary writes the page of a dictionary, whose values are in e.raw.
func (c *chunk) dictionary(e *encoder, n int) error {
	// Unlike a data page, it has no flag to say that it is not compressed.
	e.page = e.zstd.EncodeAll(e.raw, e.page[:0])
	header := format.PageHeader{
		Type: format.DictionaryPage, UncompressedPageSize: int32(len(e.raw)), CompressedPageSize: int32(len(e.page)),
		DictionaryPageHeader: thrift.New(format.DictionaryPageHeader{NumValues: int32(n), Encoding: format.Plain}),
	}
	var err error
	c.dict, err = c.appendPage(nil, &header, e.page)
	return err
}

// encodeInts puts e.ints into e.raw.
func (e *encoder) encodeInts() (err error) {
	e.raw, err = (&delta.BinaryPackedEncoding{}).EncodeInt64(e.raw[:0], e.ints)
	return err
}

// encodeTexts puts e.text, cut at e.ends, into e.raw.
func (e *encoder) encodeTexts() (err error) {
	e.raw, err = (&delta.LengthByteArrayEncoding{}).EncodeByteArray(e.raw[:0], e.text, e.ends)
	return err
}

// encodeNumbers puts e.nums, numbers in a dictionary, into e.raw.
func (e *encoder) encodeNumbers() (err error) {
	e.raw, err = (&rle.DictionaryEncoding{}).EncodeInt32(e.raw[:0], e.nums)
	return err
}

// encodeBools puts e.ints into e.raw as bits.
func (e *encoder) encodeBools() {
	e.raw = append(e.raw[:0], make([]byte, (len(e.ints)+7)/8)...)
	for i, v := range e.ints {
		e.raw[i/8] |= byte(v&1) << (i % 8)
	}
}

// appendPlain appends a value in the PLAIN encoding.
func (c *chunk) appendPlain(dst []byte, v *vector, i uint32) []byte {
	if !v.isText() {
		return binary.LittleEndian.AppendUint64(dst, uint64(v.ints[i]))
	}
	text := v.text(i)
	return append(binary.LittleEndian.AppendUint32(dst, uint32(len(text))), text...)
}

// Statistics name values of up to maxStat bytes. A run of fewer rows than
// limitsFrom is read as fast as they are.
const (
	maxStat    = 64
	limitsFrom = 256
)

// limits notes the least and the greatest of the values in a vector.
func (c *chunk) limits(v *vector) {
	if v.len() == 0 || c.typ == Bool {
		return
	}
	if !v.isText() {
		low, high := v.ints[0], v.ints[0]
		for _, i := range v.ints {
			low, high = min(low, i), max(high, i)
		}
		c.limitInts(low, high)
		return
	}
	low, high := v.text(0), v.text(0)
	for i := range uint32(len(v.ends)) {
		text := v.text(i)
		if bytes.Compare(text, low) < 0 {
			low = text
		} else if bytes.Compare(text, high) > 0 {
			high = text
		}
	}
	if len(low) <= maxStat && len(high) <= maxStat && len(low) > 0 {
		c.stats.MinValue, c.stats.MaxValue = low, high
	}
}

func (c *chunk) limitInts(low, high int64) {
	c.stats.MinValue = binary.LittleEndian.AppendUint64(nil, uint64(low))
	c.stats.MaxValue = binary.LittleEndian.AppendUint64(nil, uint64(high))
}

// Blooms are for columns with many distinct values; of fewer the dictionary
// says as much.
const (
	bloomFrom = 256
	bloomBits = 10
)

// filter makes the Bloom filter of a vector of texts.
func (c *chunk) filter(v *vector) {
	if c.typ != Text || v.len() < bloomFrom {
		return
	}
	f := make(bloom.SplitBlockFilter, bloom.NumSplitBlocksOf(int64(v.len()), bloomBits))
	for i := range uint32(v.len()) {
		f.Insert(bloom.XXH64{}.Sum64(v.text(i)))
	}
	c.bloom = f.Bytes()
}

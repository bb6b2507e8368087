package segment

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"io"
	"time"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/dwell-project/dwell/evidence"
)

// Keys of the file's metadata. The value of metaRuns is a JSON array of runs in
// the order of the row groups.
const (
	metaFormat = "dwell.format"
	metaRuns   = "dwell.runs"
	// formatVersion is the version of this way of keeping events.
	formatVersion = "1"
	magic         = "PAR1"
	createdBy     = "dwell"
)

func fromNanoseconds(v int64) time.Time { return time.Unix(0, v).UTC() }

// runMeta is a run as it stands in the metadata.
type runMeta struct {
	Run
	Root   string   `json:"root"`
	Blocks []byte   `json:"blocks"` // their roots, one after the other
	Names  []string `json:"names"`  // of fields, as shapes number them, in base64
}

func (r *Run) meta() runMeta {
	m := runMeta{Run: *r, Root: r.Root.String()}
	for i := range r.blocks {
		m.Blocks = append(m.Blocks, r.blocks[i][:]...)
	}
	for _, n := range r.names {
		m.Names = append(m.Names, base64.RawStdEncoding.EncodeToString([]byte(n)))
	}
	return m
}

// fileWriter writes a Parquet file.
type fileWriter struct {
	w  io.Writer
	at int64
}

func (f *fileWriter) write(b []byte) error {
	n, err := f.w.Write(b)
	f.at += int64(n)
	return err
}

// finish writes the file.
func (s *sealer) finish(w io.Writer) (Run, error) {
	s.run.Root, s.run.blocks = s.tree.Root(), s.tree.Blocks()
	f := &fileWriter{w: w}
	if err := f.write([]byte(magic)); err != nil {
		return Run{}, err
	}
	var columns []column
	group := format.RowGroup{NumRows: int64(s.run.Rows), FileOffset: f.at}
	var chunks []*out
	for _, o := range s.common {
		chunks = append(chunks, o)
	}
	chunks = append(chunks, s.outs...)
	for _, o := range chunks {
		columns = append(columns, o.column)
		c, err := o.write(f, &s.e)
		if err != nil {
			return Run{}, fmt.Errorf("writing column %s: %w", o.name, err)
		}
		group.Columns = append(group.Columns, c)
		group.TotalByteSize += c.MetaData.TotalUncompressedSize
		group.TotalCompressedSize += c.MetaData.TotalCompressedSize
	}
	for i, o := range chunks {
		if len(o.bloom) == 0 {
			continue
		}
		if err := f.writeBloom(&group.Columns[i], o.bloom); err != nil {
			return Run{}, err
		}
	}
	for i, o := range chunks {
		if err := f.writeOffsets(&group.Columns[i], o.locations); err != nil {
			return Run{}, err
		}
	}
	if s.run.Rows == 0 {
		return s.run, f.footer(columns, nil, nil)
	}
	return s.run, f.footer(columns, []format.RowGroup{group}, []Run{s.run})
}

// write writes a column's chunk and returns what is noted about it.
func (o *out) write(f *fileWriter, e *encoder) (format.ColumnChunk, error) {
	if o.byDict {
		e.raw = e.raw[:0]
		for _, v := range o.order {
			if o.fixed > 0 {
				e.raw = append(e.raw, o.vector.text(v)...)
			} else {
				e.raw = o.appendPlain(e.raw, o.vector, v)
			}
		}
		if err := o.dictionary(e, len(o.order)); err != nil {
			return format.ColumnChunk{}, err
		}
	}
	m := format.ColumnMetaData{
		Type: o.physical(), Encoding: []format.Encoding{o.encoding, format.RLE}, PathInSchema: o.path(), Codec: format.Zstd,
		NumValues: o.values, TotalUncompressedSize: o.plainSize, Statistics: o.stats,
		TotalCompressedSize: int64(len(o.dict) + len(o.pages)), DataPageOffset: f.at + int64(len(o.dict)),
	}
	if o.byDict {
		m.Encoding = []format.Encoding{format.Plain, format.RLE, format.RLEDictionary}
		m.DictionaryPageOffset = f.at
	}
	for i := range o.locations {
		o.locations[i].Offset += m.DataPageOffset
	}
	err := f.write(o.dict)
	if err == nil {
		err = f.write(o.pages)
	}
	return format.ColumnChunk{MetaData: m}, err
}

func (f *fileWriter) writeBloom(c *format.ColumnChunk, filter []byte) error {
	header, err := thrift.Marshal(&thrift.CompactProtocol{}, &format.BloomFilterHeader{
		NumBytes:    int32(len(filter)),
		Algorithm:   format.BloomFilterAlgorithm{Value: &format.SplitBlockAlgorithm{}},
		Hash:        format.BloomFilterHash{Value: &format.XxHash{}},
		Compression: format.BloomFilterCompression{Value: &format.BloomFilterUncompressed{}},
	})
	if err != nil {
		return err
	}
	c.MetaData.BloomFilterOffset, c.MetaData.BloomFilterLength = f.at, int32(len(header)+len(filter))
	return f.write(append(header, filter...))
}

func (f *fileWriter) writeOffsets(c *format.ColumnChunk, pages []format.PageLocation) error {
	index, err := thrift.Marshal(&thrift.CompactProtocol{}, &format.OffsetIndex{PageLocations: pages})
	if err != nil {
		return err
	}
	c.OffsetIndexOffset, c.OffsetIndexLength = f.at, int32(len(index))
	return f.write(index)
}

// footer ends the file.
func (f *fileWriter) footer(columns []column, groups []format.RowGroup, runs []Run) error {
	meta := format.FileMetaData{
		Version:   2,
		Schema:    []format.SchemaElement{{Name: "events", NumChildren: thrift.New(int32(len(columns)))}},
		RowGroups: groups,
		CreatedBy: createdBy,
	}
	for i := range columns {
		meta.Schema = append(meta.Schema, columns[i].elements()...)
		meta.ColumnOrders = append(meta.ColumnOrders, format.ColumnOrder{Value: &format.TypeDefinedOrder{}})
	}
	all := []runMeta{}
	for i := range groups {
		groups[i].Ordinal = int16(i)
		meta.NumRows += groups[i].NumRows
		all = append(all, runs[i].meta())
	}
	text, err := json.Marshal(all)
	if err != nil {
		return err
	}
	meta.KeyValueMetadata = []format.KeyValue{{Key: metaFormat, Value: formatVersion}, {Key: metaRuns, Value: string(text)}}
	b, err := thrift.Marshal(&thrift.CompactProtocol{}, &meta)
	if err != nil {
		return err
	}
	b = binary.LittleEndian.AppendUint32(b, uint32(len(b)))
	return f.write(append(b, magic...))
}

var _ = evidence.Digest{}

package segment

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/klauspost/compress/zstd"
	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/evidence"
)

// Segment is a file of sealed runs, open for reading. It may be used by many
// goroutines at once.
type Segment struct {
	r       io.ReaderAt
	names   *event.Names
	meta    format.FileMetaData
	columns []column // in the order of the row groups' chunks
	runs    []Run
	zstd    *zstd.Decoder
}

// Errors of reading.
var (
	// ErrFormat says that a file is no segment, or none of a version known here.
	ErrFormat = errors.New("no segment of this version")
	// ErrCorrupt says that a file is damaged.
	ErrCorrupt = errors.New("segment is damaged")
)

const (
	trailerSize = 8
	// maxFooter bounds what is read as a footer, in bytes.
	maxFooter = 1 << 28
)

// Open reads what a file says about itself.
func Open(r io.ReaderAt, size int64, names *event.Names) (*Segment, error) {
	s := &Segment{r: r, names: names}
	footer, err := readFooter(r, size)
	if err != nil {
		return nil, fmt.Errorf("reading the footer: %w", err)
	}
	if err := guard(func() error { return thrift.Unmarshal(&thrift.CompactProtocol{}, footer, &s.meta) }); err != nil {
		return nil, fmt.Errorf("reading the footer: %w: %v", ErrCorrupt, err)
	}
	if err := s.readRuns(); err != nil {
		return nil, err
	}
	if err := s.readColumns(); err != nil {
		return nil, err
	}
	s.zstd, err = zstd.NewReader(nil, zstd.WithDecoderConcurrency(1), zstd.WithDecoderMaxMemory(maxPage), zstd.IgnoreChecksum(true))
	return s, err
}

// Close frees what the segment holds; the file is the caller's.
func (s *Segment) Close() { s.zstd.Close() }

// guard turns a panic of a decoder over damaged data into an error.
func guard(f func() error) (err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%w: %v", ErrCorrupt, r)
		}
	}()
	return f()
}

func readFooter(r io.ReaderAt, size int64) ([]byte, error) {
	if size < int64(len(magic))+trailerSize {
		return nil, ErrFormat
	}
	var trailer [trailerSize]byte
	if _, err := r.ReadAt(trailer[:], size-trailerSize); err != nil {
		return nil, err
	}
	n := int64(binary.LittleEndian.Uint32(trailer[:]))
	if string(trailer[4:]) != magic {
		return nil, ErrFormat
	}
	if n > size-int64(len(magic))-trailerSize || n > maxFooter {
		return nil, fmt.Errorf("%w: a footer of %d bytes", ErrCorrupt, n)
	}
	footer := make([]byte, n)
	_, err := r.ReadAt(footer, size-trailerSize-n)
	return footer, err
}

// readRuns reads the description of the runs.
func (s *Segment) readRuns() error {
	meta := map[string]string{}
	for _, kv := range s.meta.KeyValueMetadata {
		meta[kv.Key] = kv.Value
	}
	if v := meta[metaFormat]; v != formatVersion {
		return fmt.Errorf("%w: %s is %q, known is %q", ErrFormat, metaFormat, v, formatVersion)
	}
	var runs []runMeta
	if err := json.Unmarshal([]byte(meta[metaRuns]), &runs); err != nil {
		return fmt.Errorf("reading %s: %w: %v", metaRuns, ErrCorrupt, err)
	}
	if len(runs) != len(s.meta.RowGroups) {
		return fmt.Errorf("%w: %d runs in %d row groups", ErrCorrupt, len(runs), len(s.meta.RowGroups))
	}
	for i := range runs {
		r, err := runs[i].run()
		if err != nil {
			return fmt.Errorf("reading %s: run %d: %w: %v", metaRuns, i, ErrCorrupt, err)
		}
		if int64(r.Rows) != s.meta.RowGroups[i].NumRows || r.Rows <= 0 {
			return fmt.Errorf("%w: run %d of %d rows in a row group of %d", ErrCorrupt, i, r.Rows, s.meta.RowGroups[i].NumRows)
		}
		s.runs = append(s.runs, r)
	}
	return nil
}

// run is the inverse of Run.meta.
func (m *runMeta) run() (Run, error) {
	r := m.Run
	root, err := hex.DecodeString(m.Root)
	if err != nil || len(root) != len(r.Root) || len(m.Blocks)%len(r.Root) != 0 {
		return r, fmt.Errorf("root %q and %d bytes of blocks", m.Root, len(m.Blocks))
	}
	r.Root = evidence.Digest(root)
	for block := range slices.Chunk(m.Blocks, len(r.Root)) {
		r.blocks = append(r.blocks, evidence.Digest(block))
	}
	for _, n := range m.Names {
		name, err := base64.RawStdEncoding.DecodeString(n)
		if err != nil {
			return r, err
		}
		r.names = append(r.names, string(name))
	}
	return r, nil
}

// readColumns reads the schema.
func (s *Segment) readColumns() error {
	elements := s.meta.Schema
	for i := 1; i < len(elements); {
		e := &elements[i]
		n := 1
		leaf := e
		if e.NumChildren.V > 0 {
			if n = 3; i+n > len(elements) {
				return fmt.Errorf("%w: schema ends in %s", ErrCorrupt, e.Name)
			}
			leaf = &elements[i+2]
		}
		s.columns = append(s.columns, column{
			name: e.Name, typ: typeOf(leaf), fixed: int(leaf.TypeLength.V), list: n > 1,
			required: e.RepetitionType.V == format.Required,
		})
		i += n
	}
	for i := range s.meta.RowGroups {
		if g := &s.meta.RowGroups[i]; len(g.Columns) != len(s.columns) {
			return fmt.Errorf("%w: %d chunks for %d columns", ErrCorrupt, len(g.Columns), len(s.columns))
		}
	}
	return nil
}

// typeOf is the inverse of column.annotate.
func typeOf(leaf *format.SchemaElement) Type {
	switch leaf.LogicalType.Value.(type) {
	case *format.StringType:
		return Text
	case *format.DecimalType:
		return Decimal
	case *format.TimestampType:
		return Time
	}
	switch leaf.Type.V {
	case format.Boolean:
		return Bool
	case format.Int64:
		return Int
	}
	return rawBytes
}

// Runs returns the runs in the file, in their order.
func (s *Segment) Runs() []Run { return s.runs }

// Rows returns how many events there are in all runs.
func (s *Segment) Rows() int64 { return s.meta.NumRows }

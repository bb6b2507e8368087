package segment

import (
	"cmp"
	"fmt"
	"io"
	"slices"

	"github.com/parquet-go/parquet-go/encoding/thrift"
	"github.com/parquet-go/parquet-go/format"
)

// Join writes the runs of several segments of one dataset and day into one file,
// each as it is: pages are copied, not read, so that roots stay and memory does
// not grow with the runs. The file has the columns of all of them.
func Join(w io.Writer, segments ...*Segment) ([]Run, error) {
	j := joiner{f: fileWriter{w: w}}
	if err := j.union(segments); err != nil {
		return nil, fmt.Errorf("joining segments: %w", err)
	}
	err := j.f.write([]byte(magic))
	for i := 0; i < len(segments) && err == nil; i++ {
		if err = j.segment(segments[i]); err != nil {
			err = fmt.Errorf("joining segment %d of %d: %w", i+1, len(segments), err)
		}
	}
	if err == nil {
		err = j.tail()
	}
	return j.runs, err
}

// joiner is the work of one Join.
type joiner struct {
	f       fileWriter
	columns []column
	groups  []format.RowGroup
	runs    []Run
	from    [][]copied // by group and column
}

// copied is where a chunk comes from: nil for one that has no values.
type copied struct {
	r     io.ReaderAt
	chunk *format.ColumnChunk
	moved int64 // how far its pages went
	pages []format.PageLocation
}

// union collects the columns: the common ones first, the others by name.
func (j *joiner) union(segments []*Segment) error {
	common := commonColumns()
	at := map[string]int{}
	for _, c := range common {
		at[c.name] = len(j.columns)
		j.columns = append(j.columns, c)
	}
	for _, s := range segments {
		for _, c := range s.columns {
			i, ok := at[c.name]
			if !ok {
				at[c.name] = len(j.columns)
				j.columns = append(j.columns, c)
				continue
			}
			if j.columns[i] != c && (i >= len(common) || j.columns[i].physical() != c.physical()) {
				return fmt.Errorf("%w: column %s is of two types", ErrCorrupt, c.name)
			}
		}
	}
	slices.SortFunc(j.columns[len(common):], func(a, b column) int { return cmp.Compare(a.name, b.name) })
	return nil
}

// segment copies the runs of a segment.
func (j *joiner) segment(s *Segment) error {
	at := map[string]int{}
	for i, c := range s.columns {
		at[c.name] = i
	}
	for i := range s.meta.RowGroups {
		g := &s.meta.RowGroups[i]
		made := format.RowGroup{NumRows: g.NumRows, FileOffset: j.f.at}
		var from []copied
		for k := range j.columns {
			c, src, err := j.chunk(s, g, &j.columns[k], at)
			if err != nil {
				return err
			}
			made.Columns = append(made.Columns, c)
			made.TotalByteSize += c.MetaData.TotalUncompressedSize
			made.TotalCompressedSize += c.MetaData.TotalCompressedSize
			from = append(from, src)
		}
		j.groups, j.from, j.runs = append(j.groups, made), append(j.from, from), append(j.runs, s.runs[i])
	}
	return nil
}

// chunk copies a column of a run, or writes one without values.
func (j *joiner) chunk(s *Segment, g *format.RowGroup, c *column, at map[string]int) (format.ColumnChunk, copied, error) {
	i, ok := at[c.name]
	if !ok {
		return j.hollow(c, int(g.NumRows))
	}
	old := &g.Columns[i]
	made := *old
	m := &made.MetaData
	start := m.DataPageOffset
	if m.DictionaryPageOffset > 0 {
		start = m.DictionaryPageOffset
	}
	src := copied{r: s.r, chunk: old, moved: j.f.at - start}
	if err := j.copy(s.r, start, m.TotalCompressedSize); err != nil {
		return made, src, fmt.Errorf("column %s: %w", c.name, err)
	}
	m.DataPageOffset += src.moved
	if m.DictionaryPageOffset > 0 {
		m.DictionaryPageOffset += src.moved
	}
	return made, src, nil
}

func (j *joiner) copy(r io.ReaderAt, at, n int64) error {
	if at < 0 || n < 0 {
		return fmt.Errorf("%w: %d bytes at 0x%x", ErrCorrupt, n, at)
	}
	done, err := io.Copy(j.f.w, io.NewSectionReader(r, at, n))
	j.f.at += done
	if err == nil && done < n {
		err = io.ErrUnexpectedEOF
	}
	return err
}

// hollow writes a column of a run without values.
func (j *joiner) hollow(c *column, rows int) (format.ColumnChunk, copied, error) {
	o := out{chunk: chunk{column: *c, encoding: format.Plain}}
	e := encoder{}
	for first := 0; first < rows; first += pageRows {
		if err := o.end(&e, first, min(pageRows, rows-first), 0); err != nil {
			return format.ColumnChunk{}, copied{}, err
		}
	}
	made, err := o.write(&j.f, &e)
	return made, copied{pages: o.locations}, err
}

// tail copies what stands behind the pages, and ends the file.
func (j *joiner) tail() error {
	for i := range j.groups {
		for k := range j.groups[i].Columns {
			c, src := &j.groups[i].Columns[k], &j.from[i][k]
			if c.MetaData.BloomFilterOffset == 0 {
				continue
			}
			from := c.MetaData.BloomFilterOffset
			c.MetaData.BloomFilterOffset = j.f.at
			if err := j.copy(src.r, from, int64(c.MetaData.BloomFilterLength)); err != nil {
				return err
			}
		}
	}
	for i := range j.groups {
		for k := range j.groups[i].Columns {
			if err := j.offsets(&j.groups[i].Columns[k], &j.from[i][k]); err != nil {
				return err
			}
		}
	}
	return j.f.footer(j.columns, j.groups, j.runs)
}

// offsets writes where the pages of a chunk are.
func (j *joiner) offsets(c *format.ColumnChunk, src *copied) error {
	pages := src.pages
	if src.chunk != nil {
		index, err := readOffsets(src.r, src.chunk)
		if err != nil {
			return err
		}
		pages = index.PageLocations
		for i := range pages {
			pages[i].Offset += src.moved
		}
	}
	return j.f.writeOffsets(c, pages)
}

// readOffsets reads where the pages of a chunk are.
func readOffsets(r io.ReaderAt, c *format.ColumnChunk) (index format.OffsetIndex, err error) {
	if c.OffsetIndexLength < 0 || c.OffsetIndexLength > maxFooter {
		return index, fmt.Errorf("%w: an index of %d bytes", ErrCorrupt, c.OffsetIndexLength)
	}
	b := make([]byte, c.OffsetIndexLength)
	if _, err := r.ReadAt(b, c.OffsetIndexOffset); err != nil {
		return index, err
	}
	err = guard(func() error { return thrift.Unmarshal(&thrift.CompactProtocol{}, b, &index) })
	if err != nil {
		return index, fmt.Errorf("%w: index of pages: %v", ErrCorrupt, err)
	}
	return index, nil
}

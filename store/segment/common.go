package segment

import (
	"github.com/parquet-go/parquet-go/format"

	"github.com/dwell-project/dwell/event"
)

// Columns of a run that are no field's.
const (
	commonTime = iota
	commonID
	commonHost
	commonFile
	commonFirst
	commonOffset
	commonLine
	commonRecord
	commonShape
	commonFrame
	nCommon
)

// commonColumns describes them.
func commonColumns() [nCommon]column {
	return [nCommon]column{
		commonTime:   {name: columnTime, typ: Time},
		commonID:     {name: columnID, typ: rawBytes, fixed: len(event.ID{}), required: true},
		commonHost:   {name: columnHost, typ: Text, required: true},
		commonFile:   {name: columnFile, typ: Text, required: true},
		commonFirst:  {name: columnFirst, typ: rawBytes, fixed: 32, required: true},
		commonOffset: {name: columnOffset, typ: Int, required: true},
		commonLine:   {name: columnLine, typ: Int, required: true},
		commonRecord: {name: columnRecord, typ: Int},
		commonShape:  {name: columnShape, typ: rawBytes, required: true},
		commonFrame:  {name: columnFrame, typ: rawBytes},
	}
}

// planCommon makes the columns that are no field's. Texts among them have
// vectors of their own, and always a dictionary.
func (s *sealer) planCommon() {
	vectors := [nCommon]*vector{
		commonHost: {typ: Text}, commonFile: {typ: Text}, commonFirst: {typ: rawBytes}, commonShape: {typ: rawBytes}, commonFrame: {typ: rawBytes},
	}
	for _, h := range s.b.hosts.all {
		vectors[commonHost].addText([]byte(h))
	}
	for _, f := range s.b.files.all {
		vectors[commonFile].addText([]byte(f.path))
		vectors[commonFirst].addText(f.first[:])
	}
	for i := range s.b.blobs {
		vectors[commonShape].addText(s.b.blobs[i].blob)
	}
	for _, f := range s.b.framed {
		vectors[commonFrame].addText(f.Data)
	}
	columns := commonColumns()
	for i, v := range vectors {
		o := &out{chunk: chunk{column: columns[i]}, vector: v}
		o.encoding = o.plainEncoding()
		if v != nil {
			o.byDict, o.encoding, o.number = true, format.RLEDictionary, make([]uint32, v.len())
		}
		s.common[i] = o
	}
	s.common[commonHost].limits(vectors[commonHost])
	s.limitTime()
}

// limitTime notes the first and the last time.
func (s *sealer) limitTime() {
	var low, high int64
	found := false
	for i := range s.b.rows {
		r := &s.b.rows[i]
		if !r.timed {
			continue
		}
		if !found {
			low, high, found = r.time, r.time, true
		}
		low, high = min(low, r.time), max(high, r.time)
	}
	if found {
		s.common[commonTime].limitInts(low, high)
		s.run.First, s.run.Last = fromNanoseconds(low), fromNanoseconds(high)
	}
}

// endCommon writes the page of these columns.
func (s *sealer) endCommon(first int, page []row) error {
	for i := range page {
		r := &page[i]
		s.common[commonHost].take(i, r.host)
		s.common[commonFile].take(i, r.source)
		s.common[commonFirst].take(i, r.source)
		s.common[commonShape].take(i, r.shape)
		if r.frame > 0 {
			s.common[commonFrame].take(i, r.frame-1)
		}
	}
	for _, i := range [...]int{commonHost, commonFile, commonFirst, commonShape, commonFrame} {
		if err := s.common[i].endPage(&s.e, first, len(page)); err != nil {
			return err
		}
	}
	s.e.raw = s.e.raw[:0]
	for i := range page {
		s.e.raw = append(s.e.raw, page[i].id[:]...)
	}
	if err := s.common[commonID].end(&s.e, first, len(page), len(page)); err != nil {
		return err
	}
	for _, i := range [...]int{commonTime, commonOffset, commonLine, commonRecord} {
		if err := s.endInts(i, first, page); err != nil {
			return err
		}
	}
	return nil
}

// endInts writes the page of one of the columns that are numbers of the row.
func (s *sealer) endInts(which, first int, page []row) error {
	o := s.common[which]
	s.e.ints = s.e.ints[:0]
	for i := range page {
		r := &page[i]
		switch which {
		case commonTime:
			if !r.timed {
				continue
			}
			s.e.ints = append(s.e.ints, r.time)
		case commonOffset:
			s.e.ints = append(s.e.ints, r.offset)
		case commonLine:
			s.e.ints = append(s.e.ints, r.line)
		case commonRecord:
			if r.record == r.line {
				continue
			}
			s.e.ints = append(s.e.ints, r.record)
		}
		o.present(i)
	}
	if err := s.e.encodeInts(); err != nil {
		return err
	}
	return o.end(&s.e, first, len(page), len(s.e.ints))
}

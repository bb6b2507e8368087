package evtx

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"

	"github.com/dwell-project/dwell/parse"
)

var (
	errHeaderSum   = errors.New("checksum of the chunk header is wrong")
	errRecordsSum  = errors.New("checksum of the chunk's records is wrong")
	errBothSums    = errors.New("checksums of the chunk are wrong")
	errNoChunk     = errors.New("no chunk begins here")
	errShortChunk  = errors.New("the chunk is cut off")
	errNoRecord    = errors.New("no record can be read here")
	errRecordFrame = errors.New("the record's two sizes differ; it ends where the next one begins")
)

// walker finds the records of a block, which is one chunk or what stands where
// one should be.
type walker struct {
	block  *parse.Block
	report func(parse.Problem)
}

// walk calls visit for every record in order until it returns false.
func (w walker) walk(visit func(record) bool) {
	data := w.block.Data
	if len(data) == 0 {
		return
	}
	end := w.check()
	at := chunkHeader
	if len(data) < chunkHeader || string(data[:8]) != chunkMagic {
		at = nextRecord(data, 0)
		if at == len(data) {
			return // check has reported it as a whole
		}
	}
	var last record
	for at < end {
		rec, ok := recordAt(data, at)
		if !ok {
			if rec, ok = w.resync(at, end); !ok {
				return
			}
			if len(rec.raw) == 0 {
				at = rec.at
				continue
			}
		}
		if !visit(rec) {
			return
		}
		at, last = rec.at+len(rec.raw), rec
	}
	if last.raw != nil {
		walkOn(data, last, visit)
	}
}

// walkOn visits records that were written after the header of their chunk, as
// in a log copied while in use: they follow the last one and count on from it.
// Remains of older records do not.
func walkOn(data []byte, last record, visit func(record) bool) {
	for {
		rec, ok := recordAt(data, last.at+len(last.raw))
		if !ok || rec.id() != last.id()+1 || !visit(rec) {
			return
		}
		last = rec
	}
}

// check reports what is wrong with the chunk as a whole and returns where its
// records end.
func (w walker) check() (end int) {
	data := w.block.Data
	if len(data) < 8 || string(data[:8]) != chunkMagic {
		w.problem(0, len(data), errNoChunk)
		return len(data)
	}
	if len(data) < chunkSize {
		w.problem(0, len(data), errShortChunk)
		return len(data)
	}
	header, records := sums(data)
	switch {
	case header && records:
		return usedEnd(data)
	case header:
		w.problem(0, len(data), errRecordsSum)
	case records:
		w.problem(0, len(data), errHeaderSum)
	default:
		w.problem(0, len(data), errBothSums)
	}
	return len(data)
}

// resync is called where no well-framed record begins. It returns the record
// there if only one of its sizes is broken, else an empty one at the place
// where reading can go on; false if there is nothing more.
func (w walker) resync(at, end int) (record, bool) {
	data := w.block.Data[:end]
	next := nextRecord(data, at)
	gap := data[at:next]
	if next == len(data) && isZero(gap) {
		return record{}, false // free space
	}
	if size := len(gap); size >= minRecord && bytes.HasPrefix(gap, []byte(recordMagic)) {
		head, tail := binary.LittleEndian.Uint32(gap[4:]), binary.LittleEndian.Uint32(gap[size-4:])
		if int(head) == size || int(tail) == size {
			w.problem(at, size, errRecordFrame)
			return record{gap, at}, true
		}
	}
	if next == len(data) && len(w.block.Data) == chunkSize {
		gap = gap[:len(gap)-trailingZeros(gap)] // free space
	}
	w.problem(at, len(gap), errNoRecord)
	return record{at: next}, true
}

func trailingZeros(b []byte) int {
	return len(b) - len(bytes.TrimRight(b, "\x00"))
}

func (w walker) problem(at, length int, err error) {
	w.send(parse.Problem{Offset: int64(at), Length: int64(length), Err: err})
}

// recordProblem reports that a record cannot be decoded.
func (w walker) recordProblem(rec record, err error) {
	w.send(parse.Problem{
		Offset: int64(rec.at), Length: int64(len(rec.raw)), Record: int64(rec.id()), Err: fmt.Errorf("decoding the record: %w", err),
	})
}

// send reports a problem whose offset is one in the block.
func (w walker) send(p parse.Problem) {
	p.Offset += w.block.Offset
	if w.block.Source != nil {
		p.Path = w.block.Source.Path
	}
	w.report(p)
}

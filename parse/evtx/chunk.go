package evtx

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
)

// Sizes of the format, in bytes.
const (
	fileHeaderSize = 4096
	chunkSize      = 64 << 10
	chunkHeader    = 512
	recordHeader   = 24 // signature, size, record id, time written
	recordTrailer  = 4  // size again
	minRecord      = recordHeader + recordTrailer
)

const (
	fileMagic   = "ElfFile\x00"
	chunkMagic  = "ElfChnk\x00"
	recordMagic = "\x2a\x2a\x00\x00"
)

// record is one event record of a chunk.
type record struct {
	raw []byte
	at  int // in the chunk
}

// id is the record's EventRecordID as its header has it.
func (r record) id() uint64 { return binary.LittleEndian.Uint64(r.raw[8:]) }

// written is when the record was written, a FILETIME.
func (r record) written() []byte { return r.raw[16:24] }

// recordAt reads the frame of the record at at: signature and size at the
// start, size at the end.
func recordAt(chunk []byte, at int) (record, bool) {
	if at+minRecord > len(chunk) || string(chunk[at:at+4]) != recordMagic {
		return record{}, false
	}
	size := int(binary.LittleEndian.Uint32(chunk[at+4:]))
	if size < minRecord || size > len(chunk)-at {
		return record{}, false
	}
	if binary.LittleEndian.Uint32(chunk[at+size-4:]) != uint32(size) {
		return record{}, false
	}
	return record{chunk[at : at+size], at}, true
}

// nextRecord searches for the first well-framed record at or after from. It
// returns len(chunk) if there is none.
func nextRecord(chunk []byte, from int) int {
	for from < len(chunk) {
		i := bytes.Index(chunk[from:], []byte(recordMagic))
		if i < 0 {
			break
		}
		if _, ok := recordAt(chunk, from+i); ok {
			return from + i
		}
		from += i + 1
	}
	return len(chunk)
}

// usedEnd returns where the records of a chunk end as its header says, or the
// chunk's length if the header cannot be trusted. Behind it there may be
// remains of records that were overwritten or cleared.
func usedEnd(chunk []byte) int {
	end := int(binary.LittleEndian.Uint32(chunk[48:]))
	if end < chunkHeader || end > len(chunk) {
		return len(chunk)
	}
	return end
}

// sums checks the checksums of a chunk: one of bytes 0 to 119 and 128 to 511,
// one of the records.
func sums(chunk []byte) (header, records bool) {
	sum := crc32.ChecksumIEEE(chunk[:120])
	sum = crc32.Update(sum, crc32.IEEETable, chunk[128:chunkHeader])
	header = sum == binary.LittleEndian.Uint32(chunk[124:])
	end := int(binary.LittleEndian.Uint32(chunk[48:]))
	if end < chunkHeader || end > len(chunk) {
		return header, false
	}
	return header, crc32.ChecksumIEEE(chunk[chunkHeader:end]) == binary.LittleEndian.Uint32(chunk[52:])
}

// isZero says whether all bytes are 0.
func isZero(b []byte) bool {
	for len(b) >= 8 {
		if binary.LittleEndian.Uint64(b) != 0 {
			return false
		}
		b = b[8:]
	}
	for _, c := range b {
		if c != 0 {
			return false
		}
	}
	return true
}

// Package parse defines how bytes become events.
//
// A [Format] cuts a source into blocks of whole records, which is sequential
// and cheap, and decodes blocks into events, which is done by many workers at
// once. [Run] puts the two together and keeps the order of the input. Each
// sub-package is one format; package formats lists them all.
//
// Nothing is lost on the way: a record that cannot be decoded is yielded as an
// event with its text in the field "message" and reported as a [Problem] with
// its place.
package parse

import (
	"fmt"
	"io"

	"github.com/dwell-project/dwell/event"
)

// Format is one way of writing records.
type Format interface {
	// Name is the format's name as users write it after --format.
	Name() string
	// Recognise looks at the first bytes of a source (at least 4 KiB unless
	// the source is shorter) and says how sure it is, from 0 to 1, and why.
	Recognise(head []byte) (confidence float64, reason string)
	// Split returns the splitter for a source. It takes the source from the
	// start; the bytes shown to Recognise are in r again.
	Split(r io.Reader, src *event.Source) Splitter
	// NewDecoder returns a decoder for one worker.
	NewDecoder(names *event.Names) Decoder
}

// Splitter cuts a source into blocks. It sets event.Source.First before it
// returns the first block.
type Splitter interface {
	// Next fills b, reusing the capacity of b.Data, and returns io.EOF after
	// the last block. Another error ends the source; it names the place.
	Next(b *Block) error
}

// Decoder turns blocks into events. It is used by one goroutine.
type Decoder interface {
	// Decode yields the block's events in order. The event and its slices are
	// valid until yield returns. It stops when yield returns false. What could
	// not be read goes to report.
	Decode(b *Block, yield func(*event.Event) bool, report func(Problem))
}

// Block is a run of whole records of one source.
type Block struct {
	Data []byte
	// Offset is the place of Data in the decompressed source, in bytes.
	Offset int64
	// Record is the number of the first record: the 1-based line on which it
	// begins, or its ordinal in a binary source.
	Record int64
	Source *event.Source
	// Head holds the header lines in force where the block begins, for formats
	// whose records mean nothing without them (Zeek, W3C, CSV); else nil. Blocks
	// share it: it is not changed.
	Head []byte
	// Problems are what the splitter met on the way to this block and could not
	// cut into records. The decoder reports them before the block's events; a
	// block with Problems may have no Data.
	Problems []Problem
}

// Problem is a part of a source that could not be read.
type Problem struct {
	Path   string
	Offset int64 // in the decompressed source, in bytes
	Length int64 // how much is concerned, in bytes; 0 if unknown
	Record int64 // line, record number or chunk, 0 if unknown
	Err    error
}

// Error says what could not be read and where.
func (p Problem) Error() string {
	if p.Record > 0 {
		return fmt.Sprintf("%s: record %d, offset 0x%x: %v", p.Path, p.Record, p.Offset, p.Err)
	}
	return fmt.Sprintf("%s: offset 0x%x: %v", p.Path, p.Offset, p.Err)
}

// Unwrap returns the cause.
func (p Problem) Unwrap() error { return p.Err }

package evtx

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// Format is the Windows event log format. It implements [parse.Format].
type Format struct{}

// Name returns "evtx".
func (Format) Name() string { return "evtx" }

// Recognise looks for the signature of a file or of a chunk.
func (Format) Recognise(head []byte) (confidence float64, reason string) {
	switch {
	case bytes.HasPrefix(head, []byte(fileMagic)):
		return 1, `begins with the file signature "ElfFile"`
	case bytes.HasPrefix(head, []byte(chunkMagic)):
		return 1, `begins with the chunk signature "ElfChnk"`
	}
	return 0, ""
}

// Split returns a splitter that gives one chunk a block.
func (Format) Split(r io.Reader, src *event.Source) parse.Splitter {
	return &splitter{r: bufio.NewReaderSize(r, 2*chunkSize), src: src}
}

// NewDecoder returns a decoder that gives one event per record.
func (Format) NewDecoder(names *event.Names) parse.Decoder { return newDecoder(names) }

// splitter finds chunks. It does not trust the count in the file header, and
// only reports if there are fewer; what stands between chunks and is not zero is
// a block too, so that the decoder can look for records in it.
type splitter struct {
	r       *bufio.Reader
	src     *event.Source
	offset  int64
	records int64 // in the blocks so far
	blocks  int   // so far
	counted int   // chunks by the file header, 0 if it says nothing
	started bool
}

// Next implements [parse.Splitter].
func (s *splitter) Next(b *parse.Block) error {
	if !s.started {
		s.started = true
		if err := s.header(); err != nil {
			return err
		}
	}
	for {
		window, err := s.r.Peek(chunkSize + len(chunkMagic))
		if err != nil && err != io.EOF {
			return fmt.Errorf("reading at offset 0x%x: %w", s.offset, err)
		}
		if len(window) == 0 {
			return s.end()
		}
		block := window[:s.blockLen(window)]
		if isZero(block) {
			s.skip(len(block))
			continue
		}
		b.Data = append(b.Data[:0], block...)
		b.Offset, b.Record, b.Source = s.offset, s.records+1, s.src
		s.records += count(b)
		s.blocks++
		s.mark(b.Data)
		s.skip(len(block))
		return nil
	}
}

// end returns io.EOF, or before it a problem if chunks are missing.
func (s *splitter) end() error {
	counted, found := s.counted, s.blocks
	s.counted = 0
	if counted <= found {
		return io.EOF
	}
	return parse.Problem{
		Path: s.src.Path, Offset: s.offset,
		Err: fmt.Errorf("the file header counts %d chunks, found %d: the rest is cut off or empty", counted, found),
	}
}

func (s *splitter) skip(n int) {
	// What was peeked can be discarded.
	_, _ = s.r.Discard(n)
	s.offset += int64(n)
}

// header skips the file header if there is one.
func (s *splitter) header() error {
	head, err := s.r.Peek(fileHeaderSize)
	if err != nil && err != io.EOF {
		return fmt.Errorf("reading the file header: %w", err)
	}
	if !bytes.HasPrefix(head, []byte(fileMagic)) {
		return nil
	}
	s.counted = chunksCounted(head)
	// A header that lost bytes is followed by its first chunk too early.
	if i := bytes.Index(head, []byte(chunkMagic)); i > 0 {
		head = head[:i]
	}
	s.skip(len(head))
	return nil
}

// Where the file header has its count of chunks, and its checksum, which is of
// what comes before the flags.
const (
	headerCount = 42
	headerFlags = 120
	headerSum   = 124
)

// chunksCounted returns the count of chunks in a file header, 0 if the header
// is damaged.
func chunksCounted(head []byte) int {
	if len(head) < headerSum+4 || crc32.ChecksumIEEE(head[:headerFlags]) != binary.LittleEndian.Uint32(head[headerSum:]) {
		return 0
	}
	return int(binary.LittleEndian.Uint16(head[headerCount:]))
}

// blockLen returns how much of the window is the next block: a whole chunk, or
// what comes before the next chunk signature.
func (s *splitter) blockLen(window []byte) int {
	full := min(len(window), chunkSize)
	after := window[full:]
	if bytes.HasPrefix(window, []byte(chunkMagic)) && full == chunkSize && (len(after) == 0 || string(after) == chunkMagic) {
		return full
	}
	// Bytes may be missing here, so that the next chunk begins early.
	for at := 1; at < full; at++ {
		i := bytes.Index(window[at:], []byte(chunkMagic))
		if i < 0 || at+i >= full {
			break
		}
		if at += i; beginsChunk(window[at:]) {
			return at
		}
	}
	return full
}

// beginsChunk says whether a signature is that of a chunk and no text: the first
// record follows the header, if that much is there.
func beginsChunk(b []byte) bool {
	return len(b) < chunkHeader+len(recordMagic) || string(b[chunkHeader:chunkHeader+len(recordMagic)]) == recordMagic
}

// count returns how many records the block has, as a decoder will find them.
func count(b *parse.Block) (n int64) {
	walker{b, func(parse.Problem) {}}.walk(func(record) bool {
		n++
		return true
	})
	return n
}

// mark sets the source's first record.
func (s *splitter) mark(data []byte) {
	if s.src == nil || s.src.First != [32]byte{} {
		return
	}
	if at := nextRecord(data, 0); at < len(data) {
		size := int(binary.LittleEndian.Uint32(data[at+4:]))
		data = data[at : at+size]
	}
	s.src.First = sha256.Sum256(data)
}

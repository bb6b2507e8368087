package store

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"
	"path/filepath"
	"sync"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// The head is a series of files of frames:
//
//	length of the payload   4 bytes, little-endian
//	CRC-32C of the payload  4 bytes, little-endian
//	payload                 kind of frame, 1 byte; then what the kind says
//
// A frame that is cut off or whose sum is wrong ends its file: it was being
// written when something died, and was never acknowledged.
const (
	frameHeader = 8
	frameSource = 'S' // a headSource as JSON
	frameBlock  = 'B' // source, offset, record, length of the header lines as uvarints; header lines; data
	maxFrame    = 64 << 20
)

// headSource is a source in the head.
type headSource struct {
	Path   string `json:"path"`
	Format string `json:"format"`
	Host   string `json:"host,omitempty"`
	First  string `json:"first"`
	// Written is [event.Source.Written] in nanoseconds since 1970, 0 if unknown.
	Written int64 `json:"written,omitempty"`
}

// head is the file of the head that is being written.
type head struct {
	folder string
	files  files

	mu      sync.Mutex
	number  int64
	file    diskFile
	out     *bufio.Writer
	size    int64 // of whole frames
	sources map[*event.Source]uint64
	scratch []byte
	failed  error
}

func headPath(folder string, number int64) string {
	return filepath.Join(folder, "head", fmt.Sprintf("%09d.log", number))
}

// open begins the file of the given number.
func (h *head) open(number int64) error {
	path := headPath(h.folder, number)
	if err := h.files.makeFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("opening the head: %w", err)
	}
	f, err := h.files.create(path)
	if err != nil {
		return fmt.Errorf("opening the head: %w", err)
	}
	if err := h.files.syncFolder(filepath.Dir(path)); err != nil {
		return fmt.Errorf("opening the head: %w", errors.Join(err, f.Close()))
	}
	h.number, h.file, h.size, h.failed = number, f, 0, nil
	h.out = bufio.NewWriterSize(f, 1<<20)
	h.sources = map[*event.Source]uint64{}
	return nil
}

// append writes a block. It is durable after sync.
func (h *head) append(b *parse.Block, format string) error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failed != nil {
		return h.failed
	}
	n, known := h.sources[b.Source]
	if !known {
		n = uint64(len(h.sources))
		text, err := json.Marshal(describe(b.Source, format))
		if err != nil {
			return fmt.Errorf("writing the head: %w", err)
		}
		h.frame(append([]byte{frameSource}, text...), nil)
		h.sources[b.Source] = n
	}
	p := append(h.scratch[:0], frameBlock)
	for _, v := range [...]uint64{n, uint64(b.Offset), uint64(b.Record), uint64(len(b.Head))} {
		p = binary.AppendUvarint(p, v)
	}
	h.scratch = append(p, b.Head...)
	h.frame(h.scratch, b.Data)
	return h.failed
}

// frame writes a frame whose payload is a and b.
func (h *head) frame(a, b []byte) {
	table := crc32.MakeTable(crc32.Castagnoli)
	var start [frameHeader]byte
	binary.LittleEndian.PutUint32(start[:], uint32(len(a)+len(b)))
	binary.LittleEndian.PutUint32(start[4:], crc32.Update(crc32.Checksum(a, table), table, b))
	for _, part := range [][]byte{start[:], a, b} {
		if _, err := h.out.Write(part); err != nil && h.failed == nil {
			h.failed = fmt.Errorf("writing the head: %w", err)
		}
	}
	h.size += int64(frameHeader + len(a) + len(b))
}

func describe(src *event.Source, format string) headSource {
	s := headSource{Path: src.Path, Format: format, Host: src.Host, First: fmt.Sprintf("%x", src.First)}
	if !src.Written.IsZero() {
		s.Written = src.Written.UnixNano()
	}
	return s
}

// sync makes durable what was appended.
func (h *head) sync() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.failed != nil || h.file == nil {
		return h.failed
	}
	if err := errors.Join(h.out.Flush(), h.file.Sync()); err != nil {
		h.failed = fmt.Errorf("writing the head: %w", err)
	}
	return h.failed
}

// close writes what is left and closes the file.
func (h *head) close() error {
	err := h.sync()
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.file == nil {
		return err
	}
	err = errors.Join(err, h.file.Close())
	h.file = nil
	return err
}

// headReader reads the frames of one file.
type headReader struct {
	r         *bufio.Reader
	described []headSource
	sources   []*event.Source
	payload   []byte
	io.Closer
}

func openHead(folder string, number int64) (*headReader, error) {
	f, err := os.Open(headPath(folder, number))
	if err != nil {
		return nil, fmt.Errorf("reading the head: %w", err)
	}
	return newHeadReader(f), nil
}

func newHeadReader(r io.ReadCloser) *headReader {
	return &headReader{r: bufio.NewReaderSize(r, 1<<20), Closer: r}
}

// next returns the next block and which of the sources it is of. Whatever ends
// the file, it returns io.EOF.
func (h *headReader) next(b *parse.Block) (source int, err error) {
	for {
		if err := h.read(); err != nil {
			return 0, err
		}
		switch h.payload[0] {
		case frameSource:
			var s headSource
			if json.Unmarshal(h.payload[1:], &s) != nil {
				return 0, io.EOF
			}
			h.described, h.sources = append(h.described, s), append(h.sources, s.source())
		case frameBlock:
			return h.block(b)
		default:
			return 0, io.EOF
		}
	}
}

// read fills the payload with that of the next whole frame.
func (h *headReader) read() error {
	var start [frameHeader]byte
	if _, err := io.ReadFull(h.r, start[:]); err != nil {
		return io.EOF
	}
	size := binary.LittleEndian.Uint32(start[:])
	if size == 0 || size > maxFrame {
		return io.EOF
	}
	if int(size) > cap(h.payload) {
		h.payload = make([]byte, size)
	}
	h.payload = h.payload[:size]
	if _, err := io.ReadFull(h.r, h.payload); err != nil {
		return io.EOF
	}
	if crc32.Checksum(h.payload, crc32.MakeTable(crc32.Castagnoli)) != binary.LittleEndian.Uint32(start[4:]) {
		return io.EOF
	}
	return nil
}

func (h *headReader) block(b *parse.Block) (source int, err error) {
	rest := h.payload[1:]
	var numbers [4]uint64
	for i := range numbers {
		v, n := binary.Uvarint(rest)
		if n <= 0 {
			return 0, io.EOF
		}
		numbers[i], rest = v, rest[n:]
	}
	if numbers[0] >= uint64(len(h.sources)) || numbers[3] > uint64(len(rest)) {
		return 0, io.EOF
	}
	b.Offset, b.Record = int64(numbers[1]), int64(numbers[2])
	b.Head = nil
	if numbers[3] > 0 {
		b.Head = append([]byte(nil), rest[:numbers[3]]...)
	}
	b.Data = append(b.Data[:0], rest[numbers[3]:]...)
	return int(numbers[0]), nil
}

package store

import (
	"bufio"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"path/filepath"
	"sync"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// The head is a series of files of frames:
//
//	magic                   4 bytes, [frameMagic]
//	length of the payload   4 bytes, little-endian
//	CRC-32C of the payload  4 bytes, little-endian
//	payload                 kind of frame, 1 byte; then what the kind says
//
// A frame that is cut off or whose sum is wrong, with no whole one behind it, was
// being written when something died, and was never acknowledged. With whole ones
// behind it, it was damaged later, and reading goes on with the next.
const (
	frameMagic  = "\xf1dw\n"
	frameHeader = 12
	frameSource = 'S' // a headSource as JSON
	frameBlock  = 'B' // source, offset, record, length of the header lines as uvarints; header lines; data
	maxFrame    = 64 << 20
)

// headSource is a source in the head.
type headSource struct {
	// Number is what blocks call it.
	Number uint64 `json:"number"`
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
		described := describe(b.Source, format)
		described.Number = n
		text, err := json.Marshal(described)
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
	copy(start[:], frameMagic)
	binary.LittleEndian.PutUint32(start[4:], uint32(len(a)+len(b)))
	binary.LittleEndian.PutUint32(start[8:], crc32.Update(crc32.Checksum(a, table), table, b))
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
	h.mu.Lock()
	told := h.failed
	h.mu.Unlock()
	err := h.sync()
	if told != nil {
		err = nil // whoever met it has it
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.file == nil {
		return err
	}
	err = errors.Join(err, h.file.Close())
	h.file = nil
	return err
}

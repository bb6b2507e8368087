package store

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"os"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
)

// headReader reads the frames of one file.
type headReader struct {
	r       io.Reader
	at      int64 // of the next frame, in bytes
	sources map[uint64]*headed
	payload []byte
	read    []byte // of the frame at hand
	// damage is told of what is not as it was written, nil if nobody asks.
	damage func(offset, length int64)
	io.Closer
}

// headed is a source in the head.
type headed struct {
	headSource
	source *event.Source
}

func openHead(folder string, number int64) (*headReader, error) {
	f, err := os.Open(headPath(folder, number))
	if err != nil {
		return nil, fmt.Errorf("reading the head: %w", err)
	}
	return newHeadReader(f), nil
}

func newHeadReader(r io.ReadCloser) *headReader {
	return &headReader{r: bufio.NewReaderSize(r, 1<<20), Closer: r, sources: map[uint64]*headed{}}
}

// next returns the next block and the source that it is of. Whatever ends the
// file, it returns io.EOF.
func (h *headReader) next(b *parse.Block) (*headed, error) {
	for {
		if err := h.frame(); err != nil {
			return nil, err
		}
		s, whole := h.use(b)
		if !whole {
			h.report(h.at-int64(len(h.read)), int64(len(h.read)))
		} else if s != nil {
			return s, nil
		}
	}
}

// use takes in the frame at hand. It returns the source if that is a block.
func (h *headReader) use(b *parse.Block) (of *headed, whole bool) {
	switch h.payload[0] {
	case frameSource:
		s := &headed{}
		if json.Unmarshal(h.payload[1:], &s.headSource) != nil {
			return nil, false
		}
		s.source = s.headSource.source()
		h.sources[s.Number] = s
		return nil, true
	case frameBlock:
		return h.block(b)
	}
	return nil, false
}

func (h *headReader) report(offset, length int64) {
	if h.damage != nil {
		h.damage(offset, length)
	}
}

// frame reads the next whole frame. What lies before it is damaged; what lies
// behind the last was never acknowledged.
func (h *headReader) frame() error {
	from := h.at
	for {
		whole, err := h.try()
		if err != nil {
			return err
		}
		if whole {
			if begins := h.at - int64(len(h.read)); begins > from {
				h.report(from, begins-from)
			}
			return nil
		}
		skip := max(1, len(h.read)-len(frameMagic)+1) // one may begin in the rest
		if i := bytes.Index(h.read[1:], []byte(frameMagic)); i >= 0 {
			skip = i + 1
		}
		h.at += int64(skip)
		h.r = io.MultiReader(bytes.NewReader(bytes.Clone(h.read[skip:])), h.r)
	}
}

// try reads a frame if there is one. What it has read is in h.read.
func (h *headReader) try() (whole bool, err error) {
	h.read = h.read[:0]
	if err := h.more(frameHeader); err != nil {
		return false, err
	}
	size, sum := binary.LittleEndian.Uint32(h.read[4:]), binary.LittleEndian.Uint32(h.read[8:])
	if string(h.read[:len(frameMagic)]) != frameMagic || size == 0 || size > maxFrame {
		return false, nil
	}
	if err := h.more(int(size)); err != nil {
		if errors.Is(err, io.EOF) {
			err = nil // the length may be damaged
		}
		return false, err
	}
	h.payload = h.read[frameHeader:]
	if crc32.Checksum(h.payload, crc32.MakeTable(crc32.Castagnoli)) != sum {
		return false, nil
	}
	h.at += int64(len(h.read))
	return true, nil
}

// more reads n bytes more, or as many as there are, which is io.EOF.
func (h *headReader) more(n int) error {
	have := len(h.read)
	if have+n > cap(h.read) {
		h.read = append(make([]byte, 0, have+n), h.read...)
	}
	got, err := io.ReadFull(h.r, h.read[have:have+n])
	h.read = h.read[:have+got]
	if errors.Is(err, io.ErrUnexpectedEOF) {
		err = io.EOF
	}
	return err
}

func (h *headReader) block(b *parse.Block) (of *headed, whole bool) {
	rest := h.payload[1:]
	var numbers [4]uint64
	for i := range numbers {
		v, n := binary.Uvarint(rest)
		if n <= 0 {
			return nil, false
		}
		numbers[i], rest = v, rest[n:]
	}
	s, known := h.sources[numbers[0]]
	if !known || numbers[3] > uint64(len(rest)) {
		return nil, false
	}
	b.Offset, b.Record, b.Source = int64(numbers[1]), int64(numbers[2]), s.source
	b.Head = nil
	if numbers[3] > 0 {
		b.Head = bytes.Clone(rest[:numbers[3]])
	}
	b.Data = append(b.Data[:0], rest[numbers[3]:]...)
	return s, true
}

// checkHead reads a file of the head to its end and says what of it is damaged.
func checkHead(f openHeadFile) (err error) {
	r := newHeadReader(io.NopCloser(io.NewSectionReader(f.file, 0, f.size)))
	r.damage = func(offset, length int64) { err = errors.Join(err, headDamage(offset, length)) }
	b := &parse.Block{}
	for {
		if _, end := r.next(b); end != nil {
			return err
		}
	}
}

func headDamage(offset, length int64) error {
	return fmt.Errorf("%w: %d bytes from offset %d", ErrDamaged, length, offset)
}

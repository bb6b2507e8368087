package correlation

import (
	"fmt"
	"math/bits"
	"os"
)

// space accounts for the memory that windows and sorting use and keeps what
// goes over the bound in one temporary file. Blocks of the file are used again,
// so the file grows with what is alive, not with what ever passed.
type space struct {
	dir   string
	limit int64
	used  int64 // bytes held in memory, as estimated by the owners

	file *os.File
	end  int64
	free [48][]int64 // offsets of free blocks by size class

	spilled int64 // bytes ever written
}

// block is a place in the file; the zero block is none.
type block struct {
	off   int64
	n     int32
	class uint8
}

// minClass is the smallest block, 2^9 bytes.
const minClass = 9

func (s *space) over() bool { return s.used > s.limit }

// put writes b to a free block.
func (s *space) put(b []byte) (block, error) {
	if s.file == nil {
		f, err := os.CreateTemp(s.dir, "dwell-correlation-*")
		if err != nil {
			return block{}, fmt.Errorf("creating spill file: %w", err)
		}
		s.file = f
		// The name goes at once, so that nothing is left behind by a crash.
		// Where an open file cannot be removed, close does it.
		_ = os.Remove(f.Name())
	}
	bl := block{n: int32(len(b)), class: max(minClass, uint8(bits.Len(uint(max(len(b), 1)-1))))}
	if f := s.free[bl.class]; len(f) > 0 {
		bl.off, s.free[bl.class] = f[len(f)-1], f[:len(f)-1]
	} else {
		bl.off = s.end
		s.end += 1 << bl.class
	}
	if _, err := s.file.WriteAt(b, bl.off); err != nil {
		return block{}, fmt.Errorf("writing spill file: %w", err)
	}
	s.spilled += int64(len(b))
	return bl, nil
}

// get reads a block into buf, which it grows if need be.
func (s *space) get(bl block, buf []byte) ([]byte, error) {
	if cap(buf) < int(bl.n) {
		buf = make([]byte, bl.n)
	}
	buf = buf[:bl.n]
	if _, err := s.file.ReadAt(buf, bl.off); err != nil {
		return nil, fmt.Errorf("reading spill file: offset %d: %w", bl.off, err)
	}
	return buf, nil
}

// release gives a block back.
func (s *space) release(bl block) {
	if bl.class != 0 {
		s.free[bl.class] = append(s.free[bl.class], bl.off)
	}
}

func (s *space) close() error {
	if s.file == nil {
		return nil
	}
	name := s.file.Name()
	err := s.file.Close()
	_ = os.Remove(name)
	s.file = nil
	return err
}

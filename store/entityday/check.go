package entityday

import (
	"errors"
	"fmt"
	"io"
)

// checkBytes is how many bytes of a file one checksum is for.
const checkBytes = 16 << 10

// ErrDamaged is returned for a file whose bytes are not those that were
// written.
var ErrDamaged = errors.New("the file is damaged")

// summer notes the checksums of what is written through it.
type summer struct {
	w     io.Writer
	sums  []uint64
	block []byte
	size  int64
}

func (s *summer) Write(b []byte) (int, error) {
	n, err := s.w.Write(b)
	s.size += int64(n)
	for rest := b[:n]; len(rest) > 0; {
		part := rest[:min(len(rest), checkBytes-len(s.block))]
		s.block, rest = append(s.block, part...), rest[len(part):]
		if len(s.block) == checkBytes {
			s.end()
		}
	}
	return n, err
}

// end ends a block; it is called for the last one too.
func (s *summer) end() {
	if len(s.block) > 0 {
		s.sums = append(s.sums, xxhash(s.block))
		s.block = s.block[:0]
	}
}

// checked reads a file and compares what it reads with its checksums, so that
// nothing is ever made of damaged bytes. It is safe for concurrent use.
type checked struct {
	r    io.ReaderAt
	size int64
	sums []uint64
}

// ReadAt implements [io.ReaderAt]. It reads whole blocks.
func (c *checked) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 || off >= c.size {
		return 0, io.EOF
	}
	short := int64(len(p)) > c.size-off
	want := p[:min(int64(len(p)), c.size-off)]
	first, last := off/checkBytes, (off+int64(len(want))-1)/checkBytes
	from := first * checkBytes
	b := make([]byte, min((last+1)*checkBytes, c.size)-from)
	if _, err := c.r.ReadAt(b, from); err != nil && !errors.Is(err, io.EOF) {
		return 0, err
	}
	for n := first; len(want) > 0 && n <= last; n++ {
		at := (n - first) * checkBytes
		if xxhash(b[at:min(at+checkBytes, int64(len(b)))]) != c.sums[n] {
			return 0, fmt.Errorf("offset %d: %w", from+at, ErrDamaged)
		}
	}
	n := copy(want, b[off-from:])
	if short {
		return n, io.EOF
	}
	return n, nil
}

// guard turns a panic of the Parquet library, which expects pages as its own
// writer makes them, into an error. Bytes that were damaged do not get so far:
// see checked.
func guard(err *error) {
	if r := recover(); r != nil {
		*err = fmt.Errorf("%w: %v", ErrForm, r)
	}
}

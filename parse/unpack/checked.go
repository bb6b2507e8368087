package unpack

import (
	"errors"
	"fmt"
	"hash/crc32"
	"io"
)

// checkedReader compares what is read with the size and the checksum that the
// archive has for it.
type checkedReader struct {
	r    io.Reader
	size int64
	crc  uint32
	// unsummed says that there is no checksum.
	unsummed bool

	n   int64
	sum uint32
}

// Read implements [io.Reader].
func (c *checkedReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	c.sum = crc32.Update(c.sum, crc32.IEEETable, p[:n])
	if errors.Is(err, io.EOF) {
		return n, c.verdict()
	}
	return n, err
}

func (c *checkedReader) verdict() error {
	switch {
	case c.n < c.size:
		return ErrCutOff
	case c.n > c.size:
		return fmt.Errorf("%d bytes where %d were announced", c.n, c.size)
	case c.sum != c.crc && !c.unsummed:
		return ErrChecksum
	default:
		return io.EOF
	}
}

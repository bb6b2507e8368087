package unpack

import (
	"bufio"
	"compress/bzip2"
	"errors"
	"fmt"
	"io"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// maxWindow is the largest window that a Zstandard or xz stream may ask for, in
// bytes: what the decoders' own programs take without being asked to.
const maxWindow = 128 << 20

// decompress returns a reader of what is compressed in r; done frees it.
func decompress(r io.Reader, kind Kind) (content io.Reader, done func(), err error) {
	nothing := func() {}
	switch kind {
	case Gzip:
		g, err := newGzipReader(r)
		return g, nothing, err
	case Bzip2:
		return bzip2.NewReader(r), nothing, nil
	case XZ:
		x, err := xz.ReaderConfig{DictCap: 1 << 16}.NewReader(r)
		return x, nothing, err
	case Zstd:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, nil, err
		}
		return z, z.Close, nil
	default:
		return nil, nil, fmt.Errorf("%v: no compressed stream", kind)
	}
}

// gzipReader reads the members of a gzip stream one after another. Zero bytes
// after the last one are padding.
type gzipReader struct {
	in *bufio.Reader
	z  *gzip.Reader
}

func newGzipReader(r io.Reader) (*gzipReader, error) {
	in := bufio.NewReaderSize(r, 64<<10)
	z, err := gzip.NewReader(in)
	if err != nil {
		return nil, headerFault(err)
	}
	z.Multistream(false)
	return &gzipReader{in: in, z: z}, nil
}

// headerFault says what is wrong with a header without naming gzip again.
func headerFault(err error) error {
	if errors.Is(err, gzip.ErrHeader) {
		return errHeader
	}
	return err
}

var errHeader = errors.New("invalid header")

// Read implements [io.Reader].
func (g *gzipReader) Read(p []byte) (int, error) {
	n, err := g.z.Read(p)
	if errors.Is(err, gzip.ErrChecksum) {
		return n, ErrChecksum
	}
	if !errors.Is(err, io.EOF) || n > 0 {
		if errors.Is(err, io.EOF) {
			err = nil
		}
		return n, headerFault(err)
	}
	if err := g.next(); err != nil {
		return 0, err
	}
	return g.Read(p)
}

// next goes on to the next member; io.EOF says that there is none.
func (g *gzipReader) next() error {
	b, err := g.in.ReadByte()
	for ; err == nil && b == 0; b, err = g.in.ReadByte() { //nolint:revive // the work is in the head
	}
	if err != nil {
		return err
	}
	if err := g.in.UnreadByte(); err != nil {
		return err
	}
	if magic, _ := g.in.Peek(2); string(magic) != "\x1f\x8b" {
		return errors.New("what follows the compressed data is not gzip: not read")
	}
	if err := g.z.Reset(g.in); err != nil {
		return headerFault(err)
	}
	g.z.Multistream(false)
	return nil
}

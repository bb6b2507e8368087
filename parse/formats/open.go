package formats

import (
	"bufio"
	"bytes"
	"compress/bzip2"
	"compress/gzip"
	"errors"
	"io"
	"os"
)

// openFile opens a file, decompressed if it is compressed. An uncompressed one
// is the *os.File itself.
func openFile(path string) (io.ReadCloser, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	var magic [4]byte
	n, err := f.ReadAt(magic[:], 0)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, errors.Join(err, f.Close())
	}
	r, err := decompress(f, magic[:n])
	if err != nil {
		return nil, errors.Join(err, f.Close())
	}
	if r == nil {
		return f, nil
	}
	return unpacked{Reader: r, file: f}, nil
}

// decompress returns a reader of what is compressed in r, which begins with
// head, or nil if it is not compressed.
func decompress(r io.Reader, head []byte) (io.Reader, error) {
	switch {
	case bytes.HasPrefix(head, []byte("\x1f\x8b")):
		return gzip.NewReader(r)
	case bytes.HasPrefix(head, []byte("BZh")):
		return bzip2.NewReader(r), nil
	default:
		return nil, nil
	}
}

// unpacked is the content of a compressed file.
type unpacked struct {
	io.Reader
	file io.Closer
}

// Close closes the file.
func (u unpacked) Close() error { return u.file.Close() }

// readHead reads the first bytes. A fault that comes after some bytes is left
// to whoever reads on.
func readHead(r io.Reader) ([]byte, error) {
	head := make([]byte, HeadSize)
	n, err := io.ReadFull(r, head)
	if n > 0 || errors.Is(err, io.EOF) {
		err = nil
	}
	return head[:n], err
}

// peek returns a stream, decompressed if it is compressed, with its first bytes.
func peek(stream io.Reader) (io.Reader, []byte, error) {
	buffered := bufio.NewReaderSize(stream, HeadSize)
	head, err := buffered.Peek(4)
	if err != nil && !errors.Is(err, io.EOF) {
		return nil, nil, err
	}
	inner, err := decompress(buffered, head)
	if err != nil {
		return nil, nil, err
	}
	if inner != nil {
		buffered = bufio.NewReaderSize(inner, HeadSize)
	}
	head, err = buffered.Peek(HeadSize)
	if len(head) > 0 || errors.Is(err, io.EOF) {
		err = nil
	}
	return buffered, head, err
}

package unpack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
)

// smallArchive is up to which size an archive is kept in memory instead of in a
// temporary file, in bytes.
const smallArchive = 1 << 20

// spooled calls read with an item that can be read at any place. An archive
// that comes from a stream is copied to a temporary file, which is gone when
// read returns; what is wrong with the copy is yielded first, and read gets
// what there is.
func (w *walk) spooled(it item, read func(item) bool) bool {
	if it.at != nil {
		return read(it)
	}
	limited := &io.LimitedReader{R: it.r, N: w.limits.Spool}
	var small bytes.Buffer
	_, err := io.CopyN(&small, limited, smallArchive)
	it.at, it.size = bytes.NewReader(small.Bytes()), int64(small.Len())
	if err == nil {
		var file *os.File
		if file, err = temporary(); err != nil {
			return w.refuse(it.path, 0, fmt.Errorf("copying the archive to a temporary file: %w", err))
		}
		defer removeTemporary(file)
		it.at = file
		it.size, err = io.Copy(file, io.MultiReader(&small, limited))
		if err == nil && limited.N <= 0 {
			err = fmt.Errorf("%w: an archive in a container is read up to its byte %d; unpack it first", ErrLimit, w.limits.Spool)
		}
	}
	if err != nil && !errors.Is(err, io.EOF) {
		if !w.refuse(it.path, it.size, err) {
			return false
		}
	}
	return read(it)
}

// temporary returns a new file that nobody else can open by name, where the
// system allows that, and that is then gone even if the program is killed.
func temporary() (*os.File, error) {
	file, err := os.CreateTemp("", "dwell-*.spool")
	if err != nil {
		return nil, err
	}
	_ = os.Remove(file.Name()) // where open files cannot be removed, removeTemporary does it
	return file, nil
}

func removeTemporary(file *os.File) {
	_ = file.Close()           // it was only read
	_ = os.Remove(file.Name()) // gone already on most systems
}

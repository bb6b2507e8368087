package unpack

import (
	"archive/tar"
	"bytes"
	"errors"
	"fmt"
	"io"
)

// tar yields the files of a tar archive. After a header that makes no sense it
// looks for the next that does.
func (w *walk) tar(it item) bool {
	in := &countingReader{r: it.r}
	t, names := tar.NewReader(in), newNames()
	for {
		h, err := t.Next()
		switch {
		case errors.Is(err, io.EOF):
			return w.endArchive(it, names)
		case errors.Is(err, tar.ErrHeader):
			if !w.refuse(it.path, in.n, &fault{Tar, errors.New("an entry's header is damaged; what follows up to the next whole one is not read")}) {
				return false
			}
			header, err := nextTarHeader(in)
			if err != nil {
				return w.endArchive(it, names)
			}
			t = tar.NewReader(io.MultiReader(header, in))
		case err != nil:
			return w.refuse(it.path, in.n, layerError(Tar, err))
		default:
			if !w.tarEntry(it, h, t, names) {
				return false
			}
		}
	}
}

func (w *walk) tarEntry(it item, h *tar.Header, r io.Reader, names *names) bool {
	if h.Typeflag == tar.TypeDir || h.Typeflag == tar.TypeXGlobalHeader {
		return true
	}
	if !w.budget.entry() {
		return w.withinLimits(it.path)
	}
	name, doubt := names.see(h.Name)
	if doubt != nil && !w.refuse(it.path+Separator+name, 0, doubt) {
		return false
	}
	return w.entry(it, name, &layerReader{r: r, kind: Tar}, tarKind(h))
}

// tarKind says why an entry has nothing to read, if it has not.
func tarKind(h *tar.Header) error {
	switch h.Typeflag {
	case tar.TypeReg, tar.TypeGNUSparse, tar.TypeCont:
		return nil
	case tar.TypeLink:
		return fmt.Errorf("hard link to %s: not read", h.Linkname)
	case tar.TypeSymlink:
		return fmt.Errorf("symbolic link to %s: not read", h.Linkname)
	case tar.TypeChar, tar.TypeBlock:
		return errors.New("device: not read")
	case tar.TypeFifo:
		return errors.New("named pipe: not read")
	default:
		return fmt.Errorf("entry of type %q: not read", h.Typeflag)
	}
}

// nextTarHeader reads on, block by block, to the next header.
func nextTarHeader(r io.Reader) (io.Reader, error) {
	var block [tarBlock]byte
	for {
		if _, err := io.ReadFull(r, block[:]); err != nil {
			return nil, err
		}
		if isTarHeader(block[:]) {
			return bytes.NewReader(block[:]), nil
		}
	}
}

// countingReader counts what is read.
type countingReader struct {
	r io.Reader
	n int64
}

// Read implements [io.Reader].
func (c *countingReader) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

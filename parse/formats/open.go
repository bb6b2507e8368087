package formats

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"os"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/unpack"
)

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

// opened is a container that is open.
type opened struct {
	unpack.Source
	io.Closer
}

// container yields what is in a stored file or a stream; again opens it once
// more.
func (w *walker) container(src unpack.Source, again func() (opened, error)) bool {
	n := 0
	for part, err := range unpack.Parts(src, w.limits()) {
		if err != nil {
			if !w.yield(parse.Input{Path: part.Path, Stored: src.Path}, err) {
				return false
			}
			continue
		}
		p := &openPart{number: n, part: part, live: true, limits: w.limits(), again: again}
		n++
		goOn := w.source(parse.Input{Path: part.Path, Stored: src.Path, Host: cmp.Or(part.Host, w.host), Open: p.open}, part.Head)
		p.live = false
		if !goOn {
			return false
		}
	}
	return true
}

func (w *walker) limits() unpack.Limits {
	if w.opt.Limits == (unpack.Limits{}) {
		return unpack.DefaultLimits()
	}
	return w.opt.Limits
}

// openPart opens a part of a container: the first time as it comes by, later by
// going through the container again.
type openPart struct {
	number int // among the parts of the container
	part   unpack.Part
	live   bool // the part is coming by and was not opened yet
	limits unpack.Limits
	again  func() (opened, error)
}

func (p *openPart) open() (io.ReadCloser, error) {
	if p.live {
		p.live = false
		return io.NopCloser(p.part), nil
	}
	container, err := p.again()
	if err != nil {
		return nil, err
	}
	next, stop := iter.Pull2(unpack.Parts(container.Source, p.limits))
	for n := 0; ; {
		part, err, ok := next()
		switch {
		case !ok:
			stop()
			return nil, errors.Join(fmt.Errorf("%s is no longer there", p.part.Path), container.Close())
		case err != nil:
		case n < p.number:
			n++
		default:
			return &reopened{Reader: part, stop: stop, file: container}, nil
		}
	}
}

// reopened is a part that was gone to again.
type reopened struct {
	io.Reader
	stop func()
	file io.Closer
}

// Close ends the walk through the container.
func (r *reopened) Close() error {
	r.stop()
	return r.file.Close()
}

// openFile opens a file as a container.
func (w *walker) openFile(path string) (opened, error) {
	f, err := os.Open(path)
	if err != nil {
		return opened{}, err
	}
	info, err := f.Stat()
	if err != nil {
		return opened{}, errors.Join(err, f.Close())
	}
	src := unpack.Source{Path: path, Reader: f, At: f, Size: info.Size()}
	if w.opt.Stored != nil {
		m := &metered{file: f, seen: w.opt.Stored}
		src.Reader, src.At = m, m
	}
	return opened{src, f}, nil
}

// metered tells what is read of a file.
type metered struct {
	file *os.File
	seen func(int64)
}

// Read implements [io.Reader].
func (m *metered) Read(p []byte) (int, error) {
	n, err := m.file.Read(p)
	m.seen(int64(n))
	return n, err
}

// ReadAt implements [io.ReaderAt].
func (m *metered) ReadAt(p []byte, at int64) (int, error) {
	n, err := m.file.ReadAt(p, at)
	m.seen(int64(n))
	return n, err
}

// onlyOnce is for a stream.
func onlyOnce() (opened, error) {
	return opened{}, errors.New("a stream can be read once")
}

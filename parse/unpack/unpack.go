// Package unpack reads what lies in containers: compressed files (gzip, bzip2,
// xz, Zstandard), archives (tar, zip, 7z), and these in each other.
//
// A container is known by its content, never by its name. [Parts] yields the
// files in it one after another, in the order of the archive, each as a stream
// that is valid until the next one is asked for. A file in an archive is called
// "archive!file", whatever is around it: "a.zip!logs.tar.gz!b/c.evtx".
// Compression alone adds nothing to a name.
//
// Nothing is ever written under a name that stands in an archive, so that no
// name can do harm. An archive whose directory stands at its end (zip, 7z) and
// that does not lie on disk by itself is copied to a temporary file first.
//
// What cannot be read is yielded as a [parse.Problem] with its place, and the
// rest is read: an entry with a password, a checksum that is wrong, a link, a
// container that is cut off. [Limits] bound what a hostile container can cost;
// when one is reached, the container is left, and what was read before stays.
package unpack

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"iter"
	"strings"

	"github.com/dwell-project/dwell/parse"
)

// Separator stands between the name of an archive and that of a file in it.
const Separator = "!"

// HeadSize is how many bytes of a part are looked at, if it has them.
const HeadSize = 16 << 10

var (
	// ErrEncrypted reports what cannot be read without a password.
	ErrEncrypted = errors.New("password-protected")
	// ErrCutOff reports a container that ends before its end.
	ErrCutOff = errors.New("cut off")
	// ErrChecksum reports content that is not what was put into the container.
	ErrChecksum = errors.New("checksum is wrong: the content was changed or damaged")
	// ErrNoFile reports an archive without a file.
	ErrNoFile = errors.New("no file in it")
	// ErrLimit reports that one of the [Limits] is reached.
	ErrLimit = errors.New("limit for containers reached")
	// ErrName reports a name that should not be in an archive; the file is read.
	ErrName = errors.New("suspicious name")
)

// Part is one file that lies in no further container.
type Part struct {
	// Path is the path given, then the name of the file in each archive as it
	// is written there, joined by [Separator].
	Path string
	// Host is the host whose files the archive around the part holds, if it is a
	// collection that says so; see package collection.
	Host string
	// Head is how the part begins: [HeadSize] bytes unless it is shorter. It is
	// valid until Reader is read.
	Head []byte
	// Reader has the whole part, Head included. Its error names what is wrong
	// with the container.
	io.Reader
}

// Source is a container, or what may be one.
type Source struct {
	Path string
	// Reader has the stored bytes from the start.
	io.Reader
	// At is what Reader reads, if that can be read at any place, and Size its
	// length: archives are then read in place.
	At   io.ReaderAt
	Size int64
}

// Parts yields the parts of a source, and a [parse.Problem] for each place that
// is not read. A source that is no container has one part: itself.
func Parts(src Source, lim Limits) iter.Seq2[Part, error] {
	return func(yield func(Part, error) bool) {
		w := &walk{limits: lim, yield: yield}
		w.budget = &budget{limits: lim}
		top := item{path: src.Path, r: w.budget.storedBytes(src.Reader)}
		if src.At != nil {
			top.at, top.size = src.At, src.Size
			w.budget.stored = src.Size
		}
		w.open(top)
	}
}

// walk goes through one source. Its methods return false when no more is
// wanted.
type walk struct {
	limits Limits
	budget *budget
	yield  func(Part, error) bool
}

// item is a container, or a part, on the way.
type item struct {
	path  string
	r     io.Reader
	depth int // containers around it
	// at is what r reads, if it can be read at any place; size is its length.
	at   io.ReaderAt
	size int64
	host string // whose files it holds, if an archive around it said so
	// hosts are those of an archive's folders.
	hosts map[string]string
}

// hostOf returns the host of an entry.
func (it *item) hostOf(name string) string {
	if len(it.hosts) == 0 {
		return it.host
	}
	top, _, _ := strings.Cut(strings.ReplaceAll(name, `\`, "/"), "/")
	return cmp.Or(it.hosts[top], it.hosts[""], it.host)
}

// open yields what is in an item.
func (w *walk) open(it item) bool {
	buffered := bufio.NewReaderSize(it.r, HeadSize)
	head, err := buffered.Peek(HeadSize)
	if len(head) == 0 && err != nil && !errors.Is(err, io.EOF) {
		return w.refuse(it.path, 0, err)
	}
	kind := Recognise(head)
	if kind == Plain {
		return w.yield(Part{Path: it.path, Host: it.host, Head: head, Reader: buffered}, nil)
	}
	it.r = buffered
	if it.depth++; it.depth > w.limits.Depth {
		return w.refuse(it.path, 0, fmt.Errorf("%w: more than %d containers in each other; unpack it first", ErrLimit, w.limits.Depth))
	}
	switch kind {
	case Tar:
		return w.tar(it)
	case Zip:
		return w.spooled(it, w.zip)
	case SevenZip:
		return w.spooled(it, w.sevenZip)
	default:
		return w.compressed(it, kind)
	}
}

// compressed yields what is in a compressed stream.
func (w *walk) compressed(it item, kind Kind) bool {
	r, done, err := decompress(it.r, kind)
	if err != nil {
		return w.refuse(it.path, 0, layerError(kind, err))
	}
	defer done()
	goOn := w.open(item{path: it.path, host: it.host, depth: it.depth, r: w.budget.reader(&layerReader{r: r, kind: kind})})
	return goOn && w.withinLimits(it.path)
}

// entry yields what is in an entry of an archive; r is nil if fault says why it
// cannot be read.
func (w *walk) entry(archive item, name string, r io.Reader, fault error) bool {
	path := archive.path + Separator + name
	if fault != nil {
		return w.refuse(path, 0, fault)
	}
	goOn := w.open(item{path: path, host: archive.hostOf(name), depth: archive.depth, r: w.budget.reader(r)})
	return goOn && w.withinLimits(archive.path)
}

// withinLimits says whether the source may be read on. If it may not, it has
// said so for the outermost container.
func (w *walk) withinLimits(path string) bool {
	if w.budget.passed == nil {
		return true
	}
	if !w.budget.said {
		w.budget.said = true
		w.refuse(path, w.budget.stored, fmt.Errorf("%w; the rest of it is not read", w.budget.passed))
	}
	return false
}

// refuse yields a problem.
func (w *walk) refuse(path string, offset int64, err error) bool {
	return w.yield(Part{Path: path}, parse.Problem{Path: path, Offset: offset, Err: err})
}

package formats

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"path/filepath"
	"strings"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/collection"
	"github.com/dwell-project/dwell/parse/lines"
	"github.com/dwell-project/dwell/parse/unpack"
)

// Stdin is the path that stands for standard input.
const Stdin = "-"

// Options say how sources are taken.
type Options struct {
	// Format is taken for every source; nil means that each is recognised by
	// its content.
	Format parse.Format
	// Stdin is what "-" reads.
	Stdin io.Reader
	// Pipe, if it is there, is asked what is to be read of a named pipe.
	Pipe func(path string, r io.Reader) io.Reader
	// Stored, if it is there, is told how many bytes are read of a container that
	// lies on disk.
	Stored func(n int64)
	// Limits bound what containers can cost; the zero value means
	// [unpack.DefaultLimits].
	Limits unpack.Limits
	// Text are the parsers of text logs and the zone of their times.
	Text lines.Options
	// Skip, if it is there, is asked about each regular file before it is opened.
	Skip func(path string) bool
}

// Walk yields the sources under the given paths: a file as it is, a folder's
// files at any depth, sorted by name in each folder, and "-" for standard
// input. Sources are called as given; what is in a folder is called by the
// folder as given, a slash, and the path below it.
//
// What is no source is yielded as a [parse.Problem], and the walk goes on: what
// cannot be opened, an empty file, a file in no known format, a device. A named
// pipe is read if it was itself given. A link to a file is read, a link to a
// folder is followed only if it was itself given, so that no walk is endless.
//
// What lies in containers is yielded as package unpack gives it: each file in an
// archive is a source. It is best opened before the next source is asked for;
// later, the archive is gone through again up to it.
func Walk(paths []string, opt Options) iter.Seq2[parse.Input, error] {
	return func(yield func(parse.Input, error) bool) {
		w := &walker{opt: opt, yield: yield}
		for _, p := range paths {
			if !w.given(p) {
				return
			}
		}
	}
}

// walker yields sources; its methods return false when no more are wanted.
type walker struct {
	opt   Options
	yield func(parse.Input, error) bool
	host  string // of the collection that the walk is in
}

func (w *walker) given(path string) bool {
	if path == Stdin {
		return w.stdin()
	}
	info, err := os.Stat(path)
	if err != nil {
		return w.refuse(path, cause(err))
	}
	if info.Mode()&fs.ModeNamedPipe != 0 {
		return w.pipe(path)
	}
	return w.entry(path, info)
}

func (w *walker) entry(path string, info fs.FileInfo) bool {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return w.folder(path)
	case mode.IsRegular():
		return w.opt.Skip != nil && w.opt.Skip(path) || w.file(path)
	default:
		return w.refuse(path, fmt.Errorf("%s: not read", kindOf(mode)))
	}
}

func (w *walker) folder(path string) bool {
	entries, err := os.ReadDir(path)
	if err != nil && !w.refuse(path, cause(err)) {
		return false
	}
	defer func(before string) { w.host = before }(w.host)
	w.host = cmp.Or(collectionHost(path, entries), w.host)
	for _, e := range entries {
		below := strings.TrimRight(path, "/") + "/" + e.Name()
		info, err := os.Stat(below)
		switch {
		case err != nil:
			err = cause(err)
		case info.IsDir() && e.Type()&fs.ModeSymlink != 0:
			err = errors.New("link to a folder: not followed")
		}
		if err != nil {
			if !w.refuse(below, err) {
				return false
			}
			continue
		}
		if !w.entry(below, info) {
			return false
		}
	}
	return true
}

// collectionHost returns the host whose files a folder holds, if it says so.
func collectionHost(path string, entries []fs.DirEntry) string {
	var names collection.Names
	for _, e := range entries {
		if collection.Wants(e.Name()) {
			names = append(names, e.Name())
		}
	}
	if len(names) == 0 {
		return ""
	}
	whole, err := filepath.Abs(path)
	if err != nil {
		whole = path
	}
	return collection.Host(filepath.Base(whole), names, func(name string) (io.ReadCloser, error) {
		return os.Open(filepath.Join(path, name))
	})
}

func (w *walker) file(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return w.refuse(path, cause(err))
	}
	head, err := readHead(f)
	if closed := f.Close(); err == nil {
		err = closed
	}
	if err != nil {
		return w.refuse(path, cause(err))
	}
	if unpack.Recognise(head) != unpack.Plain {
		return w.containerFile(path)
	}
	return w.source(parse.Input{Path: path, Stored: path, Host: w.host, Open: func() (io.ReadCloser, error) { return os.Open(path) }}, head)
}

func (w *walker) containerFile(path string) bool {
	c, err := w.openFile(path)
	if err != nil {
		return w.refuse(path, cause(err))
	}
	defer c.Close() //nolint:errcheck // it was only read
	return w.container(c.Source, func() (opened, error) { return w.openFile(path) })
}

func (w *walker) stdin() bool {
	if w.opt.Stdin == nil {
		return w.refuse(Stdin, errors.New("no standard input"))
	}
	return w.container(unpack.Source{Path: Stdin, Reader: w.opt.Stdin}, onlyOnce)
}

// pipe reads a named pipe like standard input.
func (w *walker) pipe(path string) bool {
	f, err := os.Open(path)
	if err != nil {
		return w.refuse(path, cause(err))
	}
	defer f.Close() //nolint:errcheck // it was only read
	var r io.Reader = f
	if w.opt.Pipe != nil {
		r = w.opt.Pipe(path, f)
	}
	return w.container(unpack.Source{Path: path, Reader: r}, onlyOnce)
}

// source yields a source that begins with head.
func (w *walker) source(in parse.Input, head []byte) bool {
	in.Format = w.opt.Format
	if in.Format == nil || len(head) == 0 {
		var err error
		if in.Format, err = w.recognise(head); err != nil {
			return w.yield(parse.Input{Path: in.Path, Stored: in.Stored}, parse.Problem{Path: in.Path, Err: err})
		}
	}
	return w.yield(in, nil)
}

func (w *walker) refuse(path string, err error) bool {
	return w.yield(parse.Input{Path: path, Stored: path}, parse.Problem{Path: path, Err: err})
}

// cause takes the path out of an error of the file system, since a Problem
// names it.
func cause(err error) error {
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		return at.Err
	}
	return err
}

func kindOf(mode fs.FileMode) string {
	switch {
	case mode&fs.ModeNamedPipe != 0:
		return "named pipe"
	case mode&fs.ModeSocket != 0:
		return "socket"
	case mode&fs.ModeDevice != 0:
		return "device"
	default:
		return "no regular file"
	}
}

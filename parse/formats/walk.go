package formats

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"iter"
	"os"
	"strings"

	"github.com/dwell-project/dwell/parse"
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
}

// Walk yields the sources under the given paths: a file as it is, a folder's
// files at any depth, sorted by name in each folder, and "-" for standard
// input. Sources are called as given; what is in a folder is called by the
// folder as given, a slash, and the path below it.
//
// What is no source is yielded as a [parse.Problem], and the walk goes on: what
// cannot be opened, an empty file, a file in no known format, a device, a pipe.
// A link to a file is read, a link to a folder is followed only if it was
// itself given, so that no walk is endless.
//
// Sources compressed with gzip or bzip2 are opened decompressed.
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
}

func (w *walker) given(path string) bool {
	if path == Stdin {
		return w.stdin()
	}
	info, err := os.Stat(path)
	if err != nil {
		return w.refuse(path, cause(err))
	}
	return w.entry(path, info)
}

func (w *walker) entry(path string, info fs.FileInfo) bool {
	switch mode := info.Mode(); {
	case mode.IsDir():
		return w.folder(path)
	case mode.IsRegular():
		return w.file(path)
	default:
		return w.refuse(path, fmt.Errorf("%s: not read", kindOf(mode)))
	}
}

func (w *walker) folder(path string) bool {
	entries, err := os.ReadDir(path)
	if err != nil && !w.refuse(path, cause(err)) {
		return false
	}
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

func (w *walker) file(path string) bool {
	open := func() (io.ReadCloser, error) { return openFile(path) }
	f, err := open()
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
	return w.source(path, head, open)
}

func (w *walker) stdin() bool {
	if w.opt.Stdin == nil {
		return w.refuse(Stdin, errors.New("no standard input"))
	}
	r, head, err := peek(w.opt.Stdin)
	if err != nil {
		return w.refuse(Stdin, err)
	}
	return w.source(Stdin, head, func() (io.ReadCloser, error) { return io.NopCloser(r), nil })
}

// source yields one source that begins with head.
func (w *walker) source(path string, head []byte, open func() (io.ReadCloser, error)) bool {
	format := w.opt.Format
	if format == nil || len(head) == 0 {
		var err error
		if format, _, err = Recognise(head); err != nil {
			return w.refuse(path, err)
		}
	}
	return w.yield(parse.Input{Path: path, Format: format, Open: open}, nil)
}

func (w *walker) refuse(path string, err error) bool {
	return w.yield(parse.Input{Path: path}, parse.Problem{Path: path, Err: err})
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

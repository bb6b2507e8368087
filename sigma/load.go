package sigma

import (
	"archive/zip"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"sync/atomic"
)

// Limits on an archive of rules. The releases of SigmaHQ hold 4,000 files and
// 10 MB.
const (
	maxArchive      = 256 << 20
	maxArchiveFiles = 500_000
)

// source is a file that waits to be read.
type source struct {
	name string
	open func() (fs.File, error)
	// budget, if there is one, is what remains of the archive's size limit.
	budget *atomic.Int64
	// err says why the source cannot be read at all.
	err error
}

// Load reads rules from files, zip archives and folders, in the order given;
// within a folder or archive every *.yml and *.yaml in the order of the names,
// hidden folders left out. What cannot be read is a problem of the collection
// (SIG001) and does not stop the rest. References between documents are
// resolved over everything that is loaded together.
func Load(paths []string, opts ...Option) *Collection {
	var sources []source
	for _, p := range paths {
		info, err := os.Stat(p)
		switch {
		case err != nil:
			sources = append(sources, source{name: p, err: err})
		case info.IsDir():
			sources = append(sources, walk(os.DirFS(p), p, nil)...)
		case strings.EqualFold(filepath.Ext(p), ".zip"):
			archive, err := zip.OpenReader(p)
			if err != nil {
				sources = append(sources, source{name: p, err: err})
				continue
			}
			defer archive.Close()
			sources = append(sources, walkArchive(archive, p)...)
		default:
			sources = append(sources, source{name: p, open: func() (fs.File, error) { return os.Open(p) }})
		}
	}
	return load(sources, newConfig(opts))
}

// LoadFS reads every *.yml and *.yaml of a file system, as [Load] does.
func LoadFS(fsys fs.FS, opts ...Option) *Collection {
	return load(walk(fsys, "", nil), newConfig(opts))
}

// walkArchive lists an archive's rule files. Names that would lead out of it are
// taken for names within it, and nothing is ever unpacked to disk.
func walkArchive(archive *zip.ReadCloser, name string) []source {
	if n := len(archive.File); n > maxArchiveFiles {
		return []source{{name: name, err: fmt.Errorf("the archive has %d entries; up to %d are read", n, maxArchiveFiles)}}
	}
	for _, f := range archive.File {
		f.Name = strings.ReplaceAll(f.Name, `\`, "/") // as some programs of Windows write it
	}
	budget := new(atomic.Int64)
	budget.Store(maxArchive)
	return walk(archive, name, budget)
}

// walk lists the rule files below a file system's root.
func walk(fsys fs.FS, prefix string, budget *atomic.Int64) []source {
	var out []source
	_ = fs.WalkDir(fsys, ".", func(name string, entry fs.DirEntry, err error) error {
		shown := filepath.Join(prefix, filepath.FromSlash(name))
		switch {
		case err != nil:
			out = append(out, source{name: shown, err: err})
			return nil
		case entry.IsDir():
			if name != "." && strings.HasPrefix(entry.Name(), ".") {
				return fs.SkipDir
			}
		case isRuleFile(name):
			open := func() (fs.File, error) { return fsys.Open(name) }
			out = append(out, source{name: shown, open: open, budget: budget})
		}
		return nil
	})
	return out
}

func isRuleFile(name string) bool {
	ext := path.Ext(name)
	return strings.EqualFold(ext, ".yml") || strings.EqualFold(ext, ".yaml")
}

var (
	errTooLarge = fmt.Errorf("larger than %d bytes", maxFile)
	errArchive  = fmt.Errorf("the archive unpacks to more than %d bytes", maxArchive)
)

// read returns the file's content, within the limits.
func (s *source) read() ([]byte, error) {
	if s.err != nil {
		return nil, s.err
	}
	f, err := s.open()
	if err != nil {
		return nil, err
	}
	defer f.Close()
	size := int64(0)
	if info, err := f.Stat(); err == nil {
		size = info.Size()
	}
	if size > maxFile {
		return nil, errTooLarge
	}
	// A size that is true, as those of files are, makes one read and one to
	// see the end; one that is not costs no more than growing.
	data := make([]byte, 0, max(size, 0)+1)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if s.budget != nil && s.budget.Add(-int64(n)) < 0 {
			return nil, errArchive
		}
		switch {
		case errors.Is(err, io.EOF):
			return data, nil
		case err != nil:
			return nil, err
		case len(data) > maxFile:
			return nil, errTooLarge
		case len(data) == cap(data):
			data = append(data, 0)[:len(data)]
		}
	}
}

// load parses the sources on all processors and links them in their order.
func load(sources []source, cfg *config) *Collection {
	files := make([][]*entry, len(sources))
	var next atomic.Int64
	var wg sync.WaitGroup
	for range min(runtime.GOMAXPROCS(0), len(sources)) {
		wg.Go(func() {
			for {
				i := int(next.Add(1)) - 1
				if i >= len(sources) {
					return
				}
				files[i] = sources[i].parse(cfg)
			}
		})
	}
	wg.Wait()
	return link(files)
}

func (s *source) parse(cfg *config) []*entry {
	data, err := s.read()
	f := &file{name: s.name, data: data}
	if err != nil {
		d := &document{file: f, cfg: cfg}
		d.report(CodeUnreadable, "reading the file: "+cause(err), Mark{Position: Position{File: s.name}})
		return []*entry{{doc: d}}
	}
	return parseFile(f, cfg)
}

// cause leaves the path out of an error, since the mark has it.
func cause(err error) string {
	if p, ok := errors.AsType[*fs.PathError](err); ok {
		return p.Err.Error()
	}
	return err.Error()
}

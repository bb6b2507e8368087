package tail

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/dwell-project/dwell/parse"
)

// ErrOwn reports the file that the program writes to, see Options.Skip.
var ErrOwn = errors.New("output goes there: not followed")

// find looks at the paths: which files there are, which are new, which gone.
func (p *poll) find() {
	p.byPath = map[string]*file{}
	for _, one := range p.files {
		one.gone = true
		p.byPath[one.at] = one
	}
	for _, path := range p.paths {
		if path == stdin {
			if p.stdin == nil {
				p.stdin = &file{path: stdin, stream: p.opt.Stdin, changed: p.now}
			}
			continue
		}
		info, err := os.Stat(path)
		switch {
		case err != nil:
			p.missing(path, err)
		case info.IsDir():
			p.folder(path)
		default:
			p.found(path, info)
		}
	}
	if !p.polled {
		for i := range p.resume {
			p.rotated(&p.resume[i])
		}
	}
}

// missing reports a path that leads nowhere at the first poll. Later it is a
// file that was deleted, and may be made again.
func (p *poll) missing(path string, err error) {
	if !p.polled {
		p.refuse(path, err)
	}
}

func (p *poll) folder(root string) {
	clean := strings.TrimRight(root, "/")
	_ = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			if !errors.Is(err, fs.ErrNotExist) { // gone while it was looked at
				p.refuse(path, err)
			}
			return nil
		}
		if d.IsDir() {
			return nil
		}
		info, err := os.Stat(path)
		if err != nil || !info.Mode().IsRegular() {
			return nil //nolint:nilerr // it is gone, or a link to nothing
		}
		if below, err := filepath.Rel(root, path); err == nil {
			path = clean + "/" + filepath.ToSlash(below)
		}
		p.found(path, info)
		return nil
	})
}

// found takes note of a file at a path.
func (p *poll) found(path string, info fs.FileInfo) {
	if !info.Mode().IsRegular() {
		p.refuse(path, errors.New("no regular file: not followed"))
		return
	}
	if p.opt.Skip != nil && os.SameFile(info, p.opt.Skip) {
		p.refuse(path, ErrOwn)
		return
	}
	if one := p.sameFile(path, info); one != nil {
		one.at, one.info, one.gone = path, info, false
		return
	}
	one := &file{path: path, at: path, info: info, changed: p.now}
	switch {
	case p.restore(one):
	case !p.polled && p.opt.Resume == nil && !p.opt.FromStart:
		one.skipRead = info.Size()
	case p.polled || p.opt.Resume != nil:
		one.fresh = true
	}
	p.files = append(p.files, one)
}

// sameFile returns the file that is at a path, under whatever path it was
// before.
func (p *poll) sameFile(path string, info fs.FileInfo) *file {
	if one := p.byPath[path]; one != nil && os.SameFile(one.info, info) {
		return one
	}
	for _, one := range p.files {
		if one.gone && os.SameFile(one.info, info) {
			return one
		}
	}
	return nil
}

// refuse reports a path once.
func (p *poll) refuse(path string, err error) {
	if p.refused[path] {
		return
	}
	p.refused[path] = true
	if at, ok := errors.AsType[*fs.PathError](err); ok {
		err = at.Err
	}
	p.sink.Problem(parse.Problem{Path: path, Err: err})
}

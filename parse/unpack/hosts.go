package unpack

import (
	"io"
	"slices"
	"strings"

	"github.com/bodgit/sevenzip"

	"github.com/dwell-project/dwell/parse/collection"
)

// maxFolders is how many folders of an archive are looked at as the top of a
// collection.
const maxFolders = 1024

// tops are the names in an archive's topmost folder, and in those in it, that
// say something about a collection.
type tops map[string]collection.Names

// add takes an entry's name into account, and says whether the entry itself is
// in one of the folders.
func (t tops) add(name string) (folder, base string, ok bool) {
	parts := strings.Split(strings.ReplaceAll(strings.TrimPrefix(name, "./"), `\`, "/"), "/")
	for i, folder := range []string{"", parts[0]} {
		if i >= len(parts) || !collection.Wants(parts[i]) || slices.Contains(t[folder], parts[i]) || len(t) >= maxFolders {
			continue
		}
		t[folder] = append(t[folder], parts[i])
	}
	switch len(parts) {
	case 1:
		return "", parts[0], true
	case 2:
		return parts[0], parts[1], true
	default:
		return "", "", false
	}
}

// hosts returns the host of each folder that is the top of a collection; open
// opens the entry of a name in a folder.
func (t tops) hosts(open func(folder, name string) (io.ReadCloser, error)) map[string]string {
	var found map[string]string
	for folder, names := range t {
		host := collection.Host(folder, names, func(name string) (io.ReadCloser, error) { return open(folder, name) })
		if host == "" {
			continue
		}
		if found == nil {
			found = map[string]string{}
		}
		found[folder] = host
	}
	return found
}

// hosts looks through the directory for a collection.
func (z *zipWalk) hosts(d directoryPlace) map[string]string {
	entries := z.entries(d)
	all, telling := tops{}, map[[2]string]*zipEntry{}
	for entries.more() {
		e, err := entries.next()
		if err != nil {
			break // it is reported when the files are read
		}
		folder, base, ok := all.add(e.name)
		if ok && collection.Wants(base) && len(telling) < maxFolders {
			telling[[2]string{folder, base}] = &e
		}
	}
	return all.hosts(func(folder, name string) (io.ReadCloser, error) {
		e, ok := telling[[2]string{folder, name}]
		if !ok {
			return nil, ErrNoFile
		}
		return z.peek(e)
	})
}

// peek opens an entry beside the walk.
func (z *zipWalk) peek(e *zipEntry) (io.ReadCloser, error) {
	if e.flags&flagEncrypted != 0 {
		return nil, ErrEncrypted
	}
	if err := z.findData(e); err != nil {
		return nil, err
	}
	content, done, err := e.expand(io.NewSectionReader(z.it.at, e.data, e.stored))
	if err != nil {
		return nil, err
	}
	return peeked{z.budget.reader(content), done}, nil
}

// peeked is an entry opened beside the walk.
type peeked struct {
	io.Reader
	done func()
}

// Close frees what the decoder holds.
func (p peeked) Close() error {
	p.done()
	return nil
}

// sevenZipHosts looks through an archive for a collection.
func sevenZipHosts(files []*sevenzip.File) map[string]string {
	all, telling := tops{}, map[[2]string]*sevenzip.File{}
	for _, f := range files {
		folder, base, ok := all.add(f.Name)
		if ok && collection.Wants(base) && len(telling) < maxFolders {
			telling[[2]string{folder, base}] = f
		}
	}
	return all.hosts(func(folder, name string) (io.ReadCloser, error) {
		f, ok := telling[[2]string{folder, name}]
		if !ok {
			return nil, ErrNoFile
		}
		r, err := guarded(f.Open)
		if err != nil {
			return nil, err
		}
		return peeked{&sevenZipReader{r}, func() { _, _ = guarded(func() (int, error) { return 0, r.Close() }) }}, nil
	})
}

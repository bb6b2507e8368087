package store

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"path/filepath"
	"slices"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/store/segment"
)

// Types returns the types of the columns of a dataset's fields.
func (s *Snapshot) Types(dataset string) (*segment.Types, error) {
	types := segment.NewTypes()
	if text, ok := s.Columns[dataset]; ok {
		if err := json.Unmarshal(text, types); err != nil {
			return nil, fmt.Errorf("reading the columns of %s: %w", dataset, err)
		}
	}
	return types, nil
}

// SegmentPath returns where a segment's file is.
func (s *Snapshot) SegmentPath(seg *Segment) string { return s.archive.path(seg.Path) }

// Check says with [ErrDamaged] that a segment is not as it was sealed. It reads
// the whole file.
func (s *Snapshot) Check(seg *Segment) error {
	if err := s.archive.checkFile(seg.Path, seg.Size, seg.Digest); err != nil {
		return fmt.Errorf("reading segment %s: %w", seg.Path, err)
	}
	return nil
}

// Admits says whether a segment can hold records that are asked for.
func (b *Bounds) Admits(s *Segment) bool { return b.admits(s) }

// UnsealedFile is a file with records that are not sealed in the archive yet.
type UnsealedFile struct {
	Dataset, Path string
	Types         *segment.Types
}

// Unsealed writes what is not sealed yet as files of the form of segments into a
// folder, for engines that read files and know no head. The archive stays as it
// is, and the files prove nothing. Of datasets that wants does not take nothing
// is written.
func (s *Snapshot) Unsealed(ctx context.Context, folder string, wants func(dataset string) bool) ([]UnsealedFile, error) {
	if !s.HasHead() {
		return nil, nil
	}
	u := &unsealed{snapshot: s, wants: wants, names: event.NewNames(), types: map[string]*segment.Types{}, builders: map[place]*segment.Builder{}, sealed: map[place]map[event.ID]bool{}}
	inputs := func(yield func(parse.Input, error) bool) { s.headInputs(yield) }
	err := parse.Run(ctx, inputs, parse.Options{Workers: 1, Names: u.names}, func() parse.Work[error] { return u.block },
		parse.Results[error]{Take: func(err error) error { return err }, Report: func(p parse.Problem) { u.failed = errors.Join(u.failed, p.Err) }})
	if err = errors.Join(err, u.failed); err != nil {
		return nil, fmt.Errorf("reading what is not sealed yet: %w", err)
	}
	return u.write(folder)
}

// unsealed gathers the records of the head. It is used by one goroutine.
type unsealed struct {
	snapshot *Snapshot
	wants    func(string) bool
	names    *event.Names
	types    map[string]*segment.Types
	builders map[place]*segment.Builder
	sealed   map[place]map[event.ID]bool
	buf      []byte
	failed   error
}

func (u *unsealed) block(b *parse.Block, d parse.Decoder) (err error) {
	d.Decode(b, func(ev *event.Event) bool {
		if u.wants(ev.Dataset) {
			err = u.event(ev)
		}
		return err == nil
	}, func(parse.Problem) {})
	return err
}

// event takes in an event, unless the block stands in the head for the sake of
// others and this one is sealed.
func (u *unsealed) event(ev *event.Event) error {
	var id event.ID
	id, u.buf = ev.IDInto(u.names, u.buf)
	at := placeOf(ev)
	there, err := u.isSealed(at, id)
	if err != nil || there {
		return err
	}
	b, ok := u.builders[at]
	if !ok {
		types, known := u.types[at.dataset]
		if !known {
			if types, err = u.snapshot.Types(at.dataset); err != nil {
				return err
			}
			u.types[at.dataset] = types
		}
		b = segment.NewBuilder(u.names, types)
		u.builders[at] = b
	}
	b.Add(ev, id)
	return nil
}

func (u *unsealed) isSealed(at place, id event.ID) (bool, error) {
	ids, known := u.sealed[at]
	if !known {
		// Of what is damaged, which others name, the copy in the head is all there is.
		var err error
		if ids, err = u.snapshot.archive.idsAt(u.snapshot.Manifest, at, func(string, error) {}); err != nil {
			return false, err
		}
		u.sealed[at] = ids
	}
	return ids[id], nil
}

// write writes the files, in the order of their places.
func (u *unsealed) write(folder string) (files []UnsealedFile, err error) {
	for i, at := range slices.SortedFunc(maps.Keys(u.builders), place.compare) {
		path := filepath.Join(folder, filepath.FromSlash(segmentPath(at, fmt.Sprintf("unsealed-%05d", i+1))))
		if err := u.snapshot.archive.files.makeFolder(filepath.Dir(path)); err != nil {
			return nil, fmt.Errorf("writing what is not sealed yet: %w", err)
		}
		err := u.snapshot.archive.files.write(path, func(w io.Writer) error {
			_, err := u.builders[at].Seal(w, make([]byte, unprovedSecret))
			return err
		})
		if err != nil {
			return nil, fmt.Errorf("writing what is not sealed yet: %w", err)
		}
		files = append(files, UnsealedFile{Dataset: at.dataset, Path: path, Types: u.types[at.dataset]})
	}
	return files, nil
}

// unprovedSecret is the length of the secret, all zero, of files that prove
// nothing.
const unprovedSecret = 32

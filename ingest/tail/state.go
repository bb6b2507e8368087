package tail

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// State is how far a file was read, as JSON.
type State struct {
	Path string `json:"path"`
	// Print tells whether it is still the file that was read.
	Print imprint `json:"print"`
	// Offset is where the first record begins that was not given.
	Offset int64 `json:"offset"`
	// Blocks are what is known of a file that is split anew when it changes.
	Blocks []BlockState `json:"blocks,omitempty"`
}

// BlockState is what is known of a block.
type BlockState struct {
	Offset int64  `json:"offset"`
	Sum    string `json:"sum"`
	// Last is the offset of the last record known, First a digest of its first
	// Edge bytes.
	Last  int64  `json:"last"`
	First string `json:"first"`
	Edge  int64  `json:"edge"`
}

// State returns how far every file was read, for [Options.Resume] of a later
// run. What was handed to [Sink.Take] counts as read. Files that an earlier run
// read and this one has not found stay as they were.
func (f *Follower) State() []State {
	states := []State{}
	for _, one := range f.files {
		if one.next > 0 || len(one.blocks) > 0 {
			states = append(states, State{Path: one.path, Print: one.mark, Offset: one.next, Blocks: one.blockStates()})
		}
	}
	for _, st := range f.resume {
		if st.Path != "" {
			states = append(states, st)
		}
	}
	return states
}

// restore takes up a file where an earlier run left it.
func (p *poll) restore(one *file) bool {
	for i := range p.resume {
		st := &p.resume[i]
		if st.Path != one.path || st.Path == "" {
			continue
		}
		if len(st.Blocks) == 0 && !matchesAt(one.at, st.Print) {
			continue
		}
		one.resume(st)
		st.Path = ""
		return true
	}
	return false
}

// rotated looks for a file of an earlier run that is no longer at its path
// among the files beside it that are called like it, and follows it to its end.
func (p *poll) rotated(st *State) {
	if st.Path == "" || len(st.Blocks) > 0 || st.Print.Read == 0 {
		return
	}
	if one := p.beside(st.Path, st.Print); one != nil {
		one.resume(st)
		st.Path = ""
		p.files = append(p.files, one)
	}
}

// beside returns a file beside path that is called like it and is what was
// read, unless it is followed anyway.
func (p *poll) beside(path string, was imprint) *file {
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil {
		return nil
	}
	for _, e := range entries {
		at := filepath.Join(filepath.Dir(path), e.Name())
		if !e.Type().IsRegular() || !strings.HasPrefix(e.Name(), filepath.Base(path)) || e.Name() == filepath.Base(path) {
			continue
		}
		info, err := e.Info()
		if err == nil && info.Size() > was.Read && !p.follows(info) && matchesAt(at, was) {
			one := &file{path: path, at: at, info: info, changed: p.now, gone: true}
			if one.open() == nil {
				return one
			}
		}
	}
	return nil
}

func (p *poll) follows(info fs.FileInfo) bool {
	for _, one := range p.files {
		if os.SameFile(one.info, info) {
			return true
		}
	}
	return false
}

// matchesAt says whether the file at a path is what was read.
func matchesAt(path string, was imprint) bool {
	h, err := os.Open(path)
	if err != nil {
		return false
	}
	defer h.Close()
	info, err := h.Stat()
	return err == nil && was.matches(h, info.Size())
}

package unpack

import (
	"fmt"
	"hash/maphash"
	"strings"
)

// names knows the names of an archive's entries by their hash: an archive may
// have a million.
type names struct {
	seed maphash.Seed
	seen map[uint64]int32
}

func newNames() *names { return &names{seed: maphash.MakeSeed(), seen: map[uint64]int32{}} }

// see returns what an entry is called here: its name, or, if an entry before
// had the same, the name with "#2". The error says what is odd about the name.
func (n *names) see(name string) (string, error) {
	key := maphash.String(n.seed, name)
	n.seen[key]++
	if count := n.seen[key]; count > 1 {
		return fmt.Sprintf("%s#%d", name, count), fmt.Errorf("%w: entry %d with the name %q; it is read", ErrName, count, name)
	}
	if leaves(name) {
		return name, fmt.Errorf("%w: it leads out of the archive; the file is read", ErrName)
	}
	return name, nil
}

// any says whether a name was seen.
func (n *names) any() bool { return len(n.seen) > 0 }

// leaves says whether a name leads out of the folder in which an archive would
// be unpacked. A path from the root and a drive's letter are ordinary in
// collections of a machine's files, and harmless here.
func leaves(name string) bool {
	for part := range strings.FieldsFuncSeq(name, func(r rune) bool { return r == '/' || r == '\\' }) {
		if part == ".." {
			return true
		}
	}
	return false
}

// endArchive says of an archive that had no entry that it had none.
func (w *walk) endArchive(it item, names *names) bool {
	if !names.any() {
		return w.refuse(it.path, 0, ErrNoFile)
	}
	return true
}

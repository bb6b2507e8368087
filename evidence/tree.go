package evidence

import "crypto/sha256"

// BlockLeaves is how many leaves a block has; the last one of a tree may have
// fewer.
const BlockLeaves = 256

// Tree takes leaves one by one and keeps the roots of their blocks. The zero
// value is an empty tree.
type Tree struct {
	open   []Digest // the leaves of the block that is not full
	blocks []Digest
	size   uint64
}

// Add appends a leaf.
func (t *Tree) Add(leaf Digest) {
	if t.open == nil {
		t.open = make([]Digest, 0, BlockLeaves)
	}
	t.open = append(t.open, leaf)
	t.size++
	if len(t.open) == BlockLeaves {
		t.blocks = append(t.blocks, fold(t.open))
		t.open = t.open[:0]
	}
}

// Size returns how many leaves the tree has.
func (t *Tree) Size() uint64 { return t.size }

// Blocks returns the roots of the blocks in their order, that of an unfinished
// last one included. They are what [Root] and [Prove] need.
func (t *Tree) Blocks() []Digest {
	all := append([]Digest(nil), t.blocks...)
	if len(t.open) > 0 {
		all = append(all, Root(t.open))
	}
	return all
}

// Root returns the root of the tree.
func (t *Tree) Root() Digest { return Root(t.Blocks()) }

// Root returns the root of the tree over nodes (RFC 9162 section 2.1.1): over
// all leaves, or over the roots of all blocks, which is the same, since the left
// part of every split is a power of two. The root of nothing is the SHA-256 of
// nothing.
func Root(nodes []Digest) Digest {
	if len(nodes) == 0 {
		return sha256.Sum256(nil)
	}
	return fold(append([]Digest(nil), nodes...))
}

// fold overwrites nodes with the levels above them, up to the root. The node
// without a partner at the end of a level goes up as it is, which is what the
// splits of RFC 9162 come to.
func fold(nodes []Digest) Digest {
	for len(nodes) > 1 {
		n := 0
		for i := 0; i+1 < len(nodes); i += 2 {
			nodes[n] = node(&nodes[i], &nodes[i+1])
			n++
		}
		if len(nodes)%2 == 1 {
			nodes[n] = nodes[len(nodes)-1]
			n++
		}
		nodes = nodes[:n]
	}
	return nodes[0]
}

// node returns the hash of an inner node.
func node(left, right *Digest) Digest {
	var b [1 + 2*sha256.Size]byte
	b[0] = nodePrefix
	copy(b[1:], left[:])
	copy(b[1+sha256.Size:], right[:])
	return sha256.Sum256(b[:])
}

package evidence

import (
	"errors"
	"fmt"

	"github.com/transparency-dev/merkle/proof"
	"github.com/transparency-dev/merkle/rfc6962"
)

// Proof shows that a leaf is in a tree: the hashes beside its way to the root,
// from below (RFC 9162 section 2.1.3).
type Proof struct {
	Index, Size uint64
	Path        []Digest
}

// Errors of proofs.
var (
	// ErrIndex says that there is no such leaf.
	ErrIndex = errors.New("no leaf with this index")
	// ErrBlock says that the leaves given are not those that were sealed.
	ErrBlock = errors.New("the leaves do not make the block's root")
)

// Prove returns the proof for the leaf with the given index in a tree of size
// leaves, from the roots of all blocks and the leaves of the leaf's own one: those
// from index − index mod [BlockLeaves] on. It returns [ErrBlock] if these do not
// make the block's root.
func Prove(index, size uint64, blocks, leaves []Digest) (Proof, error) {
	block := index / BlockLeaves
	if index >= size || uint64(len(blocks)) != (size+BlockLeaves-1)/BlockLeaves {
		return Proof{}, fmt.Errorf("proving leaf %d of %d by %d blocks: %w", index, size, len(blocks), ErrIndex)
	}
	want := min(size-block*BlockLeaves, BlockLeaves)
	if uint64(len(leaves)) != want || Root(leaves) != blocks[block] {
		return Proof{}, fmt.Errorf("proving leaf %d of %d: block %d of %d leaves: %w", index, size, block, len(leaves), ErrBlock)
	}
	path := appendPath(nil, leaves, index%BlockLeaves)
	return Proof{Index: index, Size: size, Path: appendPath(path, blocks, block)}, nil
}

// appendPath appends the hashes beside the way from nodes[at] to the root.
func appendPath(path, nodes []Digest, at uint64) []Digest {
	nodes = append([]Digest(nil), nodes...)
	for len(nodes) > 1 {
		if beside := at ^ 1; beside < uint64(len(nodes)) {
			path = append(path, nodes[beside])
		}
		n := 0
		for i := 0; i < len(nodes); i += 2 {
			if i+1 < len(nodes) {
				nodes[n] = node(&nodes[i], &nodes[i+1])
			} else {
				nodes[n] = nodes[i]
			}
			n++
		}
		nodes, at = nodes[:n], at/2
	}
	return path
}

// Verify checks that leaf is in the tree with the given root.
func Verify(p Proof, leaf, root Digest) error {
	path := make([][]byte, len(p.Path))
	for i := range p.Path {
		path[i] = p.Path[i][:]
	}
	if err := proof.VerifyInclusion(rfc6962.DefaultHasher, p.Index, p.Size, leaf[:], path, root[:]); err != nil {
		return fmt.Errorf("verifying leaf %d of %d: %w", p.Index, p.Size, err)
	}
	return nil
}

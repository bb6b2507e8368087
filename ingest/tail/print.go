package tail

import (
	"crypto/sha256"
	"encoding/hex"
	"io"
)

// imprint tells whether a file is still the one that was read: how many bytes
// were, and a digest of the first and the last of them.
type imprint struct {
	Read int64  `json:"read"`
	Sum  string `json:"sum,omitempty"`
}

// printEdge is how many bytes at the beginning and before the end of what was
// read are digested.
const printEdge = 1 << 10

// printOf returns the print of a file of which so many bytes were read.
func printOf(r io.ReaderAt, read int64) (imprint, error) {
	if read == 0 {
		return imprint{}, nil
	}
	b := make([]byte, min(read, 2*printEdge))
	head := b[:min(read, printEdge)]
	if _, err := r.ReadAt(head, 0); err != nil {
		return imprint{}, err
	}
	tail := b[len(head):]
	if _, err := r.ReadAt(tail, read-int64(len(tail))); err != nil {
		return imprint{}, err
	}
	sum := sha256.Sum256(b)
	return imprint{read, hex.EncodeToString(sum[:16])}, nil
}

// matches says whether the first bytes of a file are what was read.
func (p imprint) matches(r io.ReaderAt, size int64) bool {
	if size < p.Read {
		return false
	}
	now, err := printOf(r, p.Read)
	return err == nil && now == p
}

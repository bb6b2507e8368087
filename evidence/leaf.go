package evidence

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"hash"
)

// Digest is a SHA-256: of a leaf, a node, a root or a file.
type Digest [sha256.Size]byte

// String returns the 64 lower-case hexadecimal digits of the digest.
func (d Digest) String() string { return hex.EncodeToString(d[:]) }

// NonceSize is the length of a leaf's nonce in bytes.
const NonceSize = 16

// Nonce hides what a leaf's record is made of from those who do not have it.
type Nonce [NonceSize]byte

// Leaf returns the leaf of a record: the SHA-256 of a zero byte, the nonce and
// the parts of the record one after the other.
//
// More than one part makes sense only if each but the last says how long it
// is, as an EVTX record does, which the digest of its frame follows.
func Leaf(nonce Nonce, record ...[]byte) Digest {
	h := sha256.New()
	h.Write([]byte{leafPrefix})
	h.Write(nonce[:])
	for _, part := range record {
		h.Write(part)
	}
	return Digest(h.Sum(nil))
}

// Prefixes of what is hashed, RFC 9162 section 2.1.1.
const (
	leafPrefix = 0
	nodePrefix = 1
)

// Blinder makes the leaves of one run from its secret. It allocates nothing per
// leaf, and is used by one goroutine.
type Blinder struct {
	mac  hash.Hash
	leaf hash.Hash
	sum  []byte
	head [1 + NonceSize]byte
	num  [8]byte
}

// NewBlinder returns a Blinder for a run's secret, which should be 32 random
// bytes.
func NewBlinder(secret []byte) *Blinder {
	return &Blinder{
		mac:  hmac.New(sha256.New, secret),
		leaf: sha256.New(),
		sum:  make([]byte, 0, sha256.Size),
		head: [1 + NonceSize]byte{leafPrefix},
	}
}

// Nonce returns the nonce of the record with the given index in its run.
func (b *Blinder) Nonce(index uint64) Nonce {
	b.mac.Reset()
	binary.BigEndian.PutUint64(b.num[:], index)
	b.mac.Write(b.num[:])
	b.sum = b.mac.Sum(b.sum[:0])
	return Nonce(b.sum[:NonceSize])
}

// Leaf returns the leaf of the record with the given index in its run; see
// [Leaf] for records of more than one part.
func (b *Blinder) Leaf(index uint64, record ...[]byte) Digest {
	n := b.Nonce(index)
	copy(b.head[1:], n[:])
	b.leaf.Reset()
	b.leaf.Write(b.head[:])
	for _, part := range record {
		b.leaf.Write(part)
	}
	b.sum = b.leaf.Sum(b.sum[:0])
	return Digest(b.sum)
}

package entityday

import (
	"encoding/binary"
	"errors"
	"io"
	"math/bits"
)

// filter is a split block Bloom filter, as Parquet has it ("Parquet Bloom
// Filter" of parquet-format), over the keys of a file and the domains above
// those of its domains. At [filterBits] bits a key it is wrong about one absent key
// in some 2,500.
type filter []block

type block [8]uint32

// filterBits is how many bits the filter has for each key. Parquet's
// specification says 16.9 for one error in 1,000, 26.4 for one in 10,000.
const filterBits = 20

// salts are those of the specification.
var salts = block{
	0x47b6137b, 0x44974d91, 0x8824ad5b, 0xa2b7289d, 0x705495c7, 0x2df1424b, 0x9efc4947, 0x5c6bfb31,
}

func newFilter(keys int) filter {
	return make(filter, max(1, (keys*filterBits+255)/256))
}

func (f filter) block(hash uint64) *block {
	i, _ := bits.Mul64(hash>>32, uint64(len(f))<<32)
	return &f[i]
}

func (f filter) insert(hash uint64) {
	b, low := f.block(hash), uint32(hash)
	for i := range b {
		b[i] |= 1 << (low * salts[i] >> 27)
	}
}

func (f filter) has(hash uint64) bool {
	b, low := f.block(hash), uint32(hash)
	for i := range b {
		if b[i]&(1<<(low*salts[i]>>27)) == 0 {
			return false
		}
	}
	return true
}

// companion is what lies beside a file: the filter over its keys and the
// checksums of its blocks.
type companion struct {
	filter filter
	size   int64 // of the file
	sums   []uint64
}

// companionMagic begins a companion. The hash, the size of the blocks and what
// is in the filter are part of the version.
const companionMagic = "DWELLEF1"

// errCompanion says that a file is no companion of this version, or not whole.
var errCompanion = errors.New("the filter is damaged or of another version")

// companionHead is the length of magic, checksum of the rest, size of the file
// and number of the filter's blocks.
const companionHead = 32

// writeTo writes the head, the filter, and the checksums; numbers are
// little-endian.
func (c *companion) writeTo(w io.Writer) error {
	b := make([]byte, companionHead, companionHead+len(c.filter)*32+len(c.sums)*8)
	copy(b, companionMagic)
	binary.LittleEndian.PutUint64(b[16:], uint64(c.size))
	binary.LittleEndian.PutUint64(b[24:], uint64(len(c.filter)))
	for i := range c.filter {
		for _, word := range c.filter[i] {
			b = binary.LittleEndian.AppendUint32(b, word)
		}
	}
	for _, sum := range c.sums {
		b = binary.LittleEndian.AppendUint64(b, sum)
	}
	binary.LittleEndian.PutUint64(b[8:], xxhash(b[16:]))
	_, err := w.Write(b)
	return err
}

func readCompanion(b []byte) (*companion, error) {
	if len(b) < companionHead || string(b[:len(companionMagic)]) != companionMagic {
		return nil, errCompanion
	}
	if binary.LittleEndian.Uint64(b[8:]) != xxhash(b[16:]) {
		return nil, errCompanion
	}
	c := &companion{size: int64(binary.LittleEndian.Uint64(b[16:]))}
	blocks, rest := binary.LittleEndian.Uint64(b[24:]), b[companionHead:]
	if blocks == 0 || blocks > uint64(len(rest)/32) {
		return nil, errCompanion
	}
	c.filter = make(filter, blocks)
	for i := range c.filter {
		for j := range c.filter[i] {
			c.filter[i][j] = binary.LittleEndian.Uint32(rest[i*32+j*4:])
		}
	}
	rest = rest[blocks*32:]
	if c.size < 0 || int64(len(rest)) != (c.size+checkBytes-1)/checkBytes*8 {
		return nil, errCompanion
	}
	for ; len(rest) > 0; rest = rest[8:] {
		c.sums = append(c.sums, binary.LittleEndian.Uint64(rest))
	}
	return c, nil
}

const (
	prime1 = 11400714785074694791
	prime2 = 14029467366897019727
	prime3 = 1609587929392839161
	prime4 = 9650029242287828579
	prime5 = 2870177450012600261
)

// xxhash is XXH64 with seed 0 (xxhash_spec.md of the xxHash project), the hash
// of Parquet's filters.
func xxhash[T ~string | ~[]byte](text T) uint64 {
	b := []byte(text)
	n := uint64(len(b))
	h := uint64(prime5)
	if n >= 32 {
		h, b = stripes(b)
	}
	h += n
	for ; len(b) >= 8; b = b[8:] {
		h ^= round(0, binary.LittleEndian.Uint64(b))
		h = bits.RotateLeft64(h, 27)*prime1 + prime4
	}
	if len(b) >= 4 {
		h ^= uint64(binary.LittleEndian.Uint32(b)) * prime1
		h = bits.RotateLeft64(h, 23)*prime2 + prime3
		b = b[4:]
	}
	for _, c := range b {
		h ^= uint64(c) * prime5
		h = bits.RotateLeft64(h, 11) * prime1
	}
	h = (h ^ h>>33) * prime2
	h = (h ^ h>>29) * prime3
	return h ^ h>>32
}

// stripes takes all whole stripes of 32 bytes and returns what is left.
func stripes(b []byte) (uint64, []byte) {
	var v [4]uint64
	one, two := uint64(prime1), uint64(prime2)
	v[0], v[1], v[2], v[3] = one+two, two, 0, -one
	for ; len(b) >= 32; b = b[32:] {
		for i := range v {
			v[i] = round(v[i], binary.LittleEndian.Uint64(b[8*i:]))
		}
	}
	h := bits.RotateLeft64(v[0], 1) + bits.RotateLeft64(v[1], 7) + bits.RotateLeft64(v[2], 12) + bits.RotateLeft64(v[3], 18)
	for _, lane := range v {
		h = (h^round(0, lane))*prime1 + prime4
	}
	return h, b
}

func round(acc, lane uint64) uint64 { return bits.RotateLeft64(acc+lane*prime2, 31) * prime1 }

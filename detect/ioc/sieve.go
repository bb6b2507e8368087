package ioc

import "hash/maphash"

// sieve says of most words that they are in no table. It is a bit set in which
// each key has two bits of one machine word (a blocked Bloom filter, Putze,
// Sanders and Singler 2007): small enough to stay in the processor's cache,
// where the tables of very many indicators are not.
type sieve struct {
	seed maphash.Seed
	bits []uint64 // a power of two
}

// sieveBits is how many bits there are for a key, at least: some two of a
// hundred words that are in no table pass.
const sieveBits = 16

func newSieve(keys int) sieve {
	words := 1
	for words*64 < keys*sieveBits {
		words *= 2
	}
	return sieve{seed: maphash.MakeSeed(), bits: make([]uint64, words)}
}

func (s *sieve) hash(key []byte) uint64 { return maphash.Bytes(s.seed, key) }

// hash4 is the hash of an IPv4 address, whose tables have numbers as keys.
func (s *sieve) hash4(address uint32) uint64 {
	h := (uint64(address) + 1) * 0x9E3779B97F4A7C15
	return h ^ h>>32
}

// place returns the word of a hash and the bits in it.
func (s *sieve) place(hash uint64) (word int, bits uint64) {
	return int(hash>>12) & (len(s.bits) - 1), 1<<(hash&63) | 1<<(hash>>6&63)
}

func (s *sieve) add(hash uint64) {
	word, bits := s.place(hash)
	s.bits[word] |= bits
}

// passes says whether a key of that hash may have been added.
func (s *sieve) passes(hash uint64) bool {
	word, bits := s.place(hash)
	return s.bits[word]&bits == bits
}

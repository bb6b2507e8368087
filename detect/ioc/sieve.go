package ioc

import "hash/maphash"

// sieve says of most words that they are in no table. It is a bit set in which
// each key has two bits of one machine word (a blocked Bloom filter, Putze,
// Sanders and Singler 2007): small enough to stay in the processor's cache,
// where the tables of very many indicators are not.
type sieve []uint64 // a power of two of them

// sieveBits is how many bits there are for a key, at least: some two of a
// hundred words that are in no table pass.
const sieveBits = 16

func newSieve(keys int) sieve {
	words := 1
	for words*64 < keys*sieveBits {
		words *= 2
	}
	return make(sieve, words)
}

// place returns the word of a hash and the bits in it.
func (s sieve) place(hash uint64) (word int, bits uint64) {
	return int(hash>>12) & (len(s) - 1), 1<<(hash&63) | 1<<(hash>>6&63)
}

func (s sieve) add(hash uint64) {
	word, bits := s.place(hash)
	s[word] |= bits
}

// passes says whether a key of that hash may have been added.
func (s sieve) passes(hash uint64) bool {
	word, bits := s.place(hash)
	return s[word]&bits == bits
}

// table gives the first probe of a key; the others follow by probe.next.
type table struct {
	first map[string]int32
	sieve sieve
}

// seal makes the sieve when all keys are in.
func (t *table) seal(seed maphash.Seed) {
	t.sieve = newSieve(len(t.first))
	for key := range t.first {
		t.sieve.add(maphash.String(seed, key))
	}
}

func (t *table) empty() bool { return len(t.first) == 0 }

// lookup returns the first probe of a key with the given hash, -1 if there is
// none.
func (t *table) lookup(key []byte, hash uint64) int32 {
	if !t.sieve.passes(hash) {
		return -1
	}
	if n, ok := t.first[string(key)]; ok {
		return n
	}
	return -1
}

// table4 is a table of IPv4 addresses as numbers.
type table4 struct {
	first map[uint32]int32
	sieve sieve
}

// hash4 spreads addresses, which resemble each other, over 64 bits.
func hash4(address uint32) uint64 {
	h := (uint64(address) + 1) * 0x9E3779B97F4A7C15
	return h ^ h>>32
}

func (t *table4) seal() {
	t.sieve = newSieve(len(t.first))
	for a := range t.first {
		t.sieve.add(hash4(a))
	}
}

func (t *table4) lookup(a uint32) int32 {
	if !t.sieve.passes(hash4(a)) {
		return -1
	}
	if n, ok := t.first[a]; ok {
		return n
	}
	return -1
}

// ending says what has a word behind its last dot as its own last part.
type ending uint8

const (
	endsDomain ending = 1 << iota
	endsHost          // of a URL
	endsName          // of a file
)

// endings are those of all domains, hosts and names, by a hash in which others
// may fall on them.
type endings [1 << 10]ending

func (e *endings) at(last []byte) *ending {
	h := uint32(0)
	for _, c := range last {
		h = h*31 + uint32(c)
	}
	return &e[(h^h>>10)&(1<<10-1)]
}

package lines

// sieve remembers which runs of three bytes a text has, as a Bloom filter with
// one hash, so that most patterns are ruled out without being tried.
type sieve struct {
	bits  [sieveBits / 64]uint64
	ready bool
}

const (
	sieveBits = 4096
	// sieveMost is the longest text that is worth sifting, in bytes: of longer
	// ones nearly all bits would be set.
	sieveMost = 2048
)

// gram is the place of a run of three bytes in a sieve.
type gram uint16

func gramOf(a, b, c byte) gram {
	h := uint32(a)<<16 | uint32(b)<<8 | uint32(c)
	return gram(h * 0x9E3779B1 >> 20)
}

// fill takes in a text; what is too long lets everything through.
func (s *sieve) fill(text []byte) {
	s.ready = true
	if len(text) > sieveMost {
		for i := range s.bits {
			s.bits[i] = ^uint64(0)
		}
		return
	}
	clear(s.bits[:])
	for i := 2; i < len(text); i++ {
		g := gramOf(text[i-2], text[i-1], text[i])
		s.bits[g/64] |= 1 << (g % 64)
	}
}

// mayHave says whether all of the runs may be in the text; false is sure.
func (s *sieve) mayHave(grams []gram) bool {
	for _, g := range grams {
		if s.bits[g/64]&(1<<(g%64)) == 0 {
			return false
		}
	}
	return true
}

// gramsOf returns the runs of a literal.
func gramsOf(text string) (all []gram) {
	for i := 2; i < len(text); i++ {
		all = append(all, gramOf(text[i-2], text[i-1], text[i]))
	}
	return all
}

// grams returns the runs that every text has which the pattern matches.
func (p *pattern) grams() (all []gram) {
	until := 0 // the end of the optional part that we are in
	for i, t := range p.tokens {
		switch {
		case t.class == optional:
			until = max(until, t.end)
		case t.class == literal && i >= until:
			all = append(all, gramsOf(t.text)...)
		}
	}
	return all
}

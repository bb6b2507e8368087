package ioc

import (
	"bytes"
	"hash/maphash"
	"net/netip"
	"slices"

	"github.com/dwell-project/dwell/sigma"
)

// Work is a goroutine's buffers for [Set.Find].
type Work struct {
	folded []byte // the text at hand
	own    []byte
	found  []int32
	slash  []byte // folded with '/' alone, once it is asked for
}

// The shortest value that an indicator can be in, and the longest that is
// compared as a whole, in bytes.
const (
	minValue = 3
	maxWhole = 4096
)

// Find returns the probes whose term is in the text, ascending. The slice is
// valid until the next call with the same work.
func (s *Set) Find(text []byte, w *Work) []int32 {
	w.own = sigma.Fold(w.own[:0], text)
	return s.FindFolded(text, w.own, w)
}

// FindFolded is [Set.Find] for a caller that has folded the text already.
func (s *Set) FindFolded(text, folded []byte, w *Work) []int32 {
	w.found = w.found[:0]
	if len(text) < minValue {
		return nil
	}
	w.folded, w.slash = folded, w.slash[:0]
	s.findWhole(w)
	s.findDotted(text, w)
	if !s.digests.empty() {
		s.findDigests(w)
	}
	if s.rare {
		s.findRare(text, w)
	}
	slices.Sort(w.found)
	w.found = slices.Compact(w.found)
	return w.found
}

// findRare looks for what most sets have not.
func (s *Set) findRare(text []byte, w *Work) {
	if !s.keys.empty() {
		s.findKeys(w)
	}
	if !s.emails.empty() {
		s.findEmails(w)
	}
	if !s.plainNames.empty() {
		s.findPlainNames(w)
	}
	if !s.ja4.empty() {
		s.findJA4(w)
	}
	if s.has6 && bytes.IndexByte(w.folded, ':') >= 0 {
		s.findAddress6(w)
	}
	if !s.paths.empty() && text[0] == '/' && len(text) <= maxWhole {
		path, _, _ := bytes.Cut(text, []byte("#"))
		s.lookup(&s.paths, []byte(normalEscapes(string(path))), w)
	}
	if s.oddHosts {
		s.findOddURLs(text, w)
	}
	if s.wild != nil {
		s.wild.find(w)
	}
}

// chain notes a probe and those with the same key.
func (s *Set) chain(first int32, w *Work) {
	for n := first; n >= 0; n = s.probes[n].next {
		w.found = append(w.found, n)
	}
}

func (s *Set) hash(key []byte) uint64 { return maphash.Bytes(s.seed, key) }

func (s *Set) lookup(t *table, key []byte, w *Work) {
	s.chain(t.lookup(key, s.hash(key)), w)
}

// findWhole looks up what is compared as a whole: user agents and the like,
// accounts with a domain or without, digests written with colons.
func (s *Set) findWhole(w *Work) {
	text := bytes.TrimSpace(w.folded)
	if len(text) > maxWhole {
		return
	}
	if !s.whole.empty() {
		s.lookup(&s.whole, text, w)
		// A mutex is logged with the folder of names that it is in.
		if at := bytes.LastIndexByte(text, '\\'); at >= 0 {
			s.lookup(&s.whole, text[at+1:], w)
		}
	}
	if !s.account.empty() {
		s.lookup(&s.account, text, w)
		if at := bytes.LastIndexByte(text, '\\'); at >= 0 {
			s.lookup(&s.account, text[at+1:], w)
		} else if at := bytes.IndexByte(text, '@'); at > 0 {
			s.lookup(&s.account, text[:at], w)
		}
	}
	if !s.digests.empty() && len(text) > 2 && text[2] == ':' {
		if plain := bytes.ReplaceAll(text, []byte(":"), nil); isDigestText(plain) {
			s.lookup(&s.digests, plain, w)
		}
	}
}

func isDigestText(b []byte) bool { return isDigestLength(len(b)) && endOfHex(b, 0) == len(b) }

func isDigestLength(n int) bool {
	switch n {
	case 32, 40, 56, 64, 96, 128:
		return true
	}
	return false
}

// isWordByte says whether a byte of folded text belongs to a word: letters,
// digits, '.', '-', '_' and what is not ASCII.
func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || c == '.' || c == '-' || c == '_' || c >= 0x80 || c == '~' || c == '$'
}

// wordByte is isWordByte as a table.
var wordByte = func() (t [256]bool) {
	for c := range t {
		t[c] = isWordByte(byte(c))
	}
	return t
}()

// findDotted looks at each word that has a dot in it. Dots are few, and finding
// them costs next to nothing: so does a text without any.
func (s *Set) findDotted(text []byte, w *Work) {
	folded := w.folded
	for at := 0; ; {
		i := bytes.IndexByte(folded[at:], '.')
		if i < 0 {
			return
		}
		from, to := at+i, at+i+1
		for from > at && wordByte[folded[from-1]] {
			from--
		}
		for to < len(folded) && wordByte[folded[to]] {
			to++
		}
		if to-from >= minValue {
			s.dotted(span{from, to}, text, w)
		}
		at = to
	}
}

// span is a part of a text.
type span struct{ from, to int }

// dotted looks up a word with a dot.
func (s *Set) dotted(at span, text []byte, w *Work) {
	for at.to > at.from && !wordEnd[w.folded[at.to-1]] {
		at.to--
	}
	word := w.folded[at.from:at.to]
	dot := bytes.LastIndexByte(word, '.')
	if dot < 0 {
		return
	}
	kinds := *s.endings.at(word[dot+1:])
	if kinds&endsName != 0 {
		s.fileName(at.to, word, w)
	}
	for !wordEnd[word[0]] && word[0] != '_' {
		word = word[1:]
	}
	at.from = at.to - len(word)
	if c := word[0]; '0' <= c && c <= '9' {
		if a, ok := parse4(word); ok {
			s.addr4(a, w)
			if s.hosts4[a] {
				s.urlAt(at, text, w)
			}
			return
		}
	}
	if !isASCII(word) {
		s.foreign(at, text, w)
		return
	}
	s.host(at, word, kinds, text, w)
}

// host looks up a word that may be the name of a host.
func (s *Set) host(at span, word []byte, kinds ending, text []byte, w *Work) {
	if kinds&endsDomain != 0 {
		s.domain(word, w)
	}
	if kinds&endsHost != 0 && s.hosts.lookup(word, s.hash(word)) >= 0 {
		s.urlAt(at, text, w)
	}
}

// foreign looks up a word with characters that the DNS writes otherwise.
func (s *Set) foreign(at span, text []byte, w *Work) {
	name, err := domainKey(string(w.folded[at.from:at.to]))
	if err != nil {
		return
	}
	ascii := []byte(name)
	s.host(at, ascii, *s.endings.at(ascii[bytes.LastIndexByte(ascii, '.')+1:]), text, w)
}

// wordEnd says which bytes a domain or address may begin and end with.
var wordEnd = func() (t [256]bool) {
	for c := range t {
		t[c] = isWordByte(byte(c)) && bytes.IndexByte([]byte(".-_~$"), byte(c)) < 0
	}
	return t
}()

// hexByte says which bytes of folded text are hexadecimal digits.
var hexByte = func() (t [256]bool) {
	for c := range t {
		t[c] = '0' <= c && c <= '9' || 'a' <= c && c <= 'f'
	}
	return t
}()

// shortestDigest is how many digits a digest has at least.
const shortestDigest = 32

// findDigests looks up the runs of as many digits as a digest has. A run so long
// covers one of every shortestDigest bytes, so that only these are looked at.
func (s *Set) findDigests(w *Work) {
	text := w.folded
	for at, done := shortestDigest-1, 0; at < len(text); at += shortestDigest {
		// Of such a run, what is 15 bytes before or 16 behind is part too.
		if !hexByte[text[at]] || at < done || !hexByte[text[at-15]] && (at+16 >= len(text) || !hexByte[text[at+16]]) {
			continue
		}
		from := at
		for from > done && hexByte[text[from-1]] {
			from--
		}
		done = endOfHex(text, at)
		if !isDigestLength(done - from) {
			continue
		}
		// A file may be named by its digest.
		if before := from == 0 || !wordByte[text[from-1]]; before && (done == len(text) || !wordByte[text[done]] || text[done] == '.') {
			s.lookup(&s.digests, text[from:done], w)
		}
	}
}

// endOfHex returns where the run of digits at text[at:] ends.
func endOfHex(text []byte, at int) int {
	for at < len(text) && hexByte[text[at]] {
		at++
	}
	return at
}

const ja4Length = 36

// findJA4 looks up JA4 fingerprints, which have '_' as their eleventh character.
func (s *Set) findJA4(w *Work) {
	text := w.folded
	for at := 0; ; at++ {
		i := bytes.IndexByte(text[at:], '_')
		if i < 0 {
			return
		}
		at += i
		if from := at - 10; from >= 0 && from+ja4Length <= len(text) {
			s.lookup(&s.ja4, text[from:from+ja4Length], w)
		}
	}
}

// domain looks up a name and what it is below, but for the last label: no
// indicator is so wide.
func (s *Set) domain(word []byte, w *Work) {
	for {
		at := bytes.IndexByte(word, '.')
		if at < 0 {
			return
		}
		s.lookup(&s.domains, word, w)
		word = word[at+1:]
	}
}

// maxLocal is the longest local part of an e-mail address (RFC 5321, section
// 4.5.3.1.1).
const maxLocal = 64

// findEmails looks at what stands around each '@'.
func (s *Set) findEmails(w *Work) {
	text := w.folded
	for at := 0; ; at++ {
		i := bytes.IndexByte(text[at:], '@')
		if i < 0 {
			return
		}
		at += i
		from, to := at, at+1
		for from > 0 && at-from < maxLocal && isLocalByte(text[from-1]) {
			from--
		}
		for to < len(text) && wordByte[text[to]] {
			to++
		}
		if from == at || to == at+1 {
			continue
		}
		host, err := domainKey(string(bytes.TrimRight(text[at+1:to], ".-_~$")))
		if err != nil {
			continue
		}
		key := append(bytes.Clone(text[from:at+1]), host...)
		s.lookup(&s.emails, key, w)
	}
}

func isLocalByte(c byte) bool {
	return isWordByte(c) || c == '+' || c == '\'' || c == '%'
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// addr4 looks up an IPv4 address, as a number.
func (s *Set) addr4(a uint32, w *Work) {
	s.chain(s.address4.lookup(a), w)
	if s.network != nil {
		s.networks(netip.AddrFrom4([4]byte{byte(a >> 24), byte(a >> 16), byte(a >> 8), byte(a)}), w)
	}
}

func (s *Set) addr6(a netip.Addr, w *Work) {
	if n, ok := s.address6[a]; ok {
		s.chain(n, w)
	}
	if s.network != nil {
		s.networks(a, w)
	}
}

// networks looks up the networks that an address is in.
func (s *Set) networks(a netip.Addr, w *Work) {
	if !s.network.Contains(a) {
		return
	}
	for _, n := range s.network.Supernets(netip.PrefixFrom(a, a.BitLen())) {
		s.chain(n, w)
	}
}

// parse4 reads four decimal numbers. Unlike netip it does not allocate.
func parse4[T string | []byte](b T) (uint32, bool) {
	var out uint32
	part, value, digits := 0, 0, 0
	for i := range len(b) {
		switch c := b[i]; {
		case c == '.' && digits > 0 && part < 3:
			out = out<<8 | uint32(value)
			part, value, digits = part+1, 0, 0
		case '0' <= c && c <= '9' && (digits == 0 || value > 0):
			value, digits = 10*value+int(c-'0'), digits+1
			if value > 255 {
				return 0, false
			}
		default:
			return 0, false
		}
	}
	return out<<8 | uint32(value), part == 3 && digits > 0
}

// findAddress6 looks at each run of hexadecimal digits and colons.
func (s *Set) findAddress6(w *Work) {
	text := w.folded
	for i := 0; i < len(text); {
		from, colons := i, 0
		for i < len(text) && (text[i] == ':' || text[i] == '.' || '0' <= text[i] && text[i] <= '9' || 'a' <= text[i] && text[i] <= 'f') {
			if text[i] == ':' {
				colons++
			}
			i++
		}
		if colons >= 2 && i-from <= 45 && (from == 0 || !wordByte[text[from-1]]) && (i == len(text) || !wordByte[text[i]]) {
			if a, err := netip.ParseAddr(string(bytes.TrimRight(text[from:i], "."))); err == nil && !a.Is4In6() {
				s.addr6(a, w)
			}
		}
		if i == from {
			i++
		}
	}
}

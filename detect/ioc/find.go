package ioc

import (
	"bytes"
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
	if len(s.keys) > 0 {
		s.findKeys(w)
	}
	s.findWords(w)
	if len(s.urls) > 0 {
		s.findURLs(text, w)
	}
	if s.wild != nil {
		s.wild.find(w)
	}
	slices.Sort(w.found)
	w.found = slices.Compact(w.found)
	return w.found
}

// chain notes a probe and those with the same key.
func (s *Set) chain(first int32, w *Work) {
	for n := first; n >= 0; n = s.probes[n].next {
		w.found = append(w.found, n)
	}
}

func (s *Set) lookup(t table, key []byte, w *Work) {
	if n, ok := t[string(key)]; ok {
		s.chain(n, w)
	}
}

// findWhole looks up what is compared as a whole: user agents and the like,
// accounts with a domain or without, digests written with colons.
func (s *Set) findWhole(w *Work) {
	text := bytes.TrimSpace(w.folded)
	if len(text) > maxWhole {
		return
	}
	if len(s.whole) > 0 {
		s.lookup(s.whole, text, w)
		// A mutex is logged with the folder of names that it is in.
		if at := bytes.LastIndexByte(text, '\\'); at >= 0 {
			s.lookup(s.whole, text[at+1:], w)
		}
	}
	if len(s.account) > 0 {
		s.lookup(s.account, text, w)
		if at := bytes.LastIndexByte(text, '\\'); at >= 0 {
			s.lookup(s.account, text[at+1:], w)
		} else if at := bytes.IndexByte(text, '@'); at > 0 {
			s.lookup(s.account, text[:at], w)
		}
	}
	if len(s.words) > 0 && len(text) > 2 && text[2] == ':' {
		if plain := bytes.ReplaceAll(text, []byte(":"), nil); isDigestText(plain) {
			s.lookup(s.words, plain, w)
		}
	}
}

func isDigestText(b []byte) bool {
	switch len(b) {
	case 32, 40, 56, 64, 96, 128:
		for _, c := range b {
			if (c < '0' || c > '9') && (c < 'a' || c > 'f') {
				return false
			}
		}
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

// findWords looks at each word of the text.
func (s *Set) findWords(w *Work) {
	text := w.folded
	for i := 0; i < len(text); {
		if !wordByte[text[i]] {
			i++
			continue
		}
		from := i
		for i < len(text) && wordByte[text[i]] {
			i++
		}
		s.word(from, i, w)
	}
	if s.has6 && bytes.Count(text, []byte(":")) > 1 {
		s.findAddress6(w)
	}
}

// word looks up the word text[from:to].
func (s *Set) word(from, to int, w *Work) {
	text := w.folded
	word := text[from:to]
	if len(word) < minValue {
		return
	}
	if len(s.words) > 0 && len(word) >= 32 {
		s.digest(word, w)
	}
	if len(s.names) > 0 {
		s.fileName(to, word, w)
	}
	trimmed := bytes.TrimRight(word, ".-_~$")
	trimmed = bytes.TrimLeft(trimmed, ".-~$")
	if len(trimmed) < minValue {
		return
	}
	dot := bytes.LastIndexByte(trimmed, '.')
	if dot < 0 && !hasWideDot(trimmed) {
		return
	}
	if c := trimmed[0]; '0' <= c && c <= '9' {
		if a, ok := parse4(trimmed); ok {
			s.addr(a, w)
			return
		}
	}
	if len(s.domains) > 0 {
		s.domain(trimmed, dot, w)
	}
	if len(s.emails) > 0 && from > 0 && text[from-1] == '@' {
		s.email(from, trimmed, w)
	}
}

func (s *Set) digest(word []byte, w *Work) {
	if len(word) == 36 && word[10] == '_' {
		s.lookup(s.words, word, w) // JA4
		return
	}
	if dot := bytes.IndexByte(word, '.'); dot >= 0 {
		word = word[:dot] // a file that is named by its digest
	}
	if isDigestText(word) {
		s.lookup(s.words, word, w)
	}
}

// domain looks up the word and what it is below.
func (s *Set) domain(word []byte, dot int, w *Work) {
	if !isASCII(word) {
		ascii, err := domainKey(string(word))
		if err != nil {
			return
		}
		word = []byte(ascii)
		dot = bytes.LastIndexByte(word, '.')
	}
	if !s.endings[string(word[dot+1:])] {
		return
	}
	for {
		s.lookup(s.domains, word, w)
		at := bytes.IndexByte(word, '.')
		if at < 0 {
			return
		}
		word = word[at+1:]
	}
}

// email looks up the address whose domain begins at from.
func (s *Set) email(from int, domain []byte, w *Work) {
	text := w.folded
	at := from - 1
	start := at
	for start > 0 && at-start < 64 && isLocalByte(text[start-1]) {
		start--
	}
	if start == at {
		return
	}
	host, err := domainKey(string(domain))
	if err != nil {
		return
	}
	key := append(append([]byte{}, text[start:at+1]...), host...)
	s.lookup(s.emails, key, w)
}

func isLocalByte(c byte) bool {
	return isWordByte(c) || c == '+' || c == '\'' || c == '%' || c == '#' || c == '!' || c == '&' || c == '*' || c == '?' ||
		c == '^' || c == '`' || c == '{' || c == '}' || c == '|' || c == '/' || c == '='
}

func isASCII(b []byte) bool {
	for _, c := range b {
		if c >= 0x80 {
			return false
		}
	}
	return true
}

// hasWideDot says whether the word has one of the dots that IDNA takes for one
// (RFC 3490, section 3.1).
func hasWideDot(word []byte) bool {
	return !isASCII(word) && bytes.ContainsAny(word, "。．｡")
}

func (s *Set) addr(a netip.Addr, w *Work) {
	if n, ok := s.address[a]; ok {
		s.chain(n, w)
	}
	if s.network != nil {
		for _, n := range s.network.Supernets(netip.PrefixFrom(a, a.BitLen())) {
			s.chain(n, w)
		}
	}
}

// parse4 reads four decimal numbers. Unlike netip it does not allocate.
func parse4(b []byte) (netip.Addr, bool) {
	var out [4]byte
	part, value, digits := 0, 0, 0
	for _, c := range b {
		switch {
		case c == '.' && digits > 0 && part < 3:
			out[part] = byte(value)
			part, value, digits = part+1, 0, 0
		case '0' <= c && c <= '9' && (digits == 0 || value > 0):
			value, digits = 10*value+int(c-'0'), digits+1
			if value > 255 {
				return netip.Addr{}, false
			}
		default:
			return netip.Addr{}, false
		}
	}
	out[3] = byte(value)
	return netip.AddrFrom4(out), part == 3 && digits > 0
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
				s.addr(a, w)
			}
		}
		if i == from {
			i++
		}
	}
}

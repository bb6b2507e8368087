package ioc

import (
	"bytes"
	"strings"
)

// fileName looks up the names and paths that end in the word before to.
func (s *Set) fileName(to int, word []byte, w *Work) {
	for n := s.names.lookup(word, s.hash(word)); n >= 0; n = s.probes[n].next {
		if w.endsIn(s.probes[n].term.Value, to) {
			w.found = append(w.found, n)
		}
	}
}

// findPlainNames looks up names without a dot: the last part of the value, and
// words behind a separator.
func (s *Set) findPlainNames(w *Work) {
	text := w.folded
	for at := 0; at < len(text); {
		from := at
		if text[at] == '/' || text[at] == '\\' {
			from++
		} else if at > 0 {
			next := bytes.IndexAny(text[at:], `/\`)
			if next < 0 {
				return
			}
			at += next
			continue
		}
		to := from
		for to < len(text) && wordByte[text[to]] {
			to++
		}
		if end := len(text); to < end && !bytes.ContainsAny(text[to:], `/\`) {
			s.plainName(lastSpan(text), w) // a name may have blanks in it
		}
		s.plainName(span{from, to}, w)
		at = max(to, at+1)
	}
}

// lastSpan is the word that the text ends in.
func lastSpan(text []byte) span { return span{len(text) - len(lastWord(string(text))), len(text)} }

func (s *Set) plainName(at span, w *Work) {
	name := w.folded[at.from:at.to]
	for n := s.plainNames.lookup(name, s.hash(name)); n >= 0; n = s.probes[n].next {
		if w.endsIn(s.probes[n].term.Value, at.to) {
			w.found = append(w.found, n)
		}
	}
}

// endsIn says whether the text up to end ends in the name or path, and does not
// begin within a word. A path that begins with a variable (%temp%/x) stands for
// every folder.
func (w *Work) endsIn(path string, end int) bool {
	if len(w.slash) == 0 {
		w.slash = append(w.slash, w.folded...)
		for i, c := range w.slash {
			if c == '\\' {
				w.slash[i] = '/'
			}
		}
	}
	if path[0] == '%' || path[0] == '~' {
		if at := bytes.IndexByte([]byte(path), '/'); at > 0 {
			path = path[at:]
			return bytes.HasSuffix(w.slash[:end], []byte(path))
		}
	}
	before, ok := bytes.CutSuffix(w.slash[:end], []byte(path))
	return ok && (len(before) == 0 || !wordByte[before[len(before)-1]] && (path[0] != '/' || before[len(before)-1] != ':'))
}

// maxKeyParts bounds the parts of a registry key that are looked at.
const maxKeyParts = 64

// findKeys looks up registry keys: the value, or what stands between quotes or
// blanks in a longer text, and the keys that they are below. The kernel's own
// spelling is looked for at the beginning alone.
func (s *Set) findKeys(w *Work) {
	if bytes.HasPrefix(w.folded, []byte(`\registry\`)) {
		s.keyAt(0, w)
	}
	for at := 0; ; at++ {
		i := bytes.Index(w.folded[at:], []byte("hk"))
		if i < 0 {
			return
		}
		at += i
		s.keyAt(at, w)
	}
}

func (s *Set) keyAt(at int, w *Work) {
	text := w.folded
	if at > 0 && (wordByte[text[at-1]] || text[at-1] == '\\') || len(text)-at < 5 || bytes.IndexByte([]byte("lceur"), text[at+2]) < 0 {
		return
	}
	if hive(string(text[at:min(len(text), at+24)])) == "" {
		return
	}
	end := min(len(text), at+maxWhole)
	if i := bytes.IndexAny(text[at:end], "\"'\r\n<>|"); i >= 0 {
		end = at + i
	}
	s.key(registryKey(text[at:end]), w)
}

// key looks up a key and what it is below; a blank may be part of a name or the
// end of the key in a command line.
func (s *Set) key(key string, w *Work) {
	parts := 0
	for i := 0; i <= len(key) && parts < maxKeyParts; i++ {
		if i == len(key) || key[i] == '\\' || key[i] == ' ' || key[i] == ',' || key[i] == ';' {
			parts++
			s.lookup(&s.keys, []byte(key[:i]), w)
		}
	}
}

// urlAt looks up the URL around its host in the folded text.
func (s *Set) urlAt(host span, text []byte, w *Work) {
	if len(text) != len(w.folded) {
		// Folding changed the length of something before: the place in the text
		// as it came must be looked for.
		s.findOddURLs(text, w)
		return
	}
	from := host.from
	for from > 0 && host.from-from < 256 && text[from-1] > ' ' && text[from-1] != '/' && text[from-1] != '"' && text[from-1] != '\'' {
		from-- // a user, perhaps
	}
	scheme := host.from
	if bytes.HasSuffix(text[:from], []byte("://")) {
		scheme = from - 3
		for scheme > 0 && from-scheme < 16 && isHostByte(text[scheme-1]) {
			scheme--
		}
	}
	end := host.to + urlLength(text[host.to:])
	if end-scheme <= maxWhole {
		s.url(string(text[scheme:end]), w)
	}
}

// findOddURLs looks at whatever stands around a '/'.
func (s *Set) findOddURLs(text []byte, w *Work) {
	for at := 0; ; at++ {
		i := bytes.IndexByte(text[at:], '/')
		if i < 0 {
			return
		}
		at += i
		from := at
		for from > 0 && at-from < 300 && (isHostByte(text[from-1]) || bytes.IndexByte([]byte(":[]@"), text[from-1]) >= 0) {
			from--
		}
		end := at + urlLength(text[at:])
		if bytes.HasPrefix(text[at:], []byte("//")) && from < at && text[at-1] == ':' || from < at {
			if end-from <= maxWhole {
				s.url(string(text[from:end]), w)
			}
		}
	}
}

// urlLength returns how much of the text is part of a URL that has begun.
func urlLength(text []byte) int {
	for i, c := range text {
		if c <= ' ' || c == '"' || c == '<' || c == '>' || c == '\\' || c == '^' || c == '`' || c == '{' || c == '|' || c == '}' || c == '\'' || c == 0x7f {
			return i
		}
	}
	return len(text)
}

func isHostByte(c byte) bool { return wordByte[c] || 'A' <= c && c <= 'Z' }

// url looks a URL up as it stands and without the punctuation that a sentence
// may have put behind it.
func (s *Set) url(text string, w *Work) {
	for {
		u, err := parseURL(text)
		if err != nil || u.scheme == "" && strings.IndexByte(text, '/') < 0 {
			return // a host alone is no URL
		}
		bare := []byte(u.bare())
		for n := s.urls.lookup(bare, s.hash(bare)); n >= 0; n = s.probes[n].next {
			if want, _ := parseURL(s.probes[n].term.Value); want.scheme == "" || u.scheme == "" || want.scheme == u.scheme {
				w.found = append(w.found, n)
			}
		}
		last := len(text) - 1
		if c := text[last]; c != '.' && c != ',' && c != ';' && c != ')' && c != ']' && c != ':' && c != '!' && c != '?' {
			return
		}
		text = text[:last]
	}
}

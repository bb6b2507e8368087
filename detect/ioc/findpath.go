package ioc

import "bytes"

// fileName looks up names and paths that end in the word at text[…:to].
func (s *Set) fileName(to int, word []byte, w *Work) {
	// A sentence may end with the name.
	for _, c := range [2]int{0, 1} {
		end := to - c
		if c == 1 && (word[len(word)-1] != '.') {
			return
		}
		for n, ok := s.names[string(word[:len(word)-c])]; ok && n >= 0; n = s.probes[n].next {
			if w.endsIn(s.probes[n].term.Value, end) {
				w.found = append(w.found, n)
			}
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
// blanks in a longer text, and the keys that they are below.
func (s *Set) findKeys(w *Work) {
	text := w.folded
	for i := 0; i < len(text); i++ {
		if text[i] != 'h' && text[i] != '\\' || i > 0 && (wordByte[text[i-1]] || text[i-1] == '\\') {
			continue
		}
		if hive(string(text[i:min(len(text), i+24)])) == "" {
			continue
		}
		end := len(text)
		if at := bytes.IndexAny(text[i:], "\"'\r\n<>|"); at >= 0 {
			end = i + at
		}
		s.key(registryKey(text[i:min(end, i+maxWhole)]), w)
	}
}

// key looks up a key and what it is below; a blank may be part of a name or the
// end of the key in a command line.
func (s *Set) key(key string, w *Work) {
	parts := 0
	for i := 0; i <= len(key) && parts < maxKeyParts; i++ {
		if i == len(key) || key[i] == '\\' || key[i] == ' ' || key[i] == ',' || key[i] == ';' {
			parts++
			s.lookup(s.keys, []byte(key[:i]), w)
		}
	}
}

// findURLs looks at what has the form of a URL, at hosts that are followed by a
// path, and at a value that is a path alone.
func (s *Set) findURLs(text []byte, w *Work) {
	if len(s.paths) > 0 && text[0] == '/' && len(text) <= maxWhole {
		path, _, _ := bytes.Cut(text, []byte("#"))
		s.lookup(s.paths, []byte(normalEscapes(string(path))), w)
	}
	rest, at := text, 0
	for {
		i := bytes.IndexByte(rest[at:], '/')
		if i < 0 {
			break
		}
		at += i
		if at+1 < len(rest) && rest[at+1] == '/' && at > 0 && rest[at-1] == ':' {
			at += s.urlAround(rest, at, w)
		} else if at > 0 {
			s.bareURL(rest, at, w)
			at++
		} else {
			at++
		}
	}
}

// urlAround looks up the URL whose "//" is at text[at:] and returns how many
// bytes of text need no second look.
func (s *Set) urlAround(text []byte, at int, w *Work) int {
	from := at - 1
	for from > 0 && isScheme(string(text[from-1:at-1])) && at-from < 12 {
		from--
	}
	end := at + 2 + urlLength(text[at+2:])
	if end-from > maxWhole {
		return 2
	}
	s.url(string(text[from:end]), w)
	host := bytes.IndexByte(text[at+2:end], '/')
	if host < 0 {
		return end - at
	}
	return 2 + host + 1
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

// bareURL looks up a URL without scheme whose path begins at text[at:].
func (s *Set) bareURL(text []byte, at int, w *Work) {
	from := at
	for from > 0 && (isHostByte(text[from-1]) || text[from-1] == ':') {
		from--
	}
	host, _, _ := bytes.Cut(bytes.ToLower(text[from:at]), []byte(":"))
	if len(host) == 0 || !s.hosts[string(host)] {
		return
	}
	if end := at + urlLength(text[at:]); end-from <= maxWhole {
		s.url(string(text[from:end]), w)
	}
}

func isHostByte(c byte) bool { return wordByte[c] || 'A' <= c && c <= 'Z' }

// url looks a URL up as it stands and without the punctuation that a sentence
// may have put behind it.
func (s *Set) url(text string, w *Work) {
	for {
		u, err := parseURL(text)
		if err != nil {
			return
		}
		for n, ok := s.urls[u.bare()]; ok && n >= 0; n = s.probes[n].next {
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

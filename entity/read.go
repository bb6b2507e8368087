package entity

import "strings"

// readPlace reads what may be an address, a domain, or the name of a host.
func readPlace(text string) (Entity, bool) {
	for _, kind := range []Kind{Address, Domain, Host} {
		if v, ok := Canonical(kind, text); ok {
			return Entity{kind, v}, true
		}
		if name, port, ok := strings.Cut(text, ":"); kind == Domain && ok && isPort(port) {
			if v, ok := Canonical(kind, name); ok {
				return Entity{kind, v}, true
			}
		}
	}
	return Entity{}, false
}

// Place returns what a URL or a mailbox is at: a domain, a host or an address.
func (e Entity) Place() (Entity, bool) {
	switch e.Kind {
	case URL:
		if u, ok := parseURL(e.Value); ok {
			return u.place()
		}
	case Mailbox:
		return Entity{Domain, e.Value[strings.LastIndexByte(e.Value, '@')+1:]}, true
	}
	return Entity{}, false
}

// readURL reads a URL and its host. A path alone names nothing; a host with a
// port, as in CONNECT, names the host.
func readURL(dst []Entity, text string) []Entity {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
	if text == "" || text[0] == '/' || text == "-" || text == "*" {
		return dst
	}
	u, ok := parseURL(text)
	if !ok {
		return dst
	}
	if u.scheme != "" {
		dst = append(dst, Entity{URL, u.String()})
	} else if u.path != "/" {
		return dst
	}
	if e, ok := u.place(); ok {
		dst = append(dst, e)
	}
	return dst
}

// maxHashes bounds how many digests are read from one value.
const maxHashes = 16

// readHashes reads one digest or a list as Sysmon writes it: SHA1=…,MD5=….
func readHashes(dst []Entity, text string) []Entity {
	if !strings.ContainsAny(text, ",;") {
		if v, ok := Canonical(Hash, text); ok {
			dst = append(dst, Entity{Hash, v})
		}
		return dst
	}
	n := 0
	for part := range strings.FieldsFuncSeq(text, func(r rune) bool { return r == ',' || r == ';' }) {
		if v, ok := Canonical(Hash, part); ok {
			dst = append(dst, Entity{Hash, v})
		}
		if n++; n == maxHashes {
			break
		}
	}
	return dst
}

package entity

import (
	"net/netip"
	"strings"
)

// locator is a URL in parts, each in its canonical form.
type locator struct {
	scheme string // "" if the text had none
	host   string // [v6] for addresses
	port   string // with the colon, "" for the scheme's own
	path   string // begins with '/', the query in it
}

func (u locator) String() string {
	if u.scheme == "" {
		return u.host + u.port + u.path
	}
	return u.scheme + "://" + u.host + u.port + u.path
}

// webAddress reads a URL with its scheme.
func webAddress(text string) (string, bool) {
	u, ok := parseURL(text)
	if !ok || u.scheme == "" {
		return "", false
	}
	return u.String(), true
}

// maxURL bounds what is read as a URL at all, in bytes.
const maxURL = 1 << 16

// parseURL reads a URL; without a scheme it begins with its host.
func parseURL(text string) (locator, bool) {
	var u locator
	if len(text) > maxURL {
		return u, false
	}
	rest := Refang(text)
	if scheme, after, ok := strings.Cut(rest, "://"); ok && isScheme(scheme) {
		u.scheme, rest = strings.ToLower(scheme), after
	}
	rest, _, _ = strings.Cut(rest, "#")
	end := strings.IndexAny(rest, `/?\`)
	if end < 0 {
		end = len(rest)
	}
	if !u.setHost(rest[:end]) {
		return u, false
	}
	path := strings.TrimRight(rest[end:], " ")
	if strings.HasPrefix(path, `\`) {
		path = "/" + path[1:]
	}
	if u.path = normalEscapes(path); !strings.HasPrefix(u.path, "/") {
		u.path = "/" + u.path
	}
	if len(u.String()) > MaxText {
		u.path, _, _ = strings.Cut(u.path, "?")
	}
	return u, len(u.String()) <= MaxText
}

// defaultPorts are left out of URLs.
var defaultPorts = map[string]string{"http": "80", "https": "443", "ftp": "21", "ws": "80", "wss": "443"}

// setHost reads what stands between the scheme and the path.
func (u *locator) setHost(s string) bool {
	if at := strings.LastIndexByte(s, '@'); at >= 0 {
		s = s[at+1:]
	}
	name := s
	if at := strings.LastIndexByte(s, ':'); at > strings.LastIndexByte(s, ']') {
		port := strings.TrimLeft(s[at+1:], "0")
		if port != "" && !isPort(port) {
			return false
		}
		if name = s[:at]; port != "" && port != defaultPorts[u.scheme] {
			u.port = ":" + port
		}
	}
	if name == "" {
		return false
	}
	if a, ok := parseAddress(name); ok {
		if u.host = a.String(); a.Is6() {
			u.host = "[" + u.host + "]"
		}
		return true
	}
	var ok bool
	if u.host, ok = domain(name); ok {
		return true
	}
	u.host, ok = host(name)
	return ok && !strings.ContainsAny(u.host, "'(){}%#") && !isDigits(u.host[strings.LastIndexByte(u.host, '.')+1:])
}

// place returns the host as an entity of its own.
func (u locator) place() (Entity, bool) {
	if a, err := netip.ParseAddr(strings.Trim(u.host, "[]")); err == nil {
		v, ok := address(a.String())
		return Entity{Address, v}, ok
	}
	return readPlace(u.host)
}

func isScheme(s string) bool {
	for i := range len(s) {
		c := s[i] | 0x20
		if (c < 'a' || c > 'z') && (i == 0 || (s[i] < '0' || s[i] > '9') && s[i] != '+' && s[i] != '-' && s[i] != '.') {
			return false
		}
	}
	return s != ""
}

// normalEscapes writes percent-encodings in upper case, undoes those of
// characters that need none (RFC 3986, section 2.3), and encodes blanks and
// control characters.
func normalEscapes(s string) string {
	if !needsEscapes(s) {
		return s
	}
	const digits = "0123456789ABCDEF"
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '%' && i+2 < len(s) && isHex(s[i+1:i+3]):
			if c := digit(s[i+1])<<4 | digit(s[i+2]); isUnreserved(c) {
				b.WriteByte(c)
			} else {
				b.WriteString(strings.ToUpper(s[i : i+3]))
			}
			i += 2
		case c <= ' ' || c == 0x7f:
			b.Write([]byte{'%', digits[c>>4], digits[c&15]})
		default:
			b.WriteByte(c)
		}
	}
	return b.String()
}

func needsEscapes(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] == '%' || s[i] == 0x7f {
			return true
		}
	}
	return false
}

func digit(c byte) byte {
	if c <= '9' {
		return c - '0'
	}
	return c | 0x20 - 'a' + 10
}

func isUnreserved(c byte) bool {
	return 'a' <= c|0x20 && c|0x20 <= 'z' || '0' <= c && c <= '9' || strings.IndexByte("-._~", c) >= 0
}

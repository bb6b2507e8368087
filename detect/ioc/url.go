package ioc

import (
	"fmt"
	"net/netip"
	"strings"
)

// webAddress is a URL in normal form (RFC 3986, section 6.2): scheme and host in
// lower case, no default port, no user, no fragment, a path that begins with
// '/', percent-encodings in upper case and only where they are needed.
type webAddress struct {
	scheme string // "" if the text had none
	host   string // with the port, if it is not the scheme's own
	path   string // with the query
}

// String returns the URL, without the scheme if it has none.
func (u webAddress) String() string {
	if u.scheme == "" {
		return u.host + u.path
	}
	return u.scheme + "://" + u.host + u.path
}

// bare is the URL without its scheme.
func (u webAddress) bare() string { return u.host + u.path }

// parseURL reads a URL; one without a scheme begins with its host.
func parseURL(s string) (webAddress, error) {
	var u webAddress
	rest := s
	if scheme, after, ok := strings.Cut(s, "://"); ok && isScheme(scheme) {
		u.scheme, rest = strings.ToLower(scheme), after
	}
	rest, _, _ = strings.Cut(rest, "#")
	end := strings.IndexAny(rest, `/?\`)
	if end < 0 {
		end = len(rest)
	}
	host := rest[:end]
	if at := strings.LastIndexByte(host, '@'); at >= 0 {
		host = host[at+1:]
	}
	var ok bool
	if u.host, ok = normalHost(u.scheme, host); !ok {
		return u, fmt.Errorf("%q is no URL: there is no host in it", s)
	}
	if u.path = normalEscapes(rest[end:]); !strings.HasPrefix(u.path, "/") {
		u.path = "/" + u.path
	}
	return u, nil
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

// defaultPorts are left out of URLs.
var defaultPorts = map[string]string{"http": "80", "https": "443", "ftp": "21", "ws": "80", "wss": "443"}

// normalHost returns host and port in normal form. A single label is a host
// too, as in http://intranet/.
func normalHost(scheme, s string) (string, bool) {
	host, port := s, ""
	if at := strings.LastIndexByte(s, ':'); at > strings.LastIndexByte(s, ']') {
		host, port = s[:at], s[at+1:]
	}
	if port != "" && !isDigits(port) {
		return "", false
	}
	if port != "" && port != defaultPorts[scheme] {
		port = ":" + port
	} else {
		port = ""
	}
	if a, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		if host = a.String(); a.Is6() {
			host = "[" + host + "]"
		}
		return host + port, true
	}
	if d, err := domainKey(host); err == nil {
		return d + port, true
	}
	host = strings.ToLower(host)
	return host + port, scheme != "" && isDomain(host+".x")
}

// normalEscapes writes percent-encodings in upper case and undoes those of
// characters that need none (RFC 3986, section 2.3).
func normalEscapes(s string) string {
	if !strings.ContainsRune(s, '%') {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] != '%' || i+2 >= len(s) || !isHex(s[i+1:i+3]) {
			b.WriteByte(s[i])
			continue
		}
		c := digit(s[i+1])<<4 | digit(s[i+2])
		if isUnreserved(c) {
			b.WriteByte(c)
		} else {
			b.WriteString(strings.ToUpper(s[i : i+3]))
		}
		i += 2
	}
	return b.String()
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

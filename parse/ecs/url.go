package ecs

import (
	"strconv"
	"strings"
)

// parts are those of a URL (RFC 3986 section 3), each as it stands in the text.
type parts struct{ scheme, domain, port, path, query, fragment string }

// cutURL cuts a URL into its parts. Logs have URLs that no browser would write,
// and attackers' first of all, so nothing is refused and nothing rewritten. A
// text without a scheme has a domain if it begins with what can only be one: a
// name with a dot in it before a slash, or any name before a port.
func cutURL(text string) (u parts) {
	text, u.fragment, _ = strings.Cut(text, "#")
	text, u.query, _ = strings.Cut(text, "?")
	scheme, rest, ok := strings.Cut(text, "://")
	switch {
	case ok && isScheme(scheme):
		u.scheme, text = strings.ToLower(scheme), rest
	case strings.HasPrefix(text, "/") || !beginsWithDomain(text):
		u.path = text
		return u
	}
	authority := text
	if n := strings.IndexByte(text, '/'); n >= 0 {
		authority, u.path = text[:n], text[n:]
	}
	if n := strings.LastIndexByte(authority, '@'); n >= 0 {
		authority = authority[n+1:]
	}
	u.domain = authority
	if n := strings.LastIndexByte(authority, ':'); n >= 0 && isPort(authority[n+1:]) {
		u.domain, u.port = authority[:n], authority[n+1:]
	}
	u.domain = strings.TrimSuffix(strings.TrimPrefix(u.domain, "["), "]")
	return u
}

func isScheme(s string) bool {
	for i, c := range s {
		if letter := c|0x20 >= 'a' && c|0x20 <= 'z'; !letter && (i == 0 || !strings.ContainsRune("0123456789+-.", c)) {
			return false
		}
	}
	return s != ""
}

func isPort(s string) bool {
	_, err := strconv.ParseUint(s, 10, 16)
	return err == nil
}

func beginsWithDomain(text string) bool {
	name, _, slash := strings.Cut(text, "/")
	host, port, hasPort := strings.Cut(name, ":")
	if hasPort && !isPort(port) || !hasPort && !slash || strings.HasPrefix(host, ".") {
		return false
	}
	for _, c := range host {
		if letter := c|0x20 >= 'a' && c|0x20 <= 'z'; !letter && !strings.ContainsRune("0123456789-._", c) {
			return false
		}
	}
	return hasPort && host != "" || strings.Contains(strings.TrimRight(host, "."), ".")
}

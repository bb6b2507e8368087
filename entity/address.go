package entity

import (
	"net/netip"
	"strings"
)

// address reads an IP address, with or without port, brackets and zone.
func address(text string) (string, bool) {
	a, ok := parseAddress(text)
	if !ok || a.IsUnspecified() {
		return "", false
	}
	return a.String(), true
}

// maxAddress is the longest text that is worth reading as an address: IPv6 with
// IPv4 at its end, a zone, brackets and a port.
const maxAddress = 128

func parseAddress(text string) (netip.Addr, bool) {
	if len(text) > maxAddress || !mayBeAddress(text) {
		return netip.Addr{}, false
	}
	bare := text
	if inner, rest, ok := strings.Cut(strings.TrimPrefix(text, "["), "]"); text[0] == '[' {
		if !ok || rest != "" && (rest[0] != ':' || !isPort(rest[1:])) {
			return netip.Addr{}, false
		}
		bare = inner
	} else if host, port, ok := strings.Cut(text, ":"); ok && strings.Contains(host, ".") && isPort(port) {
		bare = host
	}
	a, err := netip.ParseAddr(bare)
	if err != nil {
		return netip.Addr{}, false
	}
	return a.WithZone("").Unmap(), true
}

// mayBeAddress spares the parser, which allocates its errors, most texts that
// are no address.
func mayBeAddress(s string) bool {
	c := s[0]
	return c == '[' || c == ':' || isHexDigit(c) && strings.ContainsAny(s, ".:")
}

func isPort(s string) bool { return isDigits(s) && len(s) <= 5 }

package entity

import (
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"
)

// maxName and maxLabel are the limits of RFC 1035, section 2.3.4.
const (
	maxName  = 253
	maxLabel = 63
)

// oddLabel are characters that are no part of a host's name and occur in names
// asked of the DNS: service labels, and the data of tunnels.
const oddLabel = "_+=~!$&'#%^*"

// domain reads a name in the DNS with at least two labels.
func domain(text string) (string, bool) {
	text = strings.TrimSuffix(text, ".")
	for strings.HasPrefix(text, "*.") {
		text = text[2:]
	}
	name, ok := toASCII(text)
	if !ok || len(name) > maxName || strings.IndexByte(name, '.') < 0 {
		return "", false
	}
	last := ""
	for label := range strings.SplitSeq(name, ".") {
		if !isLabel(label, oddLabel) {
			return "", false
		}
		last = label
	}
	if isDigits(last) || !isLabel(last, "") || strings.HasPrefix(name, "*.") {
		return "", false
	}
	return name, true
}

// isLabel says whether a label in lower case consists of letters, digits,
// hyphens and the characters of also.
func isLabel(s, also string) bool {
	if s == "" || len(s) > maxLabel {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if ('a' > c || c > 'z') && ('0' > c || c > '9') && c != '-' && strings.IndexByte(also, c) < 0 {
			return false
		}
	}
	return true
}

// toASCII returns a name as it stands in the DNS, in lower case. What is ASCII
// already is kept as it came: what was asked was asked, valid or not.
func toASCII(s string) (string, bool) {
	if isASCII(s) {
		return strings.ToLower(s), true
	}
	if len(s) > 4*maxName {
		return "", false
	}
	profile := idna.New(idna.MapForLookup(), idna.Transitional(false), idna.StrictDomainName(false))
	name, err := profile.ToASCII(s)
	name = strings.TrimSuffix(strings.ToLower(name), ".")
	return name, err == nil && isASCII(name)
}

// Registrable returns the part of a canonical domain that somebody registered:
// the public suffix and one label more (publicsuffix.org, as of the library).
// It is "" if the domain is a public suffix itself.
func Registrable(domain string) string {
	name, err := publicsuffix.EffectiveTLDPlusOne(domain)
	if err != nil {
		return ""
	}
	return name
}

// host reads the name of a machine.
func host(text string) (string, bool) {
	if unc, ok := strings.CutPrefix(text, `\\`); ok {
		text, _, _ = strings.Cut(unc, `\`)
	}
	if name, port, ok := strings.Cut(text, ":"); ok {
		if !isPort(port) {
			return "", false
		}
		text = name
	}
	text = strings.TrimSuffix(text, ".")
	if text == "" || text == "-" {
		return "", false
	}
	if _, ok := parseAddress(text); ok {
		return "", false
	}
	name, ok := toASCII(text)
	if !ok || len(name) > maxName || name == "localhost" || strings.HasPrefix(name, "localhost.") {
		return "", false
	}
	for label := range strings.SplitSeq(name, ".") {
		if !isLabel(label, "_!$&'()#%^{}~") {
			return "", false
		}
	}
	return name, true
}

// reverse returns a name's labels in reverse order.
func reverse(name string) string {
	b := make([]byte, 0, len(name))
	for end := len(name); ; {
		dot := strings.LastIndexByte(name[:end], '.')
		b = append(b, name[dot+1:end]...)
		if dot < 0 {
			return string(b)
		}
		b, end = append(b, '.'), dot
	}
}

package entity

import (
	"strings"
	"unicode"
)

// MaxText bounds what a value may be long, in bytes. Longer ones are refused
// but where the kind says how they are cut.
const MaxText = 2048

// Canonical returns the one spelling of a text read as an entity of a kind, and
// whether it is one; see the package for the rules. Given what it returned, it
// returns the same again.
func Canonical(kind Kind, text string) (string, bool) {
	text = strings.TrimSpace(strings.ToValidUTF8(text, "\uFFFD"))
	if text == "" || text == "-" {
		return "", false
	}
	v, ok := canonical(kind, text)
	if !ok || v == "" || len(v) > MaxText {
		return "", false
	}
	return v, true
}

func canonical(kind Kind, text string) (string, bool) {
	switch kind {
	case Host:
		return host(text)
	case Account:
		return account(text)
	case Address:
		return address(text)
	case Domain:
		return domain(text)
	case URL:
		return webAddress(text)
	case Hash:
		return hash(text)
	case Mailbox:
		return mailbox(text)
	case Session:
		return session(text)
	case UserAgent:
		return userAgent(text)
	case TLS:
		return handshake(text)
	case Certificate:
		return certificate(text)
	case File:
		return file(text)
	default:
		return "", false
	}
}

// hasControl says whether a text holds control characters: no name does.
func hasControl(s string) bool { return strings.IndexFunc(s, unicode.IsControl) >= 0 }

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func isHex(s string) bool {
	for i := range len(s) {
		if !isHexDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'f'
}

package entity

import "strings"

// spaced are characters that tools put between hexadecimal digits.
var spaced = strings.NewReplacer(":", "", " ", "", "-", "")

// hash reads a digest: MD5, SHA-1, SHA-256, SHA-384 or SHA-512 by its length.
// A name and '=' or ':' may stand before it, as in SHA256=….
func hash(text string) (string, bool) {
	if name, rest, ok := cutDigestName(text); ok && name != "" {
		text = rest
	}
	if len(text) > 256 {
		return "", false
	}
	s := strings.ToLower(spaced.Replace(text))
	switch len(s) {
	case 32, 40, 64, 96, 128:
		return s, isHex(s) && strings.Trim(s, "0") != ""
	default:
		return "", false
	}
}

// cutDigestName cuts the name of an algorithm from a digest.
func cutDigestName(text string) (name, rest string, ok bool) {
	at := strings.IndexAny(text, "=:")
	if at < 3 || at > 8 {
		return "", text, false
	}
	switch strings.ToLower(text[:at]) {
	case "md5", "sha1", "sha-1", "sha256", "sha-256", "sha384", "sha-384", "sha512", "sha-512", "imphash":
		return text[:at], text[at+1:], true
	default:
		return "", text, false
	}
}

// minSerial is the fewest digits of a serial number that say anything.
const minSerial = 8

// certificate reads the fingerprint of a certificate, 40 or 64 digits, or its
// serial number, which loses zeros before it.
func certificate(text string) (string, bool) {
	if len(text) > 256 {
		return "", false
	}
	s := strings.ToLower(spaced.Replace(text))
	s = strings.TrimPrefix(s, "0x")
	if !isHex(s) {
		return "", false
	}
	if len(s) != 40 && len(s) != 64 {
		s = strings.TrimLeft(s, "0")
	}
	return s, len(s) >= minSerial && len(s) <= 128 && strings.Trim(s, "0") != ""
}

// handshake reads the fingerprint of a TLS or SSH handshake: 32 hexadecimal
// digits (JA3, JA3S, HASSH), or two to four parts with '_' between them (JA4,
// JA4S, JA4H, JA4X, JA4SSH).
func handshake(text string) (string, bool) {
	s := strings.ToLower(text)
	if len(s) == 32 && isHex(s) {
		return s, strings.Trim(s, "0") != ""
	}
	parts := strings.Split(s, "_")
	if len(parts) < 2 || len(parts) > 4 || len(s) > 64 {
		return "", false
	}
	digests := 0
	for _, p := range parts {
		if p == "" || !isLabel(p, "") || strings.Contains(p, "-") {
			return "", false
		}
		if len(p) == 12 && isHex(p) {
			digests++
		}
	}
	return s, digests > 0 || strings.HasPrefix(s, "c") && len(parts) == 3
}

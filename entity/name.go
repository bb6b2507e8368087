package entity

import (
	"strings"
	"unicode/utf8"
)

// mailbox reads an e-mail address, with or without a name before it. RFC 5321
// lets the part before the @ depend on case; no mail system in use does.
func mailbox(text string) (string, bool) {
	if open := strings.LastIndexByte(text, '<'); open >= 0 {
		text, _, _ = strings.Cut(text[open+1:], ">")
	}
	if len(text) > 7 && strings.EqualFold(text[:7], "mailto:") {
		text = text[7:]
	}
	at := strings.LastIndexByte(text, '@')
	if at <= 0 || at > 64 {
		return "", false
	}
	local := strings.ToLower(text[:at])
	if strings.ContainsAny(local, " \t\"'<>()[],;:\\/@") || hasControl(local) || len(local) > 64 {
		return "", false
	}
	d, ok := domain(text[at+1:])
	return local + "@" + d, ok
}

// session reads the identifier of a session. Those of fewer than six characters
// are numbers that come again.
func session(text string) (string, bool) {
	if hasControl(text) || len(text) < 6 || strings.Trim(text, "0-{}x") == "" || len(text) > 256 {
		return "", false
	}
	return text, true
}

// maxUserAgent is how much of a user agent is kept, in bytes.
const maxUserAgent = 512

// userAgent keeps a user agent as it is: its case and its mistakes tell tools
// apart.
func userAgent(text string) (string, bool) {
	if len(text) > maxUserAgent {
		text = text[:maxUserAgent]
		for !utf8.ValidString(text) {
			text = text[:len(text)-1]
		}
		text = strings.TrimSpace(text)
	}
	return text, len(text) > 1 && !hasControl(text)
}

// file reads the name of a file or program from its path, quoted or not. What
// follows .exe and a blank is arguments.
func file(text string) (string, bool) {
	s := strings.ToLower(text)
	if quoted, ok := strings.CutPrefix(s, `"`); ok {
		s, _, _ = strings.Cut(quoted, `"`)
	}
	if at := strings.Index(s, ".exe "); at >= 0 {
		s = s[:at+len(".exe")]
	}
	s = strings.TrimSpace(s[strings.LastIndexAny(s, `\/`)+1:])
	if len(s) < 2 || len(s) > 255 || hasControl(s) || strings.Trim(s, ".") == "" || strings.ContainsAny(s, `"<>|*?`) {
		return "", false
	}
	return s, true
}

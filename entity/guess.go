package entity

import "strings"

// Guess returns what a text that a person typed may be, likeliest first: a
// dotted name may be a domain and a host, an address with @ a mailbox and an
// account, 32 digits a hash and a fingerprint of a handshake. What reports do to
// values is undone. A text that is nothing else may be the name of a file, a
// host or an account.
//
// A word before a colon that is the name of a kind says which: "account:eva".
func Guess(text string) []Entity {
	text = strings.TrimSpace(text)
	if name, rest, ok := strings.Cut(text, ":"); ok {
		if kind, ok := ParseKind(strings.ToLower(name)); ok {
			return appendKinds(nil, Refang(strings.TrimSpace(rest)), kind)
		}
	}
	text = Refang(text)
	var found []Entity
	switch {
	case strings.Contains(text, "://"):
		return appendKinds(found, text, URL)
	case isSID(text):
		return appendKinds(found, text, Account)
	}
	for _, kinds := range [][]Kind{
		{Address},
		{Hash, Certificate, TLS},
		{Mailbox},
	} {
		if found = appendKinds(found, text, kinds...); len(found) > 0 {
			if kinds[0] == Mailbox {
				found = appendKinds(found, text, Account)
			}
			return found
		}
	}
	return guessName(text)
}

func guessName(text string) []Entity {
	switch {
	case strings.HasPrefix(text, `\\`) && strings.Count(text, `\`) == 2:
		return appendKinds(nil, text, Host)
	case strings.Count(text, `\`) == 1 && !strings.Contains(text, ":") && !looksLikeFile(text):
		return appendKinds(nil, text, Account, File)
	case strings.ContainsAny(text, `\/`):
		return appendKinds(nil, text, File)
	case strings.HasSuffix(text, "$") || strings.Contains(text, "@"):
		return appendKinds(nil, text, Account)
	case looksLikeFile(text):
		return appendKinds(nil, text, File, Domain)
	case strings.Contains(text, " "):
		return appendKinds(nil, text, UserAgent, Account, File)
	case strings.Contains(text, "."):
		return appendKinds(nil, text, Domain, Host, Account, File)
	default:
		return appendKinds(nil, text, TLS, Host, Account, File, Session)
	}
}

// programs are the ends of names of files that are no top-level domain anybody
// would call a machine by.
var programs = []string{
	".exe", ".dll", ".sys", ".bat", ".cmd", ".ps1", ".vbs", ".js", ".hta", ".lnk", ".scr", ".msi", ".docx", ".docm",
	".xlsx", ".xlsm", ".doc", ".xls", ".pdf", ".iso", ".rar", ".7z", ".tmp", ".aspx", ".jsp", ".php", ".elf", ".so",
}

func looksLikeFile(s string) bool {
	s = strings.ToLower(s)
	for _, end := range programs {
		if strings.HasSuffix(s, end) {
			return true
		}
	}
	return false
}

func appendKinds(dst []Entity, text string, kinds ...Kind) []Entity {
	for _, kind := range kinds {
		if v, ok := Canonical(kind, text); ok {
			dst = append(dst, Entity{kind, v})
		}
	}
	return dst
}

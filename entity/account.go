package entity

import (
	"slices"
	"strings"
)

// maxAccount bounds an account's name with its domain, in bytes.
const maxAccount = 320

// account reads SAM names (D\u), UPNs (u@d), SIDs, and bare names.
func account(text string) (string, bool) {
	if len(text) > maxAccount || hasControl(text) {
		return "", false
	}
	if sid, ok := accountSID(text); ok || isSID(text) {
		return sid, ok
	}
	name := strings.ToLower(text)
	if sam, user, ok := strings.Cut(name, `\`); ok {
		return JoinAccount(sam, user)
	}
	if user, domain, ok := strings.Cut(name, "@"); ok {
		return JoinAccount(domain, user)
	}
	return JoinAccount("", name)
}

// JoinAccount returns the account of a name in a domain: d\u if the domain is a
// NetBIOS name, u@d if it is dotted, the name alone if there is none, or "." as
// for a local account. A name that has its domain itself, or is a SID, keeps it.
func JoinAccount(domain, name string) (string, bool) {
	domain, name = strings.ToLower(strings.TrimSpace(domain)), strings.ToLower(strings.TrimSpace(name))
	if at := strings.IndexAny(name, `\@`); at >= 0 {
		own := name[:at]
		if name[at] == '@' {
			own, name = name[at+1:], own
		} else {
			name = name[at+1:]
		}
		if own != "" {
			domain = own
		}
	}
	domain = strings.Trim(domain, `.\/`)
	if isSID(name) {
		return accountSID(name)
	}
	if !isAccountPart(name) || isBuiltIn(domain, name) {
		return "", false
	}
	switch {
	case domain == "" || domain == "-":
		return name, true
	case strings.ContainsAny(domain, `\@/ `) && !isAccountPart(domain):
		return "", false
	case strings.Contains(domain, "."):
		return name + "@" + domain, true
	default:
		return domain + `\` + name, true
	}
}

// isAccountPart says whether a text can be one side of an account.
func isAccountPart(s string) bool {
	return s != "" && s != "-" && s != "." && !strings.ContainsAny(s, "\\@\x00\t\r\n") && strings.TrimSpace(s) == s
}

func isSID(s string) bool { return len(s) > 4 && strings.EqualFold(s[:4], "s-1-") }

// accountSID reads the SID of one account: of a domain or machine (S-1-5-21-…)
// or of Entra ID (S-1-12-1-…). All others name what every machine has (MS-DTYP,
// section 2.4.2.4).
func accountSID(s string) (string, bool) {
	s = strings.ToUpper(s)
	if !strings.HasPrefix(s, "S-1-5-21-") && !strings.HasPrefix(s, "S-1-12-1-") {
		return "", false
	}
	parts := strings.Split(s, "-")[1:]
	if len(parts) != 8 && len(parts) != 7 || len(s) > 184 {
		return "", false
	}
	for _, p := range parts {
		if !isDigits(p) {
			return "", false
		}
	}
	return s, true
}

// builtInDomains hold accounts that every machine has, in the languages that
// Windows translates them to.
var builtInDomains = []string{
	"nt authority", "nt service", "nt virtual machine", "window manager", "font driver host", "iis apppool",
	"nt-autorität", "nt-dienst", "autorite nt", "autorité nt", "service nt", "nt instans", "nt-instans", "nt-tjänst",
	"authority nt", "ауторитет nt",
}

// builtInNames are accounts that every machine has.
var builtInNames = []string{
	"system", "local system", "localsystem", "local service", "localservice", "network service", "networkservice",
	"anonymous logon", "anonymous", "everyone", "n/a", "not available", "not translated", "unknown", "null", "(null)",
	"<unknown>", "none", "lokaler dienst", "netzwerkdienst", "système", "sistema",
}

func isBuiltIn(domain, name string) bool {
	if slices.Contains(builtInDomains, domain) || slices.Contains(builtInNames, name) {
		return true
	}
	for _, prefix := range []string{"dwm-", "umfd-"} {
		if n, ok := strings.CutPrefix(name, prefix); ok && isDigits(n) {
			return true
		}
	}
	return false
}

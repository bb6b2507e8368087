package ioc

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"

	"golang.org/x/net/idna"
	"golang.org/x/net/publicsuffix"

	"github.com/dwell-project/dwell/sigma"
)

// The widest networks that are looked for, in bits of the prefix.
const (
	widest4 = 8
	widest6 = 16
)

// newTerm brings a value into the normal form of its type, or says why it is
// none.
func newTerm(t Type, value string) (Term, error) {
	value = strings.TrimSpace(refang(value))
	term := Term{Type: t, Value: value}
	if value == "" {
		return term, errors.New("the value is empty")
	}
	var err error
	switch t {
	case IP:
		err = term.setAddress(value)
	case Domain:
		if term.Value, err = domainKey(value); err == nil {
			err = wide(term.Value)
		}
	case URL:
		var u webAddress
		u, err = parseURL(value)
		term.Value = u.String()
	case Email:
		term.Value, err = emailKey(value)
	case FileName:
		if term.Value = pathKey(value); strings.ContainsRune(term.Value, '/') {
			term.Type = FilePath
		}
		err = fileTail(term.Value)
	case FilePath:
		if term.Value = pathKey(value); !strings.ContainsRune(term.Value, '/') {
			term.Type = FileName
		}
		err = fileTail(term.Value)
	case RegistryKey:
		if term.Value = registryKey([]byte(sigma.FoldString(value))); strings.Count(term.Value, `\`) < 2 {
			err = errTooWide
		}
	default:
		err = term.setFolded(value)
	}
	return term, err
}

func (t *Term) setFolded(value string) error {
	t.Value = sigma.FoldString(value)
	if !t.Type.isDigest() {
		return nil
	}
	if strings.ContainsAny(t.Value, ": -") {
		t.Value = strings.NewReplacer(":", "", " ", "", "-", "").Replace(t.Value)
	}
	want := t.Type.digestLength()
	if !isHex(t.Value) || want == 0 && digestOf(len(t.Value)) == Unknown || want != 0 && len(t.Value) != want {
		return fmt.Errorf("%q is no %s", value, t.Type)
	}
	return nil
}

func (t *Term) setAddress(value string) error {
	p, port, err := parseAddress(value)
	if err != nil {
		return err
	}
	t.Port = port
	if p.IsSingleIP() {
		t.Value = p.Addr().String()
		return nil
	}
	t.Value = p.String()
	if p.Addr().Is4() && p.Bits() < widest4 || p.Addr().Is6() && p.Bits() < widest6 {
		return errTooWide
	}
	return nil
}

// prefix reads the value of an IP term.
func (t *Term) prefix() netip.Prefix {
	p, _, err := parseAddress(t.Value)
	if err != nil {
		return netip.Prefix{}
	}
	return p
}

// wide refuses domains under which strangers register theirs.
func wide(domain string) error {
	if suffix, icann := publicsuffix.PublicSuffix(domain); icann && suffix == domain {
		return errTooWide
	}
	return nil
}

// domainKey returns a domain as it stands in the DNS: lower case, in ASCII
// (RFC 5891, mapped as UTS 46 says), without a dot at its end.
func domainKey(s string) (string, error) {
	s = strings.TrimSuffix(strings.TrimPrefix(s, "*."), ".")
	s = strings.TrimPrefix(s, ".")
	ascii := strings.ToLower(s)
	for i := range len(ascii) {
		if ascii[i] >= 0x80 {
			var err error
			if ascii, err = idna.Lookup.ToASCII(s); err != nil {
				return "", fmt.Errorf("%q is no domain: %w", s, err)
			}
			break
		}
	}
	if !isDomain(ascii) {
		return "", fmt.Errorf("%q is no domain", s)
	}
	return ascii, nil
}

// isDomain checks lengths (RFC 1035, section 2.3.4) and characters; '_' stands
// in names that are no hosts. A single label is none, nor is an address.
func isDomain(s string) bool {
	if len(s) > 253 || !strings.Contains(s, ".") {
		return false
	}
	last := ""
	for last = range strings.SplitSeq(s, ".") {
		if last == "" || len(last) > 63 || last[0] == '-' || last[len(last)-1] == '-' {
			return false
		}
		for i := range len(last) {
			if c := last[i]; (c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '-' && c != '_' {
				return false
			}
		}
	}
	return !isDigits(last)
}

// emailKey returns an address in lower case. RFC 5321 lets the local part
// depend on case; no mail system that is used does.
func emailKey(s string) (string, error) {
	s = strings.TrimPrefix(strings.Trim(strings.TrimSpace(s), "<>"), "mailto:")
	local, domain, ok := strings.Cut(s, "@")
	if ok && local != "" && len(local) <= 64 && !strings.ContainsAny(local, " \t\"<>(),;:\\") {
		if d, err := domainKey(domain); err == nil {
			return sigma.FoldString(local) + "@" + d, nil
		}
	}
	return "", fmt.Errorf("%q is no e-mail address", s)
}

// pathKey returns a path folded and with '/' alone.
func pathKey(s string) string {
	s = strings.ReplaceAll(sigma.FoldString(strings.Trim(s, `"' `)), `\`, "/")
	for _, p := range []string{"//?/", "/??/"} {
		s = strings.TrimPrefix(s, p)
	}
	return s
}

// fileTail refuses paths that end in what is no word, and those so short that
// they are words of their own.
func fileTail(s string) error {
	switch {
	case len(s) < 3:
		return errTooWide
	case !wordEnd[s[len(s)-1]]:
		return fmt.Errorf("%q does not end in the name of a file", s)
	default:
		return nil
	}
}

// hives are the spellings of the roots of the registry, folded, and what they
// are called here.
var hives = []struct{ spelling, short string }{
	{`hkey_local_machine`, `hklm`},
	{`hkey_current_user`, `hkcu`},
	{`hkey_users`, `hku`},
	{`hkey_classes_root`, `hkcr`},
	{`hkey_current_config`, `hkcc`},
	{`\registry\machine`, `hklm`},
	{`\registry\user`, `hku`},
	{`hklm`, `hklm`},
	{`hkcu`, `hkcu`},
	{`hku`, `hku`},
	{`hkcr`, `hkcr`},
	{`hkcc`, `hkcc`},
}

// hive returns the spelling of a root of the registry that s begins with, ""
// if it does with none.
func hive(s string) string {
	if len(s) < 4 || s[0]|0x20 != 'h' && s[0] != '\\' {
		return ""
	}
	for _, h := range hives {
		n := len(h.spelling)
		if len(s) >= n && strings.EqualFold(s[:n], h.spelling) && (len(s) == n || s[n] == '\\' || s[n] == ':') {
			return h.spelling
		}
	}
	return ""
}

// registryKey returns a folded key with the short name of its root. A user's
// own key is hkcu whoever the user is; the numbered control sets are the
// current one; Wow6432Node is left in.
func registryKey(folded []byte) string {
	s := string(folded)
	for _, h := range hives {
		rest, ok := strings.CutPrefix(s, h.spelling)
		if !ok || rest != "" && rest[0] != '\\' && rest[0] != ':' {
			continue
		}
		s = h.short + strings.TrimPrefix(rest, ":")
		break
	}
	if rest, ok := strings.CutPrefix(s, `hku\s-1-5-21-`); ok {
		if sid, key, ok := strings.Cut(rest, `\`); ok && !strings.HasSuffix(sid, "_classes") {
			s = `hkcu\` + key
		}
	}
	if rest, ok := strings.CutPrefix(s, `hklm\system\controlset00`); ok && len(rest) > 1 && rest[1] == '\\' {
		s = `hklm\system\currentcontrolset` + rest[1:]
	}
	return strings.TrimSuffix(s, `\`)
}

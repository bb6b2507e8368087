package ioc

import (
	"errors"
	"fmt"
	"net/netip"
	"path"
	"regexp"
	"strconv"
	"strings"

	"golang.org/x/net/publicsuffix"
)

// ja4Form is JA4's text form: TLS client, then two truncated digests.
var ja4Form = regexp.MustCompile(`^[tqd](?:1[0-3]|s[1-3]|d[1-3]|00)[di]\d{4}[0-9a-z]{2}_[0-9a-f]{12}_[0-9a-f]{12}$`)

// fileEndings are endings of file names that are no top-level domains; where an
// ending is both (zip, com, sh), a bare name is taken for a domain.
var fileEndings = map[string]bool{
	"exe": true, "dll": true, "sys": true, "ps1": true, "psm1": true, "bat": true, "cmd": true, "vbs": true, "vbe": true, "js": true,
	"jse": true, "hta": true, "lnk": true, "iso": true, "img": true, "doc": true, "docx": true, "docm": true, "xls": true, "xlsx": true,
	"xlsm": true, "xlsb": true, "ppt": true, "pptx": true, "rtf": true, "pdf": true, "txt": true, "log": true, "rar": true, "7z": true,
	"tar": true, "gz": true, "jar": true, "war": true, "jsp": true, "jspx": true, "asp": true, "aspx": true, "ashx": true, "asmx": true,
	"php": true, "tmp": true, "dat": true, "bin": true, "scr": true, "cpl": true, "ocx": true, "msi": true, "msp": true, "cab": true,
	"chm": true, "wsf": true, "dmp": true, "xml": true, "json": true, "ini": true, "cfg": true, "so": true, "elf": true, "eml": true,
	"one": true, "vhd": true, "vhdx": true, "ost": true, "pst": true, "db": true, "key": true, "pem": true, "html": true, "htm": true,
}

// guess tells the type of a value by its form and returns the term, already
// refanged; Unknown if there is no telling.
func guess(s string) (Type, string) {
	s = strings.TrimSpace(refang(s))
	lower := strings.ToLower(s)
	switch {
	case s == "":
		return Unknown, s
	case strings.Contains(s, "://"):
		return URL, s
	case isHex(lower) && digestOf(len(lower)) != Unknown:
		return digestOf(len(lower)), s
	case isAddress(s):
		return IP, s
	case len(lower) == ja4Length && ja4Form.MatchString(lower):
		return JA4, s
	case hive(s) != "":
		return RegistryKey, s
	case strings.HasPrefix(s, "S-1-5-"):
		return Account, s
	case strings.Count(s, "@") == 1 && looksLikeEmail(s):
		return Email, s
	case looksLikePath(s):
		return FilePath, s
	}
	return guessName(s), s
}

// guessName tells domains, names of files and URLs without a scheme apart.
func guessName(s string) Type {
	host, rest, isURL := strings.Cut(s, "/")
	name, port, hasPort := strings.Cut(host, ":")
	if hasPort {
		if _, err := strconv.ParseUint(port, 10, 16); err != nil {
			return Unknown
		}
	}
	ascii, err := domainKey(name)
	if err != nil || !strings.Contains(ascii, ".") {
		if strings.HasPrefix(path.Ext(s), ".") && fileEndings[strings.ToLower(strings.TrimPrefix(path.Ext(s), "."))] && !isURL {
			return FileName
		}
		return Unknown
	}
	_, icann := publicsuffix.PublicSuffix(ascii)
	ending := ascii[strings.LastIndexByte(ascii, '.')+1:]
	switch {
	case isURL && (icann || rest == ""), hasPort && icann:
		return URL
	case isURL:
		return Unknown
	case icann || !fileEndings[ending] && !isDigits(ending):
		return Domain
	case fileEndings[ending]:
		return FileName
	default:
		return Unknown
	}
}

func isAddress(s string) bool {
	if !mayBeAddress(s) {
		return false
	}
	_, _, err := parseAddress(s)
	return err == nil
}

// mayBeAddress says whether a text has the characters of an address, network or
// address with port before its zone, if it has one. It saves making an error.
func mayBeAddress(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case c == '%':
			return true
		case (c < '0' || c > ':') && (c|0x20 < 'a' || c|0x20 > 'f') && strings.IndexByte("./[] ", c) < 0:
			return false
		}
	}
	return strings.ContainsAny(s, ".:")
}

// parseAddress reads an address or network, perhaps with a port.
func parseAddress(s string) (netip.Prefix, uint16, error) {
	s = strings.TrimSpace(s)
	if p, err := netip.ParsePrefix(s); err == nil {
		if p.Addr().Is4In6() && p.Bits() >= 96 {
			p = netip.PrefixFrom(p.Addr().Unmap(), p.Bits()-96)
		}
		return p.Masked(), 0, nil
	}
	if a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]")); err == nil {
		a = a.WithZone("").Unmap()
		return netip.PrefixFrom(a, a.BitLen()), 0, nil
	}
	if ap, err := netip.ParseAddrPort(s); err == nil {
		a := ap.Addr().WithZone("").Unmap()
		return netip.PrefixFrom(a, a.BitLen()), ap.Port(), nil
	}
	return netip.Prefix{}, 0, fmt.Errorf("%q is no address", s)
}

func isHex(s string) bool {
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c|0x20 < 'a' || c|0x20 > 'f') {
			return false
		}
	}
	return s != ""
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// digestOf returns the type of a digest with so many digits.
func digestOf(digits int) Type {
	for _, t := range []Type{MD5, SHA1, SHA224, SHA256, SHA384, SHA512} {
		if t.digestLength() == digits {
			return t
		}
	}
	return Unknown
}

func looksLikeEmail(s string) bool {
	_, err := emailKey(s)
	return err == nil
}

// looksLikePath: C:\…, \\server\…, /…, %VAR%\… or any backslash.
func looksLikePath(s string) bool {
	return strings.HasPrefix(s, "/") && len(s) > 1 || strings.HasPrefix(s, "%") && strings.Count(s, "%") > 1 ||
		strings.Contains(s, `\`) && !strings.HasSuffix(s, `\`) || strings.HasPrefix(s, "~/")
}

// errTooWide is for values that half the world's records would hold.
var errTooWide = errors.New("it would match nearly everything")

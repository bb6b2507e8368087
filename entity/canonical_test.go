package entity_test

import (
	"net/netip"
	"net/url"
	"strings"
	"testing"

	"golang.org/x/net/idna"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/entity"
)

func TestCanonicalGivesOneSpellingOrRefuses(t *testing.T) {
	long := "https://files.example.org/x?q=" + strings.Repeat("a", entity.MaxText)
	tests := []struct {
		kind entity.Kind
		text string
		want string // "" for refused
	}{
		{entity.Host, "WS17.Corp.Example.", "ws17.corp.example"},
		{entity.Host, "WS17", "ws17"},
		{entity.Host, `\\SRV02\share$`, "srv02"},
		{entity.Host, "srv02:445", "srv02"},
		{entity.Host, "192.0.2.7", ""},
		{entity.Host, "localhost", ""},
		{entity.Host, "http://x/", ""},
		{entity.Host, "-", ""},

		{entity.Account, `CORP\E.Novak`, `corp\e.novak`},
		{entity.Account, `corp.example\E.Novak`, `e.novak@corp.example`},
		{entity.Account, `E.Novak@Corp.Example`, `e.novak@corp.example`},
		{entity.Account, `.\Administrator`, `administrator`},
		{entity.Account, `WS17$`, `ws17$`},
		{entity.Account, `CORP\WS17$`, `corp\ws17$`},
		{entity.Account, `s-1-5-21-1004336348-1177238915-682003330-512`, `S-1-5-21-1004336348-1177238915-682003330-512`},
		{entity.Account, `S-1-12-1-1-2-3-4`, `S-1-12-1-1-2-3-4`},
		{entity.Account, "S-1-5-18", ""},
		{entity.Account, "S-1-5-32-544", ""},
		{entity.Account, `NT AUTHORITY\SYSTEM`, ""},
		{entity.Account, "ANONYMOUS LOGON", ""},
		{entity.Account, "SYSTEM", ""},
		{entity.Account, "LocalSystem", ""},
		{entity.Account, `Window Manager\DWM-2`, ""},
		{entity.Account, "-", ""},
		{entity.Account, "a\nb", ""},

		{entity.Address, "192.0.2.7", "192.0.2.7"},
		{entity.Address, "192.0.2.7:443", "192.0.2.7"},
		{entity.Address, "[2001:DB8:0:0:0:0:0:1]:443", "2001:db8::1"},
		{entity.Address, "[2001:db8::1]", "2001:db8::1"},
		{entity.Address, "fe80::1%eth0", "fe80::1"},
		{entity.Address, "::ffff:192.0.2.7", "192.0.2.7"},
		{entity.Address, "0.0.0.0", ""},
		{entity.Address, "::", ""},
		{entity.Address, "192.0.2.300", ""},
		{entity.Address, "[2001:db8::1]x", ""},

		{entity.Domain, "WWW.Example.ORG.", "www.example.org"},
		{entity.Domain, "*.example.org", "example.org"},
		{entity.Domain, "_ldap._tcp.corp.example", "_ldap._tcp.corp.example"},
		{entity.Domain, "bücher.example", "xn--bcher-kva.example"},
		{entity.Domain, "aGVsbG8+=.t.evil.example", "agvsbg8+=.t.evil.example"},
		{entity.Domain, "example", ""},
		{entity.Domain, "192.0.2.7", ""},
		{entity.Domain, "a..example", ""},
		{entity.Domain, "exa mple.org", ""},

		{entity.URL, "HXXP://Evil[.]Example:80/A%7eb?x=%2f#top", "http://evil.example/A~b?x=%2F"},
		{entity.URL, "https://user:secret@Evil.Example:8443", "https://evil.example:8443/"},
		{entity.URL, "http://[2001:DB8::1]:80/", "http://[2001:db8::1]/"},
		{entity.URL, "http://intranet/x y", "http://intranet/x%20y"},
		{entity.URL, "evil.example/x", ""},
		{entity.URL, "file:///c:/x", ""},
		{entity.URL, long, "https://files.example.org/x"},

		{entity.Hash, "SHA256=E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855", "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"},
		{entity.Hash, "d41d8cd98f00b204e9800998ecf8427e", "d41d8cd98f00b204e9800998ecf8427e"},
		{entity.Hash, strings.Repeat("0", 40), ""},
		{entity.Hash, "d41d8cd98f00b204e9800998ecf8427", ""},

		{entity.Mailbox, `Eva Novak <Eva.Novak+x@Example.ORG>`, "eva.novak+x@example.org"},
		{entity.Mailbox, "mailto:eva@bücher.example", "eva@xn--bcher-kva.example"},
		{entity.Mailbox, "eva", ""},
		{entity.Mailbox, "/O=ORG/CN=EVA", ""},

		{entity.Session, " 0a1b2c3d-0000-4000-8000-00aa00bb00cc ", "0a1b2c3d-0000-4000-8000-00aa00bb00cc"},
		{entity.Session, "1", ""},
		{entity.Session, "00000000-0000-0000-0000-000000000000", ""},

		{entity.UserAgent, "  Mozilla/5.0 (X) ", "Mozilla/5.0 (X)"},
		{entity.TLS, "E7D705A3286E19EA42F587B344EE6865", "e7d705a3286e19ea42f587b344ee6865"},
		{entity.TLS, "t13d1516h2_8daaf6152771_02713d6af862", "t13d1516h2_8daaf6152771_02713d6af862"},
		{entity.TLS, "t130200_1301_234ea6891581", "t130200_1301_234ea6891581"},
		{entity.TLS, "not_a_fingerprint", ""},
		{entity.Certificate, "0A:1B:2C:3D:4E", "a1b2c3d4e"},
		{entity.Certificate, "01", ""},

		{entity.File, `C:\Windows\System32\CMD.EXE`, "cmd.exe"},
		{entity.File, `"C:\Program Files\X\y.exe" -k netsvcs`, "y.exe"},
		{entity.File, `C:\Windows\system32\svchost.exe -k netsvcs`, "svchost.exe"},
		{entity.File, "/usr/bin/curl", "curl"},
		{entity.File, `C:\`, ""},
	}
	for _, tt := range tests {
		got, ok := entity.Canonical(tt.kind, tt.text)
		if got != tt.want || ok != (tt.want != "") {
			t.Errorf("Canonical(%s, %q) = %q, %v; want %q", tt.kind, tt.text, got, ok, tt.want)
		}
	}
}

// texts draws what is near the values of logs.
func texts() *rapid.Generator[string] {
	return rapid.OneOf(
		rapid.String(),
		rapid.StringMatching(`[A-Za-z0-9._*ÄİßΣ。-]{1,40}`),
		rapid.StringMatching(`([A-Z]{1,8}\\|\\\\|\.\\)?[A-Za-z .@$-]{1,20}(@[A-Za-z.]{1,12})?`),
		rapid.StringMatching(`(hxxps?|https?|ftp)(://|\[:\]//)([a-z:]{1,6}@)?[A-Za-z0-9\[\].:-]{1,30}[/?][A-Za-z0-9%/?=# .-]{0,30}`),
		rapid.StringMatching(`\[?[0-9a-fA-F:.]{2,40}(%[a-z0-9]{1,4})?\]?(:[0-9]{1,5})?`),
		rapid.StringMatching(`(0x|SHA1=|)([0-9A-Fa-f]{32}|[0-9A-Fa-f]{40}|[0-9A-Fa-f]{64}|0{3}[0-9A-F:]{8,20})`),
		rapid.StringMatching(`([A-Z]:)?([\\/][A-Za-z ._-]{0,9}){0,4}(\.exe)?( -k x)?"?`),
		rapid.StringMatching(`(.{0,6}<)?[A-Za-z.+]{1,9}@[A-Za-z.-]{1,15}>?`),
	)
}

func TestCanonicalIsIdempotent(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		for _, kind := range entity.Kinds() {
			once, ok := entity.Canonical(kind, text)
			if !ok {
				if once != "" {
					t.Fatalf("Canonical(%s, %q) refuses and gives %q", kind, text, once)
				}
				continue
			}
			if twice, ok := entity.Canonical(kind, once); !ok || twice != once {
				t.Fatalf("Canonical(%s, %q) = %q; again: %q, %v", kind, text, once, twice, ok)
			}
		}
	})
}

func TestKeysAreInvertible(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := texts().Draw(t, "text")
		for _, kind := range entity.Kinds() {
			v, ok := entity.Canonical(kind, text)
			if !ok {
				continue
			}
			e := entity.Entity{Kind: kind, Value: v}
			if back, ok := entity.FromKey(e.Key()); !ok || back != e {
				t.Fatalf("FromKey(%q) = %v, %v; want %v", e.Key(), back, ok, e)
			}
		}
	})
}

func FuzzCanonicalAgreesWithOthers(f *testing.F) {
	for _, s := range []string{"192.0.2.7", "::ffff:192.0.2.7", "fe80::1%a", "a.example", "bücher.example", "http://a.example/%7e", "http://[2001:db8::1]:80/x?y#z"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		for _, kind := range entity.Kinds() {
			once, ok := entity.Canonical(kind, text)
			if !ok {
				continue
			}
			if twice, ok := entity.Canonical(kind, once); !ok || twice != once {
				t.Errorf("Canonical(%s, %q) = %q; again: %q, %v", kind, text, once, twice, ok)
			}
			e := entity.Entity{Kind: kind, Value: once}
			if back, ok := entity.FromKey(e.Key()); !ok || back != e {
				t.Errorf("FromKey(%q) = %v; want %v", e.Key(), back, e)
			}
		}
		agreeOnAddress(t, text)
		agreeOnDomain(t, text)
		agreeOnURL(t, text)
	})
}

// agreeOnAddress compares with net/netip where that reads the text.
func agreeOnAddress(t *testing.T, text string) {
	a, err := netip.ParseAddr(text)
	if err != nil || len(text) > 128 || strings.TrimSpace(text) != text {
		return
	}
	a = a.Unmap().WithZone("")
	want := a.String()
	if a.IsUnspecified() || strings.ToValidUTF8(text, "\uFFFD") != text {
		return
	}
	if got, ok := entity.Canonical(entity.Address, text); !ok || got != want {
		t.Errorf("Canonical(address, %q) = %q, %v; netip says %q", text, got, ok, want)
	}
}

// agreeOnDomain compares with package idna where that reads the text.
func agreeOnDomain(t *testing.T, text string) {
	got, ok := entity.Canonical(entity.Domain, text)
	want, err := idna.Lookup.ToASCII(strings.TrimSuffix(text, "."))
	if !ok || err != nil || strings.HasPrefix(text, "*.") || strings.TrimSpace(text) != text {
		return
	}
	if want = strings.TrimSuffix(want, "."); got != want {
		t.Errorf("Canonical(domain, %q) = %q; idna says %q", text, got, want)
	}
}

// agreeOnURL reads the result with net/url: it must be a URL with the same host
// and, decoded, the same path as the text has.
func agreeOnURL(t *testing.T, text string) {
	got, ok := entity.Canonical(entity.URL, text)
	if !ok {
		return
	}
	theirs, err := url.Parse(text)
	if err != nil || theirs.Scheme == "" || strings.ContainsAny(text, "\\[]({*") || strings.Contains(text, " dot ") || len(got) < len(text)/2 {
		return
	}
	ours, err := url.Parse(got)
	if err != nil {
		if strings.Contains(text, "%") {
			return // net/url refuses stray percent signs; they are kept here
		}
		t.Errorf("Canonical(url, %q) = %q: %v", text, got, err)
		return
	}
	if path := theirs.Path; path != "" && ours.Path != strings.TrimRight(path, " ") && ours.Path != path {
		t.Errorf("Canonical(url, %q) = %q: path %q; net/url says %q", text, got, ours.Path, path)
	}
	if ours.Fragment != "" || ours.User != nil {
		t.Errorf("Canonical(url, %q) = %q: fragment or user is left", text, got)
	}
}

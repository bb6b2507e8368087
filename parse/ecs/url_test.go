package ecs

import (
	"net/url"
	"regexp"
	"strings"
	"testing"
)

func TestPartsOfAURLStandAsTheyWereWritten(t *testing.T) {
	for text, want := range map[string]parts{
		"https://www.example.org:8443/a/b?c=d#e":  {"https", "www.example.org", "8443", "/a/b", "c=d", "e"},
		"/a/b?c=d":                                {"", "", "", "/a/b", "c=d", ""},
		`http://192.0.2.1/..\..\win.ini?x=%zz`:    {"http", "192.0.2.1", "", `/..\..\win.ini`, "x=%zz", ""},
		"http://[2001:db8::1]:80/":                {"http", "2001:db8::1", "80", "/", "", ""},
		"HTTP://alice:secret@www.example.org":     {"http", "www.example.org", "", "", "", ""},
		"www.example.org/a":                       {"", "www.example.org", "", "/a", "", ""},
		"mail.example.org:443":                    {"", "mail.example.org", "443", "", "", ""},
		"localhost:8080/x":                        {"", "localhost", "8080", "/x", "", ""},
		"index.html":                              {"", "", "", "index.html", "", ""},
		"images/a.png":                            {"", "", "", "images/a.png", "", ""},
		"../a.b/c":                                {"", "", "", "../a.b/c", "", ""},
		"/login?next=https://www.example.org/#to": {"", "", "", "/login", "next=https://www.example.org/", "to"},
	} {
		if got := cutURL(text); got != want {
			t.Errorf("cutURL(%q) = %+v; want %+v", text, got, want)
		}
	}
}

// plain are URLs of which net/url has the parts as they stand.
var plain = regexp.MustCompile(`^https?://[a-z0-9.:@\[\]-]+(/[a-zA-Z0-9/._~-]*)?(\?[a-z0-9=&]*)?(#[a-z]*)?$`)

func FuzzCutURLAgreesWithNetURL(f *testing.F) {
	for _, s := range []string{"http://a.example.org:1/x?y#z", "https://u:p@[2001:db8::1]/", "http://a", "http://a:@b:80"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		u, err := url.Parse(text)
		if err != nil || !plain.MatchString(text) || strings.ContainsAny(u.Host, "@") || len(u.Port()) > 4 || u.Hostname() == "" || strings.ContainsAny(u.Hostname(), "[]") || strings.HasSuffix(u.Host, ":") {
			t.Skip("net/url sees no URL, or another one")
		}
		got := cutURL(text)
		want := parts{u.Scheme, u.Hostname(), u.Port(), u.Path, u.RawQuery, u.Fragment}
		if got != want {
			t.Errorf("cutURL(%q) = %+v; net/url says %+v", text, got, want)
		}
	})
}

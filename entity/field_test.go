package entity_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/entity"
)

func TestFieldsReadTheEntitiesInTheirValues(t *testing.T) {
	tests := []struct {
		field, text string
		want        []entity.Entity
	}{
		{"destination.ip", "192.0.2.7", []entity.Entity{{entity.Address, "192.0.2.7"}}},
		{"destination.domain", "Evil.Example", []entity.Entity{{entity.Domain, "evil.example"}}},
		{"destination.domain", "SRV02", []entity.Entity{{entity.Host, "srv02"}}},
		{"source.address", "192.0.2.7:4711", []entity.Entity{{entity.Address, "192.0.2.7"}}},
		{"url.original", "/index.html", nil},
		{"url.original", "evil.example:443", []entity.Entity{{entity.Domain, "evil.example"}}},
		{"url.original", "http://192.0.2.7/x", []entity.Entity{{entity.URL, "http://192.0.2.7/x"}, {entity.Address, "192.0.2.7"}}},
		{"process.hash", "MD5=D41D8CD98F00B204E9800998ECF8427E,SHA1=00", []entity.Entity{{entity.Hash, "d41d8cd98f00b204e9800998ecf8427e"}}},
		{"email.to.address", "Eva <eva@example.org>", []entity.Entity{{entity.Mailbox, "eva@example.org"}, {entity.Domain, "example.org"}}},
		{"user.id", "1000", nil},
		{"user.id", "S-1-5-21-1-2-3-1104", []entity.Entity{{entity.Account, "S-1-5-21-1-2-3-1104"}}},
	}
	for _, tt := range tests {
		f, ok := entity.FieldOf(tt.field)
		if !ok {
			t.Errorf("FieldOf(%q) is not known", tt.field)
			continue
		}
		if diff := cmp.Diff(tt.want, f.Read(nil, tt.text)); diff != "" {
			t.Errorf("%s of %q (-want +got):\n%s", tt.field, tt.text, diff)
		}
	}
}

func TestPlaceIsWhereAURLOrMailboxIs(t *testing.T) {
	for _, tt := range []struct{ of, want entity.Entity }{
		{entity.Entity{Kind: entity.URL, Value: "https://www.evil.example:8443/x"}, entity.Entity{Kind: entity.Domain, Value: "www.evil.example"}},
		{entity.Entity{Kind: entity.URL, Value: "http://[2001:db8::1]/"}, entity.Entity{Kind: entity.Address, Value: "2001:db8::1"}},
		{entity.Entity{Kind: entity.URL, Value: "http://intranet/"}, entity.Entity{Kind: entity.Host, Value: "intranet"}},
		{entity.Entity{Kind: entity.Mailbox, Value: "eva@example.org"}, entity.Entity{Kind: entity.Domain, Value: "example.org"}},
		{entity.Entity{Kind: entity.Host, Value: "ws1"}, entity.Entity{}},
	} {
		if got, ok := tt.of.Place(); got != tt.want || ok != (tt.want != entity.Entity{}) {
			t.Errorf("%v.Place() = %v, %v; want %v", tt.of, got, ok, tt.want)
		}
	}
}

func TestEveryFieldNamesARoleAndAKindThatExists(t *testing.T) {
	n := 0
	entity.Fields(func(name string, f entity.Field) bool {
		n++
		if back, ok := entity.ParseKind(f.Kind.String()); f.Kind != entity.None && (!ok || back != f.Kind) {
			t.Errorf("%s: kind %d has no name", name, f.Kind)
		}
		if back, ok := entity.ParseRole(f.Role.String()); f.Role != entity.NoRole && (!ok || back != f.Role) {
			t.Errorf("%s: role %d has no name", name, f.Role)
		}
		return true
	})
	if n < 80 {
		t.Errorf("%d fields; want at least 80", n)
	}
}

func TestGuessSaysWhatATextMayBe(t *testing.T) {
	tests := []struct {
		text string
		want []entity.Kind
	}{
		{"192[.]0[.]2[.]7", []entity.Kind{entity.Address}},
		{"evil[.]example", []entity.Kind{entity.Domain, entity.Host, entity.Account, entity.File}},
		{"hxxps://evil[.]example/x", []entity.Kind{entity.URL}},
		{"d41d8cd98f00b204e9800998ecf8427e", []entity.Kind{entity.Hash, entity.Certificate, entity.TLS}},
		{"eva@example.org", []entity.Kind{entity.Mailbox, entity.Account}},
		{`CORP\eva`, []entity.Kind{entity.Account, entity.File}},
		{"S-1-5-21-1-2-3-1104", []entity.Kind{entity.Account}},
		{"WS17$", []entity.Kind{entity.Account}},
		{"mimikatz.exe", []entity.Kind{entity.File, entity.Domain}},
		{`C:\Windows\x.exe`, []entity.Kind{entity.File}},
		{"ws17", []entity.Kind{entity.Host, entity.Account, entity.File}},
		{"account: eva", []entity.Kind{entity.Account}},
		{"", nil},
	}
	for _, tt := range tests {
		var got []entity.Kind
		for _, e := range entity.Guess(tt.text) {
			got = append(got, e.Kind)
		}
		if diff := cmp.Diff(tt.want, got); diff != "" {
			t.Errorf("Guess(%q) (-want +got):\n%s", tt.text, diff)
		}
	}
}

func TestRegistrableFollowsThePublicSuffixList(t *testing.T) {
	for domain, want := range map[string]string{
		"www.mail.example.co.uk": "example.co.uk",
		"evil.github.io":         "evil.github.io",
		"co.uk":                  "",
		"dc01.corp.local":        "corp.local",
	} {
		if got := entity.Registrable(domain); got != want {
			t.Errorf("Registrable(%q) = %q; want %q", domain, got, want)
		}
	}
}

func BenchmarkCanonical(b *testing.B) {
	for _, bench := range []struct {
		kind entity.Kind
		text string
	}{
		{entity.Address, "192.0.2.77"},
		{entity.Domain, "www.Example.org"},
		{entity.Account, `CORP\e.novak`},
		{entity.URL, "https://www.example.org/index.html?x=1"},
		{entity.File, `C:\Windows\System32\cmd.exe`},
	} {
		b.Run(bench.kind.String(), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				entity.Canonical(bench.kind, bench.text)
			}
		})
	}
}

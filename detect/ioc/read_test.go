package ioc_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/detect/ioc"
)

// read returns the indicators of a file as "line: values" and its messages.
func read(text string) (indicators, messages []string, c *ioc.Collection) {
	c = &ioc.Collection{}
	c.Read("f", []byte(text))
	for _, i := range c.Indicators {
		indicators = append(indicators, i.String())
	}
	for _, m := range c.Messages {
		messages = append(messages, m.String())
	}
	return indicators, messages, c
}

func TestTextHasOneValueALine(t *testing.T) {
	got, messages, _ := read(strings.Join([]string{
		"# indicators", "", "evil.example", "WWW.Evil.Example.  # seen in May", "hxxps://Bad[.]example:443/a/%7eb?x=1#top",
		"203.0.113.7", "203.0.113.0/24", "2001:DB8::1", "[2001:db8::2]", "203.0.113.9:8443", "D41D8CD98F00B204E9800998ECF8427E",
		"mallory{at}evil(dot)example", `C:\Users\Public\run.exe`, "dropper.exe", `HKEY_LOCAL_MACHINE\Software\Evil`,
		"t13d1516h2_8daaf6152771_02713d6af862", "0.0.0.0 ads.example", "bücher.example", "evil.example/path", "what is this", "com", "0.0.0.0/0",
		"co.uk", "999.1.1.1", "\xff\xfe.example",
	}, "\n"))
	want := []string{
		"domain evil.example", "domain www.evil.example", "url https://bad.example/a/~b?x=1", "ip 203.0.113.7", "ip 203.0.113.0/24",
		"ip 2001:db8::1", "ip 2001:db8::2", "ip 203.0.113.9 port 8443", "md5 d41d8cd98f00b204e9800998ecf8427e",
		"email mallory@evil.example", "path c:/users/public/run.exe", "filename dropper.exe", `registry key hklm\software\evil`,
		"ja4 t13d1516h2_8daaf6152771_02713d6af862", "domain ads.example", "domain xn--bcher-kva.example",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("indicators (-want +got):\n%s", diff)
	}
	wantMessages := []string{
		`f:19: "evil.example/path" is of no known type`, `f:20: "what is this" is of no known type`, `f:21: "com" is of no known type`,
		`f:22: "0.0.0.0/0" is not used as ip: it would match nearly everything`,
		`f:23: "co.uk" is not used as domain: it would match nearly everything`, `f:24: "999.1.1.1" is of no known type`, "f:25: this is no UTF-8",
	}
	if diff := cmp.Diff(wantMessages, messages); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
}

func TestDefangedSpellingsAreUndone(t *testing.T) {
	for spelling, want := range map[string]string{
		"hxxp://evil.com/a": "url http://evil.com/a", "hXXps://evil[.]com/": "url https://evil.com/", "h**p://evil.com/": "url http://evil.com/",
		"hxxp[:]//evil.com/": "url http://evil.com/", "hxxp[://]evil.com/x": "url http://evil.com/x", "http[:]//evil(.)com/": "url http://evil.com/",
		"fxp://evil.com/f": "url ftp://evil.com/f", "meow://evil.com/": "url http://evil.com/",
		"evil[.]com": "domain evil.com", "evil(.)com": "domain evil.com", "evil{.}com": "domain evil.com", "evil[dot]com": "domain evil.com",
		"evil (dot) com": "domain evil.com", "evil dot com": "domain evil.com", "evil[.com": "domain evil.com", "evil.]com": "domain evil.com",
		`evil\.com`: "domain evil.com", "203[.]0[.]113[.]7": "ip 203.0.113.7", "203.0.113[.]7": "ip 203.0.113.7",
		"m[at]evil[.]com": "email m@evil.com", "m(@)evil.com": "email m@evil.com", "m{at}evil{dot}com": "email m@evil.com",
		"evil.com": "domain evil.com", "2001[:]db8::1": "ip 2001:db8::1",
	} {
		got, messages, _ := read(spelling + "\n")
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s is read as %q %q; want %q", spelling, got, messages, want)
		}
	}
}

func TestTablesAreReadByTheirHeader(t *testing.T) {
	got, messages, c := read(`id,Type,Value,Comment,Valid_From,valid until,confidence,tags,tlp
a1,domain,evil.example,"first, with a comma",2024-01-02,2024-02-03T04:05:06Z,20,"apt;mail",AMBER
a2,ip-dst,203.0.113.7,,,,80,,
a3,asn,64500,,,,,,
a4,md5,xyz,,,,,,
a5,domain,late.example,,yesterday,,,,
a6,,hxxp://b.example/x,,,,,,
a7,domain,,,,,,,
a1,domain,evil.example,again,,,,,
`)
	if diff := cmp.Diff([]string{"domain evil.example", "ip 203.0.113.7", "url http://b.example/x"}, got); diff != "" {
		t.Errorf("indicators (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{
		`f:4: "64500" is of type "asn", which is not looked for`, `f:5: "xyz" is not used as md5: "xyz" is no md5`,
		`f:6: "yesterday" is no time`, "f:8: the row has no value",
	}, messages); diff != "" {
		t.Errorf("messages (-want +got):\n%s", diff)
	}
	i := c.Indicators[0]
	if i.ID != "a1" || i.Description != "first, with a comma" || i.Source.TLP != "tlp:amber" || i.Confidence != 20 || i.Level().String() != "low" ||
		i.ValidFrom.Format("2006-01-02") != "2024-01-02" || i.ValidUntil.Format("15:04:05") != "04:05:06" || len(i.Tags) != 2 || i.Line != 2 {
		t.Errorf("the first row is %+v of %+v", i, i.Source)
	}
	if c.Repeated != 1 {
		t.Errorf("%d repeated; want 1", c.Repeated)
	}
}

func TestTablesWithoutAHeaderAreReadByTheirCells(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"domain;evil.example;a note\nip;203.0.113.7;another\n", "domain evil.example,ip 203.0.113.7"},
		{"evil.example\tseen\n203.0.113.7\tseen too\n", "domain evil.example,ip 203.0.113.7"},
		{"1,evil.example,x\n2,203.0.113.7,y\n", "domain evil.example,ip 203.0.113.7"},
		{"http://a.example/x?a=1,2,3\nhttp://b.example/\n", "url http://a.example/x?a=1,2,3,url http://b.example/"},
	} {
		got, messages, _ := read(c.text)
		if s := strings.Join(got, ","); s != c.want || len(messages) > 0 {
			t.Errorf("%q is read as %q %q; want %q", c.text, s, messages, c.want)
		}
	}
}

func TestFilesWithoutIndicatorsAreSaidSo(t *testing.T) {
	for text, want := range map[string]string{
		"":                    "f: there is no indicator in it",
		"# nothing\n":         "f: there is no indicator in it",
		"{}":                  "f: there is no indicator in it",
		"\x00\x01\x02":        "f: this is no text",
		`{"objects":[`:        "f:1: the JSON ends in the middle",
		`{"objects":[{"a":]}`: "f:1: reading JSON: invalid character ']' looking for beginning of value",
		`[{"x":1}]`:           "f:1: this is neither a STIX object nor a MISP event or attribute",
	} {
		if _, messages, _ := read(text); len(messages) == 0 || messages[0] != want {
			t.Errorf("%q gives %q; want %q", text, messages, want)
		}
	}
}

func TestFoldersAreReadInOrder(t *testing.T) {
	dir := t.TempDir()
	for name, text := range map[string]string{"b.txt": "b.example\n", "a.csv": "domain,a.example\n"} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	c := ioc.Load([]string{dir, filepath.Join(dir, "none")})
	if len(c.Indicators) != 2 || c.Indicators[0].String() != "domain a.example" || len(c.Messages) != 1 {
		t.Errorf("Load = %v, %v", c.Indicators, c.Messages)
	}
}

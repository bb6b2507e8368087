package ioc_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/detect/ioc"
	"github.com/dwell-project/dwell/event"
)

// seen says whether the one indicator of a text file counts in a record with
// the one field.
func seen(t testing.TB, indicator, field, value string) bool {
	t.Helper()
	got, messages, c := read(indicator + "\n")
	if len(got) == 0 {
		t.Fatalf("%q is no indicator: %q", indicator, messages)
	}
	return seenIn(ioc.Compile(c.Indicators), event.Event{}, field, value)
}

// seenIn says whether an indicator of the set counts in an event with the given
// fields, names and values by turns.
func seenIn(set *ioc.Set, ev event.Event, fields ...string) bool {
	names := event.NewNames()
	for i := 0; i < len(fields); i += 2 {
		ev.Fields = append(ev.Fields, event.Field{Name: names.Intern(fields[i]), Kind: event.Text, Data: []byte(fields[i+1])})
	}
	var w ioc.Work
	for _, f := range ev.Fields {
		for _, n := range slices.Clone(set.Find(f.Data, &w)) {
			if _, ok := set.Admits(n, f.Name, &ev, names); ok {
				return true
			}
		}
	}
	return false
}

func TestValuesAreFoundByStructure(t *testing.T) {
	const sha1 = "da39a3ee5e6b4b0d3255bfef95601890afd80709"
	for _, c := range []struct {
		indicator, value string
		want             bool
	}{
		{"example.com", "example.com", true},
		{"example.com", "EXAMPLE.com.", true},
		{"example.com", "mail.example.com", true},
		{"example.com", "notexample.com", false},
		{"example.com", "example.com.evil.net", false},
		{"example.com", "example.community", false},
		{"mail.example.com", "example.com", false},
		{"example.com", "https://user@www.example.com:8443/x", true},
		{"example.com", "bob@example.com", true},
		{"example.com", "lookup of example.com, again.", true},
		{"example.com", "my-example.com", false},
		{"example.com", "my_example.com", false},
		{"bücher.example", "www.BÜCHER.example", true},
		{"bücher.example", "xn--bcher-kva.example", true},
		{"xn--bcher-kva.example", "bücher.example", true},
		{"203.0.113.7", "203.0.113.7", true},
		{"203.0.113.7", "203.0.113.7:443", true},
		{"203.0.113.7", "::ffff:203.0.113.7", true},
		{"203.0.113.7", "http://203.0.113.7/x", true},
		{"203.0.113.7", "203.0.113.70", false},
		{"203.0.113.7", "1203.0.113.7", false},
		{"203.0.113.7", "203.0.113.7.1", false},
		{"203.0.113.7", "from 203.0.113.7.", true},
		{"203.0.113.0/24", "203.0.113.255", true},
		{"203.0.113.0/24", "203.0.114.1", false},
		{"2001:db8::1", "2001:0DB8:0:0::1", true},
		{"2001:db8::1", "[2001:db8::1]:443", true},
		{"2001:db8::1", "2001:db8::12", false},
		{"2001:db8::/32", "to 2001:db8:1::5 port 22", true},
		{sha1, strings.ToUpper(sha1), true},
		{sha1, "SHA1=" + strings.ToUpper(sha1) + ",MD5=D41D8CD98F00B204E9800998ECF8427E", true},
		{sha1, `C:\x\` + sha1 + ".bin", true},
		{sha1, sha1 + "0", false},
		{sha1, "0" + sha1, false},
		{sha1, strings.ToUpper(sha1[:20]), false},
		{"http://bad.example/a/b?c=1", "http://bad.example/a/b?c=1", true},
		{"http://bad.example/a/b?c=1", "HTTP://BAD.example:80/a/b?c=1#x", true},
		{"http://bad.example/a/b?c=1", "https://bad.example/a/b?c=1", false},
		{"http://bad.example/a/b?c=1", "http://bad.example/A/b?c=1", false},
		{"http://bad.example/a/b?c=1", "http://bad.example/a/b?c=12", false},
		{"http://bad.example/a", "curl -o x 'http://bad.example/a' && y", true},
		{"http://bad.example/a", "see http://bad.example/a.", true},
		{"http://bad.example/a", "http://u:p@bad.example/%61", true},
		{"http://bad.example/a", "bad.example/a", true},
		{"http://bad.example/a", "bad.example", false},
		{"http://bad.example", "http://bad.example/", true},
		{"http://203.0.113.7:8080/x", "GET http://203.0.113.7:8080/x HTTP/1.1", true},
		{"http://203.0.113.7:8080/x", "http://203.0.113.7/x", false},
		{"http://intranet/x", "http://intranet/x", true},
		{"http://[2001:db8::1]/x", "http://[2001:db8::1]/x", true},
		{"mallory@evil.example", "Mallory@Evil.Example", true},
		{"mallory@evil.example", "<mallory@evil.example>", true},
		{"mallory@evil.example", "notmallory@evil.example", false},
		{"mallory@evil.example", "mallory@mail.evil.example", false},
		{"evil.exe", `C:\Temp\EVIL.exe`, true},
		{"evil.exe", `"C:\Temp\evil.exe" -x`, true},
		{"evil.exe", `C:\Temp\notevil.exe`, false},
		{"evil.exe", `evil.exe.config`, false},
		{`C:\Temp\evil tool.exe`, `cmd /c c:/temp/evil tool.exe -x`, true},
		{`C:\Temp\evil.exe`, `D:\C\Temp\evil.exe`, false},
		{`%TEMP%\x\evil.exe`, `C:\Users\a\AppData\Local\Temp\x\evil.exe`, true},
		{`/tmp/.x/evil`, `/bin/sh -c /tmp/.x/evil --now`, true},
		{`/tmp/.x/evil`, `/tmp/.x/evil`, true},
		{`/tmp/.x/evil`, `/var/tmp/.x/evil`, false},
		{`/tmp/.x/evil`, `/tmp/.x/evil2`, false},
		{`HKLM\Software\Evil`, `HKLM\SOFTWARE\Evil\Run`, true},
		{`HKLM\Software\Evil`, `\REGISTRY\MACHINE\SOFTWARE\Evil`, true},
		{`HKLM\Software\Evil`, `reg add HKEY_LOCAL_MACHINE\software\evil /v x`, true},
		{`HKLM\Software\Evil`, `HKLM\Software\EvilTwin`, false},
		{`HKCU\Software\Evil`, `HKU\S-1-5-21-1-2-3-1001\Software\Evil\x`, true},
		{`HKLM\System\CurrentControlSet\Services\Evil`, `HKLM\System\ControlSet001\Services\Evil\ImagePath`, true},
		{"t13d1516h2_8daaf6152771_02713d6af862", "t13d1516h2_8daaf6152771_02713d6af862", true},
	} {
		if got := seen(t, c.indicator, "field", c.value); got != c.want {
			t.Errorf("%s in %s = %v; want %v", c.indicator, c.value, got, c.want)
		}
	}
}

func TestWordsThatCouldBeAnythingAreLookedForWhereTheyStand(t *testing.T) {
	for _, c := range []struct {
		kind, value, field, text string
		want                     bool
	}{
		{"account", "Mallory", "TargetUserName", "mallory", true},
		{"account", "mallory", "User", `CORP\mallory`, true},
		{"account", "mallory", "user.email", "mallory@corp.example", true},
		{"account", `corp\mallory`, "User", `CORP\mallory`, true},
		{"account", `corp\mallory`, "User", `OTHER\mallory`, false},
		{"account", "mallory", "DestinationPort", "mallory", false},
		{"account", "mallory", "User", "mallory2", false},
		{"filename", "evil", "Image", `/usr/bin/evil`, true},
		{"filename", "evil", "Answer", `/usr/bin/evil`, false},
		{"user-agent", "Evil/1.0 (x)", "cs(User-Agent)", "evil/1.0 (x)", true},
		{"user-agent", "Evil/1.0 (x)", "cs(User-Agent)", "evil/1.0 (x) y", false},
		{"mutex", `Global\x1`, "Object", `Global\x1`, true},
		{"x509-fingerprint-sha1", strings.Repeat("ab", 20), "fp", strings.Repeat("AB:", 19) + "AB", true},
	} {
		if got := seen(t, "type,value\n"+c.kind+","+c.value, c.field, c.text); got != c.want {
			t.Errorf("%s %s in %s %s = %v; want %v", c.kind, c.value, c.field, c.text, got, c.want)
		}
	}
}

func TestConjunctionsPortsAndSplitURLsNeedTheWholeRecord(t *testing.T) {
	for _, c := range []struct {
		pattern string
		fields  []string
		want    bool
	}{
		{"[file:name='x.exe' AND domain-name:value='a.example']", []string{"p", "x.exe", "q", "www.a.example"}, true},
		{"[file:name='x.exe' AND domain-name:value='a.example']", []string{"p", "x.exe", "q", "b.example"}, false},
		{"[network-traffic:dst_ref.value='203.0.113.7' AND network-traffic:dst_port=443]", []string{"d", "203.0.113.7", "p", "443"}, true},
		{"[network-traffic:dst_ref.value='203.0.113.7' AND network-traffic:dst_port=443]", []string{"d", "203.0.113.7", "p", "4430"}, false},
		{"[network-traffic:dst_ref.value='203.0.113.7' AND network-traffic:dst_port=443]", []string{"d", "203.0.113.7:443"}, true},
		{"[url:value='http://bad.example/a/b?c=1']", []string{"host", "Bad.example:80", "uri", "/a/b?c=1"}, true},
		{"[url:value='http://bad.example/a/b?c=1']", []string{"host", "other.example", "uri", "/a/b?c=1"}, false},
		{"[url:value='http://bad.example/']", []string{"host", "bad.example", "uri", "/"}, false},
		{"[process:command_line LIKE '%-enc evil%']", []string{"c", "powershell -ENC EVILcode"}, true},
		{"[process:command_line LIKE '%-enc evil%']", []string{"c", "powershell -enc good"}, false},
		{"[file:name LIKE 'evil_.exe']", []string{"c", `C:\x\evil7.exe`}, true},
		{"[file:name LIKE 'evil_.exe']", []string{"c", `C:\x\evil77.exe`}, false},
		{"[domain-name:value='a.example' OR domain-name:value='b.example']", []string{"x", "b.example"}, true},
	} {
		_, messages, coll := read(bundle(c.pattern))
		if len(coll.Indicators) == 0 {
			t.Fatal(messages)
		}
		ev := event.Event{}
		for i := range coll.Indicators {
			coll.Indicators[i].ValidFrom = ev.Time
		}
		if got := seenIn(ioc.Compile(coll.Indicators), ev, c.fields...); got != c.want {
			t.Errorf("%s in %q = %v; want %v", c.pattern, c.fields, got, c.want)
		}
	}
}

func TestAnIndicatorCountsWithinItsTimeAlone(t *testing.T) {
	_, _, c := read("value,valid_from,valid_until\nevil.example,2024-02-01,2024-03-01\n")
	set := ioc.Compile(c.Indicators)
	from, until := c.Indicators[0].ValidFrom, c.Indicators[0].ValidUntil
	for _, x := range []struct {
		ev   event.Event
		want bool
	}{
		{event.Event{Time: from}, true},
		{event.Event{Time: until.Add(-1)}, true},
		{event.Event{}, true},
		{event.Event{Time: from.Add(-1)}, false},
		{event.Event{Time: until}, false},
	} {
		if got := seenIn(set, x.ev, "d", "evil.example"); got != x.want {
			t.Errorf("at %v: %v; want %v", x.ev.Time, got, x.want)
		}
	}
}

func TestWarningListsTakeIndicatorsOut(t *testing.T) {
	for _, c := range []struct{ list, want string }{
		{`{"name":"L","type":"string","list":["EVIL.example"]}`, "203.0.113.7 d41d8cd98f00b204e9800998ecf8427e http://cdn.example/x"},
		{`{"name":"L","type":"hostname","list":[".example"]}`, "203.0.113.7 d41d8cd98f00b204e9800998ecf8427e"},
		{`{"name":"L","type":"hostname","list":["cdn.example"]}`, "evil.example 203.0.113.7 d41d8cd98f00b204e9800998ecf8427e"},
		{`{"name":"L","type":"cidr","list":["203.0.113.0/24"]}`, "evil.example d41d8cd98f00b204e9800998ecf8427e http://cdn.example/x"},
		{`{"name":"L","type":"substring","list":["8cd98f"]}`, "evil.example 203.0.113.7 http://cdn.example/x"},
		{`{"name":"L","type":"regex","list":["/^evil\\./"]}`, "203.0.113.7 d41d8cd98f00b204e9800998ecf8427e http://cdn.example/x"},
	} {
		_, _, coll := read("evil.example\n203.0.113.7\nd41d8cd98f00b204e9800998ecf8427e\nhttp://cdn.example/x\n")
		w, err := ioc.ReadWarningList("w.json", []byte(c.list))
		if err != nil {
			t.Fatal(err)
		}
		coll.LeaveOut([]*ioc.WarningList{w})
		var left []string
		for _, i := range coll.Indicators {
			left = append(left, i.Patterns[0][0].Value)
		}
		if got := strings.Join(left, " "); got != c.want || coll.Listed != 4-len(left) || len(coll.Notes) != coll.Listed {
			t.Errorf("%s leaves %q, %d listed, notes %v; want %q", c.list, got, coll.Listed, coll.Notes, c.want)
		}
	}
	for list, want := range map[string]string{
		`{"type":"string","list":[]}`:   "w.json: reading a warning list: there is no list in it",
		`{"type":"odd","list":["x"]}`:   `w.json: reading a warning list: there is no kind of list "odd": string, substring, hostname, cidr or regex`,
		`{"type":"cidr","list":["x"]}`:  `w.json: reading a warning list: "x" is no address`,
		`{"type":"regex","list":["("]}`: "w.json: reading a warning list: error parsing regexp: missing closing ): `(?i)(`",
		`nothing`:                       "w.json: reading a warning list: invalid character 'o' in literal null (expecting 'u')",
	} {
		if _, err := ioc.ReadWarningList("w.json", []byte(list)); err == nil || err.Error() != want {
			t.Errorf("%s: %v; want %s", list, err, want)
		}
	}
}

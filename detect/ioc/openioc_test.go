package ioc_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const iocHead = `<?xml version="1.0" encoding="us-ascii"?>
<ioc xmlns="http://schemas.mandiant.com/2010/ioc" id="11111111-2222-3333-4444-555555555555" last-modified="2025-03-01T10:00:00">
<short_description>Dropper</short_description><description>Seen in mail</description><keywords>apt mail</keywords>
<authored_by>CSIRT</authored_by><authored_date>2025-02-01T00:00:00</authored_date>
<links><link rel="report">https://reports.example/1</link></links>
<definition><Indicator operator="OR" id="a">`

const iocFoot = `</Indicator></definition></ioc>`

// term writes an IndicatorItem of OpenIOC 1.1.
func term(search, condition, content, more string) string {
	document, _, _ := strings.Cut(search, "/")
	return `<IndicatorItem id="x" condition="` + condition + `" ` + more + `><Context document="` + document + `" search="` + search +
		`" type="mir"/><Content type="string">` + content + `</Content></IndicatorItem>` + "\n"
}

func and(items ...string) string {
	return `<Indicator operator="AND" id="b">` + strings.Join(items, "") + `</Indicator>`
}

func or(items ...string) string {
	return `<Indicator operator="OR" id="b">` + strings.Join(items, "") + `</Indicator>`
}

func TestTermsOfOpenIOCBecomeValuesAndPatterns(t *testing.T) {
	for _, c := range []struct{ name, text, want string }{
		{
			"values", term("FileItem/Md5sum", "is", strings.Repeat("A", 32), "") + term("Network/DNS", "is", "evil.example", "") + term("PortItem/remoteIP", "is", "203.0.113.7", "") + term("FileItem/FullPath", "is", `C:\Temp\x.exe`, "") + term("RegistryItem/Path", "is", `HKEY_LOCAL_MACHINE\Software\Evil`, ""),
			"md5 " + strings.Repeat("a", 32) + ` or domain evil.example or ip 203.0.113.7 or path c:/temp/x.exe or registry key hklm\software\evil`,
		},
		{
			"one object", and(term("FileItem/FileName", "is", "x.exe", ""), term("FileItem/SizeInBytes", "greater-than", "100", "")),
			"pattern [file:name = 'x.exe' AND file:size > 100]",
		},
		{
			"one host", and(term("ProcessItem/name", "is", "x.exe", ""), term("RegistryItem/ValueName", "contains", "Up'date", ""), term("ProcessItem/arguments", "starts-with", "-k", "")),
			`pattern [process:name = 'x.exe' AND process:command_line MATCHES '(?is)^-k'] AND [windows-registry-key:values[*].name MATCHES '(?is)Up\'date']`,
		},
		{
			"nested", and(term("FileItem/FileName", "is", "x.exe", ""), or(term("FileItem/Md5sum", "is", "a", ""), and(term("FileItem/FileName", "matches", "^y", ""), term("FileItem/SizeInBytes", "is", "1 TO 5", "")))),
			"pattern [file:name = 'x.exe' AND (file:hashes.MD5 = 'a' OR file:name MATCHES '(?is)^y' AND (file:size >= 1 AND file:size <= 5))]",
		},
		{
			"an OR of several hosts' things in an AND", and(or(term("FileItem/FileName", "is", "x.exe", ""), term("Network/DNS", "is", "a.example", "")), term("FileItem/FileName", "is", "y.exe", "")),
			"pattern [file:name = 'x.exe' OR domain-name:value = 'a.example'] AND [file:name = 'y.exe']",
		},
		{
			"negated and cased", and(term("FileItem/FileName", "is", "x.exe", `preserve-case="true"`), term("FileItem/FileExtension", "is", "exe", "")) +
				and(term("FileItem/FileName", "is", "X.exe", `preserve-case="true"`), term("FileItem/FileName", "is", "y", `negate="true"`), term("FileItem/Md5sum", "isnot", "b", ""), term("FileItem/FileName", "ends-with", ".exe", "")),
			`pattern [file:name MATCHES '(?s)^X\\.exe$' AND file:name NOT = 'y' AND file:hashes.MD5 NOT = 'b' AND file:name MATCHES '(?is)\\.exe$']`,
		},
		{
			"times and networks", and(term("FileItem/Created", "less-than", "2025-01-01T00:00:00Z", ""), term("FileItem/Modified", "is", "2025-01-01", "")) + and(term("PortItem/remoteIP", "is", "203.0.113.0/24", ""), term("PortItem/remotePort", "is", "443", "")),
			"pattern [file:ctime < t'2025-01-01T00:00:00Z' AND file:mtime = t'2025-01-01T00:00:00Z'] OR [network-traffic:dst_ref.value ISSUBSET '203.0.113.0/24' AND network-traffic:dst_port = 443]",
		},
	} {
		got, _, _ := read(iocHead + c.text + iocFoot)
		if diff := cmp.Diff([]string{c.want}, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

func TestWhatOfOpenIOCIsNotUsedIsNamed(t *testing.T) {
	got, messages, _ := read(iocHead + "\n" + term("FileItem/FileName", "is", "x.exe", "") + term("HookItem/HookedModule", "is", "y", "") +
		term("FileItem/FileName", "smells-like", "y", "") + and(term("FileItem/FileName", "is", "z.exe", ""), term("Snort/Snort", "is", "alert", "")) +
		term("PortItem/remotePort", "contains", "4", "") + term("FileItem/FileName", "matches", "(?=x)", "") + "<Other/>" + iocFoot)
	if diff := cmp.Diff([]string{"filename x.exe"}, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	want := []string{
		"f:8: the term HookItem/HookedModule is not understood",
		`f:9: FileItem/FileName smells-like "y" is not understood`,
		"f:11: the term Snort/Snort is not understood",
		"f:10: an AND whose terms are not all understood is left out",
		`f:12: PortItem/remotePort contains "4" is not understood`,
		`f:13: FileItem/FileName matches "(?=x)" is not understood`,
		"f:14: <Other> is not understood",
	}
	if diff := cmp.Diff(want, messages); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOpenIOC11SaysWhatOneDocumentIs(t *testing.T) {
	_, messages, c := read(`<?xml version="1.0"?>
<OpenIOC xmlns="http://openioc.org/schemas/OpenIOC_1.1" id="1" last-modified="2025-03-01T10:00:00Z" published-date="0001-01-01T00:00:00">
<metadata><short_description>Dropper</short_description><description>Long</description><keywords>apt mail</keywords><authored_by>CSIRT</authored_by>
<links><link rel="report" href="https://reports.example/1"/></links></metadata>
<criteria><Indicator operator="OR">` + term("Network/DNS", "is", "evil.example", "") + `</Indicator></criteria><parameters/></OpenIOC>`)
	if len(c.Indicators) != 1 || len(messages) != 0 {
		t.Fatalf("%v %v", c.Indicators, messages)
	}
	i := c.Indicators[0]
	got := []string{i.ID, i.Title, i.Description, i.Source.Author, strings.Join(i.Tags, " "), strings.Join(i.References, " "), i.Modified.Format("2006-01-02"), i.String()}
	want := []string{"1", "Dropper", "Long", "CSIRT", "apt mail", "https://reports.example/1", "2025-03-01", "domain evil.example"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestBrokenOpenIOCIsSaid(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"<ioc><definition>", "XML syntax error on line 1: unexpected EOF"},
		{"<ioc id='1'></ioc>", "there is no term in it"},
		{"<ioc>" + strings.Repeat("<a>", 100), "in each other"},
		{"<x><ioc/></x>", "<x> is not OpenIOC"},
		{"<ioc><definition><IndicatorItem/></definition></ioc>", "an IndicatorItem without Context or Content"},
	} {
		got, messages, _ := read(c.text)
		if len(got) != 0 || len(messages) != 1 || !strings.HasSuffix(messages[0], c.want) {
			t.Errorf("%s gives %q %q; want %s", c.text, got, messages, c.want)
		}
	}
}

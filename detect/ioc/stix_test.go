package ioc_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/detect/ioc"
)

func bundle(pattern string) string {
	pattern = strings.ReplaceAll(strings.ReplaceAll(pattern, `\`, `\\`), `"`, `\"`)
	return fmt.Sprintf(`{"type":"bundle","id":"bundle--1","objects":[
{"type":"indicator","spec_version":"2.1","id":"indicator--1","pattern_type":"stix","valid_from":"2024-01-01T00:00:00Z","pattern":"%s"}]}`, pattern)
}

func TestPatternsOfComparisonsAreUnderstood(t *testing.T) {
	for pattern, want := range map[string]string{
		"[ipv4-addr:value = '203.0.113.7']":                                            "ip 203.0.113.7",
		"[ipv4-addr:value ISSUBSET '203.0.113.0/24']":                                  "ip 203.0.113.0/24",
		"[ipv4-addr:value LIKE '10.1.2.%']":                                            "ip 10.1.2.0/24",
		"[ipv6-addr:value = '2001:db8::1']":                                            "ip 2001:db8::1",
		"[domain-name:value IN ('a.example', 'b.example')]":                            "domain a.example or domain b.example",
		"[domain-name:value LIKE '%.evil.example']":                                    "domain evil.example",
		"[domain-name:value = 'a.example'] OR [url:value = 'http://b.example/']":       "domain a.example or url http://b.example/",
		"([domain-name:value = 'a.example'] OR [domain-name:value = 'b.example'])":     "domain a.example or domain b.example",
		"[file:hashes.'SHA-256' = '" + strings.Repeat("A", 64) + "']":                  "sha256 " + strings.Repeat("a", 64),
		"[file:hashes.MD5 = '" + strings.Repeat("1", 32) + "' OR file:name = 'x.exe']": "md5 " + strings.Repeat("1", 32) + " or filename x.exe",
		"[file:name = 'x.exe' AND domain-name:value = 'a.example']":                    "filename x.exe and domain a.example",
		"[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 443]": "ip 203.0.113.7 port 443",
		"[email-addr:value = 'M@Evil.example']":                                               "email m@evil.example",
		"[user-account:user_id = 'Mallory']":                                                  "account mallory",
		`[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\Software\\Evil']`:                   `registry key hklm\software\evil`,
		"[mutex:name = 'Global\\\\x1']":                                                       `mutex global\x1`,
		"[process:command_line LIKE '%-enc evil%']":                                           "command line %-enc evil%",
		"[x509-certificate:hashes.'SHA-1' = '" + strings.Repeat("1", 40) + "']":               "certificate " + strings.Repeat("1", 40),
		"[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Bot']": "user agent bot",
	} {
		got, messages, _ := read(bundle(pattern))
		if len(got) != 1 || got[0] != want {
			t.Errorf("%s is read as %q %q; want %q", pattern, got, messages, want)
		}
	}
}

func TestPatternsThatSayMoreThanValuesAreKeptWhole(t *testing.T) {
	for _, pattern := range []string{
		"[domain-name:value = 'a.example'] AND [domain-name:value = 'b.example']",
		"[domain-name:value = 'a.example'] FOLLOWEDBY [domain-name:value = 'b.example']",
		"[domain-name:value = 'a.example'] WITHIN 5 SECONDS",
		"[domain-name:value != 'a.example']",
		"[domain-name:value NOT = 'a.example']",
		"[domain-name:value MATCHES 'a']",
		"[file:size = 5]",
		"[file:hashes.SSDEEP = 'x']",
		"[network-traffic:dst_port = 443]",
	} {
		got, messages, _ := read(bundle(pattern))
		if len(got) != 1 || got[0] != "pattern "+pattern {
			t.Errorf("%s is read as %q %q", pattern, got, messages)
		}
	}
}

func TestWhatIsWrongWithAPatternIsSaid(t *testing.T) {
	for pattern, want := range map[string]string{
		"[domain-name:value = 'a.example'":    "column 33: the pattern ends where ] is expected",
		"[process:command_line LIKE '%a%b%']": "it would match nearly everything",
		"[ipv4-addr:value = 'nonsense']":      `"nonsense" is no address`,
		"[file:size = 1] REPEATS 5000 TIMES":  "it asks for 5000 records; up to 4096 are remembered",
		"[file:x_mine = 1]":                   "records have no file:x_mine that could be looked at",
		"nonsense ^":                          "column 1: nonsense where [ or ( is expected",
		strings.Repeat("(", 200) + "[domain-name:value = 'a.example']" + strings.Repeat(")", 200): "column 101: the pattern nests deeper than 100",
	} {
		got, messages, _ := read(bundle(pattern))
		if len(got) != 0 || len(messages) != 1 || !strings.HasPrefix(messages[0], "f:2: ") || !strings.HasSuffix(messages[0], want) {
			t.Errorf("%s gives %q %q; want f:2: … %s", pattern, got, messages, want)
		}
	}
}

func TestWhatRecordsDoNotHaveIsNoted(t *testing.T) {
	got, _, c := read(bundle("[file:x_mine = 1 OR file:size = 5]"))
	if len(got) != 1 || len(c.Notes) != 1 || c.Notes[0].String() != "f:2: records have no file:x_mine; the rest of the pattern is looked for" {
		t.Errorf("read %q, noted %v", got, c.Notes)
	}
}

func TestPatternsOfListedValuesAreLeftOut(t *testing.T) {
	_, _, c := read(bundle("[ipv4-addr:value = '192.0.2.53'] FOLLOWEDBY [file:size = 5]"))
	list, err := ioc.ReadWarningList("w", []byte(`{"name":"Resolvers","type":"cidr","list":["192.0.2.0/24"]}`))
	if err != nil {
		t.Fatal(err)
	}
	c.LeaveOut([]*ioc.WarningList{list})
	if len(c.Indicators) != 0 || c.Listed != 1 || len(c.Notes) != 1 || !strings.Contains(c.Notes[0].Text, `ip 192.0.2.53 is on the warning list "Resolvers"`) {
		t.Errorf("kept %v, %d listed, noted %v", c.Indicators, c.Listed, c.Notes)
	}
}

func TestBundlesKeepWhatTheySayOfIndicators(t *testing.T) {
	_, messages, c := read(`{"type":"bundle","id":"bundle--1","objects":[
{"type":"indicator","id":"indicator--1","created_by_ref":"identity--1","pattern_type":"stix","pattern":"[domain-name:value='a.example']",
 "name":"A","description":"Long","confidence":50,"labels":["l"],"indicator_types":["malicious-activity"],
 "valid_from":"2024-01-01T00:00:00Z","valid_until":"2024-06-01T00:00:00Z","object_marking_refs":["marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"],
 "external_references":[{"source_name":"x","url":"https://r.example/1"}],"kill_chain_phases":[{"kill_chain_name":"mitre-attack","phase_name":"command-and-control"}]},
{"type":"indicator","id":"indicator--2","revoked":true,"pattern":"[domain-name:value='b.example']"},
{"type":"indicator","id":"indicator--3","pattern_type":"yara","pattern":"rule x"},
{"type":"indicator","id":"indicator--4","pattern":"[domain-name:value='c.example']","object_marking_refs":["marking-definition--x","marking-definition--f88d31f6-486f-44da-b317-01333bde0b82"]},
{"type":"malware","id":"malware--1","name":"M"},
{"type":"marking-definition","id":"marking-definition--x","extensions":{"extension-definition--60a3c5c5-0d10-413e-aab3-9e08dde9e88d":{"tlp_2_0":"amber+strict"}}},
{"type":"identity","id":"identity--1","name":"CSIRT"}]}`)
	if len(c.Indicators) != 2 || c.Withdrawn != 1 || len(messages) != 1 || !strings.HasPrefix(messages[0], "f:7: ") {
		t.Fatalf("%d indicators, %d withdrawn, messages %q", len(c.Indicators), c.Withdrawn, messages)
	}
	i := c.Indicators[0]
	got := []string{
		i.Title, i.Description, i.Source.Author, i.Source.TLP, strings.Join(i.Tags, " "), strings.Join(i.References, " "),
		i.Level().String(), i.ValidFrom.Format("01-02"), i.ValidUntil.Format("01-02"), fmt.Sprint(i.Line), c.Indicators[1].Source.TLP,
	}
	want := []string{
		"A", "Long", "CSIRT", "tlp:amber", "l malicious-activity attack.command-and-control", "https://r.example/1",
		"medium", "01-01", "06-01", "2", "tlp:amber+strict",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestMISPEventsAndAttributesAreRead(t *testing.T) {
	const attributes = `[
{"uuid":"u1","type":"ip-dst","value":"203.0.113.7","to_ids":true,"category":"Network activity","comment":"c2"},
{"uuid":"u2","type":"domain|ip","value":"evil.example|203.0.113.8","to_ids":true},
{"uuid":"u3","type":"filename|sha1","value":"x.exe|1111111111111111111111111111111111111111","to_ids":true},
{"uuid":"u4","type":"ip-dst|port","value":"203.0.113.9|8443","to_ids":true},
{"uuid":"u5","type":"domain","value":"context.example","to_ids":false},
{"uuid":"u6","type":"domain","value":"old.example","to_ids":true,"deleted":true},
{"uuid":"u7","type":"btc","value":"1x","to_ids":true},
{"uuid":"u8","type":"user-agent","value":"Evil/1.0","to_ids":"1","Tag":[{"name":"tlp:red"},{"name":"x:y"}]}]`
	want := []string{
		"ip 203.0.113.7", "domain evil.example or ip 203.0.113.8", "sha1 1111111111111111111111111111111111111111",
		"ip 203.0.113.9 port 8443", "user agent evil/1.0",
	}
	for name, text := range map[string]string{
		"event":    `{"Event":{"Attribute":` + attributes + `,"info":"Case","Orgc":{"name":"Org"},"Tag":[{"name":"tlp:green"}]}}`,
		"object":   `{"Event":{"info":"Case","Orgc":{"name":"Org"},"Tag":[{"name":"tlp:green"}],"Object":[{"Attribute":` + attributes + `}]}}`,
		"search":   `{"response":[{"Event":{"info":"Case","Orgc":{"name":"Org"},"Tag":[{"name":"tlp:green"}],"Attribute":` + attributes + `}}]}`,
		"list":     `[{"Event":{"info":"Case","Orgc":{"name":"Org"},"Tag":[{"name":"tlp:green"}],"Attribute":` + attributes + `}}]`,
		"restful":  `{"response":{"Attribute":` + attributes + `}}`,
		"restless": attributes,
	} {
		got, messages, c := read(text)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
			continue
		}
		if len(messages) != 1 || !strings.HasSuffix(messages[0], `"1x" is of type "btc", which is not looked for`) || !strings.HasPrefix(messages[0], "f:8:") {
			t.Errorf("%s: messages %q", name, messages)
		}
		if last := c.Indicators[4]; c.Withdrawn != 2 || last.Source.TLP != "tlp:red" || last.ID != "u8" {
			t.Errorf("%s: %d withdrawn, last %+v %+v", name, c.Withdrawn, last, last.Source)
		}
		if first := c.Indicators[0]; name == "event" && (first.Title != "Case" || first.Source.Author != "Org" || first.Source.TLP != "tlp:green" || first.Description != "c2") {
			t.Errorf("first %+v %+v", first, first.Source)
		}
	}
}

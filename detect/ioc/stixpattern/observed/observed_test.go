package observed_test

import (
	"encoding/json"
	"iter"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
	"github.com/dwell-project/dwell/detect/ioc/stixpattern/observed"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/jsonl"
	"github.com/dwell-project/dwell/sigma"
)

// records under the names that sources give.
const (
	sysmonCreate   = `{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"ProviderName":"Microsoft-Windows-Sysmon","Computer":"ws1.corp.example","UtcTime":"2026-02-10 10:00:00.123","Image":"C:\\Temp\\Evil.exe","ProcessId":4711,"CommandLine":"evil.exe -enc AAAA","ParentImage":"C:\\Windows\\explorer.exe","ParentProcessId":12,"User":"CORP\\eva","Hashes":"MD5=0123456789ABCDEF0123456789ABCDEF,SHA256=00000000000000000000000000000000000000000000000000000000000000AA"}`
	sysmonRegistry = `{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":13,"ProviderName":"Microsoft-Windows-Sysmon","Computer":"ws1.corp.example","UtcTime":"2026-02-10 10:00:01.123","EventType":"SetValue","Image":"C:\\Temp\\evil.exe","ProcessId":4711,"TargetObject":"HKU\\S-1-5-21-1-2-3-1001\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\Updater","Details":"C:\\Temp\\evil.exe"}`
	sysmonNetwork  = `{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":3,"ProviderName":"Microsoft-Windows-Sysmon","Computer":"ws1.corp.example","UtcTime":"2026-02-10 10:00:02.123","Image":"C:\\Temp\\evil.exe","ProcessId":4711,"Protocol":"tcp","SourceIp":"10.0.0.5","SourcePort":50000,"DestinationIp":"203.0.113.7","DestinationPort":443}`
	ecsMail        = `{"@timestamp":"2026-02-10T10:00:03Z","ecs":{"version":"9.0.0"},"event":{"dataset":"mail.x","kind":"event"},"email":{"from":{"address":["boss@evil.example"]},"to":{"address":["a@corp.example","b@corp.example"]},"subject":"Invoice","message_id":"<1@evil.example>"}}`
	ecsProxy       = `{"@timestamp":"2026-02-10T10:00:03Z","ecs":{"version":"9.0.0"},"event":{"dataset":"proxy.x","kind":"event"},"source":{"ip":"10.0.0.5","port":50001},"destination":{"ip":"2001:db8::7","domain":"CDN.evil.example","port":8080},"url":{"domain":"cdn.evil.example","path":"/a/gate.php","query":"id=1","scheme":"http","port":8080},"http":{"request":{"method":"GET"}},"user_agent":{"original":"Bot/1.0"}}`
)

func tables(t testing.TB) *observed.Tables {
	t.Helper()
	tables, err := observed.Load()
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// look calls visit with the record's event and its objects.
func look(t testing.TB, line string, visit func(*event.Event, *event.Names, []stixpattern.Object)) {
	t.Helper()
	names := event.NewNames()
	mapping, err := ecs.Load()
	if err != nil {
		t.Fatal(err)
	}
	o := tables(t).NewObserver(mapping, names, nil)
	block := parse.Block{Data: []byte(line + "\n"), Record: 1, Source: &event.Source{Path: "p"}}
	jsonl.Format{}.NewDecoder(names).Decode(&block, func(e *event.Event) bool {
		visit(e, names, o.Objects(e))
		return true
	}, func(p parse.Problem) { t.Fatal(p) })
}

func TestRecordsShowTheirObjects(t *testing.T) {
	for _, c := range []struct {
		line string
		want []string // objects of the record, without ids
	}{
		{sysmonRegistry, []string{
			`{"key":"HKEY_USERS\\S-1-5-21-1-2-3-1001\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run","type":"windows-registry-key","values":[{"data":"C:\\Temp\\evil.exe","name":"Updater"}],"x_full_path":"HKEY_USERS\\S-1-5-21-1-2-3-1001\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\Updater"}`,
			`{"key":"HKEY_CURRENT_USER\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run","type":"windows-registry-key","values":[{"data":"C:\\Temp\\evil.exe","name":"Updater"}],"x_full_path":"HKEY_CURRENT_USER\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\Updater"}`,
		}},
		{ecsProxy, []string{
			`{"type":"ipv4-addr","value":"10.0.0.5"}`, `{"type":"ipv6-addr","value":"2001:db8::7"}`, `{"type":"domain-name","value":"CDN.evil.example"}`,
			`{"type":"url","value":"http://cdn.evil.example:8080/a/gate.php?id=1"}`,
		}},
		{ecsMail, []string{`{"type":"email-addr","value":"boss@evil.example"}`, `{"type":"email-addr","value":"b@corp.example"}`}},
	} {
		look(t, c.line, func(_ *event.Event, _ *event.Names, objects []stixpattern.Object) {
			var got []string
			for _, o := range objects {
				delete(o, "id")
				text, err := json.Marshal(o)
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, string(text))
			}
			for _, w := range c.want {
				if !slices.Contains(got, w) {
					t.Errorf("%s does not show %s, but %q", c.line, w, got)
				}
			}
		})
	}
}

var holding = []struct{ line, pattern string }{
	{sysmonCreate, `[process:command_line LIKE '%-ENC%' AND process:pid = 4711 AND process:parent_ref.name = 'explorer.exe']`},
	{sysmonCreate, `[process:image_ref.name = 'evil.exe' AND process:image_ref.parent_directory_ref.path = 'C:\\Temp']`},
	{sysmonCreate, `[process:creator_user_ref.account_login = 'EVA' AND process:parent_ref.pid < 13]`},
	{sysmonCreate, `[file:hashes.MD5 = '0123456789ABCDEF0123456789abcdef' AND file:name MATCHES '^E.il\\.exe$']`},
	{sysmonCreate, `[file:hashes.'SHA-256' IN ('x', '00000000000000000000000000000000000000000000000000000000000000aa')]`},
	{sysmonCreate, `[NOT EXISTS process:cwd OR file:name = 'nothing']`},
	{sysmonCreate, `[user-account:user_id != 'mallory']`},
	{sysmonRegistry, `[windows-registry-key:key LIKE 'HKEY_CURRENT_USER\\software\\%\\Run' AND windows-registry-key:values[*].name = 'updater']`},
	{sysmonRegistry, `[windows-registry-key:values[0].data MATCHES '(?i)\\.EXE$']`},
	{sysmonNetwork, `[network-traffic:dst_ref.value = '203.0.113.7' AND network-traffic:dst_port = 443 AND network-traffic:protocols[*] = 'tcp']`},
	{sysmonNetwork, `[network-traffic:src_ref.value ISSUBSET '10.0.0.0/8' AND network-traffic:dst_port > 442.5]`},
	{sysmonNetwork, `[ipv4-addr:value ISSUBSET '203.0.113.0/29']`},
	{sysmonNetwork, `[network-traffic:dst_ref.type = 'ipv4-addr' AND network-traffic:src_port = 50000]`},
	{ecsMail, `[email-message:from_ref.value = 'boss@EVIL.example' AND email-message:to_refs[1].value = 'b@corp.example' AND email-message:subject LIKE '%voice']`},
	{ecsMail, `[email-message:message_id MATCHES '@evil\\.example>$']`},
	{ecsProxy, `[ipv6-addr:value = '2001:db8::7' OR ipv6-addr:value = 'x']`},
	{ecsProxy, `[ipv6-addr:value ISSUBSET '2001:0db8:0::/32']`},
	{ecsProxy, `[domain-name:value = 'cdn.EVIL.example']`},
	{ecsProxy, `[url:value LIKE '%/gate.php?id=_']`},
	{ecsProxy, `[url:value = 'http://cdn.evil.example:8080/a/gate.php?id=1']`},
	{ecsProxy, `[network-traffic:extensions.'http-request-ext'.request_header.'User-Agent' = 'Bot/1.0' AND network-traffic:extensions.'http-request-ext'.request_method = 'GET']`},
	{ecsProxy, `[network-traffic:extensions.'http-request-ext'.request_value MATCHES '^/a/']`},
}

func TestPatternsHoldOfTheObjectsOfRecords(t *testing.T) {
	for _, c := range holding {
		p, err := stixpattern.Parse(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		observed.FoldCase(p)
		look(t, c.line, func(_ *event.Event, _ *event.Names, objects []stixpattern.Object) {
			if _, ok := p.Tests[0].Roots(objects); !ok {
				t.Errorf("%s does not hold of %v", c.pattern, objects)
			}
		})
	}
}

// keywords is a record of which only keywords are asked.
type keywords struct{ *event.Event }

func (k keywords) Values(string) iter.Seq[event.Field] { return slices.Values[[]event.Field](nil) }
func (k keywords) All() iter.Seq[event.Field]          { return slices.Values(k.Fields) }

func TestGatesAreTrueOfWhatPatternsHoldOf(t *testing.T) {
	closed := 0
	for _, c := range holding {
		p, err := stixpattern.Parse(c.pattern)
		if err != nil {
			t.Fatal(err)
		}
		gate := observed.Gate(p.Tests[0])
		look(t, c.line, func(e *event.Event, _ *event.Names, _ []stixpattern.Object) {
			if !sigma.Match(gate, keywords{e}) {
				t.Errorf("the gate of %s is %v, which is not true of %s", c.pattern, gate, c.line)
			}
		})
		if gate != sigma.Expr(sigma.Const(true)) {
			closed++
		}
	}
	if closed < len(holding)*2/3 {
		t.Errorf("only %d of %d tests have a gate", closed, len(holding))
	}
}

func TestGatesLookForWhatIsWritten(t *testing.T) {
	for pattern, want := range map[string]string{
		`[file:name = 'evil.exe']`:           `evil.exe`,
		`[url:value = 'http://a.example/x']`: `a.example`,
		`[windows-registry-key:key = 'HKEY_LOCAL_MACHINE\\SYSTEM\\CurrentControlSet\\Services\\Evil']`: `Services`,
		`[network-traffic:dst_port = 4444]`:                    `4444 115c`,
		`[file:name = 'a' AND file:size > 5]`:                  `a`,
		`[file:name = 'a' OR file:size > 5]`:                   ``,
		`[file:name NOT = 'a']`:                                ``,
		`[process:command_line MATCHES '(?i)ab+(cde|f) ghij']`: `A B CDE F GHIJ`,
	} {
		p, err := stixpattern.Parse(pattern)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, literals(observed.Gate(p.Tests[0]))); diff != "" {
			t.Errorf("%s (-want +got):\n%s", pattern, diff)
		}
	}
}

// literals lists what an expression looks for.
func literals(e sigma.Expr) string {
	text := ""
	add := func(s string) {
		if s != "" && text != "" {
			text += " "
		}
		text += s
	}
	switch e := e.(type) {
	case sigma.And:
		for _, x := range e {
			add(literals(x))
		}
	case sigma.Or:
		for _, x := range e {
			add(literals(x))
		}
	case *sigma.Predicate:
		add(e.Text)
	}
	return text
}

func TestAllPathsAreOfTheLanguage(t *testing.T) {
	paths := tables(t).Paths()
	if len(paths) < 60 {
		t.Fatalf("%d paths", len(paths))
	}
	for _, want := range []string{"file:hashes.SHA-256", "ipv6-addr:value", "windows-registry-key:key", "email-message:from_ref"} {
		if !slices.Contains(paths, want) {
			t.Errorf("no path %s in %q", want, paths)
		}
	}
}

func TestWhatNoRecordShowsIsKnown(t *testing.T) {
	for path, want := range map[string]bool{
		"file:name": true, "file:hashes": true, "file:hashes.'SHA-256'": true, "file:x_mine": false, "domain-name:resolves_to_refs[*].value": true,
		"network-traffic:dst_ref.value": true, "network-traffic:dst_ref.type": true, "process:image_ref.hashes.MD5": true,
		"process:parent_ref.image_ref.parent_directory_ref.path": true, "artifact:payload_bin": false, "process:image_ref": true,
	} {
		p, err := stixpattern.Parse("[EXISTS " + path + "]")
		if err != nil {
			t.Fatal(err)
		}
		p.Tests[0].EachPath(func(path stixpattern.Path) {
			if got := tables(t).Has(path); got != want {
				t.Errorf("Has(%s) = %v; want %v", path, got, want)
			}
		})
	}
}

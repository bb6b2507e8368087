package ecs_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/jsonl"
)

func load(t testing.TB, user ...ecs.File) *ecs.Tables {
	t.Helper()
	tables, err := ecs.Load(user...)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

// leaves flattens a JSON object: dotted name → texts of its values.
func leaves(t testing.TB, line []byte) map[string][]string {
	t.Helper()
	dec := json.NewDecoder(bytes.NewReader(line))
	dec.UseNumber()
	var v any
	if err := dec.Decode(&v); err != nil {
		t.Fatalf("%v in %s", err, line)
	}
	all := map[string][]string{}
	flatten(all, "", v)
	return all
}

func flatten(all map[string][]string, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			below := key
			if name != "" {
				below = name + "." + key
			}
			flatten(all, below, member)
		}
	case []any:
		for _, item := range v {
			flatten(all, name, item)
		}
	case nil:
	default:
		all[name] = append(all[name], fmt.Sprint(v))
	}
}

// mapLines decodes JSON lines and maps each record.
func mapLines(t testing.TB, tables *ecs.Tables, text string) (all []map[string][]string) {
	t.Helper()
	names := event.NewNames()
	m := ecs.NewMapper(tables, names)
	d := jsonl.Format{}.NewDecoder(names)
	b := parse.Block{Data: []byte(text), Record: 1, Source: &event.Source{Path: "in.jsonl"}}
	d.Decode(&b, func(e *event.Event) bool {
		all = append(all, leaves(t, m.Append(nil, e)))
		return true
	}, func(parse.Problem) {})
	return all
}

// subset returns those of got that are asked for, one text each.
func subset(got map[string][]string, like map[string]string) map[string]string {
	part := map[string]string{}
	for name := range like {
		if v, ok := got[name]; ok {
			part[name] = strings.Join(v, "|")
		}
	}
	return part
}

func TestWindowsEventsHaveTheSameNamesInEveryShape(t *testing.T) {
	want := map[string]string{
		"@timestamp": "2024-05-01T10:00:00.123Z", "event.code": "1", "event.module": "sysmon", "event.dataset": "windows.sysmon_operational",
		"event.category": "process", "event.type": "start", "host.name": "ws1.corp.example", "event.provider": "Microsoft-Windows-Sysmon",
		"process.executable": `C:\Windows\cmd.exe`, "process.name": "cmd.exe", "process.pid": "4711", "process.command_line": "cmd /c whoami",
		"process.parent.executable": `C:\p.exe`, "process.parent.name": "p.exe", "process.parent.pid": "12",
		"user.name": "eva", "user.domain": "CORP", "process.hash.md5": "aa11", "process.hash.sha256": "bb22", "process.pe.imphash": "cc33",
		"winlog.channel": "Microsoft-Windows-Sysmon/Operational", "event.sequence": "1", "log.file.path": "in.jsonl", "ecs.version": ecs.Version,
	}
	data := `"UtcTime":"2024-05-01 10:00:00.123","Image":"C:\\Windows\\cmd.exe","ProcessId":4711,"CommandLine":"cmd /c whoami","ParentImage":"C:\\p.exe","ParentProcessId":"12","User":"CORP\\eva","Hashes":"MD5=AA11,SHA256=BB22,IMPHASH=CC33","RuleName":"-"`
	for shape, text := range map[string]string{
		"evtx":        `{"Event":{"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Sysmon"}},"EventID":1,"TimeCreated":{"#attributes":{"SystemTime":"2024-05-01T10:00:00.123Z"}},"EventRecordID":99,"Channel":"Microsoft-Windows-Sysmon/Operational","Computer":"ws1.corp.example"},"EventData":{` + data + `}}}`,
		"ecs":         `{"@timestamp":"2024-05-01T10:00:00.123Z","winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":1,"provider_name":"Microsoft-Windows-Sysmon","computer_name":"ws1.corp.example","event_data":{` + data + `}}}`,
		"winlogbeat6": `{"@timestamp":"2024-05-01T10:00:00.123Z","log_name":"Microsoft-Windows-Sysmon/Operational","event_id":1,"source_name":"Microsoft-Windows-Sysmon","computer_name":"ws1.corp.example","event_data":{` + data + `}}`,
		"nxlog":       `{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"SourceName":"Microsoft-Windows-Sysmon","Hostname":"ws1.corp.example","SourceModuleType":"im_msvistalog",` + data + `}`,
		"flat":        `{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"ProviderName":"Microsoft-Windows-Sysmon","Computer":"ws1.corp.example",` + data + `}`,
	} {
		got := mapLines(t, load(t), text)[0]
		if diff := cmp.Diff(want, subset(got, want)); diff != "" {
			t.Errorf("%s: %s", shape, diff)
		}
	}
}

func TestValuesAreConverted(t *testing.T) {
	for _, test := range []struct {
		text string
		want map[string]string
	}{
		{
			`{"Channel":"Security","EventID":4688,"Computer":"h","NewProcessName":"C:\\a\\b.exe","NewProcessId":"0x1f4","ProcessId":"0xc8","Keywords":"0x8020000000000000"}`,
			map[string]string{"process.pid": "500", "process.parent.pid": "200", "process.name": "b.exe", "event.action": "created-process", "event.outcome": "success", "winlog.event_data.NewProcessId": "0x1f4"},
		},
		{
			`{"Channel":"Security","EventID":4625,"Computer":"h","TargetUserName":"eva","SubjectUserName":"SRV$","IpAddress":"::ffff:192.0.2.7","IpPort":"-","LogonType":"10","Keywords":"0x8010000000000000"}`,
			map[string]string{"user.name": "eva", "source.ip": "192.0.2.7", "source.address": "192.0.2.7", "event.outcome": "failure", "winlog.logon.type": "RemoteInteractive", "winlog.event_data.IpPort": "-", "winlog.event_data.SubjectUserName": "SRV$"},
		},
		{
			`{"CreationTime":"2024-05-01T10:00:00","Operation":"MailItemsAccessed","Workload":"Exchange","UserId":"eva@corp.example","ClientIPAddress":"192.0.2.7:4711","ResultStatus":"Succeeded"}`,
			map[string]string{"user.name": "eva", "user.domain": "corp.example", "user.email": "eva@corp.example", "source.ip": "192.0.2.7", "source.port": "4711", "event.outcome": "success", "event.code": "MailItemsAccessed"},
		},
		{
			`{"kind":"Event","auditID":"1","verb":"get","stage":"ResponseComplete","requestURI":"/api/v1/pods?limit=5","sourceIPs":["192.0.2.1","192.0.2.2"],"responseStatus":{"code":200}}`,
			map[string]string{"url.original": "/api/v1/pods?limit=5", "url.path": "/api/v1/pods", "url.query": "limit=5", "source.ip": "192.0.2.1|192.0.2.2", "http.response.status_code": "200"},
		},
		{
			`no JSON`,
			map[string]string{"message": "no JSON", "tags": "unparsed", "event.sequence": "1", "event.dataset": "unknown"},
		},
		{
			`{"timestamp":"2024-05-01 10:00:00","a":{"b":[1,"x"],"c":null}}`,
			map[string]string{"@timestamp": "2024-05-01T10:00:00Z", "tags": "time_zone_assumed", "json.a.b": "1|x"},
		},
		{
			`{"@timestamp":"2024-05-01T10:00:00Z","ecs":{"version":"1.12.0"},"event":{"dataset":"d.x","sequence":9},"process":{"executable":"/bin/ls"},"log":{"file":{"path":"/var/log/x"}},"tags":["mine"]}`,
			map[string]string{"event.dataset": "d.x", "event.module": "d", "process.name": "ls", "ecs.version": ecs.Version, "labels.ecs_version": "1.12.0", "labels.event_sequence": "9", "log.file.path": "in.jsonl", "labels.log_file_path": "/var/log/x", "tags": "mine"},
		},
	} {
		got := mapLines(t, load(t), test.text)[0]
		if diff := cmp.Diff(test.want, subset(got, test.want)); diff != "" {
			t.Errorf("%s\n%s", test.text, diff)
		}
	}
}

func TestTheBetterOfTwoFieldsHasTheName(t *testing.T) {
	table := ecs.File{Name: "own.yml", Text: []byte(`
version: 1
sections:
  - when: {dataset: json}
    namespace: acme
    under: {"raw.": ""}
    names: {best: user.name, second: user.name, worst: [user.name, host.id]}
  - when: {dataset: json}
    where: {mode: [special, "x*"]}
    set: {event.action: special}
    names: {worst: user.name}
`)}
	for text, want := range map[string]map[string]string{
		`{"worst":"w","second":"s","best":"b","raw":{"q":1}}`: {"user.name": "b", "acme.second": "s", "host.id": "w", "acme.q": "1"},
		`{"second":"s","second":"t","worst":"w"}`:             {"user.name": "s|t", "host.id": "w"},
		`{"second":"s","second":"t","best":"b"}`:              {"user.name": "b", "acme.second": "s|t"},
		`{"mode":"xyz","worst":"w","best":"b"}`:               {"user.name": "w", "event.action": "special", "acme.best": "b"},
		`{"best":"-","second":"s"}`:                           {"user.name": "s", "acme.best": "-"},
	} {
		got := mapLines(t, load(t, table), text)[0]
		if diff := cmp.Diff(want, subset(got, want)); diff != "" {
			t.Errorf("%s\n%s", text, diff)
		}
	}
}

func TestABrokenTableSaysWhere(t *testing.T) {
	for text, want := range map[string]string{
		"version: 2\n": "version is 2",
		"version: 1\nsections: [{names: {a: {to: b, as: magic}}}]": `no conversion is called "magic"`,
		"version: 1\nsections: [{name: {a: b}}]":                   "field name not found",
		"version: 1\ntypes: {number: [a]}":                         `no type is called "number"`,
	} {
		_, err := ecs.Load(ecs.File{Name: "own.yml", Text: []byte(text)})
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "own.yml") {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
}

// FuzzNothingIsLost maps any JSON and looks for every native value in the
// output, wherever it is: the slow way to say what a mapping must not lose.
func FuzzNothingIsLost(f *testing.F) {
	for _, seed := range []string{
		`{"Channel":"Security","EventID":4688,"Computer":"h","NewProcessId":"0x1f4","SubjectUserName":"-"}`,
		`{"Operation":"x","CreationTime":"2024-05-01T10:00:00","Workload":"Exchange","ClientIP":"[::1]:99","UserId":"a@b"}`,
		`{"@timestamp":"2024-05-01T10:00:00Z","ecs":{"version":"8"},"source":{"ip":["1.1.1.1","x","1.1.1.1"],"port":"a"},"source":5,"tags":"t","event":{"code":7}}`,
		`{"a":1,"a":{"b":2,"value":3},"a":[{},[],null],"":{"":4},"a..b":5}`,
		`{"eventSource":"iam.amazonaws.com","eventName":"x","awsRegion":"r","userAgent":"u","errorCode":"E","responseElements":{"ConsoleLogin":"Success"}}`,
		`{"winlog":{"channel":"Microsoft-Windows-Sysmon/Operational","event_id":3,"event_data":{"SourceIp":"999","Protocol":"TCP","User":"A\\B","Hashes":"MD5=1"}},"process":{"executable":"/x"}}`,
		"\"\xff\" {\"\xfe\":\"\xfd\"}",
	} {
		f.Add(seed)
	}
	tables, names := load(f), event.NewNames()
	m := ecs.NewMapper(tables, names)
	f.Fuzz(func(t *testing.T, text string) {
		d := jsonl.Format{}.NewDecoder(names)
		b := parse.Block{Data: []byte(text), Record: 1, Source: &event.Source{Path: "p"}}
		d.Decode(&b, func(e *event.Event) bool {
			line := m.Append(nil, e)
			if !json.Valid(line) || bytes.IndexByte(line, '\n') >= 0 {
				t.Fatalf("no line of JSON: %s", line)
			}
			found := map[string]bool{}
			for values := range maps.Values(leaves(t, line)) {
				for _, v := range values {
					found[v] = true
				}
			}
			for _, field := range e.Fields {
				if want := strings.ToValidUTF8(field.Text(), "\uFFFD"); field.HasText() && !found[want] && !found[each(field.Text())] {
					t.Fatalf("%q of %q is not in %s", want, names.Text(field.Name), line)
				}
			}
			return true
		}, func(parse.Problem) {})
	})
}

// each replaces every byte that is not UTF-8, as JSON output does.
func each(s string) string { return string([]rune(s)) }

func TestOutputDoesNotDependOnWhatWasMappedBefore(t *testing.T) {
	lines := []string{
		`{"eventSource":"iam.amazonaws.com","eventName":"x","awsRegion":"r","sourceIPAddress":"192.0.2.1"}`,
		`{"a":{"b":1}}`, `{"a":1}`, `{"a":{"b":{"c":1}}}`, `{"tags":["x","y"]}`, `x`,
	}
	fresh := func(line string) map[string][]string { return mapLines(t, load(t), line)[0] }
	all := mapLines(t, load(t), strings.Join(append(slices.Clone(lines), lines...), "\n"))
	for i, got := range all {
		want := fresh(lines[i%len(lines)])
		delete(want, "event.sequence")
		delete(got, "event.sequence")
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("record %d: %s", i+1, diff)
		}
	}
}

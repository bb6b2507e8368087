package ocsf_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/jsonl"
	"github.com/dwell-project/dwell/parse/lines"
	"github.com/dwell-project/dwell/parse/ocsf"
)

// mapText maps the records of a source in any format.
func mapText(t testing.TB, format parse.Format, text []byte) (all []map[string]any) {
	t.Helper()
	own, err := lines.Format{}.Table()
	if err != nil {
		t.Fatal(err)
	}
	tables, err := ecs.Load(own)
	if err != nil {
		t.Fatal(err)
	}
	classes, err := ocsf.Load()
	if err != nil {
		t.Fatal(err)
	}
	names := event.NewNames()
	m, d := ocsf.NewMapper(classes, tables, names), format.NewDecoder(names)
	split := format.Split(bytes.NewReader(text), &event.Source{Path: "in"})
	for {
		var b parse.Block
		if err := split.Next(&b); err == io.EOF {
			return all
		} else if err != nil {
			t.Fatal(err)
		}
		d.Decode(&b, func(e *event.Event) bool {
			var v map[string]any
			if err := json.Unmarshal(m.Append(nil, e), &v); err != nil {
				t.Fatal(err)
			}
			all = append(all, v)
			return true
		}, func(parse.Problem) {})
	}
}

// flatten gives the texts of all leaves by dotted name; lists are passed
// through.
func flatten(all map[string][]string, name string, v any) {
	switch v := v.(type) {
	case map[string]any:
		for key, member := range v {
			flatten(all, strings.TrimPrefix(name+"."+key, "."), member)
		}
	case []any:
		for _, item := range v {
			flatten(all, name, item)
		}
	case nil:
	case float64:
		all[name] = append(all[name], fmt.Sprintf("%.15g", v))
	default:
		all[name] = append(all[name], fmt.Sprint(v))
	}
}

func TestClassesAndActivities(t *testing.T) {
	for text, want := range map[string]string{
		`{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Computer":"h","Image":"a.exe"}`:                                                       "1007 Process Activity: Launch",
		`{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":5,"Computer":"h"}`:                                                                       "1007 Process Activity: Terminate",
		`{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":3,"Computer":"h","DestinationIp":"192.0.2.1"}`:                                           "4001 Network Activity: Open",
		`{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":7,"Computer":"h"}`:                                                                       "1005 Module Activity: Load",
		`{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":11,"Computer":"h"}`:                                                                      "1001 File System Activity: Create",
		`{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":13,"Computer":"h","EventType":"SetValue"}`:                                               "201002 Registry Value Activity: Set",
		`{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":12,"Computer":"h","EventType":"CreateKey"}`:                                              "201001 Registry Key Activity: Create",
		`{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":22,"Computer":"h","QueryName":"a.example"}`:                                              "4003 DNS Activity: Query",
		`{"Channel":"Security","EventID":4624,"Computer":"h"}`:                                                                                                "3002 Authentication: Logon",
		`{"Channel":"Security","EventID":4634,"Computer":"h"}`:                                                                                                "3002 Authentication: Logoff",
		`{"Channel":"Security","EventID":4768,"Computer":"h"}`:                                                                                                "3002 Authentication: Authentication Ticket",
		`{"Channel":"Security","EventID":4720,"Computer":"h"}`:                                                                                                "3001 Account Change: Create",
		`{"Channel":"Security","EventID":4740,"Computer":"h"}`:                                                                                                "3001 Account Change: Lock",
		`{"Channel":"Security","EventID":4728,"Computer":"h"}`:                                                                                                "3006 Group Management: Add User",
		`{"Channel":"Security","EventID":4698,"Computer":"h"}`:                                                                                                "1006 Scheduled Job Activity: Create",
		`{"eventSource":"ec2.amazonaws.com","eventName":"DescribeInstances","awsRegion":"r"}`:                                                                 "6003 API Activity: Read",
		`{"CreationTime":"2024-05-01T10:00:00","Operation":"New-InboxRule","Workload":"Exchange"}`:                                                            "6003 API Activity: Create",
		`{"alert_time":"2024-05-01T10:00:00Z","alert_unique_id":"u","rule_name":"M","level":"high","agent":{"hostname":"h"}}`:                                 "2004 Detection Finding: Create",
		`{"MessageTraceId":"m","SenderAddress":"a@b.example","RecipientAddress":"c@d.example","Status":"Delivered","Received":"2024-05-01T10:00:00.1234567"}`: "4009 Email Activity: Trace",
		`{"a":1}`: "0 Base Event: Other",
		`a`:       "0 Base Event: Other",
	} {
		got := mapText(t, jsonl.Format{}, []byte(text))[0]
		if class := fmt.Sprintf("%v %v", got["class_uid"], got["type_name"]); class != want {
			t.Errorf("%s\nis %s, want %s", text, class, want)
		}
		uid, activity, typ := got["class_uid"].(float64), got["activity_id"].(float64), got["type_uid"].(float64)
		if typ != uid*100+activity || got["metadata"].(map[string]any)["version"] != ocsf.Version {
			t.Errorf("%s: type_uid %v, metadata %v", text, typ, got["metadata"])
		}
	}
}

func TestAProcessIsWhatIsLaunchedAndItsParentWhoActs(t *testing.T) {
	got := mapText(t, jsonl.Format{}, []byte(`{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Computer":"h","UtcTime":"2024-05-01 10:00:00.123","Image":"C:\\w\\a.exe","ProcessId":7,"ParentImage":"C:\\p.exe","ParentProcessId":3,"User":"D\\u","Hashes":"MD5=AA,SHA256=BB","RuleName":"-","X":"y"}`))[0]
	var want map[string]any
	if err := json.Unmarshal([]byte(`{
		"process": {"name":"a.exe","pid":7,"user":{"name":"u","domain":"D"},
			"file":{"path":"C:\\w\\a.exe","name":"a.exe","hashes":[{"algorithm":"MD5","algorithm_id":1,"value":"aa"},{"algorithm":"SHA-256","algorithm_id":3,"value":"bb"}]},
			"parent_process":{"pid":3,"file":{"path":"C:\\p.exe","name":"p.exe"}}},
		"actor": {"process":{"pid":3,"file":{"path":"C:\\p.exe","name":"p.exe"}}},
		"device": {"hostname":"h"}, "time": 1714557600123, "severity_id": 1
	}`), &want); err != nil {
		t.Fatal(err)
	}
	part := map[string]any{}
	for name := range want {
		part[name] = got[name]
	}
	if diff := cmp.Diff(want, part); diff != "" {
		t.Error(diff)
	}
	all := map[string][]string{}
	flatten(all, "", got)
	if !slices.Equal(all["unmapped.winlog.event_data.X"], []string{"y"}) || !slices.Equal(all["unmapped.winlog.event_data.RuleName"], []string{"-"}) {
		t.Errorf("unmapped: %v", got["unmapped"])
	}
}

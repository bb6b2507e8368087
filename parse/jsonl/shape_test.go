package jsonl_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestShapesAreToldByContent(t *testing.T) {
	for _, test := range []struct {
		name, text string
		want       record
	}{
		{
			"winlogbeat",
			`{"@timestamp":"2024-03-01T10:20:30.123Z","host":{"name":"collector"},"event":{"code":"1","provider":"P"},` +
				`"winlog":{"channel":"Microsoft-Windows-Sysmon\/Operational","event_id":1,"provider_name":"Microsoft-Windows-Sysmon","computer_name":"ws1","event_data":{"Image":"x"}}}`,
			record{
				Schema: "ecs", Dataset: "windows.sysmon_operational", Time: "2024-03-01T10:20:30.123Z", Host: "ws1",
				Provider: "Microsoft-Windows-Sysmon", Channel: "Microsoft-Windows-Sysmon/Operational", Code: "1",
			},
		},
		{
			"Elasticsearch export with dotted names",
			`{"_index":"i","_id":"1","_source":{"@timestamp":"2024-03-01T10:20:30+02:00","winlog.channel":"Security","event.code":4624,"host.name":"dc1","event.provider":"P"},"sort":[1]}`,
			record{Schema: "ecs", Dataset: "windows.security", Time: "2024-03-01T08:20:30Z", Host: "dc1", Provider: "P", Channel: "Security", Code: "4624"},
		},
		{
			"winlogbeat 6",
			`{"@timestamp":"2018-03-01T10:20:30.000Z","log_name":"Windows PowerShell","event_id":400,"source_name":"PowerShell","computer_name":"ws2","event_data":{"param1":"x"}}`,
			record{
				Schema: "winlogbeat6", Dataset: "windows.windows_powershell", Time: "2018-03-01T10:20:30Z", Host: "ws2",
				Provider: "PowerShell", Channel: "Windows PowerShell", Code: "400",
			},
		},
		{
			"NXLog with the collector's time",
			`{"EventTime":"2020-06-09 22:50:54","@timestamp":"2020-06-10T02:50:56.537Z","Hostname":"ws6","SourceName":"Microsoft-Windows-Sysmon","EventID":13,"Channel":"Microsoft-Windows-Sysmon/Operational","UtcTime":"2020-06-10 02:50:54.631","host":"wec"}`,
			record{
				Schema: "nxlog", Dataset: "windows.sysmon_operational", Time: "2020-06-10T02:50:56.537Z", Host: "ws6",
				Provider: "Microsoft-Windows-Sysmon", Channel: "Microsoft-Windows-Sysmon/Operational", Code: "13",
			},
		},
		{
			"NXLog with Sysmon's time before the local one",
			`{"EventTime":"2020-06-09 22:50:54","Hostname":"ws6","EventID":13,"Channel":"C","UtcTime":"2020-06-10 02:50:54.631"}`,
			record{Schema: "nxlog", Dataset: "windows.c", Time: "2020-06-10T02:50:54.631Z", Host: "ws6", Channel: "C", Code: "13"},
		},
		{
			"evtx_dump",
			`{"Event":{"#attributes":{"xmlns":"x"},"System":{"Provider":{"#attributes":{"Name":"P","Guid":"g"}},"EventID":{"#attributes":{"Qualifiers":0},"#text":7045},` +
				`"TimeCreated":{"#attributes":{"SystemTime":"2024-03-01T10:20:30.5Z"}},"Correlation":null,"Channel":"System","Computer":"ws1"},"EventData":{"ServiceName":"s","Data":{"#text":["a","b"]}}}}`,
			record{
				Schema: "evtx", Dataset: "windows.system", Time: "2024-03-01T10:20:30.5Z", Host: "ws1", Provider: "P", Channel: "System", Code: "7045",
				Fields: []string{
					"System.Provider.Name=P", "System.Provider.Guid=g", "System.EventID.Qualifiers#0", "System.EventID#7045",
					"System.TimeCreated.SystemTime=2024-03-01T10:20:30.5Z", "System.Correlation!", "System.Channel=System", "System.Computer=ws1",
					"EventData.ServiceName=s", "EventData.Data=a", "EventData.Data=b",
				},
			},
		},
		{
			"evtx_dump with separate attributes",
			`{"Event_attributes":{"xmlns":"x"},"Event":{"System":{"Provider_attributes":{"Name":"P"},"Provider":null,"EventID":1,"TimeCreated_attributes":{"SystemTime":"2024-03-01 10:20:30 UTC"},"Channel":"System","Computer":"ws1"},"UserData":{"E_attributes":{"a":1},"E":{"b":2}}}}`,
			record{
				Schema: "evtx", Dataset: "windows.system", Time: "2024-03-01T10:20:30Z", Host: "ws1", Provider: "P", Channel: "System", Code: "1",
				Fields: []string{
					"System.Provider.Name=P", "System.Provider!", "System.EventID#1", "System.TimeCreated.SystemTime=2024-03-01 10:20:30 UTC",
					"System.Channel=System", "System.Computer=ws1", "UserData.E.a#1", "UserData.E.b#2",
				},
			},
		},
		{
			"the XML tree as converters write it, Data as a list",
			`{"Event":{"@xmlns":"x","System":{"Provider":{"@Name":"P"},"EventID":"1","TimeCreated":{"@SystemTime":"2024-03-01T10:20:30Z"},"Channel":"System","Computer":"ws1"},` +
				`"EventData":{"Data":[{"@Name":"Image","#text":"x"},{"@Name":"Empty"},{"#attributes":{"Name":"User"},"#text":"u"},"loose"]}}}`,
			record{
				Schema: "evtx", Dataset: "windows.system", Time: "2024-03-01T10:20:30Z", Host: "ws1", Provider: "P", Channel: "System", Code: "1",
				Fields: []string{
					"System.Provider.Name=P", "System.EventID=1", "System.TimeCreated.SystemTime=2024-03-01T10:20:30Z", "System.Channel=System",
					"System.Computer=ws1", "EventData.Image=x", "EventData.Empty!", "EventData.User=u", "EventData.Data=loose",
				},
			},
		},
		{
			"System at the top, values as objects, epoch time",
			`{"System":{"Provider":{"Name":"P"},"EventID":{"Value":4688},"TimeCreated":{"SystemTime":1709288430.25},"Channel":"Security","Computer":"ws1"},"EventData":{"NewProcessName":"x"}}`,
			record{Schema: "evtx", Dataset: "windows.security", Time: "2024-03-01T10:20:30.25Z", Host: "ws1", Provider: "P", Channel: "Security", Code: "4688"},
		},
		{
			"flat",
			`{"Channel":"Security","EventID":4624,"Computer":"dc1","Provider_Name":"P","SystemTime":"2024-03-01T10:20:30.1234567Z","product":"windows"}`,
			record{Schema: "flat", Dataset: "windows.security", Time: "2024-03-01T10:20:30.1234567Z", Host: "dc1", Provider: "P", Channel: "Security", Code: "4624"},
		},
		{
			"PowerShell's time",
			`{"Channel":"Security","EventID":"4624","Computer":"dc1","TimeCreated":"\/Date(1709288430123)\/"}`,
			record{Schema: "flat", Dataset: "windows.security", Time: "2024-03-01T10:20:30.123Z", Host: "dc1", Channel: "Security", Code: "4624"},
		},
		{
			"anything else",
			`{"ts":1588205199.82437,"host":"h","Event":{"System":{"x":1}},"category":"c"}`,
			record{
				Schema: "json", Dataset: "json", Time: "2020-04-30T00:06:39.82437Z", Host: "h",
				Fields: []string{"ts#1588205199.82437", "host=h", "Event.System.x#1", "category=c"},
			},
		},
		{
			"a member named as a level of Windows events",
			`{"Event":{"#text":"a","id":5},"timestamp":"2024-03-01T10:20:30Z"}`,
			record{
				Schema: "json", Dataset: "json", Time: "2024-03-01T10:20:30Z",
				Fields: []string{"Event.#text=a", "Event.id#5", "timestamp=2024-03-01T10:20:30Z"},
			},
		},
	} {
		got := readOne(t, test.text)
		test.want.Raw, test.want.Record = test.text, 1
		if test.want.Fields == nil {
			got.Fields = nil
		}
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
}

func TestShapesMayChangeFromLineToLine(t *testing.T) {
	text := `{"Channel":"Security","EventID":1,"Computer":"a"}
{"winlog":{"channel":"Security","event_id":1}}
{"x":1}
{"Event":{"System":{"EventID":1,"Channel":"Security"}}}
{"Event":{"x":1}}
{"Channel":"Security","EventID":1,"Hostname":"a"}
`
	records, _ := read(t, text)
	var got []string
	for _, r := range records {
		got = append(got, r.Schema)
	}
	if diff := cmp.Diff([]string{"flat", "ecs", "json", "evtx", "json", "nxlog"}, got); diff != "" {
		t.Errorf("schemas (-want +got):\n%s", diff)
	}
}

func TestRecordIsTheEventRecordIDWhereThereIsOne(t *testing.T) {
	for text, want := range map[string]int64{
		`{"Event":{"System":{"Channel":"Security","EventID":1,"EventRecordID":77}}}`: 77,
		`{"winlog":{"channel":"Security","event_id":1,"record_id":"78"}}`:            78,
		`{"Channel":"Security","EventID":1,"Computer":"a","EventRecordID":"79"}`:     79,
		`{"Channel":"Security","EventID":1,"Hostname":"a","RecordNumber":80}`:        80,
		`{"Channel":"Security","EventID":1,"Computer":"a"}`:                          1,
		`{"Channel":"Security","EventID":1,"Computer":"a","EventRecordID":"?"}`:      1,
		`{"EventRecordID":81}`: 1, // no Windows event
	} {
		if got := readOne(t, text).Record; got != want {
			t.Errorf("%s: record %d; want %d", text, got, want)
		}
	}
}

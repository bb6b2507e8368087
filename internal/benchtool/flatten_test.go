package main

import (
	"bytes"
	"encoding/binary"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
)

// record is an EVTX record of the given code with text fields, name and value
// in turn, and the process id 7.
func (f *flattener) record(channel, provider, code string, fields ...string) *event.Event {
	text := func(s string) event.Field { return event.Field{Kind: event.Text, Data: []byte(s)} }
	e := &event.Event{
		Time: time.Date(2025, 1, 2, 3, 4, 5, 600, time.UTC), Schema: "evtx", Source: &event.Source{},
		Host: text("dc1"), Channel: text(channel), Provider: text(provider), Code: text(code),
	}
	for i := 0; i < len(fields); i += 2 {
		field := text(fields[i+1])
		field.Name = f.names.Intern(fields[i])
		e.Fields = append(e.Fields, field)
	}
	return e
}

func TestRecordsBecomeFlatLinesWithTheirLogSource(t *testing.T) {
	var out bytes.Buffer
	f, err := newFlattener(&out)
	if err != nil {
		t.Fatal(err)
	}
	const sysmon, by = "Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon"
	process := f.record(sysmon, by, "1", "System.Channel", sysmon, "EventData.Image", `C:\a"b.exe`, "EventData.User", "x\ny")
	process.Fields = append(process.Fields,
		event.Field{Name: f.names.Intern("EventData.ProcessId"), Kind: event.Uint32, Data: binary.LittleEndian.AppendUint32(nil, 7)},
		event.Field{Name: f.names.Intern("EventData.Empty"), Kind: event.Null})
	for _, e := range []*event.Event{
		process,
		f.record(sysmon, by, "12", "EventData.EventType", "CreateKey"),
		f.record(sysmon, by, "12", "EventData.EventType", "DeleteKey"),
		f.record("Application", "App", "3", "EventData.Data", "one", "EventData.Other", "o", "EventData.Data", "two"),
		f.record("System", "Microsoft-Windows-Eventlog", "104", "UserData.LogFileCleared.Channel", "Security"),
	} {
		if !f.add(e) {
			t.Fatal(f.err)
		}
	}
	if err := f.out.Flush(); err != nil || f.err != nil {
		t.Fatal(err, f.err)
	}
	header := func(service, category, channel, provider, code string) string {
		s := `{"product":"windows","service":"` + service + `",`
		if category != "" {
			s += `"category":"` + category + `",`
		}
		return s + `"Channel":"` + channel + `","Computer":"dc1","Provider_Name":"` + provider +
			`","@timestamp":"2025-01-02T03:04:05.0000006Z","EventID":` + code
	}
	want := strings.Join([]string{
		header("sysmon", "process_creation", sysmon, by, "1") + `,"Image":"C:\\a\"b.exe","User":"x\u000ay","ProcessId":7}`,
		header("sysmon", "registry_add", sysmon, by, "12") + `,"EventType":"CreateKey"}`,
		header("sysmon", "registry_delete", sysmon, by, "12") + `,"EventType":"DeleteKey"}`,
		header("application", "", "Application", "App", "3") + `,"Data":["one","two"],"Other":"o"}`,
		header("system", "", "System", "Microsoft-Windows-Eventlog", "104") + `,"UserData.LogFileCleared.Channel":"Security"}`,
	}, "\n") + "\n"
	if diff := cmp.Diff(want, out.String()); diff != "" {
		t.Errorf("lines (-want +got):\n%s", diff)
	}
}

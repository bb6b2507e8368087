package ecs_test

import (
	"bytes"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// BenchmarkAppend decodes and maps records of one shape; the figure to watch is
// events/s.
func BenchmarkAppend(b *testing.B) {
	for _, bench := range []struct{ name, line string }{
		{"sysmon", `{"Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"ProviderName":"Microsoft-Windows-Sysmon","Computer":"ws1.corp.example","UtcTime":"2024-05-01 10:00:00.123","Image":"C:\\Windows\\cmd.exe","ProcessId":4711,"CommandLine":"cmd /c whoami","ParentImage":"C:\\p.exe","ParentProcessId":12,"User":"CORP\\eva","Hashes":"MD5=AA11,SHA256=BB22"}`},
		{"o365", `{"CreationTime":"2024-05-01T10:00:00","Id":"1","Operation":"MailItemsAccessed","OrganizationId":"o","RecordType":50,"Workload":"Exchange","UserId":"eva@corp.example","ClientIPAddress":"192.0.2.1","ResultStatus":"Succeeded","MailboxGuid":"g","LogonType":0}`},
		{"unknown", `{"a":1,"b":{"c":"text","d":[1,2,3]},"timestamp":"2024-05-01T10:00:00Z","message":"something happened"}`},
	} {
		b.Run(bench.name, func(b *testing.B) {
			const lines = 1000
			names := event.NewNames()
			m := ecs.NewMapper(load(b), names)
			d := jsonl.Format{}.NewDecoder(names)
			block := parse.Block{Data: bytes.Repeat([]byte(bench.line+"\n"), lines), Record: 1, Source: &event.Source{Path: "p"}}
			var out []byte
			b.ReportAllocs()
			for b.Loop() {
				d.Decode(&block, func(e *event.Event) bool {
					out = m.Append(out[:0], e)
					return true
				}, func(p parse.Problem) { b.Fatal(p) })
			}
			b.ReportMetric(float64(b.N)*lines/b.Elapsed().Seconds(), "events/s")
		})
	}
}

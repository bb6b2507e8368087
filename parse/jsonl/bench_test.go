//go:build unix

package jsonl_test

import (
	"bytes"
	"fmt"
	"io"
	"syscall"
	"testing"
	"time"

	"github.com/valyala/fastjson"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// cpuClock starts a clock of the process's CPU time, which other programs on
// the machine do not touch.
func cpuClock(b *testing.B) func() time.Duration {
	b.Helper()
	now := func() time.Duration {
		var u syscall.Rusage
		if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
			b.Fatal(err)
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	start := now()
	return func() time.Duration { return now() - start }
}

// flatEvents returns n process creations, registry writes and network
// connections as flat JSON lines of about 590 bytes with some 20 fields.
func flatEvents(n int) []byte {
	var b bytes.Buffer
	for i := range n {
		fmt.Fprintf(&b, `{"@timestamp":"2024-03-%02dT%02d:%02d:%02d.%03dZ","Channel":"Microsoft-Windows-Sysmon/Operational",`+
			`"Computer":"WS%02d.example.org","Provider_Name":"Microsoft-Windows-Sysmon","EventRecordID":%d,`,
			1+i%28, i%24, i%60, i*7%60, i%1000, i%40, 100000+i)
		switch i % 3 {
		case 0:
			fmt.Fprintf(&b, `"EventID":1,"ProcessId":%d,"Image":"C:\\Windows\\System32\\cmd.exe","CommandLine":"cmd.exe /c dir C:\\Users\\user%d\\Documents",`+
				`"CurrentDirectory":"C:\\Users\\user%d\\","User":"EXAMPLE\\user%d","IntegrityLevel":"Medium","OriginalFileName":"Cmd.Exe","Company":"Microsoft Corporation",`+
				`"ParentProcessId":%d,"ParentImage":"C:\\Windows\\explorer.exe","ParentCommandLine":"C:\\Windows\\Explorer.EXE","product":"windows","service":"sysmon","category":"process_creation"}`,
				i%9000, i%50, i%50, i%50, i%7000)
		case 1:
			fmt.Fprintf(&b, `"EventID":13,"EventType":"SetValue","ProcessId":%d,"Image":"C:\\Program Files\\Example\\Updater\\updater.exe",`+
				`"TargetObject":"HKLM\\SOFTWARE\\Microsoft\\Windows\\CurrentVersion\\Run\\Updater%d","Details":"\"C:\\Program Files\\Example\\Updater\\updater.exe\" /silent",`+
				`"User":"NT AUTHORITY\\SYSTEM","RuleName":"-","UtcTime":"2024-03-01 10:00:00.000","ProcessGuid":"{5770385f-c22a-43e0-bf4c-06f5698ffbd9}","product":"windows","service":"sysmon","category":"registry_set"}`,
				i%9000, i%10)
		default:
			fmt.Fprintf(&b, `"EventID":3,"ProcessId":%d,"Image":"C:\\Windows\\System32\\svchost.exe","Protocol":"tcp","Initiated":true,"SourceIp":"10.0.%d.%d",`+
				`"SourcePort":%d,"SourceHostname":"ws%d.example.org","DestinationIp":"192.0.2.%d","DestinationPort":443,"DestinationHostname":"updates.example.net",`+
				`"User":"NT AUTHORITY\\NETWORK SERVICE","RuleName":"-","UtcTime":"2024-03-01 10:00:00.000","product":"windows","service":"sysmon","category":"network_connection"}`,
				i%9000, i%9, i%250, 40000+i%9999, i%40, i%250)
		}
		b.WriteByte('\n')
	}
	return b.Bytes()
}

func BenchmarkDecodeFlat(b *testing.B) {
	const n = 400
	data := flatEvents(n)
	d := jsonl.Format{}.NewDecoder(event.NewNames())
	block := &parse.Block{Data: data, Record: 1, Source: &event.Source{Path: "bench"}}
	fields := 0
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	cpu := cpuClock(b)
	for b.Loop() {
		d.Decode(block, func(e *event.Event) bool { fields += len(e.Fields); return true }, func(p parse.Problem) { b.Fatal(p) })
	}
	b.ReportMetric(float64(n)*float64(b.N)/cpu().Seconds(), "events/cpu-s")
	b.ReportMetric(float64(fields)/float64(n*b.N), "fields/event")
}

func BenchmarkSplitAndDecodeFlat(b *testing.B) {
	const n = 20000
	data := flatEvents(n)
	d := jsonl.Format{}.NewDecoder(event.NewNames())
	block := &parse.Block{}
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	cpu := cpuClock(b)
	for b.Loop() {
		s := jsonl.Format{}.Split(bytes.NewReader(data), &event.Source{Path: "bench"})
		got := 0
		for s.Next(block) != io.EOF {
			d.Decode(block, func(*event.Event) bool { got++; return true }, func(p parse.Problem) { b.Fatal(p) })
		}
		if got != n {
			b.Fatalf("decoded %d events; want %d", got, n)
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/cpu().Seconds(), "events/cpu-s")
}

// BenchmarkFastjsonVisitFlat parses the same lines with fastjson and visits
// every member.
func BenchmarkFastjsonVisitFlat(b *testing.B) {
	const n = 400
	lines := bytes.Split(bytes.TrimSpace(flatEvents(n)), []byte{'\n'})
	var p fastjson.Parser
	size, fields := 0, 0
	for _, l := range lines {
		size += len(l) + 1
	}
	b.SetBytes(int64(size))
	b.ReportAllocs()
	cpu := cpuClock(b)
	for b.Loop() {
		for _, l := range lines {
			v, err := p.ParseBytes(l)
			if err != nil {
				b.Fatal(err)
			}
			o, _ := v.Object()
			o.Visit(func(_ []byte, v *fastjson.Value) {
				if v.Type() == fastjson.TypeString {
					_, _ = v.StringBytes()
				}
				fields++
			})
		}
	}
	b.ReportMetric(float64(n)*float64(b.N)/cpu().Seconds(), "events/cpu-s")
}

func TestDecodingAllocatesNothingPerEvent(t *testing.T) {
	d := jsonl.Format{}.NewDecoder(event.NewNames())
	block := &parse.Block{Data: flatEvents(1000), Record: 1, Source: &event.Source{}}
	n := testing.AllocsPerRun(10, func() {
		d.Decode(block, func(*event.Event) bool { return true }, func(p parse.Problem) { t.Error(p) })
	})
	if n > 5 {
		t.Errorf("%v allocations for 1000 events; want none but the call's own", n)
	}
}

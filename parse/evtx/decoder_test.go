package evtx_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	w "github.com/dwell-project/dwell/internal/evtxwrite"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
)

func writeLog(t testing.TB, records ...w.Record) []byte {
	t.Helper()
	var log w.Log
	for _, r := range records {
		if err := log.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	return log.Bytes()
}

// decode returns the fields of the log's records as name=text, and what the
// events say of themselves.
func decode(t *testing.T, log []byte) (fields [][]string, heads []string) {
	t.Helper()
	names := event.NewNames()
	problems, err := decodeAll(bytes.NewReader(log), names, func(e *event.Event) {
		var all []string
		for _, f := range e.Fields {
			text := f.Text()
			if f.Kind == event.Null {
				text = "(null)"
			}
			all = append(all, names.Text(f.Name)+"="+text)
		}
		fields = append(fields, all)
		heads = append(heads, fmt.Sprintf("%s %s %d host=%s provider=%s channel=%s code=%s at %s", e.Schema, e.Dataset, e.Record,
			e.Host.Text(), e.Provider.Text(), e.Channel.Text(), e.Code.Text(), e.Time.Format(time.RFC3339Nano)))
	})
	if err != nil || problems != nil {
		t.Fatalf("problems %v, error %v", problems, err)
	}
	return fields, heads
}

func TestRecordBecomesAnEvent(t *testing.T) {
	fields, heads := decode(t, writeLog(t, w.Record{
		ID: 4711, Time: testTime, Provider: "Microsoft-Windows-Sysmon", ProviderGUID: "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}", EventID: 1, Version: 5,
		Keywords: 1 << 63, Channel: "Microsoft-Windows-Sysmon/Operational", Computer: "WS-07.example", UserSID: "S-1-5-18",
		Data: []w.Data{
			{Name: "Image", Value: w.String("C:\\a.exe\x00")},
			{Name: "Threat Name", Value: w.Null()},
			{Name: "RuleName", Value: w.String("")},
			{Value: w.Array(w.String("a"), w.String(""), w.String("c"))},
			{Value: w.Hex32(255)},
		},
	}))
	want := []string{
		"System.Provider.Name=Microsoft-Windows-Sysmon", "System.Provider.Guid={5770385f-c22a-43e0-bf4c-06f5698ffbd9}", "System.EventID=1",
		"System.Version=5", "System.Level=0", "System.Task=0", "System.Opcode=0", "System.Keywords=0x8000000000000000",
		"System.TimeCreated.SystemTime=2021-03-04T05:06:07.8912345Z", "System.EventRecordID=4711", "System.Correlation=(null)",
		"System.Execution.ProcessID=0", "System.Execution.ThreadID=0", "System.Channel=Microsoft-Windows-Sysmon/Operational",
		"System.Computer=WS-07.example", "System.Security.UserID=S-1-5-18", `EventData.Image=C:\a.exe`, "EventData.Threat Name=(null)",
		"EventData.RuleName=", "EventData.Data=a", "EventData.Data=", "EventData.Data=c", "EventData.Data=0xff",
	}
	if diff := cmp.Diff(want, fields[0]); diff != "" {
		t.Errorf("-want +got: %s", diff)
	}
	head := "evtx windows.sysmon_operational 4711 host=WS-07.example provider=Microsoft-Windows-Sysmon " +
		"channel=Microsoft-Windows-Sysmon/Operational code=1 at 2021-03-04T05:06:07.8912345Z"
	if heads[0] != head {
		t.Errorf("event is\n%s\nwant\n%s", heads[0], head)
	}
}

func TestDatasetIsNamedByTheChannel(t *testing.T) {
	var records []w.Record
	channels := []string{"Security", "Windows PowerShell", "Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-TaskScheduler/Operational", "Security", ""}
	for _, c := range channels {
		records = append(records, w.Record{Time: testTime, Channel: c})
	}
	_, heads := decode(t, writeLog(t, records...))
	want := []string{"windows.security", "windows.windows_powershell", "windows.powershell_operational", "windows.taskscheduler_operational", "windows.security", "windows"}
	for i, head := range heads {
		if got := strings.Fields(head)[1]; got != want[i] {
			t.Errorf("channel %q is dataset %q; want %q", channels[i], got, want[i])
		}
	}
}

func TestForwardedEventKeepsItsOwnChannelAndItsRendering(t *testing.T) {
	r := w.Record{
		Time: testTime, Channel: "Security", Computer: "DC-01", EventID: 1102, UserData: w.Elem("LogFileCleared", w.Child(w.Elem("SubjectUserName", w.Sub(w.String("eve"))))).With("xmlns", w.Text("urn:x")),
		RenderingInfo: w.Elem("RenderingInfo", w.Child(w.Elem("Message", w.Sub(w.String("The audit log was cleared.")))), w.Child(w.Elem("Level", w.Sub(w.String("Information"))))).With("Culture", w.Text("en-US")),
	}
	fields, heads := decode(t, writeLog(t, r))
	if !strings.Contains(heads[0], "windows.security") {
		t.Errorf("event is %s", heads[0])
	}
	got := strings.Join(fields[0][len(fields[0])-4:], "; ")
	want := "UserData.LogFileCleared.SubjectUserName=eve; RenderingInfo.Culture=en-US; RenderingInfo.Message=The audit log was cleared.; RenderingInfo.Level=Information"
	if got != want {
		t.Errorf("last fields are\n%s\nwant\n%s", got, want)
	}
}

func TestTimeAndRecordComeFromTheHeaderWhereTheSystemPartHasNone(t *testing.T) {
	system := func(kids ...w.Node) *w.Element { return w.Elem("Event", w.Child(w.Elem("System", kids...))) }
	created := func(v w.Value) w.Node { return w.Child(w.Elem("TimeCreated").With("SystemTime", w.Sub(v))) }
	_, heads := decode(t, writeLog(t,
		w.Record{ID: 7, Time: testTime, Root: system(w.Child(w.Elem("Channel", w.Text("System"))))},
		w.Record{ID: 8, Time: testTime, Root: system(created(w.String("2020-03-08T22:11:34.3404793Z")), w.Child(w.Elem("EventRecordID", w.Sub(w.String("99")))))},
		w.Record{ID: 9, Time: testTime, Root: system(created(w.String("soon")))},
		w.Record{ID: 10, Time: testTime, Root: system(created(w.SystemTime(testTime)))},
	))
	for i, want := range []string{"7 2021-03-04T05:06:07.8912345Z", "99 2020-03-08T22:11:34.3404793Z", "9 2021-03-04T05:06:07.8912345Z", "10 2021-03-04T05:06:07.891Z"} {
		parts := strings.Fields(heads[i])
		if got := parts[2] + " " + parts[len(parts)-1]; got != want {
			t.Errorf("record %d is %q; want %q", i, got, want)
		}
	}
}

func TestIDIsThatOfTheRecordWhereverItStands(t *testing.T) {
	r := w.Record{ID: 5, Time: testTime, Channel: "Security", Computer: "A", Data: []w.Data{{Name: "X", Value: w.Uint32(1)}}}
	filler := w.Record{ID: 4, Time: testTime, Channel: "Application", Computer: "B", Data: []w.Data{{Name: "Y", Value: w.String("y")}}}
	ids := map[event.ID]int{}
	for _, log := range [][]byte{writeLog(t, r), writeLog(t, filler, r), writeLog(t, filler, r, filler)[4096:]} {
		names := event.NewNames("so", "that", "numbers", "differ")
		if _, err := decodeAll(bytes.NewReader(log), names, func(e *event.Event) {
			if e.Record == 5 {
				ids[e.ID(names)]++
			}
		}); err != nil {
			t.Fatal(err)
		}
	}
	if len(ids) != 1 {
		t.Errorf("the record has %d ids: %v", len(ids), ids)
	}
}

func TestFormatIsToldBySignature(t *testing.T) {
	log := damageLog(t)
	for _, test := range []struct {
		head []byte
		want float64
	}{{log[:8], 1}, {log[4096:8192], 1}, {log[5000:9000], 0}, {nil, 0}, {[]byte("ElfFile"), 0}} {
		if got, reason := (evtx.Format{}).Recognise(test.head); got != test.want || (got > 0) != (reason != "") {
			t.Errorf("Recognise(%.8q) = %v, %q; want %v", test.head, got, reason, test.want)
		}
	}
}

func TestDecodingStopsWhenYieldSaysSo(t *testing.T) {
	b := parse.Block{Data: damageLog(t)[4096 : 4096+chunk]}
	n := 0
	evtx.Format{}.NewDecoder(event.NewNames()).Decode(&b, func(*event.Event) bool { n++; return n < 2 }, func(p parse.Problem) { t.Error(p) })
	if n != 2 {
		t.Errorf("%d events; want 2", n)
	}
}

func TestDecodingAllocatesNothingPerRecord(t *testing.T) {
	var log w.Log
	for i := range 60 {
		r := shapes(t)[0]
		r.Data = append(r.Data, w.Data{Name: "N", Value: w.Uint32(uint32(i))}, w.Data{Value: w.Array(w.String("a"), w.String("b"))})
		if err := log.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	b := parse.Block{Data: log.Bytes()[4096:], Source: &event.Source{}}
	if len(b.Data) != chunk {
		t.Fatalf("log has %d bytes of chunks", len(b.Data))
	}
	dec := evtx.Format{}.NewDecoder(event.NewNames())
	dumper := evtx.NewDumper()
	var out []byte
	yield, report := func(*event.Event) bool { return true }, func(parse.Problem) {}
	// A handful for the chunk; none of them for each of its 60 records.
	if n := testing.AllocsPerRun(20, func() { dec.Decode(&b, yield, report) }); n > 5 {
		t.Errorf("decoding 60 records took %v allocations", n)
	}
	if n := testing.AllocsPerRun(20, func() { out = dumper.AppendLines(out[:0], &b, report) }); n > 5 {
		t.Errorf("writing 60 lines took %v allocations", n)
	}
}

func TestSplitterSetsTheFirstRecord(t *testing.T) {
	log := damageLog(t)
	var first [][32]byte
	for _, data := range [][]byte{log, log[4096:], log[:at(1, 0)]} {
		src := &event.Source{}
		var b parse.Block
		if err := (evtx.Format{}).Split(bytes.NewReader(data), src).Next(&b); err != nil && err != io.EOF {
			t.Fatal(err)
		}
		first = append(first, src.First)
	}
	if first[0] == [32]byte{} || first[0] != first[1] || first[0] != first[2] {
		t.Errorf("the first record of a log, its chunks and its beginning differ: %x", first)
	}
}

package winxml_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/winxml"
)

const space = `xmlns='http://schemas.microsoft.com/win/2004/08/events/event'`

// logon is an event as wevtutil writes it.
const logon = `<Event ` + space + `><System><Provider Name='Microsoft-Windows-Security-Auditing' Guid='{54849625-5478-4994-a5ba-3e3b0328c30d}'/>` +
	`<EventID>4624</EventID><TimeCreated SystemTime='2024-03-01T10:20:30.1234567Z'/><EventRecordID>77</EventRecordID><Correlation/>` +
	`<Execution ProcessID='4' ThreadID='8'/><Channel>Security</Channel><Computer>dc1.example.org</Computer></System>` +
	`<EventData><Data Name='TargetUserName'>a &amp; b</Data><Data Name='Empty'></Data><Data Name='None'/><Data>loose</Data><Data> </Data></EventData>` +
	`<RenderingInfo Culture='en-US'><Message>An account
was logged on.</Message><Keywords><Keyword>Audit</Keyword><Keyword>Success</Keyword></Keywords></RenderingInfo></Event>`

type record struct {
	Schema, Dataset, Time, Host, Provider, Channel, Code string
	Record, Offset                                       int64
	Raw                                                  string
	Fields                                               []string
}

func snapshot(names *event.Names, e *event.Event) record {
	r := record{
		Schema: e.Schema, Dataset: e.Dataset, Host: e.Host.Text(), Provider: e.Provider.Text(), Channel: e.Channel.Text(),
		Code: e.Code.Text(), Record: e.Record, Offset: e.Offset, Raw: string(e.Raw),
	}
	if !e.Time.IsZero() {
		r.Time = e.Time.Format(time.RFC3339Nano)
	}
	for _, f := range e.Fields {
		sign := "="
		if f.Kind == event.Null {
			sign = "!"
		}
		r.Fields = append(r.Fields, names.Text(f.Name)+sign+f.Text())
	}
	return r
}

func read(t testing.TB, text string, split func(io.Reader, *event.Source) parse.Splitter) ([]record, []parse.Problem) {
	t.Helper()
	names := event.NewNames()
	d := winxml.Format{}.NewDecoder(names)
	s := split(strings.NewReader(text), &event.Source{Path: "test.xml"})
	var records []record
	var problems []parse.Problem
	var b parse.Block
	for {
		err := s.Next(&b)
		if err == io.EOF {
			return records, problems
		}
		if err != nil {
			t.Fatal(err)
		}
		d.Decode(&b, func(e *event.Event) bool {
			records = append(records, snapshot(names, e))
			return true
		}, func(p parse.Problem) { problems = append(problems, p) })
	}
}

func TestEventHasTheFieldsOfEVTX(t *testing.T) {
	want := record{
		Schema: "evtx", Dataset: "windows.security", Time: "2024-03-01T10:20:30.1234567Z", Host: "dc1.example.org",
		Provider: "Microsoft-Windows-Security-Auditing", Channel: "Security", Code: "4624", Record: 77, Raw: logon,
		Fields: []string{
			"System.Provider.Name=Microsoft-Windows-Security-Auditing", "System.Provider.Guid={54849625-5478-4994-a5ba-3e3b0328c30d}",
			"System.EventID=4624", "System.TimeCreated.SystemTime=2024-03-01T10:20:30.1234567Z", "System.EventRecordID=77",
			"System.Correlation!", "System.Execution.ProcessID=4", "System.Execution.ThreadID=8", "System.Channel=Security",
			"System.Computer=dc1.example.org", "EventData.TargetUserName=a & b", "EventData.Empty=", "EventData.None!",
			"EventData.Data=loose", "EventData.Data= ", "RenderingInfo.Culture=en-US",
			"RenderingInfo.Message=An account\nwas logged on.", "RenderingInfo.Keywords.Keyword=Audit", "RenderingInfo.Keywords.Keyword=Success",
		},
	}
	records, problems := read(t, logon+"\n", winxml.Format{}.Split)
	if diff := cmp.Diff([]record{want}, records); diff != "" || len(problems) > 0 {
		t.Errorf("problems %v, records (-want +got):\n%s", problems, diff)
	}
}

func TestUserDataIsNamedByItsPath(t *testing.T) {
	text := `<Event><UserData><LogFileCleared xmlns="x" xmlns:p="y"><p:Who kind="a">me<![CDATA[ & <you>]]></p:Who><!-- c --></LogFileCleared></UserData></Event>`
	records, _ := read(t, text, winxml.Format{}.Split)
	want := []string{"UserData.LogFileCleared.p:Who.kind=a", "UserData.LogFileCleared.p:Who=me & <you>"}
	if diff := cmp.Diff(want, records[0].Fields); diff != "" {
		t.Errorf("fields (-want +got):\n%s", diff)
	}
}

func TestEventsAreReadHoweverTheyAreLaidOut(t *testing.T) {
	one := func(n int) string {
		return fmt.Sprintf("<Event>\n  <System>\n    <EventID>%d</EventID>\n  </System>\n</Event>", n)
	}
	flat := func(n int) string { return strings.NewReplacer("\n", "", " ", "").Replace(one(n)) }
	for name, text := range map[string]string{
		"lines":            flat(1) + "\n" + flat(2) + "\n" + flat(3) + "\n",
		"one line":         flat(1) + flat(2) + flat(3),
		"pretty, CRLF":     strings.ReplaceAll(one(1)+"\n"+one(2)+"\n"+one(3), "\n", "\r\n"),
		"Events":           "\xef\xbb\xbf<?xml version='1.0'?>\n<!-- > -->\n<Events>\n" + one(1) + one(2) + one(3) + "</Events>\n",
		"UTF-16 with mark": "\xff\xfe" + strings.Join(strings.Split("<Events>"+flat(1)+flat(2)+flat(3)+"</Events>", ""), "\x00") + "\x00",
	} {
		for _, size := range []int{1 << 18, 200, 7} {
			records, problems := read(t, text, winxml.SplitAt(size))
			var got []string
			for _, r := range records {
				got = append(got, r.Fields...)
			}
			if diff := cmp.Diff([]string{"System.EventID=1", "System.EventID=2", "System.EventID=3"}, got); diff != "" || len(problems) > 0 {
				t.Errorf("%s in blocks of %d: problems %v, fields (-want +got):\n%s", name, size, problems, diff)
			}
		}
	}
}

func TestWhatIsNoEventIsKeptAndReported(t *testing.T) {
	for _, bad := range []string{
		`<Event><System></Event>`, `<Event><a b=c/></Event>`, `<Event><a b='<'/></Event>`,
		`<Event><a></b></a></Event>`, `<Event><![CDATA[</Event>`, `<Event><`, `<Event`, `<Event><System><EventID>1</Ev`,
		`<Event>< a/></Event>`, `<Event><!DOCTYPE a></Event>`, `plain text`, `{"a":1}`, `<Eventual/>`, "\x00\x00",
	} {
		records, problems := read(t, logon+"\n"+bad+"\n"+logon, winxml.Format{}.Split)
		if len(records) != 3 || len(problems) != 1 {
			t.Errorf("%q: read %d records, problems %v; want 3 and 1", bad, len(records), problems)
			continue
		}
		want := record{Schema: "unparsed", Dataset: "unknown", Record: 3, Offset: int64(len(logon) + 1), Raw: bad, Fields: []string{"message=" + bad}}
		if diff := cmp.Diff(want, records[1]); diff != "" {
			t.Errorf("%q (-want +got):\n%s", bad, diff)
		}
	}
}

func TestLongEventIsReadAmongOtherText(t *testing.T) {
	long := "<Event><System>\n<EventID>1</EventID></System><EventData><Data Name='a'>" + strings.Repeat("x\n", 1<<20) + "</Data></EventData></Event>"
	other := strings.Repeat("no event\n", 1<<18)
	records, problems := read(t, other+long+"\n"+other+long, winxml.Format{}.Split)
	if len(records) != 2<<18+2 || len(problems) != 2<<18 || records[1<<18].Raw != long || records[2<<18+1].Raw != long {
		t.Errorf("read %d records with %d problems; want %d and %d", len(records), len(problems), 2<<18+2, 2<<18)
	}
}

package csvlog_test

import (
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/csvlog"
)

// got is an event in short.
type got struct {
	Schema, Dataset, Time, Host, Code string
	Line                              int64
	Assumed                           event.Assumed
	Fields                            []string
}

// read returns the events of a text and what could not be read.
func read(t testing.TB, text string) ([]got, []error) {
	t.Helper()
	names := event.NewNames()
	var events []got
	var problems []error
	split, dec := csvlog.Format{}.Split(strings.NewReader(text), &event.Source{Path: "x"}), csvlog.Format{}.NewDecoder(names)
	for {
		var b parse.Block
		err := split.Next(&b)
		if errors.Is(err, io.EOF) {
			return events, problems
		}
		if err != nil {
			t.Fatal(err)
		}
		dec.Decode(&b, func(e *event.Event) bool {
			g := got{Schema: e.Schema, Dataset: e.Dataset, Host: e.Host.Text(), Code: e.Code.Text(), Line: e.Line, Assumed: e.Assumed}
			if !e.Time.IsZero() {
				g.Time = e.Time.Format(time.RFC3339Nano)
			}
			for _, f := range e.Fields {
				g.Fields = append(g.Fields, names.Text(f.Name)+"="+string(f.AppendJSON(nil)))
			}
			events = append(events, g)
			return true
		}, func(p parse.Problem) { problems = append(problems, p) })
	}
}

func check(t *testing.T, text string, want ...got) {
	t.Helper()
	if c, reason := (csvlog.Format{}).Recognise([]byte(text)); c < 0.5 {
		t.Errorf("confidence %v: %s", c, reason)
	}
	events, problems := read(t, text)
	for _, p := range problems {
		t.Error(p)
	}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("events differ (-want +got):\n%s", diff)
	}
}

func TestAuditDataIsTakenApartUnderItsOwnNames(t *testing.T) {
	check(t, "\xef\xbb\xbfCreationDate,UserIds,Operations,AuditData\r\n"+
		`2024-02-07T09:00:00.0000000Z,h.vale@arcadia.example,MailItemsAccessed,"{""CreationTime"":""2024-02-07T09:00:00"",""Operation"":""MailItemsAccessed"",""Workload"":""Exchange"",""RecordType"":50,""Folders"":[{""Path"":""\\Inbox""}]}"`+"\r\n",
		got{
			Schema: "o365.audit", Dataset: "o365.audit", Time: "2024-02-07T09:00:00Z", Code: "MailItemsAccessed", Line: 2, Fields: []string{
				`export.CreationDate="2024-02-07T09:00:00.0000000Z"`, `export.UserIds="h.vale@arcadia.example"`,
				`export.Operations="MailItemsAccessed"`, `CreationTime="2024-02-07T09:00:00"`, `Operation="MailItemsAccessed"`,
				`Workload="Exchange"`, `RecordType=50`, `Folders.Path="\\Inbox"`,
			},
		})
}

func TestTablesOfJSONNamesAreToldAsThatJSONIs(t *testing.T) {
	check(t, "Timestamp;DeviceName;ActionType;ProcessCommandLine\n"+
		"2024-02-07T09:00:00.123Z;host1.arcadia.example;ProcessCreated;\"cmd /c \"\"a;\nb\"\"\"\n",
		got{
			Schema: "m365_defender.event", Dataset: "m365_defender.event", Time: "2024-02-07T09:00:00.123Z", Host: "host1.arcadia.example",
			Code: "ProcessCreated", Line: 2, Fields: []string{
				`Timestamp="2024-02-07T09:00:00.123Z"`, `DeviceName="host1.arcadia.example"`, `ActionType="ProcessCreated"`,
				`ProcessCommandLine="cmd /c \"a;\nb\""`,
			},
		})
}

func TestATimelineIsNoEventLogThoughItHasItsColumns(t *testing.T) {
	check(t, `"Timestamp","RuleTitle","Level","Computer","Channel","EventID","Details"
"2024-02-07 10:00:00.000 +01:00","Logon","low","HOST1","Sec",4624,"x"
`, got{
		Schema: "csv.hayabusa", Dataset: "hayabusa.timeline", Time: "2024-02-07T09:00:00Z", Host: "HOST1", Code: "4624", Line: 2,
		Fields: []string{
			`Timestamp="2024-02-07 10:00:00.000 +01:00"`, `RuleTitle="Logon"`, `Level="low"`, `Computer="HOST1"`, `Channel="Sec"`,
			`EventID="4624"`, `Details="x"`,
		},
	})
}

func TestAnyTableIsReadAndItsZoneSaidToBeAssumed(t *testing.T) {
	check(t, "sep=;\nTime;Host;What\n2024/02/07 09:00:00.5;h1;a\n\n2024/02/07 09:00:01;h2;\n",
		got{
			Schema: "csv", Dataset: "csv", Time: "2024-02-07T09:00:00.5Z", Host: "h1", Line: 3, Assumed: event.AssumedZone,
			Fields: []string{`Time="2024/02/07 09:00:00.5"`, `Host="h1"`, `What="a"`},
		},
		got{
			Schema: "csv", Dataset: "csv", Time: "2024-02-07T09:00:01Z", Host: "h2", Line: 5, Assumed: event.AssumedZone,
			Fields: []string{`Time="2024/02/07 09:00:01"`, `Host="h2"`, `What=""`},
		})
}

func TestTextThatIsNoTableIsNotTakenForOne(t *testing.T) {
	for _, text := range []string{
		"", "Dear all,\nplease find attached, as agreed, the minutes.\nRegards,\nH\n",
		"Feb  7 10:00:00 host sshd[1]: a, b, c\nFeb  7 10:00:01 host sshd[1]: a, b, c\n",
		"1,2,3\n4,5,6\n", "{\"a\":1,\"b\":2,\"c\":3}\n{\"a\":1,\"b\":2,\"c\":3}\n", "a=1,b=2,c=3\na=1,b=2,c=3\n",
		"name,value,other\n1,2\n",
	} {
		if c, reason := (csvlog.Format{}).Recognise([]byte(text)); c >= 0.5 {
			t.Errorf("%q: confidence %v: %s", text, c, reason)
		}
	}
}

func TestTimesOfSpreadsheets(t *testing.T) {
	for text, want := range map[string]string{
		"1/25/2024 3:04:05 PM": "2024-01-25T15:04:05Z", "25/1/2024 15:04:05": "2024-01-25T15:04:05Z", "1/25/2024 15:04:05": "2024-01-25T15:04:05Z",
		"05.01.2024 15:04:05": "2024-01-05T15:04:05Z", "Jan 5, 2024 3:04:05 PM": "2024-01-05T15:04:05Z", "5/5/2024 15:04:05": "2024-05-05T15:04:05Z",
		"4/5/2024 15:04:05": "", "soon": "",
	} {
		got := ""
		if at, _, ok := csvlog.When(text); ok {
			got = at.Format(time.RFC3339)
		}
		if got != want {
			t.Errorf("When(%q) = %q; want %q", text, got, want)
		}
	}
}

// FuzzNothingIsLost checks that every row is in an event, in order, byte for
// byte, and that values come out as they went in.
func FuzzNothingIsLost(f *testing.F) {
	f.Add("1,2,3\n\"a\nb\",\"c\"\"d\",\\\n\"open,x\n3,4,5\n", "v")
	f.Add("a,b\n,,\n\n,,,\n", "x\"y\n{\\u0001")
	f.Fuzz(func(t *testing.T, body, value string) {
		if strings.ContainsAny(body, "\r") || strings.ContainsAny(value, "\r") {
			t.Skip()
		}
		body = "k,\"" + strings.ReplaceAll(value, `"`, `""`) + "\",l\n" + body
		const head = "a,b,c\n"
		names := event.NewNames("a", "b", "c")
		var raws []string
		first := ""
		b := parse.Block{Data: []byte(body), Head: []byte(head), Record: 2, Source: &event.Source{Path: "x"}}
		csvlog.Format{}.NewDecoder(names).Decode(&b, func(e *event.Event) bool {
			if f, ok := e.First(2); ok && len(raws) == 0 {
				first = f.Text()
			}
			raws = append(raws, string(e.Raw))
			return true
		}, func(parse.Problem) {})
		if strings.ReplaceAll(body, "\n", "") != strings.ReplaceAll(strings.Join(raws, ""), "\n", "") {
			t.Errorf("%q came out as %q", body, raws)
		}
		if first != value && first != "" {
			t.Errorf("value %q came out as %q", value, first)
		}
	})
}

func BenchmarkDecode(b *testing.B) {
	var text strings.Builder
	const records = 2000
	for i := range records {
		fmt.Fprintf(&text, "2024-02-07T09:00:%02d.123Z,host%d.arcadia.example,ProcessCreated,cmd.exe,\"cmd.exe /c \"\"whoami\"\" %d\",explorer.exe,S-1-5-21-1-2-3-1104,arcadia,h.vale,"+
			"C:\\Windows\\System32\\cmd.exe,0a1b2c3d4e5f60718293a4b5c6d7e8f901234567,0a1b2c3d4e5f60718293a4b5c6d7e8f90123456789abcdef0123456789abcdef,4312,688,10.0.0.5,High\n", i%60, i%9, i)
	}
	block := parse.Block{
		Head: []byte("Timestamp,DeviceName,ActionType,FileName,ProcessCommandLine,InitiatingProcessFileName,AccountSid,AccountDomain,AccountName," +
			"FolderPath,SHA1,SHA256,ProcessId,InitiatingProcessId,LocalIP,ProcessIntegrityLevel\n"),
		Data: []byte(text.String()), Record: 2, Source: &event.Source{Path: "x"},
	}
	dec := csvlog.Format{}.NewDecoder(event.NewNames())
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		dec.Decode(&block, func(*event.Event) bool { return true }, func(p parse.Problem) { b.Fatal(p) })
	}
	b.ReportMetric(float64(b.N)*records/b.Elapsed().Seconds(), "events/s")
}

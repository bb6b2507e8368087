package w3c_test

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/w3c"
)

// got is an event in short.
type got struct {
	Dataset, Time, Host, Code string
	Line                      int64
	Assumed                   event.Assumed
	Fields                    []string
}

// read returns the events of a text and what could not be read.
func read(t testing.TB, text string) ([]got, []error) {
	t.Helper()
	names := event.NewNames()
	var events []got
	var problems []error
	split, dec := w3c.Format{}.Split(strings.NewReader(text), &event.Source{Path: "x"}), w3c.Format{}.NewDecoder(names)
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
			g := got{Dataset: e.Dataset, Host: e.Host.Text(), Code: e.Code.Text(), Line: e.Line, Assumed: e.Assumed}
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
	events, problems := read(t, text)
	for _, p := range problems {
		t.Error(p)
	}
	if diff := cmp.Diff(want, events); diff != "" {
		t.Errorf("events differ (-want +got):\n%s", diff)
	}
}

func TestIISFieldsChangeInMidFile(t *testing.T) {
	check(t, `#Software: Microsoft Internet Information Services 10.0
#Version: 1.0
#Date: 2024-02-07 08:58:12
#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status time-taken
2024-02-07 08:58:12 192.0.2.5 POST /owa/auth.owa - 443 ARCADIA\h.vale 198.51.100.7 Mozilla/5.0+(Windows+NT+10.0)+Bot/2.1;++http://bot.example 302 15
#Fields: date time s-computername cs-uri-stem cs-uri-query sc-status
2024-02-07 08:58:13 EXCH02 /ecp/y.js "><a>=1 404
`,
		got{
			Dataset: "iis.access", Time: "2024-02-07T08:58:12Z", Line: 5, Fields: []string{
				`date="2024-02-07"`, `time="08:58:12"`, `s-ip="192.0.2.5"`, `cs-method="POST"`, `cs-uri-stem="/owa/auth.owa"`,
				`s-port=443`, `cs-username="ARCADIA\\h.vale"`, `c-ip="198.51.100.7"`,
				`cs(User-Agent)="Mozilla/5.0 (Windows NT 10.0) Bot/2.1; +http://bot.example"`, `sc-status=302`, `time-taken=15`,
				`cs-uri="/owa/auth.owa"`,
			},
		},
		got{
			Dataset: "iis.access", Time: "2024-02-07T08:58:13Z", Host: "EXCH02", Line: 7, Fields: []string{
				`date="2024-02-07"`, `time="08:58:13"`, `s-computername="EXCH02"`, `cs-uri-stem="/ecp/y.js"`,
				`cs-uri-query="\"><a>=1"`, `sc-status=404`, `cs-uri="/ecp/y.js?\"><a>=1"`,
			},
		})
}

func TestMessageTrackingCellsAreQuotedOverSeveralLines(t *testing.T) {
	check(t, "#Software: Microsoft Exchange Server\r\n#Version: 15.02.1118.007\r\n#Log-type: Message Tracking Log\r\n"+
		"#Date: 2024-02-07T00:00:00.000Z\r\n#Fields: date-time,client-ip,server-hostname,event-id,recipient-address,message-subject\r\n"+
		"2024-02-07T09:12:01.123Z,198.51.100.7,EXCH02,RECEIVE,a@arcadia.example;b@arcadia.example,\"Summit, \"\"draft\"\"\r\n#Fields: x\"\r\n"+
		"2024-02-07T09:12:02.000Z,,EXCH02,DELIVER,a@arcadia.example,x\r\n",
		got{
			Dataset: "exchange.messagetracking", Time: "2024-02-07T09:12:01.123Z", Host: "EXCH02", Code: "RECEIVE", Line: 6, Fields: []string{
				`date-time="2024-02-07T09:12:01.123Z"`, `client-ip="198.51.100.7"`, `server-hostname="EXCH02"`, `event-id="RECEIVE"`,
				`recipient-address="a@arcadia.example;b@arcadia.example"`, `message-subject="Summit, \"draft\"\r\n#Fields: x"`,
			},
		},
		got{
			Dataset: "exchange.messagetracking", Time: "2024-02-07T09:12:02Z", Host: "EXCH02", Code: "DELIVER", Line: 8, Fields: []string{
				`date-time="2024-02-07T09:12:02.000Z"`, `server-hostname="EXCH02"`, `event-id="DELIVER"`,
				`recipient-address="a@arcadia.example"`, `message-subject="x"`,
			},
		})
}

func TestHttpProxyNamesItsColumnsAboveTheHeaderToo(t *testing.T) {
	check(t, `DateTime,RequestId,UrlStem,ProtocolAction,BackEndStatus,ServerHostName
#Software: Microsoft Exchange Server
#Version: 15.01.2507.006
#Log-type: HttpProxy Logs
#Date: 2024-02-07T00:00:00.000Z
#Fields: DateTime,RequestId,UrlStem,ProtocolAction,BackEndStatus,ServerHostName
2024-02-07T00:00:03.111Z,d0e1,/ecp/default.flt,POST,241,EXCH02
`, got{
		Dataset: "exchange.httpproxy", Time: "2024-02-07T00:00:03.111Z", Host: "EXCH02", Line: 7, Fields: []string{
			`DateTime="2024-02-07T00:00:03.111Z"`, `RequestId="d0e1"`, `UrlStem="/ecp/default.flt"`, `ProtocolAction="POST"`,
			`BackEndStatus=241`, `ServerHostName="EXCH02"`, `cs-uri="/ecp/default.flt"`,
		},
	})
}

func TestLocalTimesAreMarked(t *testing.T) {
	check(t, `#Version: 1.5
#Software: Microsoft Windows Firewall
#Time Format: Local
#Fields: date time action protocol src-ip dst-ip src-port dst-port

2024-02-07 10:00:00 DROP TCP 198.51.100.7 192.0.2.5 50123 3389
`, got{
		Dataset: "windows.firewall", Time: "2024-02-07T10:00:00Z", Line: 6, Assumed: event.AssumedZone, Fields: []string{
			`date="2024-02-07"`, `time="10:00:00"`, `action="DROP"`, `protocol="TCP"`, `src-ip="198.51.100.7"`, `dst-ip="192.0.2.5"`,
			`src-port=50123`, `dst-port=3389`,
		},
	})
}

func TestLogsAreToldApart(t *testing.T) {
	for _, c := range []struct{ header, dataset string }{
		{"#Software: Microsoft HTTP API 2.0\n#Version: 1.0\n#Fields: date time c-ip s-reason", "iis.httperr"},
		{"#Software: Microsoft Internet Information Services 10.0\n#Fields: date time c-ip x-session", "iis.ftp"},
		{"#Software: Microsoft Forefront Threat Management Gateway\n#Fields: date\ttime\tc-ip\tr-host", "microsoft.proxy"},
		{"#Software: SGOS 6.7.4.3\n#Fields: date time c-ip \"x\"", "bluecoat.proxy"},
		{"#Software: Microsoft Exchange Server\n#Log-type: SMTP Receive Protocol Log\n#Fields: date-time,connector-id,a,b", "exchange.smtp"},
		{"#Software: Microsoft Exchange Server\n#Log-Type: Ews Logs\n#Fields: DateTime,a,b,c", "exchange.ews"},
		{"#Software: Microsoft Exchange Server\n#Log-type: ECP Server Log\n#Fields: TimeStamp,a,b,c", "exchange.ecp"},
		{"#Software: Microsoft Exchange Server\n#Log-type: RCA Logs\n#Fields: date-time,a,b,c", "exchange.rca"},
		{"#Software: Microsoft Exchange Server\n#Log-type: Foo Bar Logs\n#Fields: date-time,a,b,c", "exchange.foobar"},
		{"#Fields: date-time,internal-message-id,recipient-address,event-id", "exchange.messagetracking"},
		{"#Version: 1.0\n#Fields: x y z w", "w3c"},
	} {
		separator := " "
		for _, s := range []string{",", "\t"} {
			if fields := c.header[strings.LastIndexByte(c.header, '#'):]; strings.Contains(fields, s) {
				separator = s
			}
		}
		events, problems := read(t, c.header+"\n"+strings.Join([]string{"2024-02-07", "10:00:00", "x", "y"}, separator)+"\n")
		if len(events) != 1 || events[0].Dataset != c.dataset || len(problems) > 0 {
			t.Errorf("%q: got %+v, %v; want dataset %s", c.header, events, problems, c.dataset)
		}
	}
}

func TestRecordsThatDoNotFitAreKeptAndReported(t *testing.T) {
	events, problems := read(t, "#Fields: a b\n1 2\n1\n1 2 3\n")
	if len(events) != 3 || events[1].Dataset != parse.Unknown || events[2].Fields[0] != `message="1 2 3"` {
		t.Errorf("got %+v", events)
	}
	if len(problems) != 2 || !strings.Contains(problems[0].Error(), "record 3") {
		t.Errorf("problems %v", problems)
	}
	if _, problems = read(t, "#Version: 1.0\n1 2\n"); len(problems) != 1 || !errors.Is(problems[0], w3c.ErrNoFields) {
		t.Errorf("without #Fields: %v", problems)
	}
}

// FuzzNothingIsLost checks that every line is in an event, and the cells of the
// comma form against encoding/csv.
func FuzzNothingIsLost(f *testing.F) {
	f.Add("1 2\n3\n#Fields: c\n\n\"4\n", false)
	f.Add(" #1 2\n\t#\n", false)
	f.Add("1,2\n\"a\nb\",\"c\"\"d\"\n\"open,\n3,4\n", true)
	f.Fuzz(func(t *testing.T, body string, commas bool) {
		if strings.Contains(body, "\r") || strings.HasPrefix(body, "\xfe\xff") {
			t.Skip()
		}
		head := "#Fields: a b\n"
		if commas {
			head = "#Fields: a,b\n"
		}
		names := event.NewNames()
		var raws, want, have []string
		b := parse.Block{Data: []byte(head + body), Record: 1, Source: &event.Source{Path: "x"}}
		w3c.Format{}.NewDecoder(names).Decode(&b, func(e *event.Event) bool {
			raws = append(raws, string(e.Raw))
			if e.Schema == "w3c" && commas {
				want = append(want, cellsOf(t, e.Raw))
				have = append(have, valuesOf(e))
			}
			return true
		}, func(parse.Problem) {})
		// A line that repeats the names of the columns is no record.
		named := strings.Contains(strings.ToLower(body), "#fields")
		if lost := lostLine(head+body, raws); lost != "" && !named {
			t.Errorf("%q: line %q is in no event", body, lost)
		}
		if diff := cmp.Diff(want, have); diff != "" && !strings.Contains(body, "#") {
			t.Errorf("%q: values differ (-encoding/csv +ours):\n%s", body, diff)
		}
	})
}

// cellsOf returns the cells of a record that are not missing.
func cellsOf(t *testing.T, raw []byte) string {
	r := csv.NewReader(bytes.NewReader(raw))
	r.LazyQuotes, r.FieldsPerRecord = true, -1
	cells, err := r.Read()
	if err != nil {
		t.Fatalf("%q: %v", raw, err)
	}
	var kept []string
	for _, c := range cells {
		if c != "" && c != "-" {
			kept = append(kept, c)
		}
	}
	return fmt.Sprintf("%q", kept)
}

func valuesOf(e *event.Event) string {
	var values []string
	for _, f := range e.Fields {
		values = append(values, f.Text())
	}
	return fmt.Sprintf("%q", values)
}

// lostLine returns a line that is no header line and not in the raw records.
func lostLine(text string, raws []string) string {
	all := strings.Join(raws, "\n") + "\n"
	header := regexp.MustCompile(`^(#|[ \t]+#[A-Za-z])`)
	for line := range strings.SplitSeq(text, "\n") {
		if line == "" || header.MatchString(line) || line == "a b" || line == "a,b" {
			continue
		}
		at := strings.Index(all, line+"\n")
		if at < 0 {
			return line
		}
	}
	return ""
}

func BenchmarkDecodeIIS(b *testing.B) {
	const head = "#Software: Microsoft Internet Information Services 10.0\n" +
		"#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) cs(Referer) sc-status sc-substatus sc-win32-status time-taken\n"
	var text strings.Builder
	text.WriteString(head)
	const records = 2000
	for i := range records {
		fmt.Fprintf(&text, "2024-02-07 08:%02d:%02d 192.0.2.5 GET /owa/service.svc action=FindItem&UA=0&app=Mail&n=%d 443 h.vale@arcadia.example 198.51.100.%d "+
			"Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+AppleWebKit/537.36+(KHTML,+like+Gecko)+Chrome/121.0.0.0+Safari/537.36 "+
			"https://mail.arcadia.example/owa/?bO=1&realm=arcadia.example&folder=inbox 200 0 0 %d\n", i/60%60, i%60, i, i%250, i)
	}
	block := parse.Block{Data: []byte(text.String()), Record: 1, Source: &event.Source{Path: "x"}}
	dec := w3c.Format{}.NewDecoder(event.NewNames())
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		dec.Decode(&block, func(*event.Event) bool { return true }, func(p parse.Problem) { b.Fatal(p) })
	}
	b.ReportMetric(float64(b.N)*records/b.Elapsed().Seconds(), "events/s")
}

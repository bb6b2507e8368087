package lines_test

import (
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/lines"
)

// read returns a line for each record of a text: on which line, schema, time, last
// words of the raw bytes.
func read(t *testing.T, f lines.Format, text string, written time.Time) (out []string) {
	t.Helper()
	src := &event.Source{Path: "-", Written: written}
	split, d := f.Split(strings.NewReader(text), src), f.NewDecoder(event.NewNames())
	var b parse.Block
	for {
		err := split.Next(&b)
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatal(err)
		}
		d.Decode(&b, func(e *event.Event) bool {
			at := "-"
			if !e.Time.IsZero() {
				at = e.Time.Format(time.RFC3339)
			}
			out = append(out, fmt.Sprintf("%d %s %s %q", e.Line, e.Schema, at, e.Raw[max(0, len(e.Raw)-12):]))
			return true
		}, func(p parse.Problem) { out = append(out, "problem: "+p.Err.Error()) })
	}
}

func TestAFileMayMixFormatsRecordByRecord(t *testing.T) {
	text := "<13>Nov 24 10:00:00 h sshd[1]: Invalid user x from 203.0.113.5\r\n" +
		"{\"a\":1}\n\n" +
		"nobody knows\n\tits second line\n" +
		"<Event xmlns=\"http://schemas.microsoft.com/win/2004/08/events/event\"><System><EventID>1</EventID></System></Event>\n" +
		"{\n  \"b\": 2\n}\n" +
		"203.0.113.7 - - [24/Nov/2026:10:00:00 +0100] \"GET / HTTP/1.1\" 200 4\n" +
		"Nov 24 10:00:01 h app[2]: {\"c\":3}"
	want := []string{
		`1 sshd 2026-11-24T10:00:00Z " 203.0.113.5"`,
		`2 json - "{\"a\":1}"`,
		"problem: no parser knows the record",
		`4 unparsed - " second line"`,
		`6 evtx - "tem></Event>"`,
		`7 json - "{\n  \"b\": 2\n}"`,
		`10 webaccess 2026-11-24T09:00:00Z "P/1.1\" 200 4"`,
		`11 json 2026-11-24T10:00:01Z "[2]: {\"c\":3}"`,
	}
	got := read(t, lines.Format{}, text, time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestABlankBeforeARecordIsNoContinuation(t *testing.T) {
	written := time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC)
	known := "Nov 24 10:00:00 h sshd[1]: Invalid user x from 203.0.113.5\n" +
		" Invalid user y from 203.0.113.6\n" +
		" and more of it\n" +
		"  Invalid user z from 203.0.113.7\n"
	want := []string{
		`1 sshd 2026-11-24T10:00:00Z " 203.0.113.5"`,
		"problem: no parser knows the record", `2 unparsed - "d more of it"`,
		`4 sshd - " 203.0.113.7"`,
	}
	if diff := cmp.Diff(want, read(t, lines.Format{}, known, written)); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
	stripped := " nobody knows this\n nor this\n    which goes on\n"
	want = []string{
		"problem: no parser knows the record", `1 unparsed - "y knows this"`,
		"problem: no parser knows the record", `2 unparsed - "hich goes on"`,
	}
	if diff := cmp.Diff(want, read(t, lines.Format{}, stripped, written)); diff != "" {
		t.Errorf("records of a source that begins with a blank (-want +got):\n%s", diff)
	}
}

func TestLinesThatJSONObjectsCarryAreRead(t *testing.T) {
	text := `{"log":"Failed password for root from 203.0.113.5 port 22 ssh2\n","stream":"stderr","time":"2026-11-24T10:00:00Z"}
{"message":"<13>Nov 24 10:00:01 h sshd[1]: Invalid user x from 203.0.113.5","agent":{"type":"filebeat"}}
{"MESSAGE":"Invalid user y from 203.0.113.5","SYSLOG_IDENTIFIER":"sshd","_HOSTNAME":"h","__REALTIME_TIMESTAMP":"1795514402000000"}
{"preview":false,"result":{"_raw":"%ASA-6-305012: Teardown dynamic TCP translation from a:192.0.2.1/1 to b:192.0.2.2/2 duration 0:00:01"}}
{"result":{"_raw":"{\"ts\":1795514403.5,\"uid\":\"C1\",\"id.orig_h\":\"192.0.2.1\",\"id.orig_p\":1,\"id.resp_h\":\"192.0.2.2\",\"id.resp_p\":53,\"proto\":\"udp\",\"conn_state\":\"SF\"}"}}
{"message":"anything at all"}
`
	if c, _ := (lines.Format{}).Recognise([]byte(text)); c < 0.96 {
		t.Errorf("sure of it by %v; want more than JSON alone is", c)
	}
	want := []string{
		`1 sshd 2026-11-24T10:00:00Z "T10:00:00Z\"}"`,
		`2 sshd 2026-11-24T10:00:01Z "\"filebeat\"}}"`,
		`3 sshd 2026-11-24T10:00:02Z "4402000000\"}"`,
		`4 ciscoasa - "n 0:00:01\"}}"`,
		`5 zeek 2026-11-24T10:00:03Z "\":\\\"SF\\\"}\"}}"`,
		`6 json - "ing at all\"}"`,
	}
	got := read(t, lines.Format{}, text, time.Date(2026, 11, 25, 0, 0, 0, 0, time.UTC))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestTheYearIsTheLastInWhichTheTimeIsNotAfterTheFile(t *testing.T) {
	text := "Dec 31 23:59:59 h x: a\nJan  1 00:00:01 h x: b\nJan  2 12:00:00 h x: c\nFeb 29 12:00:00 h x: d\n"
	got := read(t, lines.Format{}, text, time.Date(2025, 1, 1, 6, 0, 0, 0, time.UTC))
	want := []string{
		`1 syslog 2024-12-31T23:59:59Z "59:59 h x: a"`,
		`2 syslog 2025-01-01T00:00:01Z "00:01 h x: b"`,
		`3 syslog 2024-01-02T12:00:00Z "00:00 h x: c"`,
		`4 syslog 2024-02-29T12:00:00Z "00:00 h x: d"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

func TestAZoneHoldsForTimesThatNameNone(t *testing.T) {
	zone, err := time.LoadLocation("Europe/Vienna")
	if err != nil {
		t.Skip(err)
	}
	text := "Jul  1 12:00:00 h x: summer\nJan  1 12:00:00 h x: winter\n2026-07-01T12:00:00Z h x: says so\n"
	got := read(t, lines.Format{Options: lines.Options{Zone: zone}}, text, time.Date(2026, 12, 1, 0, 0, 0, 0, time.UTC))
	want := []string{
		`1 syslog 2026-07-01T10:00:00Z " h x: summer"`,
		`2 syslog 2026-01-01T11:00:00Z " h x: winter"`,
		`3 syslog 2026-07-01T12:00:00Z "h x: says so"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("times (-want +got):\n%s", diff)
	}
}

func TestStackTracesBelongToTheirRecord(t *testing.T) {
	text := "2026-11-24 10:00:00,123 ERROR [main] [] mailbox - no\n\tat a.b(C.java:1)\nCaused by: x\n\t... 3 more\n" +
		"2026-11-24 10:00:01,123 INFO  [main] [] mailbox - yes\n"
	got := read(t, lines.Format{}, text, time.Time{})
	want := []string{
		`1 zimbra 2026-11-24T10:00:00Z "\n\t... 3 more"`,
		`5 zimbra 2026-11-24T10:00:01Z "ailbox - yes"`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("records (-want +got):\n%s", diff)
	}
}

func TestNoPatternIsSlowOnHostileText(t *testing.T) {
	line := "Nov 24 10:00:00 h sshd[1]: Accepted " + strings.Repeat(" for from port ", 20000) + "\n"
	start := time.Now()
	if got := read(t, lines.Format{}, line, time.Now()); len(got) != 1 {
		t.Errorf("records %v; want one", got)
	}
	if took := time.Since(start); took > 20*time.Second {
		t.Errorf("one line took %v", took)
	}
}

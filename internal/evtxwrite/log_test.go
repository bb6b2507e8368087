package evtxwrite_test

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/internal/evtxwrite"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
)

func at(seconds int) time.Time {
	return time.Date(2024, 2, 29, 23, 59, 58, 123456700, time.UTC).Add(time.Duration(seconds) * time.Second)
}

// logon is a record with every part that a record can have.
func logon(id int) evtxwrite.Record {
	return evtxwrite.Record{
		Time: at(id), Provider: "Microsoft-Windows-Security-Auditing", ProviderGUID: "{54849625-5478-4994-a5ba-3e3b0328c30d}",
		EventID: 4624, Version: 2, Task: 12544, Keywords: 0x8020000000000000, ActivityID: "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}",
		ProcessID: 4, ThreadID: 72, Channel: "Security", Computer: "WS-07.example", UserSID: "S-1-5-21-1-2-3-500",
		Data: []evtxwrite.Data{
			{Name: "SubjectUserName", Value: evtxwrite.String("Žofie \U0001F98A")},
			{Name: "LogonType", Value: evtxwrite.Uint32(3)},
			{Name: "LogonId", Value: evtxwrite.Hex64(0x3e7)},
			{Value: evtxwrite.Array(evtxwrite.String("a"), evtxwrite.String(""), evtxwrite.String("c"))},
		},
	}
}

func write(t *testing.T, records ...evtxwrite.Record) []byte {
	t.Helper()
	var log evtxwrite.Log
	for _, r := range records {
		if err := log.Add(r); err != nil {
			t.Fatal(err)
		}
	}
	return log.Bytes()
}

// lines reads a log with package evtx.
func lines(t *testing.T, log []byte) []string {
	t.Helper()
	split := evtx.Format{}.Split(bytes.NewReader(log), &event.Source{})
	dumper := evtx.NewDumper()
	var out []byte
	var b parse.Block
	for {
		err := split.Next(&b)
		if err == io.EOF {
			return strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
		}
		if err != nil {
			t.Fatal(err)
		}
		out = dumper.AppendLines(out, &b, func(p parse.Problem) { t.Errorf("problem: %v", p) })
	}
}

func TestWrittenLogIsReadBack(t *testing.T) {
	got := lines(t, write(t, logon(1), logon(2)))
	want := `{"Event":{"#attributes":{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"},` +
		`"System":{"Provider":{"#attributes":{"Name":"Microsoft-Windows-Security-Auditing","Guid":"{54849625-5478-4994-a5ba-3e3b0328c30d}"}},` +
		`"EventID":4624,"Version":2,"Level":0,"Task":12544,"Opcode":0,"Keywords":"0x8020000000000000",` +
		`"TimeCreated":{"#attributes":{"SystemTime":"2024-02-29T23:59:59.1234567Z"}},"EventRecordID":1,` +
		`"Correlation":{"#attributes":{"ActivityID":"{5770385f-c22a-43e0-bf4c-06f5698ffbd9}"}},` +
		`"Execution":{"#attributes":{"ProcessID":4,"ThreadID":72}},"Channel":"Security","Computer":"WS-07.example",` +
		`"Security":{"#attributes":{"UserID":"S-1-5-21-1-2-3-500"}}},` +
		`"EventData":{"SubjectUserName":"Žofie ` + "\U0001F98A" + `","LogonType":3,"LogonId":"0x3e7","Data":{"#text":["a","","c"]}}}}`
	if got[0] != want {
		t.Errorf("first line\n%s\nwant\n%s", got[0], want)
	}
	if len(got) != 2 {
		t.Errorf("%d lines; want 2", len(got))
	}
}

func TestManyRecordsFillManyChunks(t *testing.T) {
	var records []evtxwrite.Record
	for i := range 500 {
		records = append(records, logon(i))
	}
	log := write(t, records...)
	if n := (len(log) - 4096) / 65536; n < 3 || (len(log)-4096)%65536 != 0 {
		t.Errorf("log has %d bytes, %d chunks", len(log), n)
	}
	for i, line := range lines(t, log) {
		var got struct {
			Event struct {
				System struct{ EventRecordID int }
			}
		}
		if err := json.Unmarshal([]byte(line), &got); err != nil || got.Event.System.EventRecordID != i+1 {
			t.Fatalf("line %d: record %d, %v", i+1, got.Event.System.EventRecordID, err)
		}
	}
}

func TestRecordLargerThanAChunkIsRefused(t *testing.T) {
	var log evtxwrite.Log
	if err := log.Add(logon(1)); err != nil {
		t.Fatal(err)
	}
	big := logon(2)
	big.Data = []evtxwrite.Data{{Value: evtxwrite.String(strings.Repeat("x", 32000))}, {Value: evtxwrite.String(strings.Repeat("y", 32000))}}
	if err := log.Add(big); err == nil {
		t.Error("a record of 128,000 bytes was written")
	}
	if got := lines(t, log.Bytes()); len(got) != 1 {
		t.Errorf("%d records after the refused one; want 1", len(got))
	}
}

func TestBadSIDAndGUIDAreRefused(t *testing.T) {
	for _, s := range []string{"", "S-1", "X-1-5-18", "S-1-5-x", "S-1-99999999999999999999"} {
		if v, err := evtxwrite.SID(s); err == nil {
			t.Errorf("SID(%q) = %v", s, v)
		}
	}
	for _, s := range []string{"", "{}", "5770385f-c22a-43e0-bf4c", "zz70385f-c22a-43e0-bf4c-06f5698ffbd9"} {
		if v, err := evtxwrite.GUID(s); err == nil {
			t.Errorf("GUID(%q) = %v", s, v)
		}
	}
}

func TestEvtxDumpReadsWhatIsWritten(t *testing.T) {
	peer := os.Getenv("DWELL_EVTX_DUMP")
	if peer == "" {
		t.Skip("DWELL_EVTX_DUMP does not name an evtx_dump")
	}
	var records []evtxwrite.Record
	for i := range 300 {
		r := logon(i)
		// Beside Data elements with a name, evtx_dump leaves out those without.
		if i%2 == 0 {
			r.Data = r.Data[:3]
		} else {
			r.Data = r.Data[3:]
		}
		records = append(records, r)
	}
	log := write(t, records...)
	path := filepath.Join(t.TempDir(), "written.evtx")
	if err := os.WriteFile(path, log, 0o600); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command(peer, "--validate-checksums", "-t", "1", "-o", "jsonl", path).CombinedOutput()
	if err != nil {
		t.Fatalf("evtx_dump: %v\n%s", err, out)
	}
	theirs := strings.Split(strings.TrimSuffix(string(out), "\n"), "\n")
	for i, line := range lines(t, log) {
		if i >= len(theirs) || line != theirs[i] {
			t.Fatalf("line %d is\n%s\nevtx_dump has\n%s", i+1, line, theirs[min(i, len(theirs)-1)])
		}
	}
}

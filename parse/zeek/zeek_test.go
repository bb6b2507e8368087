package zeek_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/zeek"
)

// header returns the header lines of a log.
func header(path, fields, types string) string {
	tabbed := func(s string) string { return strings.ReplaceAll(s, " ", "\t") }
	return "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\t" + path + "\n#open\t2024-02-07-10-00-00\n" +
		"#fields\t" + tabbed(fields) + "\n#types\t" + tabbed(types) + "\n"
}

// read returns the events of a text, each as one line, and what could not be
// read.
func read(t *testing.T, text string) (events []string, problems []parse.Problem) {
	t.Helper()
	names := event.NewNames()
	problems = decodeAll(t, zeek.Format{}, names, []byte(text), func(e *event.Event) {
		s := []string{e.Dataset, e.Channel.Text()}
		if !e.Time.IsZero() {
			s = append(s, e.Time.Format("15:04:05.000000"))
		}
		for _, f := range e.Fields {
			s = append(s, names.Text(f.Name)+"="+string(f.AppendJSON(nil)))
		}
		events = append(events, strings.Join(s, " "))
	})
	return events, problems
}

func TestLogsThatWereJoinedAreReadEachByItsHeader(t *testing.T) {
	text := header("conn", "ts id.orig_h id.orig_p local_orig", "time addr port bool") +
		"1707296400.500000\t10.0.0.5\t443\tT\n#close\t2024-02-07-10-00-01\n" +
		header("dns", "ts query answers TTLs", "time string vector[string] vector[interval]") +
		"1707296401.000000\ta.example\\x09b\\\\c\tx,y\\x2cz\t1.000000,-\n1707296402.000000\t(empty)\t(empty)\t-\n" +
		"#fields\tts\tquery\n#types\ttime\tstring\n1707296403.000000\tb.example\n"
	events, problems := read(t, text)
	want := []string{
		`zeek.conn conn 09:00:00.500000 ts=1707296400.500000 id.orig_h="10.0.0.5" id.orig_p=443 local_orig=true`,
		`zeek.dns dns 09:00:01.000000 ts=1707296401.000000 query="a.example\tb\\c" answers="x" answers="y,z" TTLs=1.000000 TTLs=null`,
		`zeek.dns dns 09:00:02.000000 ts=1707296402.000000 query="" answers=[]`,
		`zeek.dns dns 09:00:03.000000 ts=1707296403.000000 query="b.example"`,
	}
	if diff := cmp.Diff(want, events); diff != "" || len(problems) > 0 {
		t.Errorf("problems %v, events differ (-want +got):\n%s", problems, diff)
	}
}

func TestSeparatorsComeFromTheHeader(t *testing.T) {
	events, problems := read(t, "#separator \\x7c\n#set_separator|;\n#empty_field|EMPTY\n#unset_field|~\n#path|p\n#fields|a|b|c\n#types|set[count]|string|string\n1;2|EMPTY|~\n")
	want := []string{`zeek.p p a=1 a=2 b=""`}
	if diff := cmp.Diff(want, events); diff != "" || len(problems) > 0 {
		t.Errorf("problems %v, events differ (-want +got):\n%s", problems, diff)
	}
}

func TestBlanksBeforeAHashAreAHeaderOnlyBeforeADirective(t *testing.T) {
	text := "\t #separator \\x09\n #fields\ta\tb\n #path\t1\n #\t2\n"
	var events []string
	problems := decodeAll(t, zeek.Format{}, event.NewNames(), []byte(text), func(e *event.Event) {
		events = append(events, e.Dataset+" "+string(e.Raw))
	})
	if diff := cmp.Diff([]string{"zeek.1  #\t2"}, events); diff != "" || len(problems) > 0 {
		t.Errorf("problems %v, events (-want +got):\n%s", problems, diff)
	}
}

func TestARecordWithoutHeaderIsKeptAndReported(t *testing.T) {
	text := "1707296400.500000\tCHhAvVGS1DHFjwGM9\t10.0.0.5\n"
	if c, reason := (zeek.Format{}).Recognise([]byte(text)); c < 0.5 {
		t.Errorf("confidence %v: %s", c, reason)
	}
	events, problems := read(t, text)
	if len(events) != 1 || !strings.HasPrefix(events[0], "unknown") || len(problems) != 1 || !errors.Is(problems[0], zeek.ErrNoHeader) {
		t.Errorf("events %q, problems %v; want the text and ErrNoHeader", events, problems)
	}
}

func TestARecordOfAnotherLengthIsKeptAndReported(t *testing.T) {
	events, problems := read(t, header("p", "a b", "string string")+"1\t2\n1\n1\t2\t3\n")
	if len(events) != 3 || len(problems) != 2 || problems[0].Record != 10 || problems[1].Record != 11 {
		t.Errorf("events %q, problems %v", events, problems)
	}
}

func TestBlocksAreDecodedWithTheHeaderOfTheirOwn(t *testing.T) {
	// Blocks are of 256 KiB: the header is far away from most records.
	var text strings.Builder
	text.WriteString(header("one", "ts a", "time string"))
	const records = 20000
	for i := range 2 * records {
		if i == records {
			text.WriteString(header("two", "ts b", "time string"))
		}
		text.WriteString("1707296400.500000\tsome text that makes the record longer\n")
	}
	counts := map[string]int{}
	problems := decodeAll(t, zeek.Format{}, event.NewNames(), []byte(text.String()), func(e *event.Event) { counts[e.Dataset]++ })
	if diff := cmp.Diff(map[string]int{"zeek.one": records, "zeek.two": records}, counts); diff != "" || len(problems) > 0 {
		t.Errorf("problems %v, counts differ (-want +got):\n%s", problems, diff)
	}
}

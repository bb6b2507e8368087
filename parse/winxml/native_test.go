package winxml_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/winxml"
)

// native returns the JSON lines of a text.
func native(t testing.TB, text string) []string {
	t.Helper()
	var out []string
	b := &parse.Block{Data: []byte(text), Record: 1, Source: &event.Source{}}
	winxml.Format{}.NewDecoder(event.NewNames()).Decode(b, func(e *event.Event) bool {
		out = append(out, string(winxml.AppendNative(nil, e)))
		return true
	}, func(parse.Problem) {})
	return out
}

func TestNativeIsTheTreeThatEVTXWrites(t *testing.T) {
	for text, want := range map[string]string{
		logon: `{"Event":{"#attributes":{"xmlns":"http://schemas.microsoft.com/win/2004/08/events/event"},"System":{"Provider":` +
			`{"#attributes":{"Name":"Microsoft-Windows-Security-Auditing","Guid":"{54849625-5478-4994-a5ba-3e3b0328c30d}"}},"EventID":4624,` +
			`"TimeCreated":{"#attributes":{"SystemTime":"2024-03-01T10:20:30.1234567Z"}},"EventRecordID":77,"Correlation":null,` +
			`"Execution":{"#attributes":{"ProcessID":4,"ThreadID":8}},"Channel":"Security","Computer":"dc1.example.org"},` +
			`"EventData":{"TargetUserName":"a & b","Empty":"","None":"","Data":{"#text":["loose"," "]}},` +
			`"RenderingInfo":{"#attributes":{"Culture":"en-US"},"Message":"An account\nwas logged on.","Keywords":{"Keyword":"Audit","Keyword_1":"Success"}}}}`,
		"<Event>\n <UserData>\n  <E a='1'>x<!-- c -->y</E>\n </UserData>\n</Event>": `{"Event":{"UserData":{"E":{"#attributes":{"a":"1"},"#text":"xy"}}}}`,
		"<Event>\n\t<a>\n</Event>": `{"message":"<Event>\n\t<a>\n</Event>"}`,
	} {
		if got := native(t, text); len(got) != 1 || got[0] != want {
			t.Errorf("native form of %s:\n%s\nwant\n%s", text, strings.Join(got, "\n"), want)
		}
	}
}

func FuzzNativeIsJSON(f *testing.F) {
	f.Add(logon)
	f.Add(`<Event a="b"><![CDATA[x]]><?p ?><c d='e' /><UserData><Data/><Data>x</Data></UserData></Event>`)
	f.Fuzz(func(t *testing.T, text string) {
		for _, line := range native(t, text) {
			if !json.Valid([]byte(line)) || strings.Contains(line, "\n") {
				t.Errorf("native form of %q is %s", text, line)
			}
		}
	})
}

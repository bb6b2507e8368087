package jsonl_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// fieldsOf decodes one record and gives its fields as name=text.
func fieldsOf(t *testing.T, text string) (got []string) {
	t.Helper()
	names := event.NewNames()
	b := parse.Block{Data: []byte(text), Record: 1, Source: &event.Source{Path: "x"}}
	jsonl.Format{}.NewDecoder(names).Decode(&b, func(e *event.Event) bool {
		got = got[:0]
		for _, f := range e.Fields {
			got = append(got, names.Text(f.Name)+"="+f.Text())
		}
		return true
	}, func(p parse.Problem) { t.Error(p) })
	return got
}

func TestElementsOfNameAndValueListsAreFieldsBesides(t *testing.T) {
	const start = `{"CreationTime":"2024-05-01T10:00:00","RecordType":1,"Operation":"New-InboxRule","Workload":"Exchange",`
	for _, test := range []struct {
		text string
		want []string // what comes after the record's own fields
	}{
		{
			`"Parameters":[{"Name":"ForwardTo","Value":"eve@example.org"},{"Name":"Name","Value":"."}]}`,
			[]string{"Parameters.ForwardTo=eve@example.org", "Parameters.Name.Value=."},
		},
		{
			`"Parameters": [ {"Value": "a\"}", "Name": "One"} , {"Value": "b", "Name": "Two"} ] }`,
			[]string{"Parameters.One=a\"}", "Parameters.Two=b"},
		},
		{
			`"Parameters":[{"Name":"A"},{"Value":"lost"},{"Name":"B","Type":0,"Value":true},{"Name":"","Value":"x"}]}`,
			[]string{"Parameters.B=true"},
		},
		{
			`"Parameters":[{"Name":"To","Value":["a@example.org","b@example.org"]},{"Name":"Empty","Value":""}]}`,
			[]string{"Parameters.To=a@example.org", "Parameters.To=b@example.org", "Parameters.Empty="},
		},
		{
			`"ModifiedProperties":[{"Name":"Role.DisplayName","NewValue":"Owner","OldValue":""}],"ExtendedProperties":[{"Name":"UserAgent","Value":"ua"}]}`,
			[]string{"ExtendedProperties.UserAgent=ua", "ModifiedProperties.Role.DisplayName.NewValue=Owner", "ModifiedProperties.Role.DisplayName.OldValue="},
		},
	} {
		got := fieldsOf(t, start+test.text)
		got = got[len(got)-len(test.want):]
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.text, diff)
		}
	}
}

func TestJSONWithinTextsIsReadBesides(t *testing.T) {
	got := fieldsOf(t, `{"TimeGenerated":"2024-05-01T10:00:00Z","ActivityDisplayName":"Add member to role","LoggedByService":"Core Directory",`+
		`"InitiatedBy":"{\"user\":{\"userPrincipalName\":\"eva@example.org\",\"ipAddress\":\"192.0.2.1\"}}",`+
		`"TargetResources":"[{\"type\":\"User\",\"modifiedProperties\":[{\"displayName\":\"Role.DisplayName\",\"oldValue\":null,\"newValue\":\"Owner\"}]}]",`+
		`"AdditionalDetails":"{broken"}`)
	for _, want := range []string{
		"InitiatedBy.user.userPrincipalName=eva@example.org",
		"InitiatedBy.user.ipAddress=192.0.2.1",
		"TargetResources.modifiedProperties.Role.DisplayName.newValue=Owner",
		"AdditionalDetails={broken",
	} {
		if !strings.Contains("\n"+strings.Join(got, "\n")+"\n", "\n"+want+"\n") {
			t.Errorf("%s is not among %q", want, got)
		}
	}
}

func TestElementsDoNotOutgrowTheNames(t *testing.T) {
	names := event.NewNames()
	d := jsonl.Format{}.NewDecoder(names)
	var text strings.Builder
	text.WriteString(`{"CreationTime":"2024-05-01T10:00:00","RecordType":1,"Operation":"x","Workload":"Exchange","ModifiedProperties":[`)
	for i := range 1 << 14 {
		if i > 0 {
			text.WriteByte(',')
		}
		text.WriteString(`{"Name":"` + strings.Repeat("n", 1+i%7) + string(rune('a'+i%26)) + strings.Repeat("m", i%701) + `","NewValue":"v","OldValue":"w"}`)
	}
	text.WriteString(`]}`)
	b := parse.Block{Data: []byte(text.String()), Record: 1, Source: &event.Source{Path: "x"}}
	d.Decode(&b, func(*event.Event) bool { return true }, func(p parse.Problem) { t.Error(p) })
	if n := names.Len(); n > 5000 {
		t.Errorf("16384 elements made %d names; want at most 4096 and the record's own", n)
	}
}

package jsonl_test

import (
	"bytes"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// summaries decodes a source by way of its blocks and says one line for each
// record.
func summaries(t *testing.T, text string) (got []string) {
	t.Helper()
	names := event.NewNames()
	d := jsonl.Format{}.NewDecoder(names)
	split := jsonl.Format{}.Split(strings.NewReader(text), &event.Source{Path: "x"})
	for {
		var b parse.Block
		if err := split.Next(&b); err == io.EOF {
			return got
		} else if err != nil {
			t.Fatal(err)
		}
		d.Decode(&b, func(e *event.Event) bool {
			at := "-"
			if !e.Time.IsZero() {
				at = e.Time.Format(time.RFC3339)
			}
			got = append(got, strings.TrimSpace(fmt.Sprintf("%d %s %s %s provider=%s host=%s code=%s", e.Line, e.Dataset, e.Schema, at, e.Provider.Text(), e.Host.Text(), e.Code.Text())))
			return true
		}, func(p parse.Problem) { t.Error(p) })
	}
}

func TestOriginsAreToldByTheNamesInARecord(t *testing.T) {
	for _, test := range []struct{ text, want string }{
		{
			`{"CreationTime":"2024-05-01T10:00:00","Id":"1","Operation":"New-InboxRule","OrganizationId":"o","RecordType":1,"Workload":"Exchange","UserId":"a@b.example","ClientIP":"192.0.2.1"}`,
			"o365.audit o365.audit 2024-05-01T10:00:00Z provider=Exchange host= code=New-InboxRule",
		},
		{
			`{"PSComputerName":"x","RecordType":"ExchangeAdmin","CreationDate":"2024-05-01T10:00:00Z","UserIds":"a@b.example","Operations":"Set-Mailbox","AuditData":"{\"CreationTime\":\"2024-05-01T10:00:01\",\"Operation\":\"Set-Mailbox\",\"Workload\":\"Exchange\",\"UserId\":\"a@b.example\"}"}`,
			"o365.audit o365.audit 2024-05-01T10:00:01Z provider=Exchange host= code=Set-Mailbox",
		},
		{
			`{"id":"1","createdDateTime":"2024-05-01T10:00:00Z","userPrincipalName":"a@b.example","appDisplayName":"Outlook","ipAddress":"192.0.2.1","status":{"errorCode":50126}}`,
			"azure.signinlogs azure.signinlogs.graph 2024-05-01T10:00:00Z provider= host= code=50126",
		},
		{
			`{"time":"2024-05-01T10:00:00Z","category":"SignInLogs","operationName":"Sign-in activity","resultType":"0","properties":{"createdDateTime":"2024-05-01T09:59:58Z","appDisplayName":"Outlook","userPrincipalName":"a@b.example"}}`,
			"azure.signinlogs azure.signinlogs 2024-05-01T09:59:58Z provider=SignInLogs host= code=0",
		},
		{
			`{"activityDateTime":"2024-05-01T10:00:00Z","activityDisplayName":"Consent to application","loggedByService":"Core Directory"}`,
			"azure.auditlogs azure.auditlogs.graph 2024-05-01T10:00:00Z provider=Core Directory host= code=Consent to application",
		},
		{
			`{"time":"2024-05-01T10:00:00Z","resourceId":"/subscriptions/1","operationName":"Microsoft.Compute/virtualMachines/write","category":"Administrative"}`,
			"azure.activitylogs azure.activitylogs 2024-05-01T10:00:00Z provider=Administrative host= code=Microsoft.Compute/virtualMachines/write",
		},
		{
			`{"eventVersion":"1.08","eventTime":"2024-05-01T10:00:00Z","eventSource":"iam.amazonaws.com","eventName":"CreateUser","awsRegion":"us-east-1"}`,
			"aws.cloudtrail aws.cloudtrail 2024-05-01T10:00:00Z provider=iam.amazonaws.com host= code=CreateUser",
		},
		{
			`{"uuid":"1","published":"2024-05-01T10:00:00Z","eventType":"user.session.start","actor":{"alternateId":"a@b.example"},"outcome":{"result":"SUCCESS"}}`,
			"okta.system okta.system 2024-05-01T10:00:00Z provider= host= code=user.session.start",
		},
		{
			`{"kind":"admin#reports#activity","id":{"time":"2024-05-01T10:00:00Z","uniqueQualifier":"1","applicationName":"admin"},"actor":{"email":"a@b.example"},"events":[{"name":"ADD_GROUP_MEMBER"}]}`,
			"google_workspace.admin google_workspace 2024-05-01T10:00:00Z provider=admin host= code=ADD_GROUP_MEMBER",
		},
		{
			`{"protoPayload":{"serviceName":"iam.googleapis.com","methodName":"google.iam.admin.v1.CreateServiceAccountKey"},"timestamp":"2024-05-01T10:00:00Z","logName":"x"}`,
			"gcp.audit gcp.audit 2024-05-01T10:00:00Z provider=iam.googleapis.com host= code=google.iam.admin.v1.CreateServiceAccountKey",
		},
		{
			`{"@timestamp":1714557600000,"action":"repo.create","actor":"octo","_document_id":"d","org":"o"}`,
			"github.audit github.audit 2024-05-01T10:00:00Z provider= host= code=repo.create",
		},
		{
			`{"kind":"Event","apiVersion":"audit.k8s.io/v1","auditID":"1","stage":"ResponseComplete","requestURI":"/api","verb":"create","requestReceivedTimestamp":"2024-05-01T10:00:00.000000Z"}`,
			"kubernetes.audit kubernetes.audit 2024-05-01T10:00:00Z provider= host= code=create",
		},
		{
			`{"event_simpleName":"ProcessRollup2","aid":"1","ContextTimeStamp":"1714557600.000","ComputerName":"WS1"}`,
			"crowdstrike.fdr crowdstrike.fdr 2024-05-01T10:00:00Z provider= host=WS1 code=ProcessRollup2",
		},
		{
			`{"metadata":{"eventType":"DetectionSummaryEvent","eventCreationTime":1714557600000,"offset":1},"event":{"ComputerName":"WS1","DetectName":"X"}}`,
			"crowdstrike.falcon crowdstrike.falcon 2024-05-01T10:00:00Z provider=DetectionSummaryEvent host=WS1 code=X",
		},
		{
			`{"alert_time":"2024-05-01T10:00:00Z","alert_unique_id":"u","rule_name":"Mimikatz","rule_id":"7","agent":{"agentid":"1","hostname":"WS1"},"alert_type":"sigma"}`,
			"harfanglab.alert harfanglab.alert 2024-05-01T10:00:00Z provider=sigma host=WS1 code=7",
		},
		{
			`{"Timestamp":"2024-05-01T10:00:00Z","DeviceId":"1","DeviceName":"ws1","ActionType":"ProcessCreated","FileName":"a.exe"}`,
			"m365_defender.event m365_defender.event 2024-05-01T10:00:00Z provider= host=ws1 code=ProcessCreated",
		},
		{
			`{"TimeGenerated":"2024-05-01T10:00:00Z","Computer":"dc1","EventSourceName":"Microsoft-Windows-Security-Auditing","Channel":"Security","EventID":4624,"Account":"C\\u"}`,
			"windows.security sentinel.security 2024-05-01T10:00:00Z provider=Microsoft-Windows-Security-Auditing host=dc1 code=4624",
		},
		{
			`{"@timestamp":"2024-05-01T10:00:00Z","ecs":{"version":"8.0.0"},"event":{"dataset":"auditd.log","module":"auditd"},"host":{"name":"srv"}}`,
			"auditd.log ecs 2024-05-01T10:00:00Z provider= host=srv code=",
		},
		{
			`{"class_uid":3002,"time":1714557600000,"metadata":{"version":"1.1.0","product":{"name":"P"}}}`,
			"ocsf ocsf 2024-05-01T10:00:00Z provider=P host= code=",
		},
		{
			`{"ClientId":"C.1","Fqdn":"ws1","_Source":"Windows.System.Pslist","Name":"a.exe","_ts":1714557600}`,
			"velociraptor velociraptor 2024-05-01T10:00:00Z provider=Windows.System.Pslist host=ws1 code=",
		},
		{
			`{"operationName":"x","category":"y"}`,
			"json json - provider= host= code=",
		},
	} {
		if diff := cmp.Diff([]string{"1 " + test.want}, summaries(t, test.text)); diff != "" {
			t.Errorf("%s\n%s", test.text, diff)
		}
	}
}

func TestRecordsInAnEnvelopeAreRecords(t *testing.T) {
	record := func(name string) string {
		return `{"eventSource":"s","eventName":"` + name + `","awsRegion":"r"}`
	}
	line := func(n int, name string) string {
		return fmt.Sprintf("%d aws.cloudtrail aws.cloudtrail - provider=s host= code=%s", n, name)
	}
	for name, test := range map[string]struct {
		text string
		want []string
	}{
		"on one line":       {`{"Records":[` + record("a") + "," + record("b") + `]}`, []string{line(1, "a"), line(1, "b")}},
		"one a line":        {"{\"Records\": [\n" + record("a") + ",\n" + record("b") + "\n]}\n", []string{line(2, "a"), line(3, "b")}},
		"one after another": {`{"Records":[` + record("a") + "]}\n{\"Records\":[" + record("b") + `]}`, []string{line(1, "a"), line(2, "b")}},
		"with a tail":       {`{"Records":[` + record("a") + "],\n\"nextLink\":\"x\"}\n", []string{line(1, "a")}},
		"with a head": {
			`{"took":1,"_shards":{"total":1},"hits":{"total":{"value":1},"max_score":1.0,"hits":[{"_index":"i","_source":` + record("a") + `}]}}`,
			[]string{line(1, "a")},
		},
		"an ordinary record with a list": {`{"a":1,"Records":[` + record("a") + `]}`, []string{"1 json json - provider= host= code="}},
	} {
		if diff := cmp.Diff(test.want, summaries(t, test.text)); diff != "" {
			t.Errorf("%s: %s\n%s", name, test.text, diff)
		}
	}
}

func TestAnEnvelopeIsCutIntoBlocks(t *testing.T) {
	var b bytes.Buffer
	b.WriteString(`{"Records":[`)
	const n = 20000
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, `{"eventSource":"s","eventName":"e%d","awsRegion":"r","padding":"%s"}`, i, strings.Repeat("x", 100))
	}
	b.WriteString(`]}`)
	blocks, records := 0, 0
	d := jsonl.Format{}.NewDecoder(event.NewNames())
	split := jsonl.Format{}.Split(&b, &event.Source{})
	for {
		var block parse.Block
		if err := split.Next(&block); err != nil {
			break
		}
		blocks++
		d.Decode(&block, func(e *event.Event) bool {
			if want := fmt.Sprint("e", records); e.Code.Text() != want {
				t.Fatalf("record %d is %s", records, e.Code.Text())
			}
			records++
			return true
		}, func(p parse.Problem) { t.Error(p) })
	}
	if records != n || blocks < 5 {
		t.Errorf("%d records in %d blocks", records, blocks)
	}
}

func TestATimeWithoutZoneIsMarked(t *testing.T) {
	for text, want := range map[string]event.Assumed{
		`{"timestamp":"2024-05-01T10:00:00","a":1}`:                                             event.AssumedZone,
		`{"timestamp":"2024-05-01T10:00:00+02:00"}`:                                             0,
		`{"timestamp":1714557600}`:                                                              0,
		`{"UtcTime":"2024-05-01 10:00:00.000","Channel":"c","EventID":1,"Computer":"h"}`:        0,
		`{"EventTime":"2024-05-01 10:00:00","Channel":"c","EventID":1,"Hostname":"h"}`:          event.AssumedZone,
		`{"CreationTime":"2024-05-01T10:00:00","Operation":"o","Workload":"Exchange","Id":"1"}`: 0,
	} {
		d := jsonl.Format{}.NewDecoder(event.NewNames())
		b := parse.Block{Data: []byte(text), Record: 1, Source: &event.Source{}}
		d.Decode(&b, func(e *event.Event) bool {
			if e.Assumed != want {
				t.Errorf("%s: assumed %d, want %d", text, e.Assumed, want)
			}
			return true
		}, func(p parse.Problem) { t.Error(p) })
	}
}

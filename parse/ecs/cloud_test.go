package ecs_test

import (
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// checkRecords maps records of one line each and compares the fields named.
func checkRecords(t *testing.T, records []struct {
	text string
	want map[string]string
},
) {
	t.Helper()
	tables := load(t)
	for _, r := range records {
		all := mapLines(t, tables, r.text)
		if len(all) != 1 {
			t.Fatalf("%d records in %s", len(all), r.text)
		}
		got := map[string]string{}
		for name := range r.want {
			got[name] = strings.Join(all[0][name], " ")
		}
		if diff := cmp.Diff(r.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s\nall: %v", r.text, diff, slices.Sorted(maps.Keys(all[0])))
		}
	}
}

func TestAuditRecordsOfMicrosoft365HaveTheirCommonFields(t *testing.T) {
	checkRecords(t, []struct {
		text string
		want map[string]string
	}{
		{
			`{"CreationTime":"2024-05-01T10:00:00","Id":"i1","Operation":"UserLoggedIn","OrganizationId":"o","RecordType":15,"ResultStatus":"Success","UserKey":"k1","Workload":"AzureActiveDirectory","ClientIP":"192.0.2.1:8085","ObjectId":"0000-11","UserId":"eva@example.org","ExtendedProperties":[{"Name":"UserAgent","Value":"Mozilla/5.0 (X11)"},{"Name":"RequestType","Value":"OAuth2:Authorize"}],"DeviceProperties":[{"Name":"DisplayName","Value":"WS7"}]}`,
			map[string]string{
				"@timestamp": "2024-05-01T10:00:00Z", "event.code": "15", "event.action": "UserLoggedIn", "event.outcome": "success",
				"source.ip": "192.0.2.1", "source.port": "8085", "user.name": "eva", "user.domain": "example.org", "user.id": "k1",
				"user_agent.original": "Mozilla/5.0 (X11)", "host.name": "WS7", "url.original": "",
			},
		},
		{
			`{"CreationTime":"2024-05-01T10:00:00","Id":"i2","Operation":"FileDownloaded","RecordType":6,"Workload":"SharePoint","UserId":"eva@example.org","ClientIP":"2001:db8::7","ObjectId":"https://example.sharepoint.com/sites/a/plan.docx","SourceFileName":"plan.docx","UserAgent":"ua"}`,
			map[string]string{
				"url.original": "https://example.sharepoint.com/sites/a/plan.docx", "url.full": "https://example.sharepoint.com/sites/a/plan.docx",
				"url.domain": "example.sharepoint.com", "url.path": "/sites/a/plan.docx", "file.name": "plan.docx", "source.ip": "2001:db8::7", "event.code": "6",
			},
		},
		{
			`{"Operation":"New-InboxRule","Workload":"Exchange","UserId":"eva@example.org","Parameters":[{"Name":"ForwardTo","Value":"x@example.com"},{"Name":"Name","Value":"."}]}`,
			map[string]string{"event.action": "New-InboxRule", "event.code": "New-InboxRule", "o365.audit.Parameters.ForwardTo": "x@example.com", "event.dataset": "o365.audit"},
		},
	})
}

func TestRecordsOfAzureHaveTheirCommonFields(t *testing.T) {
	checkRecords(t, []struct {
		text string
		want map[string]string
	}{
		{ // a secret that is read
			`{"time":"2024-05-01T10:00:00Z","category":"AuditEvent","operationName":"SecretGet","resultType":"Success","resourceId":"/SUBSCRIPTIONS/1","callerIpAddress":"192.0.2.1","identity":{"claim":{"upn":"eva@example.org","oid":"o1"}},"properties":{"clientInfo":"ua","httpStatusCode":200,"requestUri":"https://v.vault.example/secrets/a?api-version=7.0"}}`,
			map[string]string{
				"source.ip": "192.0.2.1", "user.name": "eva", "user.domain": "example.org", "user.id": "o1", "user_agent.original": "ua",
				"http.response.status_code": "200", "url.domain": "v.vault.example", "url.path": "/secrets/a", "url.full": "https://v.vault.example/secrets/a?api-version=7.0",
			},
		},
		{ // a gateway
			`{"time":"2024-05-01T10:00:00Z","category":"ApplicationGatewayAccessLog","operationName":"ApplicationGatewayAccess","resourceId":"/SUBSCRIPTIONS/1","properties":{"clientIP":"192.0.2.1","clientPort":"12345","httpMethod":"GET","requestUri":"/x/y","httpStatus":"403","userAgent":"ua"}}`,
			map[string]string{"source.ip": "192.0.2.1", "source.port": "12345", "http.request.method": "GET", "http.response.status_code": "403", "url.original": "/x/y", "url.path": "/x/y", "user_agent.original": "ua"},
		},
		{ // a Windows event with its XML
			`{"time":"2024-05-01T10:00:00Z","category":"WindowsEventLogsTable","properties":{"ProviderName":"Microsoft-Windows-Security-Auditing","EventId":4688,"Channel":"Security","RoleInstance":"_x","Pid":4,"RawXml":"<Event xmlns='http://schemas.microsoft.com/win/2004/08/events/event'><System><Provider Name='Microsoft-Windows-Security-Auditing'/><EventID>4688</EventID><Channel>Security</Channel><Computer>ws7.example.org</Computer></System><EventData><Data Name='SubjectUserName'>eva</Data><Data Name='SubjectDomainName'>EX</Data><Data Name='NewProcessId'>0x1a4</Data><Data Name='NewProcessName'>C:\\a.exe</Data><Data Name='CommandLine'>a.exe -x</Data></EventData></Event>"}}`,
			map[string]string{
				"host.name": "ws7.example.org", "event.code": "4688", "user.name": "eva", "user.domain": "EX",
				"process.pid": "420", "process.executable": `C:\a.exe`, "process.command_line": "a.exe -x", "event.dataset": "windows.security",
			},
		},
		{ // a row of a Sentinel table
			`{"TimeGenerated":"2024-05-01T10:00:00Z","EventLog":"System","EventID":7045,"Computer":"ws7","Source":"Service Control Manager","EventData":"<EventData><Data Name=\"ServiceName\">svc</Data><Data Name=\"ImagePath\">C:\\s.exe</Data></EventData>"}`,
			map[string]string{"host.name": "ws7", "service.name": "svc", "process.executable": `C:\s.exe`, "event.code": "7045"},
		},
		{ // the same sign-in as a row: parts of it are texts
			`{"TimeGenerated":"2024-05-01T10:00:00Z","UserPrincipalName":"eva@example.org","AppDisplayName":"Outlook","ResultType":"50126","IPAddress":"192.0.2.1","Status":"{\"errorCode\":50126,\"failureReason\":\"bad password\"}","DeviceDetail":"{\"displayName\":\"WS7\"}"}`,
			map[string]string{"user.name": "eva", "source.ip": "192.0.2.1", "event.reason": "bad password", "event.outcome": "failure", "host.name": "WS7", "event.code": "50126"},
		},
		{ // who opened the connection is its source
			`{"Timestamp":"2024-05-01T10:00:00Z","DeviceName":"ws7","DeviceId":"d","ActionType":"InboundConnectionAccepted","RemoteIP":"192.0.2.1","RemotePort":50000,"LocalIP":"198.51.100.2","LocalPort":445,"Protocol":"Tcp"}`,
			map[string]string{"source.ip": "192.0.2.1", "source.port": "50000", "destination.ip": "198.51.100.2", "destination.port": "445", "network.transport": "tcp", "host.name": "ws7"},
		},
		{
			`{"Timestamp":"2024-05-01T10:00:00Z","DeviceName":"ws7","DeviceId":"d","ActionType":"ConnectionSuccess","RemoteIP":"192.0.2.1","RemotePort":443,"RemoteUrl":"www.example.com","LocalIP":"198.51.100.2","LocalPort":50000,"Protocol":"Tcp"}`,
			map[string]string{"source.ip": "198.51.100.2", "destination.ip": "192.0.2.1", "url.domain": "www.example.com", "url.original": "", "url.path": ""},
		},
	})
}

func TestRecordsOfOtherCloudsAndSensorsHaveTheirCommonFields(t *testing.T) {
	checkRecords(t, []struct {
		text string
		want map[string]string
	}{
		{
			`{"insertId":"1","jsonPayload":{"connection":{"src_ip":"192.0.2.1","src_port":5601,"dest_ip":"198.51.100.2","dest_port":443,"protocol":6},"reporter":"SRC","bytes_sent":"17"},"logName":"l","timestamp":"2024-05-01T10:00:00Z"}`,
			map[string]string{"event.dataset": "gcp.vpcflow", "source.ip": "192.0.2.1", "source.port": "5601", "destination.ip": "198.51.100.2", "destination.port": "443", "network.transport": "tcp"},
		},
		{
			`{"insertId":"1","jsonPayload":{"queryName":"a.example.org.","queryType":"A","protocol":"UDP","sourceIP":"192.0.2.1"},"logName":"l","timestamp":"2024-05-01T10:00:00Z"}`,
			map[string]string{"event.dataset": "gcp.dns", "dns.question.name": "a.example.org", "source.ip": "192.0.2.1", "network.transport": "udp"},
		},
		{
			`{"action":"user_login","actor":{"type":"user","user":{"id":"U1","email":"eva@example.org","name":"Eva"}},"context":{"ip_address":"192.0.2.1","ua":"ua"},"date_create":1714557600}`,
			map[string]string{"event.dataset": "slack.audit", "@timestamp": "2024-05-01T10:00:00Z", "user.name": "eva", "user.id": "U1", "source.ip": "192.0.2.1", "user_agent.original": "ua"},
		},
		{
			`{"event_simpleName":"NetworkConnectIP4","aid":"a","cid":"c","aip":"203.0.113.9","LocalAddressIP4":"192.0.2.1","LocalPort":"50000","RemoteAddressIP4":"198.51.100.2","RemotePort":"443","Protocol":"6","timestamp":"1714557600000"}`,
			map[string]string{"source.ip": "192.0.2.1", "destination.ip": "198.51.100.2", "source.port": "50000", "network.transport": "tcp"},
		},
		{
			`{"metadata":{"eventType":"EppDetectionSummaryEvent","eventCreationTime":1714557600000},"event":{"Hostname":"ws7","Name":"Intel","ProcessId":77,"CommandLine":"a.exe","SHA256String":"AB","UserName":"EX\\eva","ParentImageFilePath":"C:\\p.exe","ParentImageFileName":"p.exe"}}`,
			map[string]string{"host.name": "ws7", "rule.name": "Intel", "process.pid": "77", "file.hash.sha256": "AB", "user.name": "eva", "user.domain": "EX", "process.parent.executable": `C:\p.exe`},
		},
		{
			`{"log_type":"file","@event_create_date":"2024-05-01T10:00:00Z","@timestamp":"2024-05-01T10:00:09Z","tenant":"t","event_id":11,"event_path":"C:\\t.txt","process_image_path":"C:\\a.exe","pid":7,"agent":{"agentid":"1","hostname":"ws7"}}`,
			map[string]string{"@timestamp": "2024-05-01T10:00:00Z", "event.code": "11", "file.path": `C:\t.txt`, "process.executable": `C:\a.exe`, "process.pid": "7", "host.name": "ws7"},
		},
		{
			`{"class_uid":1007,"category_uid":1,"time":1714557600000,"process":{"pid":7,"cmd_line":"a.exe","file":{"path":"C:\\a.exe","hashes":[{"algorithm":"SHA-256","algorithm_id":3,"value":"ab"}]}},"actor":{"process":{"pid":3,"file":{"path":"C:\\p.exe"}},"user":{"name":"eva","domain":"EX"}}}`,
			map[string]string{"process.pid": "7", "process.executable": `C:\a.exe`, "process.hash.sha256": "ab", "process.parent.pid": "3", "process.parent.executable": `C:\p.exe`, "user.name": "eva", "user.domain": "EX"},
		},
		{ // an older name of ECS
			`{"@timestamp":"2024-05-01T10:00:00Z","ecs":{"version":"1.0.0"},"agent":{"type":"auditbeat"},"process":{"pid":7,"ppid":3,"executable":"/bin/a"}}`,
			map[string]string{"process.pid": "7", "process.parent.pid": "3", "process.ppid": "3", "process.executable": "/bin/a"},
		},
		{ // the machine had it before the collector did
			`{"@timestamp":"2024-05-01T12:00:00Z","winlog":{"time_created":"2024-05-01T10:00:00Z","channel":"Security","event_id":4769,"computer_name":"dc1","process":{"pid":640},"event_data":{"TargetUserName":"eva@EX.EXAMPLE","TargetDomainName":"EX.EXAMPLE","IpAddress":"::ffff:192.0.2.1"}}}`,
			map[string]string{"@timestamp": "2024-05-01T10:00:00Z", "user.name": "eva", "user.domain": "EX.EXAMPLE", "source.ip": "192.0.2.1", "process.pid": "640", "host.name": "dc1"},
		},
	})
}

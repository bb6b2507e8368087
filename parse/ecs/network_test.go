package ecs_test

import (
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/csvlog"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/jsonl"
	"github.com/dwell-project/dwell/parse/w3c"
	"github.com/dwell-project/dwell/parse/zeek"
)

// mapText returns the mapped records of a text in a format.
func mapText(t *testing.T, f parse.Format, text string) (all []map[string][]string) {
	t.Helper()
	names := event.NewNames()
	m := ecs.NewMapper(load(t), names)
	split, dec := f.Split(strings.NewReader(text), &event.Source{Path: "in"}), f.NewDecoder(names)
	for {
		var b parse.Block
		err := split.Next(&b)
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatal(err)
		}
		dec.Decode(&b, func(e *event.Event) bool {
			all = append(all, leaves(t, m.Append(nil, e)))
			return true
		}, func(p parse.Problem) { t.Error(p) })
	}
}

func TestNetworkAndMailRecordsHaveECSNames(t *testing.T) {
	for _, c := range []struct {
		name   string
		format parse.Format
		text   string
		want   map[string]string
	}{
		{
			"Zeek http",
			zeek.Format{},
			"#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\thttp\n" +
				"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tmethod\thost\turi\tuser_agent\tstatus_code\tresp_mime_types\n" +
				"#types\ttime\tstring\taddr\tport\taddr\tport\tstring\tstring\tstring\tstring\tcount\tvector[string]\n" +
				"1707296400.500000\tCHhAvVGS1DHFjwGM9\t10.0.0.5\t50123\t198.51.100.7\t80\tGET\twww.example.org\t/a/b.php?id=1\tcurl/8\t404\ttext/html\n",
			map[string]string{
				"@timestamp": "2024-02-07T09:00:00.5Z", "event.dataset": "zeek.http", "source.ip": "10.0.0.5", "source.port": "50123",
				"destination.ip": "198.51.100.7", "destination.port": "80", "http.request.method": "GET", "url.domain": "www.example.org",
				"url.original": "/a/b.php?id=1", "url.path": "/a/b.php", "url.query": "id=1", "user_agent.original": "curl/8",
				"http.response.status_code": "404", "network.transport": "tcp", "event.id": "CHhAvVGS1DHFjwGM9",
			},
		},
		{
			"Zeek dns in JSON, Corelight's names",
			jsonl.Format{},
			`{"@stream":"dns","ts":1707296400.5,"uid":"C1","id_orig_h":"10.0.0.5","id_orig_p":5353,"id_resp_h":"10.0.0.1","id_resp_p":53,"proto":"udp","query":"a.example.org","qtype_name":"A","rcode_name":"NOERROR","answers":["192.0.2.1"]}`,
			map[string]string{
				"event.dataset": "zeek.dns", "source.ip": "10.0.0.5", "destination.port": "53", "network.transport": "udp",
				"dns.question.name": "a.example.org", "dns.question.type": "A", "dns.response_code": "NOERROR", "dns.answers.data": "192.0.2.1",
			},
		},
		{
			"Suricata alert",
			jsonl.Format{},
			`{"timestamp":"2024-02-07T10:00:00.5+0100","flow_id":1,"event_type":"alert","src_ip":"198.51.100.7","src_port":1,"dest_ip":"10.0.0.5","dest_port":445,"proto":"TCP","alert":{"signature_id":2403388,"signature":"S","severity":2,"category":"C","action":"allowed"}}`,
			map[string]string{
				"@timestamp": "2024-02-07T09:00:00.5Z", "event.dataset": "suricata.alert", "event.kind": "alert", "event.code": "2403388",
				"rule.name": "S", "rule.id": "2403388", "event.severity": "2", "destination.port": "445", "network.transport": "tcp",
			},
		},
		{
			"IIS",
			w3c.Format{},
			"#Software: Microsoft Internet Information Services 10.0\n#Fields: date time s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs(User-Agent) sc-status\n" +
				"2024-02-07 09:00:00 10.0.0.5 POST /owa/auth.owa x=1 443 ARCADIA\\h.vale 198.51.100.7 Mozilla/5.0+(X) 302\n",
			map[string]string{
				"@timestamp": "2024-02-07T09:00:00Z", "event.dataset": "iis.access", "source.ip": "198.51.100.7", "destination.ip": "10.0.0.5",
				"destination.port": "443", "http.request.method": "POST", "url.original": "/owa/auth.owa?x=1", "url.path": "/owa/auth.owa",
				"url.query": "x=1", "user.name": "h.vale", "user.domain": "ARCADIA", "user_agent.original": "Mozilla/5.0 (X)",
				"http.response.status_code": "302", "event.outcome": "success",
			},
		},
		{
			"Exchange HttpProxy",
			w3c.Format{},
			"#Software: Microsoft Exchange Server\n#Log-type: HttpProxy Logs\n#Fields: DateTime,RequestId,UrlHost,UrlStem,UrlQuery,Method,ClientIpAddress,HttpStatus,AuthenticatedUser,ServerHostName\n" +
				"2024-02-07T09:00:00.123Z,r1,mail.arcadia.example,/ecp/y.js,?a=b,POST,198.51.100.7,500,,EXCH02\n",
			map[string]string{
				"event.dataset": "exchange.httpproxy", "url.domain": "mail.arcadia.example", "url.original": "/ecp/y.js?a=b", "url.path": "/ecp/y.js",
				"url.query": "a=b", "source.ip": "198.51.100.7", "http.response.status_code": "500", "event.outcome": "failure", "host.name": "EXCH02",
			},
		},
		{
			"Exchange message tracking",
			w3c.Format{},
			"#Software: Microsoft Exchange Server\n#Log-type: Message Tracking Log\n#Fields: date-time,client-ip,event-id,message-id,recipient-address,message-subject,sender-address,directionality\n" +
				"2024-02-07T09:00:00.123Z,198.51.100.7,RECEIVE,<m@x>,a@arcadia.example,\"Hi, all\",s@example.org,Incoming\n",
			map[string]string{
				"event.dataset": "exchange.messagetracking", "event.code": "RECEIVE", "email.from.address": "s@example.org",
				"email.to.address": "a@arcadia.example", "email.subject": "Hi, all", "email.message_id": "<m@x>", "email.direction": "inbound",
			},
		},
		{
			"Exchange SMTP receive",
			w3c.Format{},
			"#Software: Microsoft Exchange Server\n#Log-type: SMTP Receive Protocol Log\n#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\n" +
				"2024-02-07T09:00:00.123Z,C,S,0,10.0.0.5:25,198.51.100.7:40000,+,,\n",
			map[string]string{"event.dataset": "exchange.smtp", "source.ip": "198.51.100.7", "source.port": "40000", "destination.ip": "10.0.0.5", "destination.port": "25"},
		},
		{
			"Exchange SMTP send",
			w3c.Format{},
			"#Software: Microsoft Exchange Server\n#Log-type: SMTP Send Protocol Log\n#Fields: date-time,connector-id,session-id,sequence-number,local-endpoint,remote-endpoint,event,data,context\n" +
				"2024-02-07T09:00:00.123Z,C,S,0,10.0.0.5:40000,198.51.100.7:25,+,,\n",
			map[string]string{"event.dataset": "exchange.smtp", "source.ip": "10.0.0.5", "destination.ip": "198.51.100.7", "destination.port": "25"},
		},
		{
			"Entra sign-ins from the portal",
			csvlog.Format{},
			"Date (UTC),Request ID,User,Username,Application,IP address,Status,Sign-in error code,User agent\n" +
				"2024-02-07T09:00:00Z,r1,H Vale,h.vale@arcadia.example,Outlook,198.51.100.7,Failure,50126,Mozilla\n",
			map[string]string{
				"event.dataset": "azure.signinlogs", "source.ip": "198.51.100.7", "event.code": "50126", "event.outcome": "failure",
				"user.name": "h.vale", "user.domain": "arcadia.example", "user_agent.original": "Mozilla",
			},
		},
		{
			"unified audit from the portal",
			csvlog.Format{},
			"CreationDate,UserIds,Operations,AuditData\n" +
				`2024-02-07T09:00:00Z,h.vale@arcadia.example,New-InboxRule,"{""CreationTime"":""2024-02-07T09:00:00"",""Operation"":""New-InboxRule"",""Workload"":""Exchange"",""UserId"":""h.vale@arcadia.example"",""ClientIP"":""198.51.100.7:4444""}"` + "\n",
			map[string]string{
				"event.dataset": "o365.audit", "event.action": "New-InboxRule", "source.ip": "198.51.100.7", "source.port": "4444", "user.name": "h.vale",
			},
		},
	} {
		got := mapText(t, c.format, c.text)
		if len(got) != 1 {
			t.Errorf("%s: %d records", c.name, len(got))
			continue
		}
		if diff := cmp.Diff(c.want, subset(got[0], c.want)); diff != "" {
			t.Errorf("%s: (-want +got)\n%s\n%v", c.name, diff, got[0])
		}
	}
}

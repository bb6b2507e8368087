package evgen

// kind is one kind of event: where it is logged, how often it comes, and its
// fields in the order Windows writes them.
type kind struct {
	log      log
	code     uint16
	category string
	weight   int
	fields   []field
}

type log struct{ channel, provider, service string }

type field struct {
	name string
	make maker
}

// kinds returns the mix of a workstation with Sysmon.
func kinds() []kind {
	sysmon := log{"Microsoft-Windows-Sysmon/Operational", "Microsoft-Windows-Sysmon", "sysmon"}
	return append([]kind{
		{sysmon, 1, "process_creation", 3, processCreation()},
		{sysmon, 3, "network_connection", 12, networkConnection()},
		{sysmon, 7, "image_load", 6, imageLoad()},
		{sysmon, 10, "process_access", 6, processAccess()},
		{sysmon, 11, "file_event", 14, fileEvent()},
		{sysmon, 12, "registry_add", 16, registry(field{"EventType", text("CreateKey %")})},
		{sysmon, 13, "registry_set", 12, registry(field{"EventType", text("SetValue %")}, field{"Details", text("DWORD (0x%)", `C:\Windows\%.dll`, "%")})},
		{sysmon, 22, "dns_query", 16, dnsQuery()},
	}, others()...)
}

func others() []kind {
	security := log{"Security", "Microsoft-Windows-Security-Auditing", "security"}
	powershell := log{"Microsoft-Windows-PowerShell/Operational", "Microsoft-Windows-PowerShell", "powershell"}
	return []kind{
		{security, 4624, "", 3, logon()},
		{security, 4625, "", 2, logonFailure()},
		{security, 4688, "process_creation", 3, newProcess()},
		{security, 4663, "", 6, objectAccess()},
		{security, 5156, "", 26, connectionAllowed()},
		{powershell, 4104, "ps_script", 1, []field{
			{"MessageNumber", processID},
			{"MessageTotal", processID},
			{"ScriptBlockText", script},
			{"ScriptBlockId", guid},
			{"Path", text(`C:\Scripts\%\%.ps1`, "%")},
		}},
	}
}

// user makes an account.
func user() maker { return text(`CORP\%`, `NT AUTHORITY\SYSTEM %`) }

func processCreation() []field {
	return []field{
		{"UtcTime", utcTime},
		{"ProcessGuid", guid},
		{"ProcessId", processID},
		{"Image", image},
		{"Description", words(2)},
		{"Product", text("Microsoft® Windows® Operating System %", "% Suite")},
		{"Company", text("Microsoft Corporation %", "% Ltd.")},
		{"OriginalFileName", text("%.exe")},
		{"CommandLine", command},
		{"User", user()},
		{"LogonGuid", guid},
		{"LogonId", logonID},
		{"IntegrityLevel", text("Medium %", "High %", "System %")},
		{"Hashes", hashes},
		{"ParentProcessGuid", guid},
		{"ParentProcessId", processID},
		{"ParentImage", image},
		{"ParentCommandLine", command},
		{"ParentUser", user()},
	}
}

func networkConnection() []field {
	return []field{
		{"UtcTime", utcTime},
		{"ProcessGuid", guid},
		{"ProcessId", processID},
		{"Image", image},
		{"User", user()},
		{"Protocol", text("tcp %", "udp %")},
		{"SourceIp", address},
		{"SourceHostname", text("WS-%.corp.example")},
		{"SourcePort", port},
		{"DestinationIp", address},
		{"DestinationHostname", text("%.example.net", "%.cdn.example.com")},
		{"DestinationPort", port},
	}
}

func imageLoad() []field {
	return []field{
		{"UtcTime", utcTime},
		{"ProcessId", processID},
		{"Image", image},
		{"ImageLoaded", text(`C:\Windows\System32\%.dll`, `C:\Program Files\%\%.dll`)},
		{"OriginalFileName", text("%.dll")},
		{"Hashes", hashes},
		{"Signature", text("Microsoft Windows %", "% Ltd.")},
		{"SignatureStatus", text("Valid %")},
	}
}

func processAccess() []field {
	return []field{
		{"UtcTime", utcTime},
		{"SourceProcessGUID", guid},
		{"SourceProcessId", processID},
		{"SourceThreadId", processID},
		{"SourceImage", image},
		{"TargetProcessGUID", guid},
		{"TargetProcessId", processID},
		{"TargetImage", image},
		{"GrantedAccess", pointer},
		{"CallTrace", text(`C:\Windows\SYSTEM32\ntdll.dll+%|C:\Windows\System32\KERNELBASE.dll+%`)},
	}
}

func fileEvent() []field {
	return []field{
		{"UtcTime", utcTime},
		{"ProcessGuid", guid},
		{"ProcessId", processID},
		{"Image", image},
		{"TargetFilename", text(`C:\Users\%\AppData\Local\Temp\%.tmp`, `C:\ProgramData\%\%.log`, `C:\Windows\Prefetch\%.pf`)},
		{"CreationUtcTime", utcTime},
		{"User", user()},
	}
}

// registry has the type first, and what was written, if anything, last.
func registry(eventType field, last ...field) []field {
	return append([]field{
		eventType,
		{"UtcTime", utcTime},
		{"ProcessGuid", guid},
		{"ProcessId", processID},
		{"Image", image},
		{"TargetObject", text(`HKLM\SOFTWARE\Microsoft\Windows\CurrentVersion\%\%`, `HKU\%\Software\%\%`, `HKLM\System\CurrentControlSet\Services\%\%`)},
		{"User", user()},
	}, last...)
}

func dnsQuery() []field {
	return []field{
		{"UtcTime", utcTime},
		{"ProcessGuid", guid},
		{"ProcessId", processID},
		{"QueryName", text("%.example.com", "www.%.example.org")},
		{"QueryStatus", processID},
		{"QueryResults", text("type: 5 %.example.net;::ffff:%;")},
		{"Image", image},
	}
}

func subject() []field {
	return []field{
		{"SubjectUserSid", sid},
		{"SubjectUserName", text("%", "%$")},
		{"SubjectDomainName", text("CORP%")},
		{"SubjectLogonId", logonID},
	}
}

func logon() []field {
	return append(subject(), []field{
		{"TargetUserSid", sid},
		{"TargetUserName", text("%", "%$")},
		{"TargetDomainName", text("CORP%")},
		{"TargetLogonId", logonID},
		{"LogonType", logonType},
		{"LogonProcessName", text("Kerberos %", "User32 %", "Advapi %")},
		{"AuthenticationPackageName", text("Negotiate %", "NTLM %")},
		{"WorkstationName", text("WS-%")},
		{"LogonGuid", guid},
		{"ProcessId", pointer},
		{"ProcessName", image},
		{"IpAddress", address},
		{"IpPort", port},
	}...)
}

func logonFailure() []field {
	return append(subject(), []field{
		{"TargetUserName", text("%")},
		{"TargetDomainName", text("CORP%")},
		{"Status", pointer},
		{"SubStatus", pointer},
		{"LogonType", logonType},
		{"WorkstationName", text("WS-%")},
		{"ProcessName", image},
		{"IpAddress", address},
		{"IpPort", port},
	}...)
}

func newProcess() []field {
	return append(subject(), []field{
		{"NewProcessId", pointer},
		{"NewProcessName", image},
		{"TokenElevationType", text("Type 1 %", "Type 3 %")},
		{"ProcessId", pointer},
		{"CommandLine", command},
		{"ParentProcessName", image},
		{"MandatoryLabel", sid},
	}...)
}

func objectAccess() []field {
	return append(subject(), []field{
		{"ObjectServer", text("Security %")},
		{"ObjectType", text("File %", "Key %")},
		{"ObjectName", text(`C:\Shares\%\%.docx`, `\REGISTRY\MACHINE\SOFTWARE\%`)},
		{"HandleId", pointer},
		{"AccessMask", pointer},
		{"ProcessId", pointer},
		{"ProcessName", image},
	}...)
}

func connectionAllowed() []field {
	return []field{
		{"ProcessID", processID},
		{"Application", text(`\device\harddiskvolume3\program files\%\%.exe`, `\device\harddiskvolume3\windows\system32\%\svchost.exe`)},
		{"Direction", text("Outbound %", "Inbound %")},
		{"SourceAddress", address},
		{"SourcePort", port},
		{"DestAddress", address},
		{"DestPort", port},
		{"Protocol", processID},
		{"FilterRTID", processID},
		{"LayerName", text("Connect %")},
	}
}

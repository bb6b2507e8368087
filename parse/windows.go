package parse

import "strings"

// WindowsDataset returns the dataset of a Windows event channel: "windows."
// and the channel in lower case, without a leading "microsoft-windows-", with
// "_" for "/" and blanks. A record without channel is "windows.unknown".
//
//	Security                             windows.security
//	Microsoft-Windows-Sysmon/Operational windows.sysmon_operational
//	Windows PowerShell                   windows.windows_powershell
func WindowsDataset(channel string) string {
	slug := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(channel)), "microsoft-windows-")
	if slug == "" {
		return "windows.unknown"
	}
	return "windows." + strings.Map(func(r rune) rune {
		if r == '/' || r == ' ' || r == '\t' {
			return '_'
		}
		return r
	}, slug)
}

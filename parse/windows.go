package parse

import (
	"strings"
	"unicode/utf8"
)

// maxChannel is the longest name that a manifest may give a channel, in
// characters. It is used for bytes: real names are far shorter.
const maxChannel = 255

// WindowsDataset returns the dataset of a Windows event channel: "windows."
// and the channel in lower case, without a leading "microsoft-windows-", with
// "_" for "/" and blanks. A record without channel is "windows.unknown". What is
// longer than a channel's name can be is cut, and ends in "…".
//
//	Security                             windows.security
//	Microsoft-Windows-Sysmon/Operational windows.sysmon_operational
//	Windows PowerShell                   windows.windows_powershell
func WindowsDataset(channel string) string {
	slug := strings.TrimPrefix(strings.ToLower(strings.TrimSpace(channel)), "microsoft-windows-")
	if slug == "" {
		return "windows.unknown"
	}
	slug = shorten(slug)
	return "windows." + strings.Map(func(r rune) rune {
		if r == '/' || r == ' ' || r == '\t' {
			return '_'
		}
		return r
	}, slug)
}

// shorten cuts a text to maxChannel bytes, between characters.
func shorten(s string) string {
	if len(s) <= maxChannel {
		return s
	}
	n := maxChannel
	for n > 0 && !utf8.RuneStart(s[n]) {
		n--
	}
	return s[:n] + "…"
}

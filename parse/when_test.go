package parse_test

import (
	"testing"
	"time"

	"github.com/dwell-project/dwell/parse"
)

func TestWhenReadsTheFormsThatLogsHave(t *testing.T) {
	for text, want := range map[string]string{
		"2024-02-29T23:59:59Z":             "2024-02-29T23:59:59Z",
		"2024-02-29 23:59:59":              "2024-02-29T23:59:59Z",
		"2024-02-29T23:59:59.1234567Z":     "2024-02-29T23:59:59.1234567Z",
		"2024-02-29 23:59:59,120":          "2024-02-29T23:59:59.12Z",
		"2024-02-29T23:59:59.123456789123": "2024-02-29T23:59:59.123456789Z",
		"2024-02-29T23:59:59+02:00":        "2024-02-29T21:59:59Z",
		"2024-02-29T23:59:59.5-0130":       "2024-03-01T01:29:59.5Z",
		"2024-02-29 23:59:59 +01":          "2024-02-29T22:59:59Z",
		"2024-02-29 23:59:59.5 UTC":        "2024-02-29T23:59:59.5Z",
		"1709288430":                       "2024-03-01T10:20:30Z",
		"1709288430.25":                    "2024-03-01T10:20:30.25Z",
		"1709288430123":                    "2024-03-01T10:20:30.123Z",
		"1709288430123456":                 "2024-03-01T10:20:30.123456Z",
		"1709288430123456789":              "2024-03-01T10:20:30.123456789Z",
		"/Date(1709288430123)/":            "2024-03-01T10:20:30.123Z",
		"2023-02-29T23:59:59Z":             "", "2024-13-01T00:00:00Z": "", "2024-01-01T24:00:00Z": "", "2024-01-01T00:60:00Z": "",
		"2024-01-01T00:00:00Q": "", "2024-01-01": "", "": "", "5": "", "-1709288430": "", "99999999999999999999": "", "1709288430x": "",
		"/Date(x)/": "", "2024-01-01T00:00:00+1": "", "2024-01-01T00:00:00+01:0": "", "2024-01-01T00:00:00.": "",
	} {
		got, ok := parse.When([]byte(text))
		if ok != (want != "") || ok && got.Format(time.RFC3339Nano) != want {
			t.Errorf("When(%q) = %v, %v; want %q", text, got, ok, want)
		}
	}
}

func FuzzWhenAgreesWithTimeParse(f *testing.F) {
	f.Add("2024-02-29T23:59:59.123Z")
	f.Add("1999-12-31T00:00:00.000000001+23:59")
	f.Fuzz(func(t *testing.T, text string) {
		want, err := time.Parse(time.RFC3339Nano, text)
		if err != nil || len(text) < 20 || text[10] != 'T' || text[13] != ':' {
			return // we read more than RFC 3339, but not hours of one digit
		}
		if got, ok := parse.When([]byte(text)); !ok || !got.Equal(want) {
			t.Errorf("When(%q) = %v, %v; time.Parse says %v", text, got, ok, want)
		}
	})
}

func TestWindowsDatasetFoldsChannels(t *testing.T) {
	for channel, want := range map[string]string{
		"Security": "windows.security", "Microsoft-Windows-Sysmon/Operational": "windows.sysmon_operational",
		"Windows PowerShell": "windows.windows_powershell", "": "windows.unknown", " ": "windows.unknown",
	} {
		if got := parse.WindowsDataset(channel); got != want {
			t.Errorf("WindowsDataset(%q) = %q; want %q", channel, got, want)
		}
	}
}

package taxonomy_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/sigma/taxonomy"
)

func names(targets []taxonomy.Target) string {
	var fields []string
	for _, t := range targets {
		fields = append(fields, t.Field)
	}
	return strings.Join(fields, " ")
}

func TestSigmaNamesOfNativeNames(t *testing.T) {
	tables := load(t)
	evtx := taxonomy.Origin{Schema: "evtx", Channel: "System", Code: "104"}
	created := taxonomy.Origin{Schema: "evtx", Channel: "Security", Code: "4688"}
	for _, c := range []struct {
		origin       taxonomy.Origin
		native, want string
	}{
		{evtx, "System.EventID", "System.EventID EventID"},
		{evtx, "System.Provider.Name", "System.Provider.Name Provider_Name"},
		{evtx, "System.Computer", "System.Computer Computer ComputerName"},
		{evtx, "EventData.Image", "EventData.Image Image"},
		{evtx, "EventData.Data", "EventData.Data Data"},
		{evtx, "EventData.Threat Name", "EventData.ThreatName ThreatName"},
		{evtx, "UserData.LogFileCleared.Channel", "UserData.LogFileCleared.Channel Channel"},
		{evtx, "UserData.EventXML.Param.Value", "UserData.EventXML.Param.Value Param.Value Value"},
		{evtx, "UserData.EventXML", "UserData.EventXML"},
		{evtx, "Image", "Image"},
		{evtx, "EventData.NewProcessName", "EventData.NewProcessName NewProcessName"},
		{created, "EventData.NewProcessName", "EventData.NewProcessName NewProcessName Image"},
		{created, "EventData.ParentProcessName", "EventData.ParentProcessName ParentProcessName ParentImage"},
		{created, "EventData.SubjectUserName", "EventData.SubjectUserName SubjectUserName"},
		{taxonomy.Origin{Schema: "flat", Channel: "Security", Code: "4688"}, "NewProcessName", "NewProcessName Image"},
		{taxonomy.Origin{Schema: "ecs", Channel: "Security", Code: "4688"}, "winlog.event_data.NewProcessName", "winlog.event_data.NewProcessName NewProcessName Image"},
		{taxonomy.Origin{Schema: "ecs", Channel: "Security", Code: "4688"}, "process.executable", "process.executable NewProcessName Image"},
		{taxonomy.Origin{Schema: "ecs", Channel: "Security", Code: "4663"}, "process.executable", "process.executable ProcessName"},
		{taxonomy.Origin{Schema: "ecs", Channel: "Security", Code: "4624"}, "user.name", "user.name TargetUserName"},
		{taxonomy.Origin{Schema: "ecs", Channel: "Security", Code: "4663"}, "user.name", "user.name SubjectUserName"},
		{taxonomy.Origin{Schema: "ecs", Channel: sysmon, Code: "10"}, "process.executable", "process.executable Image SourceImage"},
		{taxonomy.Origin{Schema: "ecs", Channel: sysmon, Code: "11"}, "file.path", "file.path TargetFilename"},
		{taxonomy.Origin{Schema: "ecs", Channel: sysmon, Code: "7"}, "file.path", "file.path ImageLoaded"},
		{taxonomy.Origin{Schema: "ecs", Channel: "Windows PowerShell", Code: "400"}, "winlog.event_data.param1", "winlog.event_data.param1 param1 Data"},
		{taxonomy.Origin{Schema: "ecs", Channel: "System", Code: "7036"}, "winlog.event_data.param1", "winlog.event_data.param1 param1"},
		{taxonomy.Origin{Schema: "winlogbeat6", Channel: "Security"}, "event_data.LogonType", "event_data.LogonType LogonType"},
		{taxonomy.Origin{Schema: "nxlog", Channel: "System"}, "SourceName", "SourceName Provider_Name"},
		{taxonomy.Origin{Schema: "nxlog", Channel: "Windows PowerShell"}, "Message", "Message Data"},
		{taxonomy.Origin{Schema: "evtx", Channel: defender, Code: "1116"}, "EventData.Threat Name", "EventData.ThreatName ThreatName Signature"},
		{taxonomy.Origin{Schema: "json"}, "a.b c", "a.bc"},
	} {
		if got := names(tables.View(c.origin).Sigma(c.native)); got != c.want {
			t.Errorf("%+v: Sigma(%q) = %q, want %q", c.origin, c.native, got, c.want)
		}
	}
}

// A record that names a thing itself is believed before one whose name was
// translated, and event data before the header.
func TestPriorityOrdersNativeNamesOfOneSigmaName(t *testing.T) {
	tables := load(t)
	for _, c := range []struct {
		origin  taxonomy.Origin
		sigma   string
		natives []string // best first
	}{
		{taxonomy.Origin{Schema: "evtx", Channel: "System", Code: "104"}, "Channel", []string{"Channel", "EventData.Channel", "UserData.LogFileCleared.Channel", "System.Channel"}},
		{taxonomy.Origin{Schema: "evtx", Channel: "Security", Code: "4688"}, "Image", []string{"Image", "EventData.Image", "EventData.NewProcessName"}},
		{taxonomy.Origin{Schema: "evtx", Channel: "System", Code: "7045"}, "ProcessId", []string{"EventData.ProcessId", "System.Execution.ProcessID"}},
		{taxonomy.Origin{Schema: "ecs", Channel: sysmon, Code: "1"}, "Image", []string{"winlog.event_data.Image", "process.executable"}},
		{taxonomy.Origin{Schema: "ecs", Channel: "Windows PowerShell"}, "Data", []string{"winlog.event_data.param1", "message"}},
	} {
		view, last := tables.View(c.origin), -1
		for _, native := range c.natives {
			targets := view.Sigma(native)
			i := slices.IndexFunc(targets, func(t taxonomy.Target) bool { return t.Field == c.sigma })
			if i < 0 {
				t.Errorf("%+v: %s does not answer to %s", c.origin, native, c.sigma)
				continue
			}
			if p := targets[i].Priority; p <= last {
				t.Errorf("%+v: %s answers to %s with priority %d, want more than %d", c.origin, native, c.sigma, p, last)
			} else {
				last = p
			}
		}
	}
}

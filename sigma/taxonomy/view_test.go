package taxonomy_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

const (
	sysmon      = "Microsoft-Windows-Sysmon/Operational"
	defender    = "Microsoft-Windows-Windows Defender/Operational"
	powershell7 = "PowerShellCore/Operational"
)

func load(t *testing.T, user ...taxonomy.File) *taxonomy.Tables {
	t.Helper()
	tables, err := taxonomy.Load(user...)
	if err != nil {
		t.Fatal(err)
	}
	return tables
}

func TestViewNamesTheLogSourcesOfAnOrigin(t *testing.T) {
	tables := load(t)
	for _, c := range []struct {
		origin taxonomy.Origin
		want   string
	}{
		{taxonomy.Origin{Schema: "evtx", Channel: "Security", Code: "4625"}, "windows · security"},
		{taxonomy.Origin{Schema: "evtx", Channel: "Security", Code: "4688"}, "windows · security · process_creation"},
		{taxonomy.Origin{Schema: "nxlog", Channel: "security", Code: "4688"}, "windows · security · process_creation"},
		{taxonomy.Origin{Schema: "evtx", Channel: sysmon, Code: "1"}, "windows · sysmon · process_creation"},
		{taxonomy.Origin{Schema: "ecs", Channel: sysmon, Code: "13"}, "windows · sysmon · registry_event · registry_set"},
		{taxonomy.Origin{Schema: "flat", Channel: sysmon, Code: "18"}, "windows · sysmon · pipe_created"},
		{taxonomy.Origin{Schema: "flat", Channel: sysmon, Code: "26"}, "windows · sysmon · file_delete_detected"},
		{taxonomy.Origin{Schema: "evtx", Channel: powershell7, Code: "4104"}, "windows · powershell · ps_script"},
		{taxonomy.Origin{Schema: "evtx", Channel: "Windows PowerShell", Code: "400"}, "windows · powershell-classic · ps_classic_start"},
		{taxonomy.Origin{Schema: "evtx", Channel: defender, Code: "1116"}, "windows · windefend · antivirus"},
		{taxonomy.Origin{Schema: "evtx", Channel: defender, Code: "5001"}, "windows · windefend"},
		{taxonomy.Origin{Schema: "evtx", Channel: "Directory Service", Code: "1644"}, "windows"},
		{taxonomy.Origin{Schema: "evtx"}, "windows"},
		{taxonomy.Origin{Schema: "evtx", Channel: "Linux-Sysmon/Operational", Code: "1"}, "linux · sysmon · process_creation"},
		// The channel is the record's own, unless it only says who collected it.
		{taxonomy.Origin{Schema: "evtx", Channel: "ForwardedEvents", Provider: "Microsoft-Windows-Sysmon", Code: "1"}, "windows · sysmon · process_creation"},
		{taxonomy.Origin{Schema: "flat", Provider: "Microsoft-Windows-Security-Auditing", Code: "4688"}, "windows · security · process_creation"},
		{taxonomy.Origin{Schema: "evtx", Channel: "ForwardedEvents", Provider: "Somebody"}, "windows"},
		// What a record names counts only where the tables know nothing.
		{taxonomy.Origin{Schema: "json", Product: "Okta", Service: "okta"}, "okta · okta"},
		{taxonomy.Origin{Schema: "json", Product: "windows", Category: "process_creation"}, "windows · process_creation"},
		{taxonomy.Origin{Schema: "flat", Channel: sysmon, Code: "3", Product: "windows", Category: "process_creation"}, "windows · sysmon · network_connection"},
		{taxonomy.Origin{Schema: "json", Code: "1"}, ""},
		{taxonomy.Origin{}, ""},
	} {
		if got := tables.View(c.origin).String(); got != c.want {
			t.Errorf("View(%+v) = %q, want %q", c.origin, got, c.want)
		}
	}
}

func TestEmptyViewSaysWhy(t *testing.T) {
	tables := load(t)
	for _, c := range []struct {
		origin taxonomy.Origin
		want   string
	}{
		{taxonomy.Origin{Schema: "json"}, "the record names no channel, provider or event code, and no product, service or category"},
		{taxonomy.Origin{Schema: "json", Provider: "Zoom", Code: "7"}, "no table knows provider zoom, event code 7 in schema json, and the record names no product, service or category"},
		{taxonomy.Origin{Schema: "evtx"}, ""},
	} {
		if got := tables.View(c.origin).Reason(); got != c.want {
			t.Errorf("View(%+v).Reason() = %q, want %q", c.origin, got, c.want)
		}
	}
}

func TestViewAdmitsRulesWhosePartsItAllHas(t *testing.T) {
	view := load(t).View(taxonomy.Origin{Schema: "evtx", Channel: sysmon, Code: "1"})
	for _, c := range []struct {
		source sigma.LogSource
		want   bool
	}{
		{sigma.LogSource{}, true},
		{sigma.LogSource{Product: "windows"}, true},
		{sigma.LogSource{Product: "Windows", Category: "Process_Creation"}, true},
		{sigma.LogSource{Product: "windows", Service: "sysmon", Category: "process_creation"}, true},
		{sigma.LogSource{Category: "process_creation"}, true},
		{sigma.LogSource{Product: "linux", Category: "process_creation"}, false},
		{sigma.LogSource{Product: "windows", Service: "security"}, false},
		{sigma.LogSource{Product: "windows", Category: "file_event"}, false},
	} {
		if got, _ := view.Admits(c.source); got != c.want {
			t.Errorf("Admits(%+v) = %v, want %v", c.source, got, c.want)
		}
	}
}

func TestRegistryCategoriesOfSysmon12DependOnEventType(t *testing.T) {
	tables := load(t)
	view := tables.View(taxonomy.Origin{Schema: "evtx", Channel: sysmon, Code: "12"})
	for _, c := range []struct {
		category string
		want     []string // event types, nil: any
	}{
		{"registry_event", nil},
		{"registry_add", []string{"CreateKey"}},
		{"registry_delete", []string{"DeleteKey", "DeleteValue"}},
	} {
		ok, groups := view.Admits(sigma.LogSource{Product: "windows", Category: c.category})
		if !ok {
			t.Errorf("%s is not admitted", c.category)
			continue
		}
		if diff := cmp.Diff(c.want, eventTypes(t, tables, groups)); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.category, diff)
		}
	}
}

// eventTypes reads the values back from the only condition of the groups.
func eventTypes(t *testing.T, tables *taxonomy.Tables, groups []taxonomy.Group) []string {
	t.Helper()
	if len(groups) == 0 {
		return nil
	}
	if len(groups) != 1 || len(groups[0]) != 1 {
		t.Fatalf("groups = %v, want one with one condition", groups)
	}
	var values []string
	for _, x := range tables.Conditions()[groups[0][0]].(sigma.And)[0].(sigma.Or) {
		p := x.(*sigma.Predicate)
		if p.Field != "EventType" || p.Op != sigma.Equals {
			t.Errorf("predicate on %s with operator %d, want EventType with Equals", p.Field, p.Op)
		}
		values = append(values, p.Text)
	}
	return values
}

func TestKnownNamesThePartThatNoTableGives(t *testing.T) {
	tables := load(t)
	for _, c := range []struct {
		source sigma.LogSource
		reason string
	}{
		{sigma.LogSource{Product: "windows", Category: "registry_delete"}, ""},
		{sigma.LogSource{Product: "windows"}, ""},
		{sigma.LogSource{Category: "antivirus"}, ""},
		{sigma.LogSource{Product: "linux", Category: "process_creation"}, ""},
		{sigma.LogSource{Product: "okta", Service: "okta"}, ""},
		{sigma.LogSource{Product: "acme", Service: "vpn"}, "no log source table gives product acme"},
		{sigma.LogSource{Product: "windows", Service: "securty"}, "no log source table gives service securty"},
		{sigma.LogSource{Product: "linux", Category: "registry_set"}, "no log source table gives product linux, category registry_set"},
		{sigma.LogSource{Product: "windows", Service: "security", Category: "dns_query"}, "no log source table gives service security, category dns_query"},
	} {
		known, reason := tables.Known(c.source)
		if known != (c.reason == "") || reason != c.reason {
			t.Errorf("Known(%+v) = %v, %q, want %q", c.source, known, reason, c.reason)
		}
	}
}

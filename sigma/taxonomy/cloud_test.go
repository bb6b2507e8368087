package taxonomy_test

import (
	"slices"
	"testing"

	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

func TestCloudRecordsBelongToTheLogSourcesOfRules(t *testing.T) {
	tables := load(t)
	for _, test := range []struct {
		origin taxonomy.Origin
		source sigma.LogSource
		native string
		want   string
	}{
		{taxonomy.Origin{Schema: "o365.audit", Provider: "Exchange"}, sigma.LogSource{Product: "m365", Service: "exchange"}, "Operation", "eventName"},
		{taxonomy.Origin{Schema: "o365.audit", Provider: "SecurityComplianceCenter"}, sigma.LogSource{Product: "m365", Service: "threat_management"}, "Workload", "eventSource"},
		{taxonomy.Origin{Schema: "azure.signinlogs"}, sigma.LogSource{Product: "azure", Service: "signinlogs"}, "resultType", "ResultType"},
		{taxonomy.Origin{Schema: "azure.signinlogs.graph"}, sigma.LogSource{Product: "azure", Service: "signinlogs"}, "status.errorCode", "ResultType"},
		{taxonomy.Origin{Schema: "azure.auditlogs.graph"}, sigma.LogSource{Product: "azure", Service: "auditlogs"}, "activityDisplayName", "properties.message"},
		{taxonomy.Origin{Schema: "azure.activitylogs.table"}, sigma.LogSource{Product: "azure", Service: "activitylogs"}, "OperationNameValue", "operationName"},
		{taxonomy.Origin{Schema: "aws.cloudtrail"}, sigma.LogSource{Product: "aws", Service: "cloudtrail"}, "eventName", "eventName"},
		{taxonomy.Origin{Schema: "gcp.audit"}, sigma.LogSource{Product: "gcp", Service: "gcp.audit"}, "protoPayload.methodName", "gcp.audit.method_name"},
		{taxonomy.Origin{Schema: "google_workspace", Provider: "admin"}, sigma.LogSource{Product: "gcp", Service: "google_workspace.admin"}, "events.name", "eventName"},
		{taxonomy.Origin{Schema: "kubernetes.audit"}, sigma.LogSource{Product: "kubernetes", Service: "audit", Category: "application"}, "verb", "verb"},
		{taxonomy.Origin{Schema: "m365_defender.event", Code: "ProcessCreated"}, sigma.LogSource{Product: "windows", Category: "process_creation"}, "ProcessCommandLine", "CommandLine"},
	} {
		v := tables.View(test.origin)
		if ok, _ := v.Admits(test.source); !ok {
			t.Errorf("%+v is not of %+v", test.origin, test.source)
		}
		var names []string
		for _, n := range v.Sigma(test.native) {
			names = append(names, n.Field)
		}
		if !slices.Contains(names, test.want) {
			t.Errorf("%+v: %s answers to %v, want %s among them", test.origin, test.native, names, test.want)
		}
	}
	v := tables.View(taxonomy.Origin{Schema: "o365.audit", Provider: "SharePoint"})
	if ok, _ := v.Admits(sigma.LogSource{Product: "m365", Service: "exchange"}); ok {
		t.Error("a record of SharePoint is of Exchange's log")
	}
}

package jsonl_test

import (
	"strings"
	"testing"
)

// datasets gives the dataset of each record.
func datasets(t *testing.T, lines ...string) (got []string) {
	t.Helper()
	for _, s := range summaries(t, strings.Join(lines, "\n")) {
		got = append(got, strings.Fields(s)[1])
	}
	return got
}

func TestTrimmedRecordsAreToldByWhatStandsTogether(t *testing.T) {
	for text, want := range map[string]string{
		`{"Operation":"Set-Mailbox","Workload":"Exchange","UserId":"eva@example.org"}`:                                                                           "o365.audit",
		`{"action":"repo.create","actor":"octo","repo":"a/b"}`:                                                                                                   "github.audit",
		`{"protoPayload":{"methodName":"m","authenticationInfo":{"principalEmail":"eva@example.org"}}}`:                                                          "gcp.audit",
		`{"verb":"create","user":{"username":"eva"},"objectRef":{"resource":"pods"}}`:                                                                            "kubernetes.audit",
		`{"event_type_id":13,"actor_user_id":1,"user_id":2}`:                                                                                                     "onelogin.events",
		`{"action":"user_login","actor":{"type":"user"},"context":{"ip_address":"192.0.2.1"}}`:                                                                   "slack.audit",
		`{"event_type":"ADD_LOGIN","created_by":{"type":"user","login":"eva@example.org"}}`:                                                                      "box.events",
		`{"action":"Update","category_type":"User","operation_detail":"d","operator":"eva@example.org"}`:                                                         "zoom.operation",
		`{"srcAddr":"192.0.2.1","dstAddr":"198.51.100.2","dstPort":22,"vpcId":"vpc-1"}`:                                                                          "aws.vpcflow",
		`{"eventName":"CreateUser","awsRegion":"eu-west-1","userIdentity":{"type":"Root"}}`:                                                                      "aws.cloudtrail",
		`{"category":"RiskyUsers","properties":{"riskState":"atRisk","riskLevel":"high"}}`:                                                                       "azure.riskyusers",
		`{"time":"2024-05-01T10:00:00Z","category":"AdvancedHunting-EmailUrlInfo","properties":{"Timestamp":"2024-05-01T10:00:00Z","Url":"https://a.example/"}}`: "m365_defender.event",
		`{"auditType":{"action":"a","category":"c","categoryI18nKey":"jira.auditing.category.x"}}`:                                                               "atlassian.audit",
		`{"auditType":{"action":"a","category":"c","categoryI18nKey":"bitbucket.service.audit.category.x"}}`:                                                     "bitbucket.audit",
	} {
		if got := datasets(t, text); got[0] != want {
			t.Errorf("%s is %s, want %s", text, got[0], want)
		}
	}
}

func TestUnsureRecordsStayJSON(t *testing.T) {
	for _, text := range []string{
		`{"action":"login","user":"eva"}`,
		`{"action":"create","actor":{"name":"eva"},"time":"2024-05-01T10:00:00Z"}`,
		`{"Operation":"Read","User":"eva"}`,
		`{"operation":"x","category":"y","time":"2024-05-01T10:00:00Z"}`,
		`{"event":"login","payload":{"user":"eva"}}`,
		`{"srcAddr":"192.0.2.1","dstAddr":"198.51.100.2"}`,
		`{"verb":"GET","user":{"username":"eva"}}`,
		`{"event_type":"x","id":1}`,
		`{"eventName":"x","user":"eva"}`,
		`{"uuid":"1","timestamp":"2024-05-01T10:00:00Z","action":"join"}`,
		`{"class_uid":"math-101","student":"eva"}`,
	} {
		if got := datasets(t, text); got[0] != "json" {
			t.Errorf("%s is taken for %s", text, got[0])
		}
	}
}

func TestARecordsWordForItsKindIsThatOfItsOrigin(t *testing.T) {
	auditbeat := `{"@timestamp":"2024-05-01T10:00:00Z","agent":{"type":"auditbeat"},"event":{"dataset":"login"}}`
	workspace := `{"id":{"time":"2024-05-01T10:00:00Z","applicationName":"login"},"events":[{"name":"login_success"}]}`
	for _, lines := range [][]string{{auditbeat, workspace, auditbeat}, {workspace, auditbeat, workspace}} {
		for i, got := range datasets(t, lines...) {
			if workspaces := lines[i] == workspace; workspaces != (got == "google_workspace.login") {
				t.Errorf("record %d of %q is %s", i, lines, got)
			}
		}
	}
}

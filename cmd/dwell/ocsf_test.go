package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse/ocsf"
	"github.com/dwell-project/dwell/sigma"
)

// ocsfNeeds are the attributes that an object must have, oneOf of which it must
// have one, and may are all others that it can have, as OCSF 1.6.0 defines them.
type ocsfNeeds struct{ must, oneOf, may string }

// ocsfObjects are the objects that a finding is made of, by where they stand.
var ocsfObjects = map[string]ocsfNeeds{
	"": {
		must: "activity_id category_uid class_uid finding_info metadata severity_id time type_uid",
		may: "activity_name category_name class_name device evidences is_alert message observables resources severity " +
			"status status_detail status_id time_dt type_name unmapped",
	},
	"metadata":         {must: "product version", may: "log_name profiles uid"},
	"metadata.product": {oneOf: "name uid", may: "vendor_name version"},
	"finding_info": {
		must: "uid",
		may:  "analytic attacks data_sources desc first_seen_time last_seen_time related_events related_events_count title",
	},
	"finding_info.analytic":              {must: "type_id", oneOf: "name uid", may: "category state state_id type version"},
	"finding_info.attacks":               {oneOf: "tactic technique sub_technique"},
	"finding_info.attacks.tactic":        {oneOf: "name uid"},
	"finding_info.attacks.technique":     {oneOf: "name uid"},
	"finding_info.attacks.sub_technique": {oneOf: "name uid"},
	"finding_info.related_events":        {must: "uid", may: "first_seen_time title"},
	"device":                             {must: "type_id", oneOf: "hostname ip name uid", may: "type"},
	"resources":                          {oneOf: "name uid", may: "type"},
	"evidences":                          {oneOf: "data device user", may: "name uid"},
	"evidences.device":                   {must: "type_id", oneOf: "hostname ip name uid", may: "type"},
	"evidences.user":                     {oneOf: "account name uid"},
	"observables":                        {must: "type_id", may: "name type value"},
}

// checkOCSF returns what an object lacks, or has that is not of the schema.
func checkOCSF(at string, value any) (faults []string) {
	if list, ok := value.([]any); ok {
		for _, v := range list {
			faults = append(faults, checkOCSF(at, v)...)
		}
		return faults
	}
	object, ok := value.(map[string]any)
	if !ok || at == "unmapped" || at == "evidences.data" {
		return nil
	}
	needs, ok := ocsfObjects[at]
	if !ok {
		return []string{at + " is no object of the class"}
	}
	for name := range strings.FieldsSeq(needs.must) {
		if object[name] == nil {
			faults = append(faults, at+" has no "+name)
		}
	}
	if one := strings.Fields(needs.oneOf); len(one) > 0 && !slices.ContainsFunc(one, func(n string) bool { return object[n] != nil }) {
		faults = append(faults, fmt.Sprintf("%s has none of %s", at, needs.oneOf))
	}
	known := strings.Fields(needs.must + " " + needs.oneOf + " " + needs.may)
	for name, v := range object {
		if !slices.Contains(known, name) {
			faults = append(faults, at+" has "+name)
		}
		faults = append(faults, checkOCSF(strings.TrimPrefix(at+"."+name, "."), v)...)
	}
	return faults
}

// ocsfLines scans and returns the findings.
func ocsfLines(t *testing.T, args ...string) (all []map[string]any) {
	t.Helper()
	var out bytes.Buffer
	w := &world{
		args: append([]string{"scan", "-q", "-o", "ocsf"}, args...), env: func(string) string { return "" }, stdin: strings.NewReader(""),
		stdout: &out, stderr: io.Discard, now: time.Now, screen: func(io.Writer) (int, bool) { return 0, false },
	}
	if code := run(t.Context(), w); code != exitDone {
		t.Fatalf("dwell %v exits with %d", w.args, code)
	}
	for line := range strings.Lines(out.String()) {
		var finding map[string]any
		if err := json.Unmarshal([]byte(line), &finding); err != nil {
			t.Fatal(err)
		}
		all = append(all, finding)
	}
	return all
}

func TestFindingsHaveWhatTheirClassDemands(t *testing.T) {
	all := ocsfLines(t, "../../testdata/sample")
	if len(all) != 12 {
		t.Errorf("%d findings in the sample, want 12", len(all))
	}
	uids := map[any]bool{}
	for _, f := range all {
		for _, fault := range checkOCSF("", f) {
			t.Errorf("%v: %s", f["message"], fault)
		}
		if f["type_uid"] != f["class_uid"].(float64)*100+f["activity_id"].(float64) || f["class_uid"] != 2004.0 {
			t.Errorf("class %v, activity %v, type %v", f["class_uid"], f["activity_id"], f["type_uid"])
		}
		if v := f["metadata"].(map[string]any)["version"]; v != ocsf.Version {
			t.Errorf("schema version %v, want %s", v, ocsf.Version)
		}
		uids[f["finding_info"].(map[string]any)["uid"]] = true
	}
	if len(uids) != len(all) {
		t.Errorf("%d findings have %d uids", len(all), len(uids))
	}
}

func TestFindingWithoutTimeHostAndTagsIsOneOfItsClass(t *testing.T) {
	d := &detect.Detection{Rule: &sigma.Meta{Title: "Bare"}, Event: detect.EventRef{ID: event.ID{1}, File: "f"}}
	text, err := json.Marshal(newOCSFWriter(newOutput(io.Discard)).finding(d))
	if err != nil {
		t.Fatal(err)
	}
	var f map[string]any
	if err := json.Unmarshal(text, &f); err != nil {
		t.Fatal(err)
	}
	if faults := checkOCSF("", f); len(faults) > 0 {
		t.Error(faults)
	}
	if f["time"] != 0.0 || f["severity_id"] != 0.0 || f["status_detail"] == nil {
		t.Errorf("time %v, severity %v, detail %v", f["time"], f["severity_id"], f["status_detail"])
	}
}

func TestFindingOfOtherRuleOrEventOrGroupIsAnother(t *testing.T) {
	rule := &sigma.Meta{ID: "a", Title: "A"}
	seen := map[string]int{}
	for i, d := range []detect.Detection{
		{Rule: rule, Event: detect.EventRef{ID: event.ID{1}}},
		{Rule: rule, Event: detect.EventRef{ID: event.ID{2}}},
		{Rule: &sigma.Meta{ID: "b", Title: "A"}, Event: detect.EventRef{ID: event.ID{1}}},
		{Rule: rule, Event: detect.EventRef{ID: event.ID{1}}, Events: []detect.EventRef{{ID: event.ID{1}}}},
		{Rule: rule, Event: detect.EventRef{ID: event.ID{1}}, Events: []detect.EventRef{{ID: event.ID{1}}}, Matched: []detect.Matched{{Field: "User", JSON: `"x"`}}},
	} {
		if j, ok := seen[ocsfUID(&d)]; ok {
			t.Errorf("findings %d and %d have one uid", j, i)
		}
		seen[ocsfUID(&d)] = i
	}
}

func TestObservablesAreTypedByValueThenField(t *testing.T) {
	for _, c := range []struct {
		field, text string
		id          int
	}{
		{"Image", `C:\a.exe`, 45},
		{"process.command_line", "a b", 13},
		{"anything", "203.0.113.5", 2},
		{"anything", "2001:db8::1", 2},
		{"email.from.address", "alice@example.org", 5},
		{"SenderAddress", "alice@example.org", 5},
		{"SenderAddress", "alice", 99},
		{"TargetUserName", "alice@CORP.EXAMPLE", 4},
		{"Computer", "ws17.corp.example", 1},
		{"User", `CORP\alice`, 4},
		{"CommandLine", "ssh alice@example.org", 13},
		{"EventID", "4624", 99},
		{"", "mimikatz", 99},
	} {
		if got := ocsfKindOf(c.field, c.text); got.id != c.id {
			t.Errorf("type of %s = %q: %d %s, want %d", c.field, c.text, got.id, got.caption, c.id)
		}
	}
}

func TestRepeatedMatchedFieldIsListAndEachValueObservable(t *testing.T) {
	d := &detect.Detection{Rule: &sigma.Meta{}, Matched: []detect.Matched{
		{Field: "ip", JSON: `"203.0.113.5"`}, {Field: "n", JSON: "7"}, {Field: "ip", JSON: `"203.0.113.6"`}, {Field: "none", JSON: "null"},
	}}
	if got, want := string(matchedJSON(d.Matched)), `{"ip":["203.0.113.5","203.0.113.6"],"n":7,"none":null}`; got != want {
		t.Errorf("matched: %s, want %s", got, want)
	}
	var names []string
	for _, o := range ocsfObservables(d) {
		names = append(names, strings.TrimPrefix(o.Name, "evidences[0].data.matched."))
	}
	if got := fmt.Sprint(names); got != "[ip[0] n ip[1]]" {
		t.Errorf("observables: %s", got)
	}
}

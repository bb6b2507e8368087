package ocsf_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/jsonl"
	"github.com/dwell-project/dwell/parse/ocsf"
)

// FuzzUnmappedIsWhatECSHas maps any JSON both ways: what has no name in ECS has
// none in OCSF, and is there with the same values.
func FuzzUnmappedIsWhatECSHas(f *testing.F) {
	for _, seed := range []string{
		`{"a":{"b":[1,"x",null]},"a":2,"c..d":"-","e":{}}`,
		`{"eventSource":"iam.amazonaws.com","eventName":"x","awsRegion":"r","userIdentity":{"type":"X"},"zzz":1}`,
		`{"uuid":"1","published":"2024-05-01T10:00:00Z","eventType":"user.session.start","actor":{"alternateId":"eva"},"outcome":{"result":"?"}}`,
		`{"Channel":"Security","EventID":4625,"Computer":"h","LogonType":"77","Status":"0x1"}`,
		`{"severity":"HIGH","rule_name":"x","alert_time":1,"mitre_cells":["a","b"],"agent":{"hostname":"h"}}`,
		"x",
	} {
		f.Add(seed)
	}
	tables, err := ecs.Load()
	if err != nil {
		f.Fatal(err)
	}
	classes, err := ocsf.Load()
	if err != nil {
		f.Fatal(err)
	}
	names := event.NewNames()
	plain, m := ecs.NewMapper(tables, names), ocsf.NewMapper(classes, tables, names)
	f.Fuzz(func(t *testing.T, text string) {
		d := jsonl.Format{}.NewDecoder(names)
		b := parse.Block{Data: []byte(text), Record: 1, Source: &event.Source{Path: "p"}}
		d.Decode(&b, func(e *event.Event) bool {
			var view, got map[string]any
			if err := json.Unmarshal(plain.Append(nil, e), &view); err != nil {
				t.Fatal(err)
			}
			line := m.Append(nil, e)
			if err := json.Unmarshal(line, &got); err != nil {
				t.Fatalf("%v: %s", err, line)
			}
			if got["type_uid"] != got["class_uid"].(float64)*100+got["activity_id"].(float64) {
				t.Fatalf("type_uid does not follow: %s", line)
			}
			if e.Schema != "json" {
				return true
			}
			want, have := map[string][]string{}, map[string][]string{}
			flatten(want, "", view["json"])
			unmapped, _ := got["unmapped"].(map[string]any)
			flatten(have, "", unmapped["json"])
			if diff := cmp.Diff(want, have); diff != "" {
				t.Fatalf("%s\n%s", strings.ToValidUTF8(text, "?"), diff)
			}
			return true
		}, func(parse.Problem) {})
	})
}

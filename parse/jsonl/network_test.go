package jsonl_test

import (
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// sensed is what an event says about itself, in short.
type sensed struct{ Schema, Dataset, Channel, Provider, Code, Time string }

func TestRecordsOfNetworkSensorsAreToldByTheirFields(t *testing.T) {
	for _, c := range []struct {
		name, text string
		want       sensed
	}{
		{
			"Suricata alert",
			`{"timestamp":"2024-02-07T10:00:00.457984+0100","flow_id":13,"event_type":"alert","src_ip":"198.51.100.7","alert":{"signature_id":2403388}}`,
			sensed{"suricata", "suricata.alert", "alert", "suricata", "2403388", "2024-02-07T09:00:00.457984Z"},
		},
		{
			"Suricata stats",
			`{"timestamp":"2024-02-07T10:00:00+0000","event_type":"stats","stats":{"uptime":8}}`,
			sensed{"suricata", "suricata.stats", "stats", "suricata", "", "2024-02-07T10:00:00Z"},
		},
		{
			"an event_type of something else",
			`{"timestamp":"2024-02-07T10:00:00Z","event_type":"login","src_ip":"198.51.100.7"}`,
			sensed{Schema: "json", Dataset: "json", Time: "2024-02-07T10:00:00Z"},
		},
		{
			"Zeek with its path",
			`{"_path":"dns","ts":"2024-02-07T10:00:00.000000Z","uid":"CHhAvVGS1DHFjwGM9"}`,
			sensed{"zeek", "zeek.dns", "dns", "zeek", "", "2024-02-07T10:00:00Z"},
		},
		{
			"Zeek by Corelight's names",
			`{"@stream":"conn","ts":1588205198.5,"uid":"Cw1Hz43UWS4qXFei8f","id_orig_h":"192.0.2.4"}`,
			sensed{"zeek", "zeek.conn", "conn", "zeek", "", "2020-04-30T00:06:38.5Z"},
		},
		{
			"Zeek, nested and without path",
			`{"ts":1588205198.5,"uid":"Cw1Hz43UWS4qXFei8f","id":{"orig_h":"192.0.2.4"},"conn_state":"SF"}`,
			sensed{"zeek", "zeek.conn", "conn", "zeek", "", "2020-04-30T00:06:38.5Z"},
		},
		{
			"a trace with times of its own",
			`{"ts":147.026993,"uid":"C6VlUE4fyYvUJHu3ei","id.orig_h":"192.0.2.2","proto":"icmp","conn_state":"OTH"}`,
			sensed{"zeek", "zeek.conn", "conn", "zeek", "", "1970-01-01T00:02:27.026993Z"},
		},
		{
			"a program's own log with ts and uid",
			`{"ts":1588205198.5,"uid":"1000","level":"info","msg":"started"}`,
			sensed{Schema: "json", Dataset: "json", Time: "2020-04-30T00:06:38.5Z"},
		},
	} {
		var got sensed
		split, dec := jsonl.Format{}.Split(strings.NewReader(c.text), &event.Source{}), jsonl.Format{}.NewDecoder(event.NewNames())
		var b parse.Block
		if err := split.Next(&b); err != nil {
			t.Fatal(err)
		}
		dec.Decode(&b, func(e *event.Event) bool {
			got = sensed{e.Schema, e.Dataset, e.Channel.Text(), e.Provider.Text(), e.Code.Text(), e.Time.Format(time.RFC3339Nano)}
			return true
		}, func(p parse.Problem) { t.Error(p) })
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.name, diff)
		}
	}
}

package jsonl_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/jsonl"
)

func BenchmarkDecodeSensors(b *testing.B) {
	for name, record := range map[string]string{
		"zeek": `{"ts":17072964%02d.5,"uid":"CHhAvVGS1DHFjwGM9","id.orig_h":"10.0.0.5","id.orig_p":50123,"id.resp_h":"198.51.100.7","id.resp_p":443,` +
			`"proto":"tcp","service":"ssl","duration":0.51,"orig_bytes":812,"resp_bytes":4711,"conn_state":"SF","local_orig":true,"local_resp":false,` +
			`"missed_bytes":0,"history":"ShADadFf","orig_pkts":9,"orig_ip_bytes":1292,"resp_pkts":10,"resp_ip_bytes":5239}`,
		"suricata": `{"timestamp":"2024-02-07T10:00:%02d.457984+0100","flow_id":1374195536821504,"in_iface":"eth0","event_type":"http","src_ip":"10.0.0.5",` +
			`"src_port":51698,"dest_ip":"198.51.100.7","dest_port":80,"proto":"TCP","tx_id":0,"http":{"hostname":"www.example.org","url":"/a/b.php?id=1",` +
			`"http_user_agent":"Mozilla/5.0 (Windows NT 10.0; Win64; x64)","http_method":"GET","protocol":"HTTP/1.1","status":200,"length":8129}}`,
	} {
		b.Run(name, func(b *testing.B) {
			const records = 2000
			var text strings.Builder
			for i := range records {
				fmt.Fprintf(&text, record+"\n", i%60)
			}
			block := parse.Block{Data: []byte(text.String()), Record: 1, Source: &event.Source{Path: "x"}}
			dec := jsonl.Format{}.NewDecoder(event.NewNames())
			b.SetBytes(int64(text.Len()))
			b.ReportAllocs()
			for b.Loop() {
				dec.Decode(&block, func(*event.Event) bool { return true }, func(p parse.Problem) { b.Fatal(p) })
			}
			b.ReportMetric(float64(b.N)*records/b.Elapsed().Seconds(), "events/s")
		})
	}
}

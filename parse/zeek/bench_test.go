package zeek_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/zeek"
)

// httpHead is the header of Zeek's http.log.
const httpHead = "#separator \\x09\n#set_separator\t,\n#empty_field\t(empty)\n#unset_field\t-\n#path\thttp\n" +
	"#fields\tts\tuid\tid.orig_h\tid.orig_p\tid.resp_h\tid.resp_p\ttrans_depth\tmethod\thost\turi\treferrer\tversion\tuser_agent\torigin" +
	"\trequest_body_len\tresponse_body_len\tstatus_code\tstatus_msg\tinfo_code\tinfo_msg\ttags\tusername\tpassword\tproxied" +
	"\torig_fuids\torig_filenames\torig_mime_types\tresp_fuids\tresp_filenames\tresp_mime_types\n" +
	"#types\ttime\tstring\taddr\tport\taddr\tport\tcount\tstring\tstring\tstring\tstring\tstring\tstring\tstring\tcount\tcount\tcount" +
	"\tstring\tcount\tstring\tset[enum]\tstring\tstring\tset[string]\tvector[string]\tvector[string]\tvector[string]\tvector[string]\tvector[string]\tvector[string]\n"

func BenchmarkDecodeHTTP(b *testing.B) {
	const records = 2000
	var text strings.Builder
	for i := range records {
		fmt.Fprintf(&text, "17072964%02d.%06d\tCHhAvVGS1DHFjwGM%d\t10.0.%d.5\t5%04d\t198.51.100.7\t80\t1\tGET\twww.arcadia.example\t/news/%d/index.html?session=%d"+
			"\thttp://www.arcadia.example/\t1.1\tMozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/121.0.0.0 Safari/537.36"+
			"\t-\t0\t%d\t200\tOK\t-\t-\t(empty)\t-\t-\t-\t-\t-\t-\tFERntn4XQcEy92QTJ4\t-\ttext/html\n", i%100, i, i%10, i%250, i%10000, i, i*7, i*13)
	}
	block := parse.Block{Head: []byte(httpHead), Data: []byte(text.String()), Record: 9, Source: &event.Source{Path: "x"}}
	dec := zeek.Format{}.NewDecoder(event.NewNames())
	b.SetBytes(int64(text.Len()))
	b.ReportAllocs()
	for b.Loop() {
		dec.Decode(&block, func(*event.Event) bool { return true }, func(p parse.Problem) { b.Fatal(p) })
	}
	b.ReportMetric(float64(b.N)*records/b.Elapsed().Seconds(), "events/s")
}

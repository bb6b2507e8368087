package winxml_test

import (
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/winxml"
)

func benchDecode(b *testing.B, text string, n int) {
	b.Helper()
	d := winxml.Format{}.NewDecoder(event.NewNames())
	block := &parse.Block{Data: []byte(text), Record: 1, Source: &event.Source{Path: "bench"}}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		d.Decode(block, func(*event.Event) bool { return true }, func(p parse.Problem) { b.Fatal(p) })
	}
	b.ReportMetric(float64(n)*float64(b.N)/b.Elapsed().Seconds(), "events/s")
}

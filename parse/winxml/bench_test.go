//go:build unix

package winxml_test

import (
	"strings"
	"syscall"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/winxml"
)

func BenchmarkDecode(b *testing.B) {
	const n = 200
	text := strings.Repeat(logon+"\n", n)
	d := winxml.Format{}.NewDecoder(event.NewNames())
	block := &parse.Block{Data: []byte(text), Record: 1, Source: &event.Source{Path: "bench"}}
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	before := cpuSeconds(b)
	for b.Loop() {
		d.Decode(block, func(*event.Event) bool { return true }, func(p parse.Problem) { b.Fatal(p) })
	}
	b.ReportMetric(float64(n)*float64(b.N)/(cpuSeconds(b)-before), "events/cpu-s")
}

// cpuSeconds is the process's CPU time, which other programs on the machine do
// not touch.
func cpuSeconds(b *testing.B) float64 {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return float64(u.Utime.Nano()+u.Stime.Nano()) / 1e9
}

func TestDecodingAllocatesNothingPerEvent(t *testing.T) {
	d := winxml.Format{}.NewDecoder(event.NewNames())
	block := &parse.Block{Data: []byte(strings.Repeat(logon+"\n", 1000)), Record: 1, Source: &event.Source{}}
	n := testing.AllocsPerRun(10, func() {
		d.Decode(block, func(*event.Event) bool { return true }, func(p parse.Problem) { t.Error(p) })
	})
	if n > 5 {
		t.Errorf("%v allocations for 1000 events; want none but the call's own", n)
	}
}

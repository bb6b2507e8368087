package evtx_test

import (
	"bytes"
	"io"
	"os"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
)

// fullBlocks returns the chunks of the real logs that are at least three
// quarters full, as blocks.
func fullBlocks(t testing.TB) []parse.Block {
	var blocks []parse.Block
	for _, path := range realFiles(t) {
		data, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		split := evtx.Format{}.Split(bytes.NewReader(data), &event.Source{Path: path})
		for {
			var b parse.Block
			if err := split.Next(&b); err == io.EOF {
				break
			} else if err != nil {
				t.Fatal(err)
			}
			if len(b.Data) == 1<<16 && !bytes.Equal(b.Data[3<<14:3<<14+64], make([]byte, 64)) {
				blocks = append(blocks, b)
			}
		}
	}
	return blocks
}

func BenchmarkDecode(b *testing.B) {
	blocks := fullBlocks(b)
	dec := evtx.Format{}.NewDecoder(event.NewNames())
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for i := range blocks {
			dec.Decode(&blocks[i], func(*event.Event) bool { n++; return true }, func(parse.Problem) {})
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/record")
}

func BenchmarkAppendLines(b *testing.B) {
	blocks := fullBlocks(b)
	dumper := evtx.NewDumper()
	var out []byte
	b.ReportAllocs()
	n := 0
	for b.Loop() {
		for i := range blocks {
			out = dumper.AppendLines(out[:0], &blocks[i], func(parse.Problem) {})
			n += bytes.Count(out, []byte("\n"))
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(n), "ns/record")
}

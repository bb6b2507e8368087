package detect_test

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash/crc32"
	"os"
	"testing"

	"github.com/dwell-project/dwell/detect"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/evtx"
	"github.com/dwell-project/dwell/sigma/taxonomy"
)

const chunkSize = 1 << 16

// denseChunks returns the distinct sound chunks of real logs that are at least
// three quarters full.
func denseChunks(b *testing.B, dir string) [][]byte {
	var chunks [][]byte
	seen := map[[32]byte]bool{}
	for _, f := range evtxBelow(b, dir) {
		data, err := os.ReadFile(f)
		if err != nil {
			b.Fatal(err)
		}
		for at := 4096; at+chunkSize <= len(data); at += chunkSize {
			c := data[at : at+chunkSize]
			if !bytes.HasPrefix(c, []byte("ElfChnk\x00")) {
				continue
			}
			used := binary.LittleEndian.Uint32(c[48:])
			if used < chunkSize*3/4 || used > chunkSize || crc32.ChecksumIEEE(c[512:used]) != binary.LittleEndian.Uint32(c[52:]) {
				continue
			}
			if sum := sha256.Sum256(c); !seen[sum] {
				seen[sum] = true
				chunks = append(chunks, c)
			}
		}
	}
	return chunks
}

// BenchmarkAllRulesOnRealEVTX decodes and matches real chunks with SigmaHQ's
// rules, and for comparison decodes them only.
func BenchmarkAllRulesOnRealEVTX(b *testing.B) {
	dir := dataFolder(b)
	chunks := denseChunks(b, dir)
	program, names := sigmaHQ(b, dir)
	matcher := program.NewMatcher()
	for _, c := range []struct {
		name string
		look func(*event.Event)
	}{
		{"decode", func(*event.Event) {}},
		{"match", func(ev *event.Event) { matcher.Match(ev) }},
		{"describe", func(ev *event.Event) {
			for _, n := range matcher.Match(ev) {
				d := matcher.Detection(n)
				_ = d
			}
		}},
	} {
		b.Run(c.name, func(b *testing.B) { decodeChunks(b, chunks, names, c.look) })
	}
}

// BenchmarkFirstPassOverRealEVTX compiles the rules and sees every record once:
// nothing is remembered yet.
func BenchmarkFirstPassOverRealEVTX(b *testing.B) {
	dir := dataFolder(b)
	chunks := denseChunks(b, dir)
	program, names := sigmaHQ(b, dir)
	rules := program.Rules()
	tables, err := taxonomy.Load()
	if err != nil {
		b.Fatal(err)
	}
	decoder := evtx.Format{}.NewDecoder(names)
	block := parse.Block{Source: &event.Source{Path: "joined.evtx"}}
	b.ReportAllocs()
	for b.Loop() {
		program, _ := detect.Compile(rules, nil, tables, names, detect.Options{})
		matcher := program.NewMatcher()
		for _, c := range chunks {
			block.Data = c
			decoder.Decode(&block, func(ev *event.Event) bool {
				matcher.Match(ev)
				return true
			}, func(parse.Problem) {})
		}
	}
}

func decodeChunks(b *testing.B, chunks [][]byte, names *event.Names, look func(*event.Event)) {
	decoder := evtx.Format{}.NewDecoder(names)
	block := parse.Block{Source: &event.Source{Path: "joined.evtx"}}
	b.ReportAllocs()
	events := 0
	for b.Loop() {
		for _, c := range chunks {
			block.Data = c
			decoder.Decode(&block, func(ev *event.Event) bool {
				events++
				look(ev)
				return true
			}, func(parse.Problem) {})
		}
	}
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(events), "ns/event")
	b.ReportMetric(float64(events)/float64(b.N), "events/op")
}

// BenchmarkLoadAllRules reads and compiles SigmaHQ's rules.
func BenchmarkLoadAllRules(b *testing.B) {
	dir := dataFolder(b)
	b.ReportAllocs()
	for b.Loop() {
		sigmaHQ(b, dir)
	}
}

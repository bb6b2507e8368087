package segment_test

import (
	"bytes"
	"os"
	"slices"
	"testing"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/formats"
	"github.com/dwell-project/dwell/store/segment"
)

// benchFile is the log that benchmarks take: DWELL_BENCH_LOG, or the sample.
func benchFile() string {
	if path := os.Getenv("DWELL_BENCH_LOG"); path != "" {
		return path
	}
	return "../../testdata/sample"
}

// each yields the events of a log.
func each(b *testing.B, names *event.Names, path string, yield func(*event.Event)) {
	b.Helper()
	for in, err := range formats.Walk([]string{path}, formats.Options{}) {
		if err != nil {
			continue
		}
		r, err := in.Open()
		if err != nil {
			b.Fatal(err)
		}
		src := &event.Source{Path: in.Path}
		s, d := in.Format.Split(r, src), in.Format.NewDecoder(names)
		for block := (parse.Block{Source: src}); s.Next(&block) == nil; block.Problems = nil {
			d.Decode(&block, func(e *event.Event) bool {
				yield(e)
				return true
			}, func(parse.Problem) {})
		}
		r.Close()
	}
}

// seal collects the events of a log by dataset and seals them.
func seal(b *testing.B, names *event.Names, path string) (files [][]byte, events, raw int) {
	b.Helper()
	types, by := map[string]*segment.Types{}, map[string]*segment.Builder{}
	var buf []byte
	var id event.ID
	each(b, names, path, func(e *event.Event) {
		at := e.Dataset + e.Time.Format("2006-01-02")
		if by[at] == nil {
			if types[e.Dataset] == nil {
				types[e.Dataset] = segment.NewTypes()
			}
			by[at] = segment.NewBuilder(names, types[e.Dataset])
		}
		id, buf = e.IDInto(names, buf)
		by[at].Add(e, id)
		events, raw = events+1, raw+len(e.Raw)
	})
	for _, builder := range by {
		var file bytes.Buffer
		if _, err := builder.Seal(&file, make([]byte, 32)); err != nil {
			b.Fatal(err)
		}
		files = append(files, file.Bytes())
	}
	return files, events, raw
}

func BenchmarkParse(b *testing.B) {
	for b.Loop() {
		n := 0
		each(b, event.NewNames(), benchFile(), func(*event.Event) { n++ })
		b.ReportMetric(float64(n)/b.Elapsed().Seconds()*float64(b.N), "events/s")
	}
}

func BenchmarkParseAndSeal(b *testing.B) {
	b.ReportAllocs()
	total := 0
	for b.Loop() {
		files, events, raw := seal(b, event.NewNames(), benchFile())
		size := 0
		for _, f := range files {
			size += len(f)
		}
		total += events
		b.ReportMetric(float64(size)/float64(events), "B/event")
		b.ReportMetric(float64(raw)/float64(size), "raw/sealed")
		b.ReportMetric(float64(len(files)), "files")
	}
	b.ReportMetric(float64(total)/b.Elapsed().Seconds(), "events/s")
}

func BenchmarkRead(b *testing.B) {
	names := event.NewNames()
	files, events, _ := seal(b, names, benchFile())
	for _, mode := range []struct {
		name string
		want func(event.Name) bool
	}{
		{"ids", func(event.Name) bool { return false }},
		{"third", func(n event.Name) bool { return n%3 == 0 }},
		{"fields", func(event.Name) bool { return true }},
		{"whole", nil},
	} {
		b.Run(mode.name, func(b *testing.B) {
			for b.Loop() {
				for _, f := range files {
					readRuns(b, names, f, mode.want)
				}
			}
			b.ReportMetric(float64(events*b.N)/b.Elapsed().Seconds(), "events/s")
		})
	}
}

func readRuns(b *testing.B, names *event.Names, file []byte, want func(event.Name) bool) {
	s, err := segment.Open(bytes.NewReader(file), int64(len(file)), names)
	if err != nil {
		b.Fatal(err)
	}
	defer s.Close()
	for run := range s.Runs() {
		r, err := s.NewReader(run, want)
		if err != nil {
			b.Fatal(err)
		}
		for r.Next() {
		}
		if r.Err() != nil {
			b.Fatal(r.Err())
		}
	}
}

func BenchmarkProve(b *testing.B) {
	names := event.NewNames()
	files, _, _ := seal(b, names, benchFile())
	s := open(b, names, slices.MaxFunc(files, func(a, b []byte) int { return len(a) - len(b) }))
	rows := s.Runs()[0].Rows
	for i := 0; b.Loop(); i++ {
		if _, err := s.Prove(0, make([]byte, 32), i*7919%rows); err != nil {
			b.Fatal(err)
		}
	}
}

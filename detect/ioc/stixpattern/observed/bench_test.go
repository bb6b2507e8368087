package observed_test

import (
	"testing"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
	"github.com/dwell-project/dwell/detect/ioc/stixpattern/observed"
	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/ecs"
	"github.com/dwell-project/dwell/parse/jsonl"
)

// BenchmarkObjects shows a record as the objects that a pattern asks for.
func BenchmarkObjects(b *testing.B) {
	for _, bench := range []struct{ name, pattern string }{
		{"file", "[file:size > 1000000]"},
		{"process", "[process:parent_ref.image_ref.name = 'x']"},
		{"registry", "[EXISTS windows-registry-key:key]"},
	} {
		b.Run(bench.name, func(b *testing.B) {
			mapping, err := ecs.Load()
			if err != nil {
				b.Fatal(err)
			}
			p, err := stixpattern.Parse(bench.pattern)
			if err != nil {
				b.Fatal(err)
			}
			names := event.NewNames()
			o := tables(b).NewObserver(mapping, names, observed.TypesOf(p))
			block := parse.Block{Data: []byte(sysmonCreate + "\n"), Record: 1, Source: &event.Source{Path: "p"}}
			jsonl.Format{}.NewDecoder(names).Decode(&block, func(e *event.Event) bool {
				b.ReportAllocs()
				for b.Loop() {
					p.Tests[0].Roots(o.Objects(e))
				}
				return true
			}, func(p parse.Problem) { b.Fatal(p) })
		})
	}
}

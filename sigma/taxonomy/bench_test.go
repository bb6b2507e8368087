package taxonomy_test

import (
	"testing"

	"github.com/dwell-project/dwell/sigma/taxonomy"
)

func BenchmarkLoad(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		if _, err := taxonomy.Load(); err != nil {
			b.Fatal(err)
		}
	}
}

// A program asks for a view once per distinct origin, and for the names of a
// field once per view.
func BenchmarkViewOfOneOriginAndOneField(b *testing.B) {
	tables, err := taxonomy.Load()
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		v := tables.View(taxonomy.Origin{Schema: "evtx", Channel: sysmon, Provider: "Microsoft-Windows-Sysmon", Code: "12"})
		if v.Empty() || len(v.Sigma("EventData.TargetObject")) != 2 {
			b.Fatal("the view is not that of Sysmon")
		}
	}
}

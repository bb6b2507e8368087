package lines_test

import (
	"testing"

	"github.com/dwell-project/dwell/parse/lines"
)

func TestEveryParserReadsItsOwnSamples(t *testing.T) {
	set, err := lines.Load()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range set.Parsers() {
		t.Run(p.Name, func(t *testing.T) {
			if len(p.Tests) < 3 {
				t.Errorf("%d tests; want 3 at least", len(p.Tests))
			}
			for _, f := range set.Check(p) {
				t.Error(f)
			}
		})
	}
}

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
	failures, err := set.Check(set.Parsers()...)
	if err != nil {
		t.Fatal(err)
	}
	for _, f := range failures {
		t.Error(f)
	}
	for _, p := range set.Parsers() {
		if len(p.Tests) < 3 {
			t.Errorf("%s: %d tests; want 3 at least", p.Name, len(p.Tests))
		}
	}
}

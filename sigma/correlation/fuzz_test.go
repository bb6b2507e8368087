package correlation_test

import (
	"testing"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/sigma/correlation"
)

// FuzzEngineAgreesWithTheDefinition lets the fuzzer choose correlations and
// matches; the oracle is the slow definition.
func FuzzEngineAgreesWithTheDefinition(f *testing.F) {
	f.Fuzz(rapid.MakeFuzz(func(t *rapid.T) {
		w := drawWorld(t)
		set, ms := w.compiled(t)
		want, _ := w.oracle()
		same(t, "batch", runBatch(t, set, ms, correlation.Options{}), want)
		same(t, "no memory", runBatch(t, set, ms, correlation.Options{Memory: 1}), want)
	}))
}

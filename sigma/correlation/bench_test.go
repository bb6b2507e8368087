package correlation_test

import (
	"encoding/binary"
	"fmt"
	"strconv"
	"testing"
	"time"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
	"github.com/dwell-project/dwell/sigma/correlation"
)

// benchMatches are n matches, a millisecond apart, of groups users.
func benchMatches(n, groups int) []correlation.Match {
	users := make([]string, groups)
	for i := range users {
		users[i] = "CORP\\user" + strconv.Itoa(i)
	}
	ms := make([]correlation.Match, n)
	for i := range ms {
		var id event.ID
		binary.BigEndian.PutUint64(id[:], uint64(i)*0x9E3779B97F4A7C15)
		ms[i] = correlation.Match{
			Time: time.UnixMilli(int64(i)), ID: id, Ref: uint64(i),
			Values: [][]string{{users[(i*7919)%groups]}, {strconv.Itoa(i * 31 % 9973)}},
		}
	}
	return ms
}

func benchSet(b *testing.B, c *sigma.Correlation, fields int) *correlation.Set {
	b.Helper()
	c.Name, c.Rules, c.GroupBy = "c", []string{"r"}, []string{"user"}
	set, problems := correlation.Compile([]*sigma.Rule{{Meta: sigma.Meta{Name: "r"}}}, []*sigma.Correlation{c})
	if len(problems) > 0 || len(set.Wants(0)) != fields {
		b.Fatalf("problems %v, wants %v", problems, set.Wants(0))
	}
	return set
}

func runBench(b *testing.B, c *sigma.Correlation, fields int) {
	set := benchSet(b, c, fields)
	ms := benchMatches(200_000, 5000)
	for i := range ms {
		ms[i].Values = ms[i].Values[:fields]
	}
	for _, memory := range []int64{64 << 20, 4 << 20} {
		b.Run(fmt.Sprintf("memory=%dMiB", memory>>20), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				batch := correlation.NewBatch(set, correlation.Options{Memory: memory, Dir: b.TempDir()})
				for _, m := range ms {
					if err := batch.Add(m); err != nil {
						b.Fatal(err)
					}
				}
				if err := batch.Finish(func(*correlation.Hit) error { return nil }); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64(len(ms)*b.N)/b.Elapsed().Seconds(), "matches/s")
		})
	}
}

func atLeast(n float64) []sigma.Bound { return []sigma.Bound{{Op: sigma.GreaterEqual, Number: n}} }

func BenchmarkEventCountByGroup(b *testing.B) {
	runBench(b, &sigma.Correlation{
		Type: sigma.EventCount, Timespan: sigma.Timespan(time.Minute),
		Condition: sigma.CorrelationCondition{Bounds: atLeast(10)},
	}, 1)
}

func BenchmarkValueCountByGroup(b *testing.B) {
	runBench(b, &sigma.Correlation{
		Type: sigma.ValueCount, Timespan: sigma.Timespan(time.Minute),
		Condition: sigma.CorrelationCondition{Bounds: atLeast(100), Fields: []string{"n"}},
	}, 2)
}

func BenchmarkPercentileByGroup(b *testing.B) {
	runBench(b, &sigma.Correlation{
		Type: sigma.ValuePercentile, Timespan: sigma.Timespan(time.Minute),
		Condition: sigma.CorrelationCondition{Bounds: atLeast(9900), Fields: []string{"n"}, Percentile: 95},
	}, 2)
}

// BenchmarkOneGroupOfMillions is a window that never ends and holds everything.
func BenchmarkOneGroupOfEverything(b *testing.B) {
	set := benchSet(b, &sigma.Correlation{
		Type: sigma.ValueSum, Timespan: sigma.Timespan(30 * 24 * time.Hour),
		Condition: sigma.CorrelationCondition{Bounds: atLeast(1e18), Fields: []string{"n"}},
	}, 2)
	ms := benchMatches(200_000, 1)
	b.ReportAllocs()
	for b.Loop() {
		batch := correlation.NewBatch(set, correlation.Options{Memory: 1 << 20, Dir: b.TempDir()})
		for _, m := range ms {
			if err := batch.Add(m); err != nil {
				b.Fatal(err)
			}
		}
		if err := batch.Finish(func(*correlation.Hit) error { return nil }); err != nil {
			b.Fatal(err)
		}
	}
	b.ReportMetric(float64(len(ms)*b.N)/b.Elapsed().Seconds(), "matches/s")
}

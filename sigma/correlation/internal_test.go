package correlation

import (
	"encoding/binary"
	"math"
	"math/big"
	"runtime"
	"slices"
	"strconv"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/sigma"
)

func TestSumIsTheExactSumRoundedOnce(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		number := rapid.OneOf(rapid.Float64Range(-1e300, 1e300), rapid.Float64Range(-1, 1), rapid.SampledFrom([]float64{0.1, 1e16, -1e16, 1, 0x1p-1074, 0x1p53}))
		numbers := rapid.SliceOfN(number, 0, 40).Draw(t, "numbers")
		var s sum
		exact := new(big.Rat)
		for _, f := range numbers {
			s.add(f)
			exact.Add(exact, new(big.Rat).SetFloat64(f))
		}
		for _, f := range numbers[:len(numbers)/2] {
			s.add(-f)
			exact.Sub(exact, new(big.Rat).SetFloat64(f))
		}
		if want, _ := exact.Float64(); s.value() != want {
			t.Fatalf("sum of %v less its first half = %v; want %v", numbers, s.value(), want)
		}
	})
}

func TestSelectNumberFindsWhatSortingFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.SliceOfN(rapid.OneOf(rapid.Float64Range(-1e300, 1e300), rapid.SampledFrom([]float64{0, math.Copysign(0, -1), 1, 1, -1, 2.5})), 1, 50).Draw(t, "numbers")
		k := rapid.IntRange(0, len(numbers)-1).Draw(t, "k")
		got, err := selectNumber(func(f func(float64)) error {
			for _, v := range numbers {
				f(v)
			}
			return nil
		}, k)
		sorted := slices.Sorted(slices.Values(numbers))
		if err != nil || got != sorted[k] {
			t.Fatalf("selectNumber(%v, %d) = %v, %v; want %v", numbers, k, got, err, sorted[k])
		}
	})
}

func TestEntriesComeBackFromDiskAsTheyWere(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		aLeaf := rapid.Custom(func(t *rapid.T) leaf {
			return leaf{
				t: rapid.Int64().Draw(t, "t"), id: event.ID{rapid.Byte().Draw(t, "id")},
				ref: rapid.Uint64().Draw(t, "ref"), rule: rapid.Int32Min(-1).Draw(t, "rule"),
			}
		})
		some := rapid.SliceOfN(rapid.String(), 1, 3)
		want := entry{leaf: aLeaf.Draw(t, "leaf"), slot: rapid.Int32Range(0, 9).Draw(t, "slot")}
		if rapid.Bool().Draw(t, "extra") {
			want.x = &extra{
				keys:    some.Draw(t, "keys"),
				numbers: rapid.SliceOfN(rapid.Float64Range(-1e300, 1e300), 1, 3).Draw(t, "numbers"),
				exports: rapid.SliceOfN(some, 1, 3).Draw(t, "exports"),
				leaves:  rapid.SliceOfN(aLeaf, 1, 3).Draw(t, "leaves"),
			}
		}
		d := decoder{b: appendEntry(nil, &want)}
		got := d.entry()
		if diff := cmp.Diff(want, got, cmp.AllowUnexported(entry{}, leaf{}, extra{})); diff != "" || d.bad || len(d.b) > 0 {
			t.Fatalf("bad %v, %d bytes left: (-want +got)\n%s", d.bad, len(d.b), diff)
		}
	})
}

func TestSpillFileUsesBlocksAgain(t *testing.T) {
	s := space{dir: t.TempDir()}
	defer s.close()
	for range 1000 {
		b, err := s.put(make([]byte, 700))
		if err != nil {
			t.Fatal(err)
		}
		s.release(b)
	}
	if s.end != 1024 {
		t.Errorf("after 1000 blocks of 700 bytes, one alive at a time, the file has %d bytes; want 1024", s.end)
	}
}

// drive feeds n matches, a millisecond apart, each of its own user and number.
func drive(t *testing.T, c *sigma.Correlation, n int, memory int64, look func(*engine)) (hits int) {
	t.Helper()
	c.Name, c.Rules = "c", []string{"r"}
	set, problems := Compile([]*sigma.Rule{{Meta: sigma.Meta{Name: "r"}}}, []*sigma.Correlation{c})
	if len(problems) > 0 {
		t.Fatal(problems)
	}
	s := NewStream(set, Options{Memory: memory, Dir: t.TempDir()}, func(*Hit) error { hits++; return nil })
	for i := range n {
		var id event.ID
		binary.BigEndian.PutUint64(id[:], uint64(i))
		m := Match{Time: time.UnixMilli(int64(i)), ID: id}
		for range set.Wants(0) {
			m.Values = append(m.Values, []string{strconv.Itoa(i)})
		}
		if err := s.Add(m); err != nil {
			t.Fatal(err)
		}
		if look != nil {
			look(s.engine)
		}
	}
	if err := s.Finish(); err != nil {
		t.Fatal(err)
	}
	return hits
}

func TestMemoryStaysWithinItsBound(t *testing.T) {
	const limit, n = 1 << 20, 60_000
	month := sigma.Timespan(30 * 24 * time.Hour)
	bound := []sigma.Bound{{Op: sigma.GreaterEqual, Number: 1e18}}
	for name, c := range map[string]*sigma.Correlation{
		"one window of everything": {Type: sigma.ValueSum, Timespan: month, Condition: sigma.CorrelationCondition{Fields: []string{"n"}, Bounds: bound}},
		"a group for every event":  {Type: sigma.EventCount, GroupBy: []string{"user"}, Timespan: month, Condition: sigma.CorrelationCondition{Bounds: bound}},
		"an average per event":     {Type: sigma.ValueAvg, GroupBy: []string{"user"}, Timespan: month, Condition: sigma.CorrelationCondition{Fields: []string{"n"}, Bounds: bound}},
		"values in a closing window": {Type: sigma.ValueCount, Timespan: month, Condition: sigma.CorrelationCondition{Fields: []string{"n"}, Bounds: []sigma.Bound{
			{Op: sigma.Less, Number: 10},
		}}},
	} {
		t.Run(name, func(t *testing.T) {
			seen := 0
			drive(t, c, n, limit, func(e *engine) {
				if seen++; seen%20_000 != 0 {
					return
				}
				cold := int64(len(e.state[0].cold)) * frozenBytes
				if over := e.pool.used - max(limit, cold); over > 64<<10 {
					t.Fatalf("after %d matches %d bytes are accounted for, %d of them for frozen groups; the bound is %d", seen, e.pool.used, cold, limit)
				}
				var m runtime.MemStats
				runtime.GC()
				runtime.ReadMemStats(&m)
				if m.HeapAlloc > 24<<20 {
					t.Fatalf("after %d matches the heap holds %d MiB", seen, m.HeapAlloc>>20)
				}
			})
		})
	}
}

func TestLargeWindowsHaveExactFigures(t *testing.T) {
	const n = numbersAtOnce + 35
	month := sigma.Timespan(30 * 24 * time.Hour)
	for name, c := range map[string]*sigma.Correlation{
		"median":          {Type: sigma.ValueMedian, Condition: sigma.CorrelationCondition{Fields: []string{"n"}, Bounds: []sigma.Bound{{Op: sigma.Equals, Number: (n - 1) / 2.0}}}},
		"count of values": {Type: sigma.ValueCount, Condition: sigma.CorrelationCondition{Fields: []string{"n"}, Bounds: []sigma.Bound{{Op: sigma.Equals, Number: n}}}},
		"many values":     {Type: sigma.ValueCount, Condition: sigma.CorrelationCondition{Fields: []string{"n"}, Bounds: []sigma.Bound{{Op: sigma.Equals, Not: true, Number: 5}}}},
	} {
		t.Run(name, func(t *testing.T) {
			c.Timespan = month
			if hits := drive(t, c, n, 1<<20, nil); hits != 1 {
				t.Errorf("%d hits; want 1", hits)
			}
		})
	}
}

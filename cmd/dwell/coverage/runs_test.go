package coverage

import (
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

// slowRuns makes the ranges of a set of integers by looking at every integer.
func slowRuns(set map[int64]bool, from, to int64) [][2]int64 {
	var all [][2]int64
	for n := from; n <= to; n++ {
		switch {
		case !set[n]:
		case len(all) > 0 && all[len(all)-1][1] == n-1:
			all[len(all)-1][1] = n
		default:
			all = append(all, [2]int64{n, n})
		}
	}
	return all
}

func ends(s *runs) [][2]int64 {
	var all [][2]int64
	for _, r := range s.all {
		all = append(all, [2]int64{r.from, r.to})
	}
	return all
}

func TestRunsAgreeWithSetOfIntegers(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		set, s := map[int64]bool{}, runs{}
		for range rapid.IntRange(0, 60).Draw(t, "n") {
			from := rapid.Int64Range(-50, 150).Draw(t, "from")
			to := from + rapid.Int64Range(0, 5).Draw(t, "length")
			for n := from; n <= to; n++ {
				set[n] = true
			}
			s.add(run{from: from, to: to})
		}
		if diff := cmp.Diff(slowRuns(set, -60, 170), ends(&s)); diff != "" {
			t.Fatal(diff)
		}
	})
}

func TestRunsKeepTheTimesOfTheirEnds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		numbers := rapid.Permutation([]int64{1, 2, 3, 4, 5, 6, 7}).Draw(t, "numbers")
		var s runs
		for _, n := range numbers {
			s.add(run{from: n, to: n, first: 100 * n, last: 100 * n})
		}
		want := []run{{from: 1, to: 7, first: 100, last: 700}}
		if !slices.Equal(s.all, want) {
			t.Fatalf("runs of %v: %v, want %v", numbers, s.all, want)
		}
	})
}

func TestRunsWithinTheirBoundKeepTheLargestGaps(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var s runs
		at, largest := int64(0), []int64{}
		for range 1000 {
			gap := rapid.Int64Range(1, 1_000_000).Draw(t, "gap")
			at += gap + 1
			s.add(run{from: at, to: at})
			largest = append(largest, gap)
		}
		largest = largest[1:] // the first had nothing before it
		slices.SortFunc(largest, func(a, b int64) int { return int(b - a) })
		if n := len(s.all); n >= 2*maxRuns || s.closed == 0 {
			t.Fatalf("%d ranges, %d closed", n, s.closed)
		}
		var kept []int64
		for i := range len(s.all) - 1 {
			kept = append(kept, s.gap(i))
		}
		slices.SortFunc(kept, func(a, b int64) int { return int(b - a) })
		if !slices.Equal(kept[:maxRuns/2], largest[:maxRuns/2]) {
			t.Fatalf("largest gaps kept %v, there are %v", kept[:maxRuns/2], largest[:maxRuns/2])
		}
	})
}

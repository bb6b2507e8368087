package stixpattern_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/dwell-project/dwell/detect/ioc/stixpattern"
)

// seenOf says which tests of a pattern hold of an observation.
func seenOf(p *stixpattern.Pattern, o stixpattern.Observation, n int) stixpattern.Seen {
	seen := stixpattern.Seen{Time: o.Time, ID: [16]byte{byte(n)}, Ref: n}
	for _, t := range p.Tests {
		if _, ok := t.Roots(o.Objects); ok {
			seen.Tests = append(seen.Tests, t.Number)
		}
	}
	return seen
}

// letters makes an observation of a file for each letter.
func letters(names string, second float64) stixpattern.Observation {
	o := stixpattern.Observation{Time: start.Add(time.Duration(second * float64(time.Second)))}
	for _, r := range names {
		o.Objects = append(o.Objects, stixpattern.Object{"type": "file", "id": "file--" + string(r), "name": string(r)})
	}
	return o
}

// drawSequencePattern draws a pattern whose tests ask for one letter.
func drawSequencePattern(t *rapid.T, depth int) string {
	switch shape := rapid.IntRange(0, 7).Draw(t, "pattern"); {
	case depth > 0 && shape < 4:
		return "(" + drawSequencePattern(t, depth-1) + " " + pick(t, "joint", "AND", "OR", "FOLLOWEDBY", "FOLLOWEDBY") + " " + drawSequencePattern(t, depth-1) + ")"
	case depth > 0 && shape < 7:
		return "(" + drawSequencePattern(t, depth-1) + ") " + pick(t, "qualifier", "WITHIN 1 SECONDS", "WITHIN 2 SECONDS", "WITHIN 3 SECONDS",
			"REPEATS 1 TIMES", "REPEATS 2 TIMES", "REPEATS 3 TIMES", "START t'2026-02-10T08:00:01Z' STOP t'2026-02-10T08:00:06Z'")
	default:
		return "[file:name = '" + pick(t, "letter", "a", "b", "c") + "']"
	}
}

func TestSequencesFindWhatTryingEverythingFinds(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text := drawSequencePattern(t, 3)
		p, err := stixpattern.Parse(text)
		if err != nil {
			t.Fatal(err)
		}
		var observations []stixpattern.Observation
		for range rapid.IntRange(1, 7).Draw(t, "observations") {
			observations = append(observations, letters(pick(t, "letters", "a", "b", "c", "ab", "bc", "ac", ""), float64(rapid.IntRange(0, 7).Draw(t, "second"))))
		}
		slices.SortStableFunc(observations, func(a, b stixpattern.Observation) int { return a.Time.Compare(b.Time) })
		s, from := stixpattern.NewSequence(p), 0
		for i, o := range observations {
			found := s.Add(seenOf(p, o, i))
			if again := s.Add(seenOf(p, o, i)); again != nil {
				t.Fatalf("%s: a copy of observation %d gives %v", text, i, again)
			}
			if want := stixpattern.Match(p, observations[from:i+1]); (found != nil) != want {
				t.Fatalf("%s: after observation %d of %v, from %d: found %v; want %v", text, i, observations, from, found, want)
			}
			if found == nil {
				continue
			}
			var chosen []stixpattern.Observation
			for _, f := range found {
				chosen = append(chosen, observations[f.Ref.(int)])
			}
			if !stixpattern.Match(p, chosen) || found[len(found)-1].Ref != i && !found[len(found)-1].Time.Equal(o.Time) {
				t.Fatalf("%s: %v is no match that ends at %d", text, found, i)
			}
			from = i + 1
		}
		if s.Forgotten != 0 {
			t.Fatalf("%d forgotten", s.Forgotten)
		}
	})
}

func TestOneObservationDecidesWhatAsksForOne(t *testing.T) {
	for text, want := range map[string]bool{
		"[a:b = 1]": true, "[a:b = 1] OR ([a:b = 2] WITHIN 5 SECONDS)": true, "[a:b = 1] REPEATS 1 TIMES": true,
		"[a:b = 1] START t'2024-01-01T00:00:00Z' STOP t'2024-01-02T00:00:00Z'": true,
		"[a:b = 1] REPEATS 2 TIMES": false, "[a:b = 1] AND [a:b = 1]": false, "[a:b = 1] FOLLOWEDBY [a:b = 2]": false,
	} {
		p, err := stixpattern.Parse(text)
		if err != nil || p.Single() != want {
			t.Errorf("Single(%s) = %v, %v; want %v", text, p.Single(), err, want)
		}
	}
}

func TestSequencesStaySmall(t *testing.T) {
	for _, c := range []struct {
		text      string
		row       string
		end       string
		found     bool
		forgotten bool
	}{
		{"[file:name = 'a'] FOLLOWEDBY [file:name = 'b']", "a", "b", true, false},
		{"([file:name = 'a'] FOLLOWEDBY [file:name = 'b']) WITHIN 60 SECONDS", "a", "b", true, false},
		{"[file:name = 'a'] REPEATS 100 TIMES FOLLOWEDBY [file:name = 'b']", "a", "b", true, false},
		{"([file:name = 'a'] REPEATS 3 TIMES WITHIN 2 SECONDS) FOLLOWEDBY [file:name = 'b']", "a", "b", true, true},
		{"[file:name = 'b'] FOLLOWEDBY [file:name = 'a']", "a", "b", false, false},
	} {
		p, err := stixpattern.Parse(c.text)
		if err != nil {
			t.Fatal(err)
		}
		s := stixpattern.NewSequence(p)
		row := seenOf(p, letters(c.row, 0), 0)
		const n = 3 * stixpattern.MostKept
		for i := range n {
			row.Time, row.ID = start.Add(time.Duration(i)*time.Second), [16]byte{byte(i), byte(i >> 8), byte(i >> 16)}
			if found := s.Add(row); found != nil {
				t.Fatalf("%s: found %v", c.text, found)
			}
		}
		last := seenOf(p, letters(c.end, n), 1)
		last.ID[15] = 1
		if found := s.Add(last); (found != nil) != c.found || (s.Forgotten > 0) != c.forgotten {
			t.Errorf("%s: found %v, forgotten %d; want %v, %v", c.text, found, s.Forgotten, c.found, c.forgotten)
		}
	}
}

package detect

import (
	"bytes"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"
)

// drawLiterals draws literals over a small alphabet, so that they overlap.
func drawLiterals(t *rapid.T) []literal {
	texts := rapid.SliceOfN(rapid.StringOfN(rapid.RuneFrom([]rune("ab.é")), 1, 9, -1), 0, 40).Draw(t, "literals")
	var out []literal
	for i, s := range texts {
		out = append(out, literal{text: []byte(s), action: int32(i)})
	}
	return out
}

func sorted(actions []int32) []int32 {
	slices.Sort(actions)
	return slices.Compact(actions)
}

func naive(literals []literal, text []byte, has func(text, literal []byte) bool) []int32 {
	var found []int32
	for _, l := range literals {
		if has(text, l.text) {
			found = append(found, l.action)
		}
	}
	return sorted(found)
}

func TestLiteralsAreFoundExactlyWhereASearchOneByOneFindsThem(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		literals := drawLiterals(t)
		text := []byte(rapid.StringOfN(rapid.RuneFrom([]rune("ab.é")), 0, 60, -1).Draw(t, "text"))
		for _, c := range []struct {
			name string
			got  []int32
			has  func(text, literal []byte) bool
		}{
			{"contains", newGrams(literals, nil).find(text, nil), bytes.Contains},
			{"startswith", newAffixes(literals, false).find(text, nil), bytes.HasPrefix},
			{"endswith", newAffixes(literals, true).find(text, nil), bytes.HasSuffix},
		} {
			if diff := cmp.Diff(naive(literals, text, c.has), sorted(c.got), cmpopts.EquateEmpty()); diff != "" {
				t.Fatalf("%s of %q (-want +got):\n%s", c.name, text, diff)
			}
		}
	})
}

func TestLiteralThatOccursAMillionTimesIsFoundAFewTimes(t *testing.T) {
	literals := []literal{{text: []byte("aaaa"), action: 1}, {text: []byte("aa"), action: 2}}
	got := newGrams(literals, nil).find(bytes.Repeat([]byte("a"), 1<<20), nil)
	if len(got) > 2*manyActions+2 {
		t.Errorf("%d actions are returned for 2 literals, want at most %d", len(got), 2*manyActions+2)
	}
	if diff := cmp.Diff([]int32{1, 2}, sorted(got)); diff != "" {
		t.Errorf("actions (-want +got):\n%s", diff)
	}
}

func BenchmarkFindManyLiteralsInOneText(b *testing.B) {
	var literals []literal
	for i := range 10000 {
		literals = append(literals, literal{text: []byte{'-', byte('a' + i%26), byte('a' + i/26%26), byte('a' + i/676%26), ' ', byte('0' + i%10)}, action: int32(i)})
	}
	g := newGrams(literals, nil)
	text := []byte(`c:\windows\system32\windowspowershell\v1.0\powershell.exe -noprofile -executionpolicy bypass -file c:\temp\x.ps1`)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	var actions []int32
	for b.Loop() {
		actions = g.find(text, actions[:0])
	}
}

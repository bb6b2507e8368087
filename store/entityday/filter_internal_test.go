package entityday

import (
	"bytes"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/parquet-go/parquet-go/bloom"
	"pgregory.net/rapid"
)

func TestHashIsXXH64(t *testing.T) {
	// The first two are of the test vectors that come with xxHash.
	for text, want := range map[string]uint64{
		"": 0xef46db3751d8e999, "a": 0xd24ec4f1a98c6e5b,
		"Nobody inspects the spammish repetition": 0xfbcea83c8a378bf1,
	} {
		if got := xxhash(text); got != want {
			t.Errorf("xxhash(%q) = %#x; want %#x", text, got, want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		b := rapid.SliceOfN(rapid.Byte(), 0, 200).Draw(t, "bytes")
		if got, want := xxhash(b), (bloom.XXH64{}).Sum64(b); got != want {
			t.Fatalf("xxhash(%x) = %#x; parquet-go says %#x", b, got, want)
		}
	})
}

func TestFilterAgreesWithThatOfParquet(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		keys := rapid.SliceOfN(rapid.Uint64(), 1, 300).Draw(t, "keys")
		ours, theirs := newFilter(len(keys)), make(bloom.SplitBlockFilter, len(newFilter(len(keys))))
		for _, k := range keys {
			ours.insert(k)
			theirs.Insert(k)
		}
		for _, k := range append(keys, rapid.SliceOfN(rapid.Uint64(), 1, 300).Draw(t, "others")...) {
			if ours.has(k) != theirs.Check(k) {
				t.Fatalf("has(%#x) = %v; parquet-go says %v", k, ours.has(k), theirs.Check(k))
			}
		}
	})
}

func TestFilterIsSeldomWrong(t *testing.T) {
	const n = 200_000
	f := newFilter(n)
	for i := range n {
		f.insert(xxhash(fmt.Sprintf("domain:example.h%d", i)))
	}
	wrong := 0
	for i := range n {
		if !f.has(xxhash(fmt.Sprintf("domain:example.h%d", i))) {
			t.Fatalf("key %d is not in the filter", i)
		}
		if f.has(xxhash(fmt.Sprintf("domain:example.absent%d", i))) {
			wrong++
		}
	}
	if rate := float64(wrong) / n; rate > 1.0/1000 {
		t.Errorf("wrong for %v of absent keys; want at most 1 in 1,000", rate)
	} else {
		t.Logf("wrong for 1 in %.0f of absent keys", 1/rate)
	}
}

func TestDamagedFilterIsRefused(t *testing.T) {
	c := companion{filter: newFilter(20), size: 3*checkBytes + 1, sums: []uint64{1, 2, 3, 4}}
	c.filter.insert(1)
	var b bytes.Buffer
	if err := c.writeTo(&b); err != nil {
		t.Fatal(err)
	}
	back, err := readCompanion(b.Bytes())
	if err != nil || back.size != c.size || !slices.Equal(back.sums, c.sums) || !slices.Equal(back.filter, c.filter) {
		t.Fatalf("readCompanion = %v, %v; want %v", back, err, c)
	}
	for i := range b.Len() {
		damaged := bytes.Clone(b.Bytes())
		damaged[i] ^= 1 << (i % 8)
		if _, err := readCompanion(damaged); err == nil {
			t.Errorf("bit %d of byte %d is turned, and nobody noticed", i%8, i)
		}
		if _, err := readCompanion(b.Bytes()[:i]); err == nil {
			t.Errorf("cut to %d bytes, and nobody noticed", i)
		}
	}
}

func TestCheckedReaderReadsWhatWasWritten(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		content := bytes.Repeat([]byte(rapid.StringN(1, 50, -1).Draw(t, "text")), rapid.IntRange(1, 2000).Draw(t, "times"))
		var file bytes.Buffer
		s := summer{w: &file}
		for rest := content; len(rest) > 0; {
			n := rapid.IntRange(1, len(rest)).Draw(t, "part")
			if _, err := s.Write(rest[:n]); err != nil {
				t.Fatal(err)
			}
			rest = rest[n:]
		}
		s.end()
		c := checked{r: bytes.NewReader(file.Bytes()), size: s.size, sums: s.sums}
		plain := bytes.NewReader(content)
		off := rapid.Int64Range(0, s.size+2).Draw(t, "offset")
		got, want := make([]byte, rapid.IntRange(1, len(content)+2).Draw(t, "length")), []byte(nil)
		want = make([]byte, len(got))
		n, err := c.ReadAt(got, off)
		m, wantErr := plain.ReadAt(want, off)
		if n != m || !bytes.Equal(got, want) || !errors.Is(err, wantErr) {
			t.Fatalf("ReadAt(%d bytes, %d) = %d, %v; want %d, %v", len(got), off, n, err, m, wantErr)
		}
		at := rapid.Int64Range(0, s.size-1).Draw(t, "damage")
		file.Bytes()[at] ^= 1
		if _, err := c.ReadAt(make([]byte, 1), at); !errors.Is(err, ErrDamaged) {
			t.Fatalf("reading a damaged byte: %v; want %v", err, ErrDamaged)
		}
	})
}

func TestDaysAreSets(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		day := rapid.OneOf(rapid.Int32Range(-3, 40), rapid.Int32Range(-2_000_000, 2_000_000))
		slow := map[Day]bool{}
		var all Days
		var fast daySet
		for _, part := range rapid.SliceOfN(rapid.SliceOfN(day, 0, 6), 0, 6).Draw(t, "days") {
			var d Days
			for _, n := range part {
				d = OneDay(Day(n)).Union(d)
				slow[Day(n)] = true
			}
			all = all.Union(d)
			if d != d.Union(d) || d.Union(all) != all {
				t.Fatal("a union with itself, or with what includes it, is another set")
			}
			fast.add(d)
		}
		n := 0
		before := Undated
		for d := range all.All() {
			if !slow[d] || d <= before {
				t.Fatalf("day %d is not in the set or out of order", d)
			}
			before = d
			n++
		}
		if n != len(slow) || all.Len() != n || fast.len() != n {
			t.Fatalf("%d days, Len %d, %d in the fast set; want %d", n, all.Len(), fast.len(), len(slow))
		}
		first, last := Day(day.Draw(t, "first")), Day(day.Draw(t, "last"))
		within := 0
		for d := range slow {
			if d >= first && d <= last {
				within++
			}
		}
		if got := all.Within(first, last); got.Len() != within {
			t.Fatalf("Within(%d, %d) has %d days; want %d", first, last, got.Len(), within)
		}
	})
}

func FuzzDaysOfHostileBytes(f *testing.F) {
	f.Add(string(OneDay(20_000)))
	f.Add(string(OneDay(1).Union(OneDay(7))))
	f.Fuzz(func(t *testing.T, text string) {
		d := Days(text)
		var all []span
		for s := range d.spans {
			if s.first > s.last || len(all) > 0 && s.first <= all[len(all)-1].last+1 {
				t.Fatalf("%x: span %v after %v", text, s, all)
			}
			all = append(all, s)
		}
		if again := makeDays(all); again.Union("") != again || len(all) > 0 && again == "" {
			t.Fatalf("%x: written again as %x", text, again)
		}
		back := 0
		for s := range makeDays(all).spans {
			if s != all[back] {
				t.Fatalf("%x: span %v read again as %v", text, all[back], s)
			}
			back++
		}
		if back != len(all) {
			t.Fatalf("%x: %d spans read again as %d", text, len(all), back)
		}
	})
}

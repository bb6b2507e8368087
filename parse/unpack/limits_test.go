package unpack_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/parse/unpack"
)

func checkLimit(t *testing.T, data []byte, change func(*unpack.Limits), want ...string) {
	t.Helper()
	lim := unpack.DefaultLimits()
	change(&lim)
	for _, stream := range []bool{false, true} {
		if diff := cmp.Diff(want, list(t, source(data, stream), lim)); diff != "" {
			t.Errorf("stream %v (-want +got):\n%s", stream, diff)
		}
	}
}

func TestContainersInEachOtherAreOpenedToADepth(t *testing.T) {
	data := []byte("text")
	for range 3 {
		data = zipOf(t, []file{{"x", string(data)}, {"y", "beside"}})
	}
	checkLimit(t, data, func(l *unpack.Limits) { l.Depth = 3 }, "top!x!x!x = text", "top!x!x!y = beside", "top!x!y = beside", "top!y = beside")
	checkLimit(t, data, func(l *unpack.Limits) { l.Depth = 2 },
		"top!x!x: limit for containers reached: more than 2 containers in each other; unpack it first", "top!x!y = beside", "top!y = beside")
}

func TestEntriesAreReadToANumber(t *testing.T) {
	files := []file{{"a", "1"}, {"b", "2"}, {"c", "3"}}
	for name, pack := range containers() {
		if single(name) {
			continue
		}
		checkLimit(t, pack(t, files), func(l *unpack.Limits) { l.Entries = 2 }, "top!a = 1", "top!b = 2",
			"top: limit for containers reached: more than 2 entries; the rest of it is not read")
	}
}

func TestExpansionIsBounded(t *testing.T) {
	long := strings.Repeat("0", 100_000)
	data := tarOf(t, []file{{"a", "1"}, {"b", long}, {"c", "3"}})
	got := list(t, source(gzipOf(t, []file{{"", string(data)}}), false), unpack.Limits{
		Depth: 8, Entries: 100, Bytes: 50_000, Ratio: 1000, Free: 1 << 30, Spool: 1 << 20,
	})
	if len(got) != 3 || got[0] != "top!a = 1" || !strings.HasPrefix(got[1], "top!b = 000") ||
		!strings.HasSuffix(got[1], "limit for containers reached: it expands to more than 50000 bytes") ||
		got[2] != "top: limit for containers reached: it expands to more than 50000 bytes; the rest of it is not read" {
		t.Errorf("a tar of 100,000 bytes under a limit of 50,000 gives %.200q", got)
	}
}

func TestRatioIsBounded(t *testing.T) {
	data := gzipOf(t, []file{{"", strings.Repeat("0", 1<<20)}})
	lim := unpack.DefaultLimits()
	lim.Free, lim.Ratio = 1<<16, 100
	for _, stream := range []bool{false, true} {
		got := list(t, source(data, stream), lim)
		if len(got) != 2 || !strings.Contains(got[0], "bytes expand to more than 100 times as many") || !strings.HasSuffix(got[1], "; the rest of it is not read") {
			t.Errorf("a megabyte of zeros in a kilobyte gives %.200q", got)
		}
	}
	lim.Free = 1 << 21
	if got := list(t, source(data, true), lim); len(got) != 1 || len(got[0]) != 1<<20+len("top = ") {
		t.Errorf("what is within the free expansion gives %d parts", len(got))
	}
}

func TestArchiveInAStreamIsCopiedToASize(t *testing.T) {
	files := []file{{"a", strings.Repeat("first", 1000)}, {"b", strings.Repeat("second", 300_000)}, {"c", "3"}}
	lim := unpack.DefaultLimits()
	lim.Spool = 1_500_000
	got := list(t, source(sized(t, files), true), lim)
	if len(got) != 4 || got[2] != "top!a = "+files[0].text || !strings.HasSuffix(got[3], "zip: cut off") {
		t.Fatalf("an archive that is too long to copy gives %.300q", got)
	}
	want := []string{
		"top: limit for containers reached: an archive in a container is read up to its byte 1500000; unpack it first",
		"top: zip: cut off: no directory at its end; its entries are looked for one by one",
	}
	if diff := cmp.Diff(want, got[:2]); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

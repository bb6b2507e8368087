package unpack_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/unpack"
)

// source is what a test unpacks: in place as a file would be, or as a stream.
func source(data []byte, stream bool) unpack.Source {
	src := unpack.Source{Path: "top", Reader: bytes.NewReader(data)}
	if !stream {
		src.At, src.Size = bytes.NewReader(data), int64(len(data))
	}
	return src
}

// list unpacks data and says what came, one line for each part and problem.
func list(t testing.TB, src unpack.Source, lim unpack.Limits) []string {
	t.Helper()
	got := []string{}
	for part, err := range unpack.Parts(src, lim) {
		if err != nil {
			p, ok := errors.AsType[parse.Problem](err)
			if !ok || p.Path != part.Path {
				t.Errorf("%s: %v is no problem of that path", part.Path, err)
			}
			got = append(got, part.Path+": "+p.Err.Error())
			continue
		}
		head := bytes.Clone(part.Head)
		text, err := io.ReadAll(part)
		if !bytes.HasPrefix(text, head) || len(head) < min(len(text), unpack.HeadSize) {
			t.Errorf("%s: the head is %.100q; want the first bytes of %.100q", part.Path, head, text)
		}
		got = append(got, fmt.Sprintf("%s = %s", part.Path, text))
		if err != nil {
			got[len(got)-1] += ": " + err.Error()
		}
	}
	return got
}

// check unpacks data in place and as a stream.
func check(t *testing.T, data []byte, want ...string) {
	t.Helper()
	for _, stream := range []bool{false, true} {
		if diff := cmp.Diff(want, list(t, source(data, stream), unpack.DefaultLimits())); diff != "" {
			t.Errorf("stream %v (-want +got):\n%s", stream, diff)
		}
	}
}

func TestWhatIsNoContainerIsOnePart(t *testing.T) {
	for _, text := range []string{"", "a", "PK", "BZh is no magic", "\x1f\x8b", strings.Repeat("x", 100_000)} {
		check(t, []byte(text), "top = "+text)
	}
}

func TestEveryContainerIsReadInEveryOther(t *testing.T) {
	files := []file{{"b/c.log", "first"}, {"d", ""}, {"e e", "third"}}
	for name, outer := range containers() {
		data := outer(t, files)
		var want []string
		if single(name) {
			want = []string{"top = first"}
		} else {
			want = []string{"top!b/c.log = first", "top!d = ", "top!e e = third"}
		}
		check(t, data, want...)
		for innerName, inner := range containers() {
			nested := outer(t, []file{{"in", string(inner(t, files))}, {"after", "last"}})
			want = want[:0]
			path := "top"
			if !single(name) {
				path += "!in"
			}
			if single(innerName) {
				want = append(want, path+" = first")
			} else {
				want = append(want, path+"!b/c.log = first", path+"!d = ", path+"!e e = third")
			}
			if !single(name) {
				want = append(want, "top!after = last")
			}
			t.Run(name+" of "+innerName, func(t *testing.T) { check(t, nested, want...) })
		}
	}
}

func TestThreeContainersInEachOtherAreNamedFromOutside(t *testing.T) {
	inner := gzipOf(t, []file{{"", string(tarOf(t, []file{{"c", "text"}}))}})
	check(t, zipOf(t, []file{{"b.tar.gz", string(inner)}}), "top!b.tar.gz!c = text")
}

func TestPartIsSkippedWithoutBeingRead(t *testing.T) {
	for name, pack := range containers() {
		if single(name) {
			continue
		}
		data := pack(t, []file{{"a", strings.Repeat("long", 50_000)}, {"b", "2"}, {"c", "3"}})
		for _, stream := range []bool{false, true} {
			var got []string
			for part, err := range unpack.Parts(source(data, stream), unpack.DefaultLimits()) {
				if err != nil {
					t.Fatal(err)
				}
				got = append(got, part.Path)
			}
			if diff := cmp.Diff([]string{"top!a", "top!b", "top!c"}, got); diff != "" {
				t.Errorf("%s (-want +got):\n%s", name, diff)
			}
		}
	}
}

func TestWalkEndsWhenNoMoreIsWanted(t *testing.T) {
	for name, pack := range containers() {
		n := 0
		for range unpack.Parts(source(pack(t, []file{{"a", "1"}, {"b", "2"}}), false), unpack.DefaultLimits()) {
			n++
			break
		}
		if n != 1 {
			t.Errorf("%s: %d parts after the first was enough", name, n)
		}
	}
}

func TestOfficeDocumentIsNoContainer(t *testing.T) {
	data := zipOf(t, []file{{"[Content_Types].xml", "<x/>"}, {"word/document.xml", "<y/>"}})
	check(t, data, "top = "+string(data))
}

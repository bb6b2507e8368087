package unpack_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/dwell-project/dwell/parse/unpack"
)

// TestArchivesOfOtherPrograms reads archives made by bzip2, Info-ZIP, Python and
// py7zr from the texts "first" and "second".
func TestArchivesOfOtherPrograms(t *testing.T) {
	long := strings.Repeat("first\n", 20)
	for name, want := range map[string][]string{
		"one.bz2":           {"top = first\nsecond\n"},
		"bzip2.zip":         {"top!c.log = first\n"},
		"lzma.zip":          {"top!c.log = " + long},
		"lzma2.7z":          {"top!b/c.log = " + long, "top!d e = second\n"},
		"password.zip":      {"top!c.log: password-protected: not read", "top!d = second\n"},
		"password.7z":       {"top!b/c.log: 7z: password-protected: not read", "top!d e: 7z: password-protected: not read"},
		"password_names.7z": {"top: 7z: password-protected: not read"},
	} {
		data, err := os.ReadFile(filepath.Join("testdata", name))
		if err != nil {
			t.Fatal(err)
		}
		t.Run(name, func(t *testing.T) { check(t, data, want...) })
	}
}

// TestPasswordOfStoredFileIsSuspected reads a file that was encrypted and not
// compressed: all that shows it is the checksum.
func TestPasswordOfStoredFileIsSuspected(t *testing.T) {
	data, err := os.ReadFile("testdata/password_copy.7z")
	if err != nil {
		t.Fatal(err)
	}
	got := list(t, source(data, false), unpack.DefaultLimits())
	if len(got) != 1 || !strings.HasSuffix(got[0], "changed or damaged; or it has a password") {
		t.Errorf("it gives %q", got)
	}
}

func TestReservedFlagsOfGzipAreAnError(t *testing.T) {
	plain := gzipOf(t, []file{{"", "first"}})
	flagged := bytes.Clone(plain)
	flagged[3] |= 0x20
	check(t, flagged, "top: gzip: invalid header")
	check(t, append(plain, flagged...), "top = first: gzip: invalid header")
}

func TestHalfACompressedStreamGivesItsHalf(t *testing.T) {
	text := strings.Repeat("0123456789", 1000)
	for _, name := range []string{"gzip", "xz", "zstd"} {
		data := containers()[name](t, []file{{"", text}})
		for _, n := range []int{len(data) * 3 / 4, len(data) / 2} {
			got := list(t, source(data[:n], false), unpack.DefaultLimits())
			if len(got) != 1 || !strings.HasSuffix(got[0], name+": cut off") {
				t.Errorf("%d of the %d bytes of %s give %.100q", n, len(data), name, got)
			}
		}
	}
	data := gzipOf(t, []file{{"", text}})
	check(t, data[:len(data)-1], "top = "+text+": gzip: cut off")
	check(t, data[:5], "top: gzip: cut off")
}

func TestGzipMembersFollowOneAnother(t *testing.T) {
	one, two := gzipOf(t, []file{{"", "one"}}), gzipOf(t, []file{{"", "two"}})
	both := append(bytes.Clone(one), two...)
	check(t, both, "top = onetwo")
	check(t, append(bytes.Clone(both), 0, 0, 0), "top = onetwo")
	check(t, append(bytes.Clone(both), "rest"...), "top = onetwo: gzip: what follows the compressed data is not gzip: not read")
}

func TestChangedContentIsFound(t *testing.T) {
	text := strings.Repeat("0123456789", 10)
	for name, data := range map[string][]byte{"gzip": gzipOf(t, []file{{"", text}}), "zip": sized(t, []file{{"a", text}, {"b", "2"}})} {
		data = bytes.Clone(data)
		if name == "gzip" {
			data[len(data)-8] ^= 1
			check(t, data, "top = "+text+": gzip: "+unpack.ErrChecksum.Error())
			continue
		}
		i := bytes.Index(data, []byte(text))
		data[i] = 'x'
		check(t, data, "top!a = x"+text[1:]+": zip: "+unpack.ErrChecksum.Error(), "top!b = 2")
	}
	data := sevenZipOf(t, []file{{"a", text}, {"b", "2"}})
	data[bytes.Index(data, []byte(text))] = 'x'
	check(t, data, "top!a = x"+text[1:]+": 7z: "+unpack.ErrChecksum.Error()+"; or it has a password", "top!b = 2")
}

func TestZipWithoutItsEndIsRecovered(t *testing.T) {
	files := []file{{"a", strings.Repeat("first", 100)}, {"b/c", "second"}, {"d", strings.Repeat("third", 100)}}
	for name, data := range map[string][]byte{"sizes in front": sized(t, files), "sizes behind": zipOf(t, files)} {
		t.Run(name, func(t *testing.T) {
			data, _, _ := bytes.Cut(data, []byte("PK\x01\x02"))
			check(t, data,
				"top: zip: cut off: no directory at its end; its entries are looked for one by one",
				"top!a = "+files[0].text, "top!b/c = second", "top!d = "+files[2].text)
			last := bytes.LastIndex(data, []byte("PK\x03\x04"))
			got := list(t, source(data[:last+35], true), unpack.DefaultLimits())
			want := []string{
				"top: zip: cut off: no directory at its end; its entries are looked for one by one",
				"top!a = " + files[0].text, "top!b/c = second",
			}
			if diff := cmp.Diff(want, got[:3]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			if len(got) != 4 || !strings.HasPrefix(got[3], "top!d") || !strings.HasSuffix(got[3], "zip: cut off") {
				t.Errorf("of the last entry, which is cut off: %q", got[3:])
			}
		})
	}
}

func TestZipWithoutItsBeginningKeepsItsEnd(t *testing.T) {
	data := sized(t, []file{{"a", "first"}, {"b", "second"}})
	clear(data[10:20]) // of the header in front of a: it says less than the directory
	check(t, data, "top!a = first", "top!b = second")
	data[0] = 'X' // no header at all, but then it is no zip archive by its magic either
	check(t, append([]byte("PK\x03\x04"), data...), "top!a: zip: no header at 0x4, where the directory says it is", "top!b = second")
}

func TestDamagedDirectoryIsReplacedByWhatFollows(t *testing.T) {
	data := sized(t, []file{{"a", "first"}, {"b", "second"}, {"c", "third"}})
	first := bytes.Index(data, []byte("PK\x01\x02"))
	second := first + 4 + bytes.Index(data[first+4:], []byte("PK\x01\x02"))
	data[second] = 'X'
	check(t, data,
		"top!a = first",
		"top: zip: reading entry 2 of the directory: it does not begin as one",
		"top!b = second", "top!c = third")
}

func TestZipBehindOtherBytesIsReadByItsDirectory(t *testing.T) {
	data := append([]byte("PK\x03\x04 is not how this begins"), zipOf(t, []file{{"a", "first"}})...)
	check(t, data, "top!a = first")
}

func TestArchiveWithoutFileSaysSo(t *testing.T) {
	check(t, zipOf(t, nil), "top: no file in it")
	check(t, zipOf(t, []file{{"folder/", ""}}), "top: no file in it")
	check(t, tarOfHeaders(t, []tar.Header{{Name: "folder/", Typeflag: tar.TypeDir}}, nil), "top: no file in it")
	check(t, sevenZipOf(t, nil), "top: no file in it")
}

func TestNamesThatLeadOutAreSaidAndRead(t *testing.T) {
	files := []file{{"../../etc/x", "1"}, {`..\y`, "2"}, {"/abs", "3"}, {"a..b", "4"}}
	odd := "suspicious name: it leads out of the archive; the file is read"
	want := []string{
		"top!../../etc/x: " + odd, "top!../../etc/x = 1", `top!..\y: ` + odd, `top!..\y = 2`, "top!/abs = 3", "top!a..b = 4",
	}
	check(t, zipOf(t, files), want...)
	check(t, tarOf(t, files), want...)
	check(t, sevenZipOf(t, files), want...)
}

func TestSameNameTwiceIsSaidAndBothAreRead(t *testing.T) {
	files := []file{{"a", "1"}, {"a", "2"}, {"b", "3"}, {"a", "4"}}
	want := []string{
		"top!a = 1", `top!a#2: suspicious name: entry 2 with the name "a"; it is read`, "top!a#2 = 2",
		"top!b = 3", `top!a#3: suspicious name: entry 3 with the name "a"; it is read`, "top!a#3 = 4",
	}
	check(t, zipOf(t, files), want...)
	check(t, tarOf(t, files), want...)
	check(t, sevenZipOf(t, files), want...)
}

func TestLinksAndDevicesAreSaid(t *testing.T) {
	check(t, tarOfHeaders(t, []tar.Header{
		{Name: "link", Typeflag: tar.TypeSymlink, Linkname: "/etc/shadow"},
		{Name: "hard", Typeflag: tar.TypeLink, Linkname: "a"},
		{Name: "disk", Typeflag: tar.TypeBlock},
		{Name: "tty", Typeflag: tar.TypeChar},
		{Name: "pipe", Typeflag: tar.TypeFifo},
		{Name: "a", Size: 1},
	}, []file{5: {"", "1"}}),
		"top!link: symbolic link to /etc/shadow: not read", "top!hard: hard link to a: not read",
		"top!disk: device: not read", "top!tty: device: not read", "top!pipe: named pipe: not read", "top!a = 1")
	link, fifo := zip.FileHeader{Name: "link"}, zip.FileHeader{Name: "fifo"}
	link.SetMode(os.ModeSymlink | 0o777)
	fifo.SetMode(os.ModeNamedPipe)
	check(t, zipOfHeaders(t, []zip.FileHeader{link, fifo, {Name: "a"}}, []file{{"", "/etc/shadow"}, {}, {"", "1"}}),
		"top!link: symbolic link: not read", "top!fifo: device, pipe or socket: not read", "top!a = 1")
}

func TestTarWithDamagedHeaderGoesOnAtTheNext(t *testing.T) {
	data := tarOf(t, []file{{"a", "first"}, {"b", "second"}, {"c", "third"}})
	data[1024] ^= 0xff // the header of b
	check(t, data, "top!a = first",
		"top: tar: an entry's header is damaged; what follows up to the next whole one is not read", "top!c = third")
}

func TestTarThatIsCutOffKeepsItsBeginning(t *testing.T) {
	data := tarOf(t, []file{{"a", "first"}, {"b", strings.Repeat("second", 1000)}})
	check(t, data[:2000], "top!a = first",
		"top!b = "+strings.Repeat("second", 1000)[:2000-1536]+": tar: cut off", "top: tar: cut off")
}

func TestUnknownCompressionIsSaid(t *testing.T) {
	data := sized(t, []file{{"a", "first"}, {"b", "second"}})
	i := bytes.Index(data, []byte("PK\x01\x02"))
	data[i+10] = 97
	check(t, data, "top!a: zip: compression method 97 is not known: not read", "top!b = second")
}

func TestSevenZipWithoutItsHeaderIsRefused(t *testing.T) {
	data := sevenZipOf(t, []file{{"a", "first"}})
	check(t, data[:len(data)-1], "top: 7z: reading its header: cut off")
	check(t, data[:20], "top: 7z: reading its header: cut off")
	changed := bytes.Clone(data)
	changed[len(data)-3] ^= 1
	check(t, changed, "top: 7z: reading its header: "+unpack.ErrChecksum.Error())
	changed = bytes.Clone(data)
	changed[20] ^= 1
	check(t, changed, "top: 7z: reading its header: "+unpack.ErrChecksum.Error())
}

func TestZip64IsRead(t *testing.T) {
	data := sized(t, []file{{"a", "first"}, {"b", "second"}})
	check(t, asZip64(data), "top!a = first", "top!b = second")
	check(t, append([]byte("PK\x03\x04 in front"), asZip64(data)...), "top!a = first", "top!b = second")
}

func TestNamesInCodePage437AreTurned(t *testing.T) {
	data := zipOfHeaders(t, []zip.FileHeader{{Name: "gr\x81n", NonUTF8: true}, {Name: "grün"}}, []file{{"", "1"}, {"", "2"}})
	got := list(t, source(data, false), unpack.DefaultLimits())
	if want := fmt.Sprint([]string{"top!grün = 1", `top!grün#2: suspicious name: entry 2 with the name "grün"; it is read`, "top!grün#2 = 2"}); fmt.Sprint(got) != want {
		t.Errorf("names are %q; want %q", got, want)
	}
}

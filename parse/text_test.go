package parse_test

import (
	"bytes"
	"encoding/binary"
	"io"
	"regexp"
	"testing"
	"testing/iotest"
	"unicode/utf16"

	"github.com/dwell-project/dwell/parse"
)

// slowUTF16 is [parse.Text] by the standard library.
func slowUTF16(b []byte, order binary.ByteOrder) string {
	var units []uint16
	for ; len(b) >= 2; b = b[2:] {
		units = append(units, order.Uint16(b))
	}
	if len(b) == 1 {
		units = append(units, 0xfffd)
	}
	return string(utf16.Decode(units))
}

// asciiLine is how text begins that is taken for UTF-16 without a mark.
var asciiLine = regexp.MustCompile(`^[\t\r\n -~]{4}$`)

func FuzzTextAgreesWithStandardLibrary(f *testing.F) {
	f.Add([]byte("\xff\xfea\x00\x3d\xd8\x00\xdeb\x00\x3d\xd8c\x00\x00\xdex"), 3)
	f.Add([]byte("\xfe\xff\x00a\xd8\x3d\xde\x00\x20\xac"), 1)
	f.Add([]byte("\xef\xbb\xbfplain"), 4)
	f.Add([]byte("{\x00\"\x00a\x00\"\x00:\x001\x00}\x00"), 2)
	f.Add([]byte("\x00<\x00E\x00v\x00e\x00n\x00t"), 5)
	f.Fuzz(func(t *testing.T, text []byte, size int) {
		want := string(text)
		switch {
		case bytes.HasPrefix(text, []byte("\xff\xfe")):
			want = slowUTF16(text[2:], binary.LittleEndian)
		case bytes.HasPrefix(text, []byte("\xfe\xff")):
			want = slowUTF16(text[2:], binary.BigEndian)
		case len(text) >= 8 && asciiLine.MatchString(slowUTF16(text[:8], binary.LittleEndian)):
			want = slowUTF16(text, binary.LittleEndian)
		case len(text) >= 8 && asciiLine.MatchString(slowUTF16(text[:8], binary.BigEndian)):
			want = slowUTF16(text, binary.BigEndian)
		}
		var source io.Reader = bytes.NewReader(text)
		if size%2 == 0 {
			source = iotest.OneByteReader(source)
		}
		r := parse.Text(source)
		var got []byte
		for buf := make([]byte, 1+uint(size)%9); ; {
			n, err := r.Read(buf)
			got = append(got, buf[:n]...)
			if err == io.EOF {
				break
			}
			if err != nil {
				t.Fatal(err)
			}
		}
		if string(got) != want {
			t.Errorf("Text(%q) = %q; want %q", text, got, want)
		}
	})
}

func TestTextHeadIsTheBeginningOfText(t *testing.T) {
	for text, want := range map[string]string{
		"\xff\xfe{\x00\"\x00\xac\x20": `{"€`, "\xfe\xff\x00{\x20\xac\x00": `{€`, "\xef\xbb\xbf{": "{", "{": "{", "": "", "\xff\xfe": "", "\xff": "\xff",
		"{\x00\"\x00a\x00\"\x00\xac\x20": `{"a"€`, "\x00{\x00\"\x00a\x00\"": `{"a"`, "a\x00b\x00c\x00": "a\x00b\x00c\x00",
	} {
		if got := string(parse.TextHead([]byte(text))); got != want {
			t.Errorf("TextHead(%q) = %q; want %q", text, got, want)
		}
	}
}

func TestTextHeadLeavesItsArgumentAlone(t *testing.T) {
	head := []byte("\xfe\xff\x00a")
	parse.TextHead(head)
	if string(head) != "\xfe\xff\x00a" {
		t.Errorf("head became %q", head)
	}
}

package parse

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
)

// Text returns a reader of r's text in UTF-8. Text in UTF-16, as PowerShell's
// redirection and wevtutil write it, is turned into UTF-8 without mark: offsets
// then count the bytes of the UTF-8. It has a byte order mark or begins with
// ASCII, as every log does. Everything else is passed on untouched, a mark of
// UTF-8 included.
func Text(r io.Reader) io.Reader {
	buffered := bufio.NewReaderSize(r, 64<<10)
	head, _ := buffered.Peek(2 * asciiStart)
	order, mark := utf16Order(head)
	if order == nil {
		return buffered
	}
	_, _ = buffered.Discard(mark) // what was peeked at cannot fail
	return &utf16Reader{r: buffered, swap: order == binary.BigEndian}
}

// TextHead returns the first bytes of a source as [Text] would give them,
// without the mark of UTF-8.
func TextHead(head []byte) []byte {
	if order, mark := utf16Order(head); order != nil {
		head = head[mark:]
		if order == binary.BigEndian {
			head = swapPairs(head)
		}
		return event.AppendUTF16(nil, head)
	}
	if len(head) >= 3 && string(head[:3]) == "\xef\xbb\xbf" {
		return head[3:]
	}
	return head
}

// asciiStart is how many characters text in UTF-16 without a byte order mark is
// told by. ASCII never has a NUL at every other place.
const asciiStart = 4

// utf16Order returns the byte order of text in UTF-16 and the length of its
// mark, nil if it is none.
func utf16Order(head []byte) (order binary.ByteOrder, mark int) {
	switch {
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return binary.LittleEndian, 2
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return binary.BigEndian, 2
	case isWideASCII(head, 0):
		return binary.LittleEndian, 0
	case isWideASCII(head, 1):
		return binary.BigEndian, 0
	default:
		return nil, 0
	}
}

// isWideASCII says whether text begins with ASCII in units of two bytes, of
// which the one at place low has the character.
func isWideASCII(head []byte, low int) bool {
	if len(head) < 2*asciiStart {
		return false
	}
	for i := 0; i < 2*asciiStart; i += 2 {
		if c := head[i+low]; head[i+1-low] != 0 || c >= 0x7f || c < ' ' && c != '\t' && c != '\r' && c != '\n' {
			return false
		}
	}
	return true
}

func swapPairs(b []byte) []byte {
	swapped := make([]byte, len(b)&^1)
	for i := 0; i < len(swapped); i += 2 {
		swapped[i], swapped[i+1] = b[i+1], b[i]
	}
	return swapped
}

// utf16Reader turns UTF-16 into UTF-8. A lone surrogate becomes U+FFFD, and so
// does an odd last byte.
type utf16Reader struct {
	r    io.Reader
	swap bool   // big-endian
	in   []byte // read, and not yet turned: less than a character
	out  []byte // turned, and not yet taken
	buf  []byte // holds out
	end  error
}

// utf16Chunk is how much is turned at a time, in bytes.
const utf16Chunk = 32 << 10

// Read implements [io.Reader].
func (u *utf16Reader) Read(p []byte) (int, error) {
	for len(u.out) == 0 {
		if err := u.end; err != nil {
			if errors.Is(err, ErrPause) {
				u.end = nil
			}
			return 0, err
		}
		if len(p) == 0 {
			return 0, nil
		}
		u.fill()
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	return n, nil
}

// fill turns the next chunk.
func (u *utf16Reader) fill() {
	held := len(u.in)
	if u.in == nil {
		u.in = make([]byte, 0, utf16Chunk)
	}
	n, err := u.r.Read(u.in[held:cap(u.in)])
	u.in, u.end = u.in[:held+n], err
	whole := len(u.in) &^ 1
	if u.swap {
		for i := held &^ 1; i < whole; i += 2 {
			u.in[i], u.in[i+1] = u.in[i+1], u.in[i]
		}
	}
	ended := u.end != nil && !errors.Is(u.end, ErrPause)
	if whole > 0 && !ended && u.in[whole-1]&0xfc == 0xd8 {
		whole -= 2 // the other half of the character may follow
	}
	u.buf = event.AppendUTF16(u.buf[:0], u.in[:whole])
	if ended && whole < len(u.in) {
		u.buf = utf8.AppendRune(u.buf, utf8.RuneError)
	}
	u.out = u.buf
	u.in = u.in[:copy(u.in, u.in[whole:])]
}

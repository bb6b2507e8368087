package parse

import (
	"bufio"
	"encoding/binary"
	"io"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
)

// Text returns a reader of r's text in UTF-8. Text in UTF-16 with a byte order
// mark, as PowerShell's redirection and wevtutil write it, is turned into UTF-8
// without mark: offsets then count the bytes of the UTF-8. Everything else is
// passed on untouched, a mark of UTF-8 included.
func Text(r io.Reader) io.Reader {
	buffered := bufio.NewReaderSize(r, 64<<10)
	head, _ := buffered.Peek(2)
	order := utf16Order(head)
	if order == nil {
		return buffered
	}
	_, _ = buffered.Discard(2) // what was peeked at cannot fail
	return &utf16Reader{r: buffered, order: order}
}

// TextHead returns the first bytes of a source as [Text] would give them,
// without the mark of UTF-8.
func TextHead(head []byte) []byte {
	if order := utf16Order(head); order != nil {
		if order == binary.BigEndian {
			head = swapPairs(head)
		}
		return event.AppendUTF16(nil, head[2:])
	}
	if len(head) >= 3 && string(head[:3]) == "\xef\xbb\xbf" {
		return head[3:]
	}
	return head
}

func utf16Order(head []byte) binary.ByteOrder {
	switch {
	case len(head) < 2:
		return nil
	case head[0] == 0xff && head[1] == 0xfe:
		return binary.LittleEndian
	case head[0] == 0xfe && head[1] == 0xff:
		return binary.BigEndian
	default:
		return nil
	}
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
	r     *bufio.Reader
	order binary.ByteOrder
	out   []byte // what the last caller had no room for
	buf   [4 * utf8.UTFMax]byte
}

// Read implements [io.Reader].
func (u *utf16Reader) Read(p []byte) (int, error) {
	if len(p) == 0 {
		return 0, nil
	}
	n := copy(p, u.out)
	u.out = u.out[n:]
	for len(p)-n >= utf8.UTFMax || n == 0 {
		r, err := u.rune()
		if err != nil {
			if n > 0 {
				return n, nil
			}
			return 0, err
		}
		if len(p)-n >= utf8.UTFMax {
			n += utf8.EncodeRune(p[n:], r)
			continue
		}
		u.out = utf8.AppendRune(u.buf[:0], r)
		m := copy(p[n:], u.out)
		u.out = u.out[m:]
		return n + m, nil
	}
	return n, nil
}

func (u *utf16Reader) rune() (rune, error) {
	unit, err := u.unit()
	if err != nil || !utf16.IsSurrogate(unit) {
		return unit, err
	}
	next, _ := u.r.Peek(2)
	if len(next) == 2 {
		if full := utf16.DecodeRune(unit, rune(u.order.Uint16(next))); full != utf8.RuneError {
			_, _ = u.r.Discard(2) // what was peeked at cannot fail
			return full, nil
		}
	}
	return utf8.RuneError, nil
}

func (u *utf16Reader) unit() (rune, error) {
	var b [2]byte
	switch _, err := io.ReadFull(u.r, b[:]); err {
	case nil:
		return rune(u.order.Uint16(b[:])), nil
	case io.ErrUnexpectedEOF:
		return utf8.RuneError, nil
	default:
		return 0, err
	}
}

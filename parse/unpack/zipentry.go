package unpack

import (
	"bufio"
	"compress/bzip2"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"github.com/klauspost/compress/flate"
	"github.com/ulikunitz/xz/lzma"
)

// The compression methods of a zip archive (APPNOTE.TXT 6.3.10, section 4.4.5).
const (
	methodStored    = 0
	methodDeflate   = 8
	methodDeflate64 = 9
	methodBzip2     = 12
	methodLZMA      = 14
	methodZstd      = 93
	methodXZ        = 95
	methodAES       = 99
)

// expand returns a reader of an entry's content; done frees it.
func (e *zipEntry) expand(stored io.Reader) (content io.Reader, done func(), err error) {
	nothing := func() {}
	switch e.method {
	case methodStored:
		return stored, nothing, nil
	case methodDeflate:
		return flate.NewReader(byteReader(stored)), nothing, nil
	case methodBzip2:
		return bzip2.NewReader(stored), nothing, nil
	case methodLZMA:
		r, err := e.lzma(stored)
		return r, nothing, err
	case methodZstd:
		return decompress(stored, Zstd)
	case methodXZ:
		return decompress(stored, XZ)
	case methodAES:
		return nil, nil, fmt.Errorf("%w: not read", ErrEncrypted)
	default:
		return nil, nil, fmt.Errorf("compression method %d is not known: not read", e.method)
	}
}

// byteReader returns r with ReadByte, so that no decoder reads further than it
// has to.
func byteReader(r io.Reader) io.Reader {
	if _, ok := r.(io.ByteReader); ok {
		return r
	}
	return bufio.NewReaderSize(r, 32<<10)
}

// lzma returns a reader of LZMA data as zip archives have them: behind a header
// of their own, without the size.
func (e *zipEntry) lzma(stored io.Reader) (io.Reader, error) {
	var own [9]byte // version, size of the properties, properties
	if _, err := io.ReadFull(stored, own[:]); err != nil {
		return nil, err
	}
	if n := binary.LittleEndian.Uint16(own[2:]); n != 5 {
		return nil, fmt.Errorf("LZMA properties of %d bytes", n)
	}
	if window := binary.LittleEndian.Uint32(own[5:]); window > maxWindow {
		return nil, errWindow
	}
	size := int64(-1)
	if e.flags&flagEndMark == 0 && !e.unsized {
		size = e.size
	}
	header := binary.LittleEndian.AppendUint64(append([]byte{}, own[4:]...), uint64(size))
	return lzma.NewReader(io.MultiReader(strings.NewReader(string(header)), stored))
}

// errWindow reports compressed data whose decoder would need too much memory.
var errWindow = fmt.Errorf("%w: it needs a window of more than %d MiB; unpack it first", ErrLimit, maxWindow>>20)

// zipName returns an entry's name. Without the mark of UTF-8 it is in code page
// 437 by the standard, and in UTF-8 with many writers.
func zipName(raw []byte, flags uint16) string {
	if flags&flagUTF8 != 0 || utf8.Valid(raw) {
		return strings.ToValidUTF8(string(raw), "\ufffd")
	}
	high := []rune(codePage437)
	name := make([]rune, len(raw))
	for i, b := range raw {
		name[i] = rune(b)
		if b >= 0x80 {
			name[i] = high[b-0x80]
		}
	}
	return string(name)
}

// codePage437 are the characters 0x80 to 0xff.
const codePage437 = "ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒáíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐" +
	"└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0"

package unpack

import (
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"io"
)

// recover yields the files from a place on by the headers in front of them. It
// says why first, if that was not said.
func (z *zipWalk) recover(from int64, why error) bool {
	if why != nil && !z.refuse(z.it.path, z.it.size, &fault{Zip, why}) {
		return false
	}
	for {
		e, ok := z.nextLocal(from)
		if !ok {
			return z.endArchive(z.it, z.names)
		}
		var goOn bool
		if from, goOn = z.recovered(&e); !goOn {
			return false
		}
	}
}

// recovered yields an entry and returns where to look for the next one.
func (z *zipWalk) recovered(e *zipEntry) (next int64, goOn bool) {
	end := e.data + e.stored
	if e.isFolder() {
		return e.data, true
	}
	if !e.unsized {
		return min(end, z.it.size), z.file(e, io.NewSectionReader(z.it.at, e.data, e.stored), nil)
	}
	if e.method != methodDeflate || e.flags&flagEncrypted != 0 {
		// Where the data end is known only by what follows them.
		end = z.findSignature(e.data, "PK")
		e.stored, e.size = end-e.data, end-e.data
		return end, z.file(e, io.NewSectionReader(z.it.at, e.data, e.stored), nil)
	}
	in := &byteCounter{r: bufio.NewReaderSize(io.NewSectionReader(z.it.at, e.data, z.it.size-e.data), 32<<10)}
	if !z.file(e, in, nil) {
		return 0, false
	}
	return e.data + in.n, true
}

// byteCounter counts what is read, byte by byte, so that it knows where
// compressed data end.
type byteCounter struct {
	r *bufio.Reader
	n int64
}

// Read implements [io.Reader].
func (c *byteCounter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	return n, err
}

// ReadByte implements [io.ByteReader].
func (c *byteCounter) ReadByte() (byte, error) {
	b, err := c.r.ReadByte()
	if err == nil {
		c.n++
	}
	return b, err
}

// nextLocal finds the next header of an entry that makes sense.
func (z *zipWalk) nextLocal(from int64) (zipEntry, bool) {
	for {
		from = z.findSignature(from, "PK\x03\x04")
		if from >= z.it.size {
			return zipEntry{}, false
		}
		if e, ok := z.readLocal(from); ok {
			return e, true
		}
		from++
	}
}

// readLocal reads the header of an entry in front of its data.
func (z *zipWalk) readLocal(place int64) (e zipEntry, ok bool) {
	var b [localHeaderSize]byte
	if n, _ := z.it.at.ReadAt(b[:], place); n < len(b) {
		return e, false
	}
	nameSize, extraSize := int(binary.LittleEndian.Uint16(b[26:])), int(binary.LittleEndian.Uint16(b[28:]))
	rest := make([]byte, nameSize+extraSize)
	if n, _ := z.it.at.ReadAt(rest, place+localHeaderSize); n < len(rest) || nameSize == 0 || bytes.IndexByte(rest[:nameSize], 0) >= 0 {
		return e, false
	}
	e = zipEntry{
		flags: binary.LittleEndian.Uint16(b[6:]), method: binary.LittleEndian.Uint16(b[8:]),
		crc:    binary.LittleEndian.Uint32(b[14:]),
		stored: int64(binary.LittleEndian.Uint32(b[18:])), size: int64(binary.LittleEndian.Uint32(b[22:])),
		header: place, data: place + localHeaderSize + int64(len(rest)),
	}
	e.name = zipName(rest[:nameSize], e.flags)
	if b[4] > 63 || e.method > methodAES {
		return e, false
	}
	if err := e.readExtra(rest[nameSize:], &e.size, &e.stored); err != nil {
		return e, false
	}
	e.unsized = e.flags&flagDescriptor != 0 && e.stored == 0
	return e, true
}

// findSignature returns the place of the next structure that begins with magic,
// the end of the archive if there is none. For "PK" it must be one of those that
// stand behind data.
func (z *zipWalk) findSignature(from int64, magic string) int64 {
	const chunk = 64 << 10
	buf := make([]byte, chunk+3) // a signature may stand across two chunks
	for from < z.it.size {
		n, err := z.it.at.ReadAt(buf[:min(int64(len(buf)), z.it.size-from)], from)
		for i := 0; i+4 <= n; {
			at := bytes.Index(buf[i:n], []byte(magic))
			if at < 0 || i+at+4 > n {
				break
			}
			if i += at; standsBehindData(buf[i+2], buf[i+3]) {
				return from + int64(i)
			}
			i++
		}
		if n < len(buf) || err != nil && !errors.Is(err, io.EOF) {
			break
		}
		from += chunk
	}
	return z.it.size
}

// standsBehindData says whether a signature PK a b is that of a header, a
// descriptor or the directory.
func standsBehindData(a, b byte) bool {
	return a == 3 && b == 4 || a == 7 && b == 8 || a == 1 && b == 2 || a == 5 && b == 6
}

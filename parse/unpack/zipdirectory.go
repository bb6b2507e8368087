package unpack

import (
	"bufio"
	"encoding/binary"
	"errors"
	"io"
)

// entries reads the directory of a zip archive, entry by entry.
type entries struct {
	in    *countingReader
	ahead *bufio.Reader // what in reads
	dir   directoryPlace
}

// entries returns the directory's entries. What the record at the end says of
// the size may be wrong: it bounds nothing.
func (z *zipWalk) entries(d directoryPlace) *entries {
	ahead := bufio.NewReaderSize(io.NewSectionReader(z.it.at, d.start, z.it.size-d.start), 64<<10)
	return &entries{in: &countingReader{r: ahead}, ahead: ahead, dir: d}
}

// place is where the next entry is.
func (e *entries) place() int64 { return e.dir.start + e.in.n }

// more says whether there is one more entry, or should be.
func (e *entries) more() bool {
	if e.place() < e.dir.end {
		return true
	}
	signature, _ := e.ahead.Peek(4)
	return len(signature) == 4 && binary.LittleEndian.Uint32(signature) == directorySignature
}

// next reads the next entry.
func (e *entries) next() (zipEntry, error) {
	one, err := readDirectoryEntry(e.in)
	one.header += e.dir.base
	return one, err
}

// readDirectoryEntry reads one entry of the directory.
func readDirectoryEntry(r io.Reader) (zipEntry, error) {
	var b [directoryHeaderSize]byte
	if _, err := io.ReadFull(r, b[:]); err != nil {
		return zipEntry{}, cutOff(err)
	}
	if binary.LittleEndian.Uint32(b[:]) != directorySignature {
		return zipEntry{}, errors.New("it does not begin as one")
	}
	nameSize := int(binary.LittleEndian.Uint16(b[28:]))
	extraSize := int(binary.LittleEndian.Uint16(b[30:]))
	commentSize := int(binary.LittleEndian.Uint16(b[32:]))
	rest := make([]byte, nameSize+extraSize+commentSize)
	if _, err := io.ReadFull(r, rest); err != nil {
		return zipEntry{}, cutOff(err)
	}
	e := zipEntry{
		flags: binary.LittleEndian.Uint16(b[8:]), method: binary.LittleEndian.Uint16(b[10:]),
		crc:    binary.LittleEndian.Uint32(b[16:]),
		stored: int64(binary.LittleEndian.Uint32(b[20:])), size: int64(binary.LittleEndian.Uint32(b[24:])),
		header:     int64(binary.LittleEndian.Uint32(b[42:])),
		attributes: binary.LittleEndian.Uint32(b[38:]),
		unix:       b[5] == 3 || b[5] == 19, // made on Unix or macOS
		split:      binary.LittleEndian.Uint16(b[34:]) != 0 && binary.LittleEndian.Uint16(b[34:]) != 1<<16-1,
	}
	e.name = zipName(rest[:nameSize], e.flags)
	e.fault = e.readExtra(rest[nameSize:nameSize+extraSize], &e.size, &e.stored, &e.header)
	return e, nil
}

// readExtra reads what is in the extra field: the sizes that do not fit into
// the header, in the order given.
func (e *zipEntry) readExtra(extra []byte, large ...*int64) error {
	const zip64 = 1
	for len(extra) >= 4 {
		kind, n := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		extra = extra[4:]
		if n > len(extra) {
			break // what follows is padding
		}
		field := extra[:n]
		extra = extra[n:]
		if kind != zip64 {
			continue
		}
		for _, v := range large {
			if *v != 1<<32-1 {
				continue
			}
			if len(field) < 8 {
				return errors.New("its zip64 field is too short")
			}
			size := int64(binary.LittleEndian.Uint64(field))
			field = field[8:]
			if *v = max(size, 0); size < 0 {
				return errors.New("a size in its zip64 field is too large")
			}
		}
	}
	return nil
}

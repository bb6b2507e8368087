package unpack

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"strings"
)

// The signatures and sizes of a zip archive's structures (APPNOTE.TXT 6.3.10,
// section 4.3).
const (
	localSignature     = 0x04034b50
	directorySignature = 0x02014b50
	endSignature       = 0x06054b50
	end64Signature     = 0x06064b50
	locatorSignature   = 0x07064b50

	localHeaderSize     = 30
	directoryHeaderSize = 46
	endSize             = 22
	end64Size           = 56
	locatorSize         = 20

	maxComment = 1<<16 - 1
)

// errNoDirectory reports a zip archive that ends without its directory.
var errNoDirectory = errors.New("no directory at its end")

// zipEntry is what a zip archive says of an entry.
type zipEntry struct {
	name          string
	flags, method uint16
	crc           uint32
	stored, size  int64 // in bytes, compressed and expanded
	header        int64 // where its local header is
	data          int64 // where its data are, once that is known
	attributes    uint32
	unix          bool  // attributes hold a Unix mode
	split         bool  // it is in another volume
	fault         error // what is wrong with what it says, if it can be read on
	unsized       bool  // crc, stored and size stand behind the data
}

// flags of an entry.
const (
	flagEncrypted  = 1 << 0
	flagEndMark    = 1 << 1 // LZMA: the data end with a mark
	flagDescriptor = 1 << 3 // sizes stand behind the data
	flagUTF8       = 1 << 11
)

// zip yields the files of a zip archive in the order of its directory. Where
// there is none, or where it is damaged, what follows is looked for by the
// header in front of each entry.
func (w *walk) zip(it item) bool {
	z := &zipWalk{walk: w, it: it, names: newNames()}
	dir, err := findDirectory(it.at, it.size)
	if err != nil {
		return z.recover(0, fmt.Errorf("%w: %w; its entries are looked for one by one", ErrCutOff, err))
	}
	return z.directory(dir)
}

// zipWalk is the reading of one zip archive.
type zipWalk struct {
	*walk
	it    item
	names *names
	last  int64 // where the last entry that was seen in the directory ends
	base  int64 // what was put in front of the archive, in bytes
}

// directoryPlace says where the directory is.
type directoryPlace struct {
	start, end int64
	base       int64
	entries    uint64
}

// findDirectory finds the directory by the record behind it.
func findDirectory(at io.ReaderAt, size int64) (directoryPlace, error) {
	tail := make([]byte, min(size, endSize+maxComment))
	from := size - int64(len(tail))
	if n, err := at.ReadAt(tail, from); n < len(tail) {
		return directoryPlace{}, fmt.Errorf("reading its end: %w", err)
	}
	for i := len(tail) - endSize; i >= 0; i-- {
		if binary.LittleEndian.Uint32(tail[i:]) != endSignature {
			continue
		}
		comment := int(binary.LittleEndian.Uint16(tail[i+20:]))
		if i+endSize+comment > len(tail) {
			continue
		}
		return readEnd(at, tail[i:], from+int64(i))
	}
	return directoryPlace{}, errNoDirectory
}

// readEnd reads the record behind the directory, which is at place end.
func readEnd(at io.ReaderAt, b []byte, end int64) (directoryPlace, error) {
	entries := uint64(binary.LittleEndian.Uint16(b[10:]))
	size := uint64(binary.LittleEndian.Uint32(b[12:]))
	start := uint64(binary.LittleEndian.Uint32(b[16:]))
	if entries == 1<<16-1 || size == 1<<32-1 || start == 1<<32-1 {
		if b64, place, ok := readEnd64(at, end); ok {
			entries = binary.LittleEndian.Uint64(b64[32:])
			size = binary.LittleEndian.Uint64(b64[40:])
			start = binary.LittleEndian.Uint64(b64[48:])
			end = place
		}
	}
	// A base below zero says that bytes are missing in front.
	d := directoryPlace{start: end - int64(size), end: end, entries: entries}
	d.base = d.start - int64(start)
	switch {
	case beginsDirectory(at, d.start):
		return d, nil
	case beginsDirectory(at, int64(start)): // the size is wrong
		return directoryPlace{start: int64(start), end: end, entries: entries}, nil
	case size == 0 && entries == 0:
		return d, nil
	default:
		return directoryPlace{}, errNoDirectory
	}
}

// beginsDirectory says whether an entry of a directory is at the place.
func beginsDirectory(at io.ReaderAt, place int64) bool {
	var b [4]byte
	if place < 0 {
		return false
	}
	n, _ := at.ReadAt(b[:], place)
	return n == len(b) && binary.LittleEndian.Uint32(b[:]) == directorySignature
}

// readEnd64 reads the zip64 form of the record, whose locator is before the
// other.
func readEnd64(at io.ReaderAt, end int64) (b []byte, place int64, ok bool) {
	locator := make([]byte, locatorSize)
	if _, err := at.ReadAt(locator, end-locatorSize); err != nil || binary.LittleEndian.Uint32(locator) != locatorSignature {
		return nil, 0, false
	}
	b = make([]byte, end64Size)
	// What was put in front of the archive shifts the place that the locator has.
	for _, place := range [...]int64{int64(binary.LittleEndian.Uint64(locator[8:])), end - locatorSize - end64Size} {
		if place < 0 {
			continue
		}
		if _, err := at.ReadAt(b, place); err == nil && binary.LittleEndian.Uint32(b) == end64Signature {
			return b, place, true
		}
	}
	return nil, 0, false
}

// directory yields the files that the directory lists.
func (z *zipWalk) directory(d directoryPlace) bool {
	z.base = d.base
	z.it.hosts = z.hosts(d)
	entries := z.entries(d)
	for n := 1; entries.more(); n++ {
		place := entries.place()
		e, err := entries.next()
		if err != nil {
			return z.refuse(z.it.path, place, &fault{Zip, fmt.Errorf("reading entry %d of the directory: %w", n, err)}) &&
				z.recover(z.last, nil)
		}
		if !z.listed(&e) {
			return false
		}
	}
	return z.endArchive(z.it, z.names)
}

// listed yields an entry of the directory.
func (z *zipWalk) listed(e *zipEntry) bool {
	if e.isFolder() {
		return true
	}
	err := z.findData(e)
	if err == nil && e.fault != nil {
		err = &fault{Zip, e.fault}
	}
	if err != nil && e.split {
		err = errors.New("in another volume of a split archive: not read")
	}
	z.last = max(z.last, e.data+e.stored)
	if err != nil {
		return z.file(e, nil, err)
	}
	return z.file(e, io.NewSectionReader(z.it.at, e.data, e.stored), nil)
}

// findData finds an entry's data behind its local header.
func (z *zipWalk) findData(e *zipEntry) error {
	var b [localHeaderSize]byte
	e.data = e.header
	if n, err := z.it.at.ReadAt(b[:], e.header); n < len(b) {
		return &fault{Zip, fmt.Errorf("reading its header at 0x%x: %w", e.header, cutOff(err))}
	}
	if binary.LittleEndian.Uint32(b[:]) != localSignature {
		return &fault{Zip, fmt.Errorf("no header at 0x%x, where the directory says it is", e.header)}
	}
	e.data = e.header + localHeaderSize + int64(binary.LittleEndian.Uint16(b[26:])) + int64(binary.LittleEndian.Uint16(b[28:]))
	return nil
}

// file yields a file whose data are in stored.
func (z *zipWalk) file(e *zipEntry, stored io.Reader, err error) bool {
	if !z.budget.entry() {
		return z.withinLimits(z.it.path)
	}
	name, doubt := z.names.see(e.name)
	if doubt != nil && !z.refuse(z.it.path+Separator+name, e.header, doubt) {
		return false
	}
	switch {
	case err != nil:
	case e.flags&flagEncrypted != 0:
		err = fmt.Errorf("%w: not read", ErrEncrypted)
	case e.unix && e.attributes>>16&unixType == unixLink:
		err = errors.New("symbolic link: not read")
	case e.unix && e.attributes>>16&unixType != unixFile && e.attributes>>16&unixType != 0:
		err = errors.New("device, pipe or socket: not read")
	}
	if err != nil {
		return z.entry(z.it, name, nil, err)
	}
	content, done, err := e.expand(stored)
	if err != nil {
		return z.entry(z.it, name, nil, layerError(Zip, err))
	}
	defer done()
	if !e.unsized {
		content = &checkedReader{r: content, size: e.size, crc: e.crc}
	}
	return z.entry(z.it, name, &layerReader{r: content, kind: Zip}, nil)
}

// The type of a file in a Unix mode.
const (
	unixType = 0o170000
	unixFile = 0o100000
	unixLink = 0o120000
)

func (e *zipEntry) isFolder() bool {
	return strings.HasSuffix(e.name, "/") || e.size == 0 && strings.HasSuffix(e.name, `\`)
}

// cutOff returns the error for a place where more was expected.
func cutOff(err error) error {
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		return ErrCutOff
	}
	return err
}

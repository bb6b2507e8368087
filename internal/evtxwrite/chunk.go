package evtxwrite

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"maps"
)

// Sizes of the format, in bytes.
const (
	headerSize  = 4096
	chunkSize   = 64 << 10
	chunkHeader = 512
	nameTable   = 128 // where the 64 heads of the name lists are
	defTable    = 384 // where the 32 heads of the template lists are
)

var errFull = errors.New("the chunk is full")

// chunk is a chunk being written. Names and templates are written where they
// are first used and referred to by offset afterwards.
type chunk struct {
	buf   []byte
	names map[string]uint32
	defs  map[string]uint32
	err   error

	firstID, lastID uint64
	firstNum        uint64 // record numbers count through the file from 1
	n               int
	last            int // offset of the last record
}

func newChunk(firstNum uint64) *chunk {
	return &chunk{
		buf:   make([]byte, chunkHeader, chunkSize),
		names: map[string]uint32{}, defs: map[string]uint32{}, firstNum: firstNum,
	}
}

func (c *chunk) u8(v byte)    { c.buf = append(c.buf, v) }
func (c *chunk) u16(v uint16) { c.buf = binary.LittleEndian.AppendUint16(c.buf, v) }
func (c *chunk) u32(v uint32) { c.buf = binary.LittleEndian.AppendUint32(c.buf, v) }
func (c *chunk) u64(v uint64) { c.buf = binary.LittleEndian.AppendUint64(c.buf, v) }

func (c *chunk) pos() uint32 { return uint32(len(c.buf)) }

func (c *chunk) set32(at int, v uint32) { binary.LittleEndian.PutUint32(c.buf[at:], v) }

func (c *chunk) fail(format string, args ...any) {
	if c.err == nil {
		c.err = fmt.Errorf(format, args...)
	}
}

// add writes a record; errFull says that it belongs into the next chunk. After
// an error the chunk is as it was.
func (c *chunk) add(r *Record, root *Element) error {
	before, names, defs := len(c.buf), maps.Clone(c.names), maps.Clone(c.defs)
	head := [chunkHeader]byte(c.buf)
	c.buf = append(c.buf, "\x2a\x2a\x00\x00\x00\x00\x00\x00"...)
	c.u64(r.ID)
	c.u64(fileTime(r.Time))
	c.fragment()
	if r.Bare {
		c.element(root, &layout{bare: true})
	} else {
		c.instance(root)
	}
	c.u8(0)
	for len(c.buf)%8 != 4 {
		c.u8(0)
	}
	size := len(c.buf) - before + 4
	c.u32(uint32(size))
	c.set32(before+4, uint32(size))
	err := c.err
	if err == nil && len(c.buf) > chunkSize {
		err = errFull
	}
	if err != nil {
		c.buf, c.names, c.defs, c.err = c.buf[:before], names, defs, nil
		copy(c.buf, head[:])
		return err
	}
	if c.n++; c.n == 1 {
		c.firstID = r.ID
	}
	c.lastID, c.last = r.ID, before
	return nil
}

func (c *chunk) fragment() { c.buf = append(c.buf, 0x0f, 0x01, 0x01, 0x00) }

// name writes a reference to a name, and the name if it is new: offset of the
// next in its list, hash, length, UTF-16 units, NUL.
func (c *chunk) name(s string) {
	if at, ok := c.names[s]; ok {
		c.u32(at)
		return
	}
	at := c.pos() + 4
	c.u32(at)
	c.names[s] = at
	units := encodeUTF16(s)
	if len(units) > 2*0xffff {
		c.fail("name of %d bytes is too long", len(s))
		return
	}
	var h uint32
	for i := 0; i < len(units); i += 2 {
		h = h*65599 + uint32(binary.LittleEndian.Uint16(units[i:]))
	}
	slot := nameTable + 4*int(uint16(h)%64)
	c.u32(binary.LittleEndian.Uint32(c.buf[slot:]))
	c.set32(slot, at)
	c.u16(uint16(h))
	c.u16(uint16(len(units) / 2))
	c.buf = append(c.buf, units...)
	c.u16(0)
}

// bytes completes the chunk with its header and checksums.
func (c *chunk) bytes() []byte {
	b := c.buf
	used := len(b)
	copy(b, "ElfChnk\x00")
	binary.LittleEndian.PutUint64(b[8:], c.firstNum)
	binary.LittleEndian.PutUint64(b[16:], c.firstNum+uint64(c.n)-1)
	binary.LittleEndian.PutUint64(b[24:], c.firstID)
	binary.LittleEndian.PutUint64(b[32:], c.lastID)
	binary.LittleEndian.PutUint32(b[40:], 128)
	binary.LittleEndian.PutUint32(b[44:], uint32(c.last))
	binary.LittleEndian.PutUint32(b[48:], uint32(used))
	binary.LittleEndian.PutUint32(b[52:], crc32.ChecksumIEEE(b[chunkHeader:used]))
	sum := crc32.ChecksumIEEE(b[:120])
	binary.LittleEndian.PutUint32(b[124:], crc32.Update(sum, crc32.IEEETable, b[128:chunkHeader]))
	return append(b, make([]byte, chunkSize-used)...)
}

// guidOf makes a template's GUID of its shape.
func guidOf(shape string) [16]byte {
	sum := sha256.Sum256([]byte(shape))
	return [16]byte(sum[:])
}

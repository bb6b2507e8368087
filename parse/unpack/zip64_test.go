package unpack_test

import (
	"bytes"
	"encoding/binary"
)

// asZip64 returns a small zip archive in the form of a large one: the places of
// the entries and the record at the end are in 64 bits.
func asZip64(data []byte) []byte {
	start := bytes.Index(data, []byte("PK\x01\x02"))
	end := bytes.LastIndex(data, []byte("PK\x05\x06"))
	entries := uint64(binary.LittleEndian.Uint16(data[end+10:]))
	out := bytes.Clone(data[:start])
	for at := start; at < end; {
		h := bytes.Clone(data[at : at+46])
		name, extra := int(binary.LittleEndian.Uint16(h[28:])), int(binary.LittleEndian.Uint16(h[30:]))
		field := binary.LittleEndian.AppendUint16(nil, 1)
		field = binary.LittleEndian.AppendUint16(field, 24)
		for _, i := range []int{24, 20, 42} {
			field = binary.LittleEndian.AppendUint64(field, uint64(binary.LittleEndian.Uint32(h[i:])))
			binary.LittleEndian.PutUint32(h[i:], 1<<32-1)
		}
		binary.LittleEndian.PutUint16(h[30:], uint16(len(field)))
		out = append(append(append(out, h...), data[at+46:at+46+name]...), field...)
		at += 46 + name + extra
	}
	size, place := uint64(len(out)-start), uint64(len(out))
	out = binary.LittleEndian.AppendUint64(append(out, "PK\x06\x06"...), 44)
	out = append(out, 45, 3, 45, 0, 0, 0, 0, 0, 0, 0, 0, 0)
	for _, v := range []uint64{entries, entries, size, uint64(start)} {
		out = binary.LittleEndian.AppendUint64(out, v)
	}
	out = append(append(out, "PK\x06\x07"...), 0, 0, 0, 0)
	out = append(binary.LittleEndian.AppendUint64(out, place), 1, 0, 0, 0)
	out = append(append(out, "PK\x05\x06"...), 0, 0, 0, 0)
	return append(out, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00\x00"...)
}

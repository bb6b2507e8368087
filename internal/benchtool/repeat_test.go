package main

import (
	"bytes"
	"encoding/binary"
	"hash/crc32"
	"testing"
)

func TestRepeatChunksKeepsTheHeaderTrue(t *testing.T) {
	data := bytes.Repeat([]byte{7}, fileHeaderBytes+2*chunkBytes)
	data[fileHeaderBytes] = 1
	var out bytes.Buffer
	if err := repeatChunks(&out, data, 3); err != nil {
		t.Fatal(err)
	}
	got := out.Bytes()
	if len(got) != fileHeaderBytes+6*chunkBytes {
		t.Fatalf("%d bytes; want a header and 6 chunks", len(got))
	}
	if n := binary.LittleEndian.Uint16(got[42:]); n != 6 {
		t.Errorf("the header counts %d chunks; want 6", n)
	}
	if n := binary.LittleEndian.Uint64(got[16:]); n != 5 {
		t.Errorf("the last chunk is %d; want 5", n)
	}
	if sum := binary.LittleEndian.Uint32(got[124:]); sum != crc32.ChecksumIEEE(got[:120]) {
		t.Errorf("the checksum of the header is %x", sum)
	}
	for i := range 3 {
		if part := got[fileHeaderBytes+2*i*chunkBytes:][:2*chunkBytes]; !bytes.Equal(part, data[fileHeaderBytes:]) {
			t.Errorf("copy %d of the chunks differs", i)
		}
	}
	if err := repeatChunks(&out, data[:len(data)-1], 1); err == nil {
		t.Error("half a chunk gives no error")
	}
}

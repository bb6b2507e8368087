package main

import (
	"encoding/binary"
	"fmt"
	"hash/crc32"
	"io"
	"os"
)

// The layout of an EVTX file, as far as repeating its chunks needs it.
const (
	fileHeaderBytes = 4096
	chunkBytes      = 65536

	lastChunkAt  = 16  // 8 bytes: number of the last chunk
	chunkCountAt = 42  // 2 bytes: how many chunks there are
	headerCRCAt  = 124 // 4 bytes: CRC-32 of the 120 bytes before the flags
	headerCRCEnd = 120
)

// makeRepeated writes the joined file with its chunks over and over, until it
// has about as many events as there are JSON lines.
func makeRepeated(o options, in *inputs) error {
	data, err := os.ReadFile(in.Joined)
	if err != nil {
		return err
	}
	times := (o.events + in.JoinedEvents - 1) / in.JoinedEvents
	in.RepeatedEvents = times * in.JoinedEvents
	return writeFile(in.Repeated, func(w io.Writer) error { return repeatChunks(w, data, times) })
}

// repeatChunks writes an EVTX file with the chunks of another so many times.
func repeatChunks(w io.Writer, data []byte, times int) error {
	if len(data) < fileHeaderBytes || (len(data)-fileHeaderBytes)%chunkBytes != 0 {
		return fmt.Errorf("repeating chunks: %d bytes are not a header and whole chunks", len(data))
	}
	header, chunks := append([]byte(nil), data[:fileHeaderBytes]...), data[fileHeaderBytes:]
	n := uint64(len(chunks) / chunkBytes * times)
	binary.LittleEndian.PutUint64(header[lastChunkAt:], max(n, 1)-1)
	// A greater number than fits is what Windows never writes; readers go by
	// the length of the file then.
	binary.LittleEndian.PutUint16(header[chunkCountAt:], uint16(min(n, 0xffff)))
	binary.LittleEndian.PutUint32(header[headerCRCAt:], crc32.ChecksumIEEE(header[:headerCRCEnd]))
	if _, err := w.Write(header); err != nil {
		return err
	}
	for range times {
		if _, err := w.Write(chunks); err != nil {
			return err
		}
	}
	return nil
}

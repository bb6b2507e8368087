// Package evtxwrite writes Windows event logs: the samples that the project
// ships and the logs its tests read. What it writes is a valid file, with
// checksums, name lists and templates, in the layout of Joachim Metz, "Windows
// XML Event Log (EVTX)"; it is no logging library.
//
//	var log evtxwrite.Log
//	err := log.Add(evtxwrite.Record{
//		Time: t, Channel: "Security", Provider: "Microsoft-Windows-Security-Auditing",
//		EventID: 4688, Computer: "WS-07.example", UserSID: "S-1-5-18",
//		Data: []evtxwrite.Data{{Name: "NewProcessName", Value: evtxwrite.String(`C:\Windows\cmd.exe`)}},
//	})
//	_, err = log.WriteTo(file)
package evtxwrite

import (
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"slices"
)

// Log is an event log in memory; the zero value is empty.
type Log struct {
	full   [][]byte // chunks completed
	chunk  *chunk
	lastID uint64
	n      uint64 // records written
}

// Add appends a record. It fails if the record holds what the format cannot,
// or is larger than a chunk; the log is then as it was.
func (l *Log) Add(r Record) error {
	if r.ID == 0 {
		r.ID = l.lastID + 1
	}
	root, err := r.root()
	if err != nil {
		return fmt.Errorf("writing event record %d: %w", r.ID, err)
	}
	if l.chunk == nil {
		l.chunk = newChunk(l.n + 1)
	}
	err = l.chunk.add(&r, root)
	if errors.Is(err, errFull) && l.chunk.n > 0 {
		l.flush()
		err = l.chunk.add(&r, root)
	}
	if err != nil {
		return fmt.Errorf("writing event record %d: %w", r.ID, err)
	}
	l.lastID = r.ID
	l.n++
	return nil
}

// flush completes the chunk and begins the next.
func (l *Log) flush() {
	l.full = append(l.full, l.chunk.bytes())
	l.chunk = newChunk(l.n + 1)
}

// NextChunk begins a new chunk, so that a test can say which records share one.
func (l *Log) NextChunk() {
	if l.chunk != nil && l.chunk.n > 0 {
		l.flush()
	}
}

// Bytes returns the log as a file.
func (l *Log) Bytes() []byte {
	chunks := l.full
	if l.chunk != nil && l.chunk.n > 0 {
		last := *l.chunk
		last.buf = append([]byte(nil), last.buf...)
		chunks = append(slices.Clip(chunks), last.bytes())
	}
	out := l.header(len(chunks))
	for _, c := range chunks {
		out = append(out, c...)
	}
	return out
}

// WriteTo writes the log as a file.
func (l *Log) WriteTo(w io.Writer) (int64, error) {
	n, err := w.Write(l.Bytes())
	return int64(n), err
}

// header makes the file header.
func (l *Log) header(chunks int) []byte {
	h := make([]byte, headerSize)
	copy(h, "ElfFile\x00")
	binary.LittleEndian.PutUint64(h[16:], uint64(max(chunks-1, 0)))
	binary.LittleEndian.PutUint64(h[24:], l.lastID+1)
	binary.LittleEndian.PutUint32(h[32:], 128)
	binary.LittleEndian.PutUint16(h[36:], 1) // version 3.1
	binary.LittleEndian.PutUint16(h[38:], 3)
	binary.LittleEndian.PutUint16(h[40:], headerSize)
	binary.LittleEndian.PutUint16(h[42:], uint16(chunks))
	binary.LittleEndian.PutUint32(h[124:], crc32.ChecksumIEEE(h[:120]))
	return h
}

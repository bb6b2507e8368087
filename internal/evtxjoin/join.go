// Package evtxjoin joins the chunks of many Windows event logs into one file
// for benchmarks: a log as full as those of a busy machine, made of what small
// samples there are.
package evtxjoin

import (
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash/crc32"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Sizes of the format, in bytes: see package evtx.
const (
	headerSize  = 4096
	chunkSize   = 64 << 10
	chunkHeader = 512
	maxChunks   = 1<<16 - 1 // the file header counts in 16 bits
)

// Joined says what a joined file holds.
type Joined struct {
	Files  int // event logs found
	Chunks int // chunks written
	Bytes  int64
}

// Join walks root for files called *.evtx, in lexical order, and writes the
// chunks whose checksums hold and that are used to at least the given part
// (0 to 1), each once, to a new file at path. Chunks are copied as they are;
// each carries its own record numbers, so the file's are not in order.
func Join(root, path string, full float64) (j Joined, err error) {
	out, err := os.Create(path)
	if err != nil {
		return j, fmt.Errorf("joining event logs: %w", err)
	}
	defer func() { err = errors.Join(err, out.Close()) }()
	w := joiner{out: out, full: full, seen: map[[32]byte]bool{}}
	if _, err := out.Write(make([]byte, headerSize)); err != nil {
		return j, fmt.Errorf("joining event logs: %w", err)
	}
	err = filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.EqualFold(filepath.Ext(path), ".evtx") {
			return err
		}
		return w.file(path)
	})
	if err != nil {
		return w.joined, fmt.Errorf("joining event logs: %w", err)
	}
	w.joined.Bytes = headerSize + int64(w.joined.Chunks)*chunkSize
	if _, err := out.WriteAt(w.header(), 0); err != nil {
		return w.joined, fmt.Errorf("joining event logs: %w", err)
	}
	return w.joined, nil
}

type joiner struct {
	out    io.Writer
	full   float64
	seen   map[[32]byte]bool
	joined Joined
	last   uint64 // highest record id
}

// file appends the good chunks of one log.
func (w *joiner) file(path string) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	w.joined.Files++
	for at := headerSize; at+chunkSize <= len(data); at += chunkSize {
		chunk := data[at : at+chunkSize]
		sum := sha256.Sum256(chunk)
		if w.seen[sum] || !w.isFull(chunk) || w.joined.Chunks == maxChunks {
			continue
		}
		w.seen[sum] = true
		w.joined.Chunks++
		w.last = max(w.last, binary.LittleEndian.Uint64(chunk[32:]))
		if _, err := w.out.Write(chunk); err != nil {
			return err
		}
	}
	return nil
}

// isFull checks signature and checksums of a chunk, and how much of it is used.
func (w *joiner) isFull(chunk []byte) bool {
	used := int(binary.LittleEndian.Uint32(chunk[48:]))
	if string(chunk[:8]) != "ElfChnk\x00" || used < chunkHeader || used > chunkSize {
		return false
	}
	if float64(used) < w.full*chunkSize {
		return false
	}
	header := crc32.ChecksumIEEE(chunk[:120])
	header = crc32.Update(header, crc32.IEEETable, chunk[128:chunkHeader])
	return header == binary.LittleEndian.Uint32(chunk[124:]) &&
		crc32.ChecksumIEEE(chunk[chunkHeader:used]) == binary.LittleEndian.Uint32(chunk[52:])
}

// header makes the file header.
func (w *joiner) header() []byte {
	h := make([]byte, headerSize)
	copy(h, "ElfFile\x00")
	binary.LittleEndian.PutUint64(h[16:], uint64(max(w.joined.Chunks-1, 0)))
	binary.LittleEndian.PutUint64(h[24:], w.last+1)
	binary.LittleEndian.PutUint32(h[32:], 128)
	binary.LittleEndian.PutUint16(h[36:], 1) // version 3.1
	binary.LittleEndian.PutUint16(h[38:], 3)
	binary.LittleEndian.PutUint16(h[40:], headerSize)
	binary.LittleEndian.PutUint16(h[42:], uint16(w.joined.Chunks))
	binary.LittleEndian.PutUint32(h[124:], crc32.ChecksumIEEE(h[:120]))
	return h
}

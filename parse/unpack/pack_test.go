package unpack_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"encoding/binary"
	"hash/crc32"
	"io"
	"testing"
	"unicode/utf16"

	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// file is what a test puts into a container.
type file struct{ name, text string }

// containers are the writers of containers by name. Those of one stream take
// the first file only.
func containers() map[string]func(testing.TB, []file) []byte {
	return map[string]func(testing.TB, []file) []byte{
		"gzip": gzipOf, "xz": xzOf, "zstd": zstdOf,
		"tar": tarOf, "zip": zipOf, "7z": sevenZipOf,
	}
}

func single(container string) bool {
	return container == "gzip" || container == "xz" || container == "zstd"
}

func must(t testing.TB, errs ...error) {
	t.Helper()
	for _, err := range errs {
		if err != nil {
			t.Fatal(err)
		}
	}
}

// compressed writes the first file through a compressor.
func compressed(t testing.TB, files []file, open func(io.Writer) (io.WriteCloser, error)) []byte {
	t.Helper()
	var b bytes.Buffer
	w, err := open(&b)
	must(t, err)
	_, err = io.WriteString(w, files[0].text)
	must(t, err, w.Close())
	return b.Bytes()
}

func gzipOf(t testing.TB, files []file) []byte {
	return compressed(t, files, func(w io.Writer) (io.WriteCloser, error) { return gzip.NewWriter(w), nil })
}

func xzOf(t testing.TB, files []file) []byte {
	return compressed(t, files, func(w io.Writer) (io.WriteCloser, error) { return xz.WriterConfig{DictCap: 4096}.NewWriter(w) })
}

func zstdOf(t testing.TB, files []file) []byte {
	return compressed(t, files, func(w io.Writer) (io.WriteCloser, error) { return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1)) })
}

func tarOf(t testing.TB, files []file) []byte {
	t.Helper()
	headers := make([]tar.Header, len(files))
	for i, f := range files {
		headers[i] = tar.Header{Name: f.name, Mode: 0o600, Size: int64(len(f.text))}
	}
	return tarOfHeaders(t, headers, files)
}

func tarOfHeaders(t testing.TB, headers []tar.Header, files []file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := range headers {
		must(t, w.WriteHeader(&headers[i]))
		if headers[i].Size > 0 {
			_, err := io.WriteString(w, files[i].text)
			must(t, err)
		}
	}
	must(t, w.Close())
	return b.Bytes()
}

func zipOf(t testing.TB, files []file) []byte {
	t.Helper()
	headers := make([]zip.FileHeader, len(files))
	for i, f := range files {
		headers[i] = zip.FileHeader{Name: f.name, Method: zip.Deflate}
	}
	return zipOfHeaders(t, headers, files)
}

func zipOfHeaders(t testing.TB, headers []zip.FileHeader, files []file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := range headers {
		out, err := w.CreateHeader(&headers[i])
		must(t, err)
		if files[i].text != "" {
			_, err = io.WriteString(out, files[i].text)
			must(t, err)
		}
	}
	must(t, w.Close())
	return b.Bytes()
}

// sized returns a zip whose headers in front of the data have sizes and
// checksums, as most writers but Go's make them.
func sized(t testing.TB, files []file) []byte {
	t.Helper()
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		h := zip.FileHeader{
			Name: f.name, CRC32: crc32.ChecksumIEEE([]byte(f.text)),
			CompressedSize64: uint64(len(f.text)), UncompressedSize64: uint64(len(f.text)),
		}
		out, err := w.CreateRaw(&h)
		must(t, err)
		_, err = io.WriteString(out, f.text)
		must(t, err)
	}
	must(t, w.Close())
	return b.Bytes()
}

// sevenZipOf returns a 7z archive whose files are stored as they are, one after
// another in one stream (7zFormat.txt of the LZMA SDK).
func sevenZipOf(t testing.TB, files []file) []byte {
	t.Helper()
	var packed []byte
	var full []file // those with content: the others have no stream
	var empty []bool
	for _, f := range files {
		packed = append(packed, f.text...)
		empty = append(empty, f.text == "")
		if f.text != "" {
			full = append(full, f)
		}
	}
	header := []byte{0x01} // Header
	if len(full) > 0 {
		header = append(header, 0x04)                                                  // MainStreamsInfo
		header = append(header, 0x06, 0x00, 0x01, 0x09)                                // PackInfo: at 0, one stream; Size
		header = append(appendNumber(header, uint64(len(packed))), 0x00)               // End
		header = append(header, 0x07, 0x0b, 0x01, 0x00, 0x01, 0x01, 0x00)              // UnpackInfo: one folder, one coder, Copy
		header = append(appendNumber(append(header, 0x0c), uint64(len(packed))), 0x00) // CodersUnpackSize; End
		header = appendNumber(append(header, 0x08, 0x0d), uint64(len(full)))           // SubStreamsInfo: NumUnpackStream
		if len(full) > 1 {
			header = append(header, 0x09) // Size, of all but the last
			for _, f := range full[:len(full)-1] {
				header = appendNumber(header, uint64(len(f.text)))
			}
		}
		header = append(header, 0x0a, 0x01) // CRC, all defined
		for _, f := range full {
			header = binary.LittleEndian.AppendUint32(header, crc32.ChecksumIEEE([]byte(f.text)))
		}
		header = append(header, 0x00, 0x00) // End of SubStreamsInfo, of MainStreamsInfo
	}
	header = appendFilesInfo(header, files, empty)
	header = append(header, 0x00)
	if len(files) == 0 {
		header = nil
	}

	start := binary.LittleEndian.AppendUint64(nil, uint64(len(packed)))
	start = binary.LittleEndian.AppendUint64(start, uint64(len(header)))
	start = binary.LittleEndian.AppendUint32(start, crc32.ChecksumIEEE(header))
	out := binary.LittleEndian.AppendUint32([]byte("7z\xbc\xaf\x27\x1c\x00\x04"), crc32.ChecksumIEEE(start))
	return append(append(append(out, start...), packed...), header...)
}

func appendFilesInfo(header []byte, files []file, empty []bool) []byte {
	header = appendNumber(append(header, 0x05), uint64(len(files)))
	bits := make([]byte, (len(files)+7)/8)
	some := false
	for i, e := range empty {
		if e {
			bits[i/8] |= 0x80 >> (i % 8)
			some = true
		}
	}
	if some {
		header = append(appendNumber(append(header, 0x0e), uint64(len(bits))), bits...) // EmptyStream
		header = append(header, 0x0f, 0x01, 0xff)                                       // EmptyFile, all of them
	}
	names := []byte{0x00} // not external
	for _, f := range files {
		for _, u := range append(utf16.Encode([]rune(f.name)), 0) {
			names = binary.LittleEndian.AppendUint16(names, u)
		}
	}
	return append(append(appendNumber(append(header, 0x11), uint64(len(names))), names...), 0x00)
}

// appendNumber appends a number as 7z writes it: as many leading ones in the
// first byte as bytes follow.
func appendNumber(dst []byte, v uint64) []byte {
	if v < 0x80 {
		return append(dst, byte(v))
	}
	return binary.LittleEndian.AppendUint64(append(dst, 0xff), v)
}

package unpack

import (
	"bytes"
	"strconv"
	"strings"
)

// Kind is a kind of container.
type Kind uint8

// The kinds of container.
const (
	Plain Kind = iota // no container
	Gzip
	Bzip2
	XZ
	Zstd
	Tar
	Zip
	SevenZip
)

// String returns the kind's name.
func (k Kind) String() string {
	return [...]string{"plain", "gzip", "bzip2", "xz", "zstd", "tar", "zip", "7z"}[k]
}

// Recognise returns the kind of container that begins with head, of which at
// least 512 bytes are needed for the oldest tar archives.
//
// Office documents and Java archives are zip archives by their magic, but no
// containers of logs: they are Plain.
func Recognise(head []byte) Kind {
	has := func(magic string) bool { return bytes.HasPrefix(head, []byte(magic)) }
	switch {
	case has("\x1f\x8b\x08"):
		return Gzip
	case len(head) >= 10 && has("BZh") && (string(head[4:10]) == "1AY&SY" || string(head[4:10]) == "\x17\x72\x45\x38\x50\x90"):
		return Bzip2
	case has("\xfd7zXZ\x00"):
		return XZ
	case has("\x28\xb5\x2f\xfd"), len(head) >= 4 && head[0]&0xf0 == 0x50 && string(head[1:4]) == "\x2a\x4d\x18":
		return Zstd
	case has("7z\xbc\xaf\x27\x1c"):
		return SevenZip
	case has("PK\x03\x04"):
		if isDocument(head) {
			return Plain
		}
		return Zip
	case has("PK\x05\x06"), has("PK\x06\x06"), has("PK00PK\x03\x04"), has("PK\x07\x08PK\x03\x04"):
		return Zip
	case len(head) >= tarBlock && isTarHeader(head[:tarBlock]):
		return Tar
	default:
		return Plain
	}
}

// isDocument says whether a zip archive is an office document, a book or a
// program, by the name of its first entry.
func isDocument(head []byte) bool {
	if len(head) < localHeaderSize {
		return false
	}
	end := localHeaderSize + int(head[26]) + int(head[27])<<8
	name := string(head[localHeaderSize:min(end, len(head))])
	return name == "[Content_Types].xml" || name == "mimetype" || strings.HasPrefix(name, "META-INF/")
}

// tarBlock is the size of a tar header, in bytes.
const tarBlock = 512

// isTarHeader says whether a block is the header of an entry: its checksum is
// the sum of its bytes, those of the checksum taken as blanks (POSIX.1-1988,
// 10.1.1); some writers summed signed bytes.
func isTarHeader(block []byte) bool {
	field := strings.Trim(string(block[148:156]), " \x00")
	want, err := strconv.ParseInt(field, 8, 64)
	if err != nil || want == 0 {
		return false
	}
	var unsigned, signed int64
	for i, b := range block {
		if i >= 148 && i < 156 {
			b = ' '
		}
		unsigned += int64(b)
		signed += int64(int8(b))
	}
	return want == unsigned || want == signed
}

package ioc

import (
	"bytes"
	"errors"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/dwell-project/dwell/detect/ioc/openioc"
)

type fileForm uint8

const (
	formText fileForm = iota
	formCSV
	formJSON
	formOpenIOC
)

// decodeText returns the text as UTF-8 without a byte order mark; spreadsheets
// write UTF-16 too. Bytes that are no text are refused.
func decodeText(data []byte) ([]byte, error) {
	switch {
	case bytes.HasPrefix(data, []byte("\xef\xbb\xbf")):
		data = data[3:]
	case bytes.HasPrefix(data, []byte("\xff\xfe")), bytes.HasPrefix(data, []byte("\xfe\xff")):
		units := make([]uint16, 0, len(data)/2)
		big := data[0] == 0xfe
		for i := 2; i+1 < len(data); i += 2 {
			lo, hi := data[i], data[i+1]
			if big {
				lo, hi = hi, lo
			}
			units = append(units, uint16(lo)|uint16(hi)<<8)
		}
		data = []byte(string(utf16.Decode(units)))
	}
	if bytes.IndexByte(data, 0) >= 0 {
		return nil, errors.New("this is no text")
	}
	return data, nil
}

// form tells the form of a file by its first lines that are no comments.
func form(text []byte) fileForm {
	trimmed := bytes.TrimLeft(text, " \t\r\n")
	if len(trimmed) > 0 && (trimmed[0] == '{' || trimmed[0] == '[' && opensList(trimmed[1:])) {
		return formJSON
	}
	if openioc.Is(text) {
		return formOpenIOC
	}
	if delimiter(text) != 0 {
		return formCSV
	}
	return formText
}

// opensList says whether what follows "[" is a JSON list: "[2001:db8::1]" is
// none.
func opensList(rest []byte) bool {
	rest = bytes.TrimLeft(rest, " \t\r\n")
	return len(rest) == 0 || rest[0] == '{' || rest[0] == ']' || rest[0] == '"'
}

// sampleLines is how many lines decide on the form of a file.
const sampleLines = 20

// delimiter returns what separates the cells of a CSV file, 0 if it is none.
func delimiter(text []byte) rune {
	var lines []string
	for line := range bytes.Lines(text[:min(len(text), 1<<16)]) {
		s := strings.TrimSpace(string(line))
		if s == "" || isComment(s) || !utf8.ValidString(s) {
			continue
		}
		if lines = append(lines, s); len(lines) == sampleLines {
			break
		}
	}
	for _, d := range []rune{',', ';', '\t', '|'} {
		if separates(lines, d) {
			return d
		}
	}
	return 0
}

// separates says whether d cuts the lines into cells: a header that is known,
// or most lines into as many cells as the first, one of them an indicator.
func separates(lines []string, d rune) bool {
	if len(lines) == 0 || !strings.ContainsRune(lines[0], d) {
		return false
	}
	first := strings.Split(lines[0], string(d))
	if columns, ok := header(first); ok && columns.value >= 0 {
		return true
	}
	same, found := 0, 0
	for _, line := range lines {
		cells := strings.Split(line, string(d))
		if len(cells) == len(first) {
			same++
		}
		for _, cell := range cells {
			if t, _ := guess(strings.Trim(cell, `" `)); t != Unknown {
				found++
				break
			}
		}
	}
	// A URL may have commas in it: alone, it is no row.
	if t, _ := guess(lines[0]); t == URL {
		return false
	}
	return 2*same > len(lines) && 2*found > len(lines)
}

func isComment(line string) bool {
	return strings.HasPrefix(line, "#") || strings.HasPrefix(line, "//") || strings.HasPrefix(line, ";")
}

package csvlog

import (
	"bytes"
	"encoding/csv"
	"errors"
	"io"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// FuzzCellsAgreeWithEncodingCSV holds the cutting of records and cells against
// the standard library's reader.
func FuzzCellsAgreeWithEncodingCSV(f *testing.F) {
	for _, s := range []string{
		"a,b\n1,2\n", "a,\"b\nc\",d\n", "a,\"x\"\"y\",\"\"\n", "a,b\"c,d\n", "\"a\" ,b\n", "\"open,b\nc,d\n", "a;\"b;c\";d\r\n1;2;3\r\n",
		"\"\"\n", "\"a\"\r\n\"b\"\r\n", "x\r\n", "\n\n1,2\n", ",,\n", "\"a\"b\",c\n", "\"a\"\"\n", "\r", "\"\r\n\"",
	} {
		f.Add(s, byte(','))
		f.Add(s, byte(';'))
	}
	f.Fuzz(func(t *testing.T, text string, delimiter byte) {
		// A lone carriage return ends nothing here; encoding/csv drops one at
		// the very end and turns "\r\n" within quotes into "\n".
		if strings.Contains(text, "\r") || !strings.ContainsRune(",;|\t", rune(delimiter)) {
			t.Skip()
		}
		var got [][]string
		var c Cells
		for at := 0; at < len(text); {
			end, _ := RecordEnd([]byte(text), at, delimiter)
			if end <= at {
				t.Fatalf("RecordEnd(%q, %d) = %d", text, at, end)
			}
			if record := TrimEnd([]byte(text[at:end])); len(record) > 0 {
				var cells []string
				for _, cell := range c.Split(bytes.Clone(record), delimiter) {
					cells = append(cells, string(cell))
				}
				got = append(got, cells)
			}
			at = end
		}
		want, unclosed := readAll(t, text, rune(delimiter))
		if unclosed {
			got, want = got[:len(got)-1], want[:len(want)-1]
		}
		if diff := cmp.Diff(want, got); diff != "" && len(want)+len(got) > 0 {
			t.Errorf("%q: cells differ (-encoding/csv +ours):\n%s", text, diff)
		}
	})
}

// readAll reads the records of a text with encoding/csv. unclosed says that the
// last one ends inside quotes, where the two differ in what they make of a line
// end that is the last byte.
func readAll(t *testing.T, text string, delimiter rune) (records [][]string, unclosed bool) {
	r := csv.NewReader(strings.NewReader(text))
	r.Comma, r.LazyQuotes, r.FieldsPerRecord = delimiter, true, -1
	for {
		record, err := r.Read()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("encoding/csv: %v", err)
		}
		records = append(records, record)
	}
	at := 0
	for at < len(text) {
		end, ok := RecordEnd([]byte(text), at, byte(delimiter))
		if _, closed := lineCells([]byte(text), at, byte(delimiter)); !ok && !closed {
			return records, true
		}
		at = end
	}
	return records, false
}

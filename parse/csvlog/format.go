package csvlog

import (
	"bytes"
	"fmt"
	"io"
	"unicode/utf8"

	"github.com/dwell-project/dwell/event"
	"github.com/dwell-project/dwell/parse"
	"github.com/dwell-project/dwell/parse/blocks"
)

// Format is the [parse.Format] of tables. Its zero value is ready.
type Format struct{}

// Name returns "csv".
func (Format) Name() string { return "csv" }

// minColumns is how many columns a table has at least to be told from prose.
const minColumns = 3

// Recognise is sure of a table whose columns it knows, and rather sure of any
// whose first line looks like names and whose rows have as many cells as that
// has names.
func (Format) Recognise(head []byte) (confidence float64, reason string) {
	text := parse.TextHead(head)
	t, at := readTable(text)
	if t == nil || !t.plausible() {
		return 0, "no line of column names"
	}
	rows := 0
	var cells Cells
	for at < len(text) {
		end, whole := RecordEnd(text, at, t.delimiter)
		if !whole && len(head) >= minHead {
			break // the row goes beyond the head
		}
		row := TrimEnd(text[at:end])
		at = end
		if len(row) == 0 {
			continue
		}
		if n := len(cells.Split(row, t.delimiter)); n != len(t.columns) {
			return 0, fmt.Sprintf("row %d has %d cells for %d columns", rows+1, n, len(t.columns))
		}
		rows++
	}
	switch known := t.kind().dataset != Name; {
	case known:
		return 0.9, "has the columns of " + t.kind().dataset
	case len(t.columns) < minColumns || rows == 0:
		return 0.3, "may be a table"
	default:
		return min(0.6+0.05*float64(rows), 0.8), fmt.Sprintf("has %d columns in each of %d rows", len(t.columns), rows)
	}
}

// minHead is how long a head must be for a row to go beyond it.
const minHead = 4 << 10

// Name is the schema and the dataset of a table that is not known.
const Name = "csv"

// plausible says whether a table's names look like names: none empty but the
// last, none a number, a date or an assignment.
func (t *table) plausible() bool {
	seen := map[string]bool{}
	for _, name := range t.columns {
		if seen[name] || !looksLikeName(name) {
			return false
		}
		seen[name] = true
	}
	return len(t.columns) >= 2
}

func looksLikeName(s string) bool {
	if s == "" || len(s) > 80 || !utf8.ValidString(s) {
		return false
	}
	if c := s[0]; c-'0' <= 9 || bytes.IndexByte([]byte("{[<\"-*"), c) >= 0 {
		return false
	}
	for i := 1; i < len(s); i++ {
		if s[i-1] == ':' && s[i]-'0' <= 9 { // a time of day
			return false
		}
	}
	for _, c := range s {
		if c < ' ' || c == '=' || c == '"' || c == '<' || c == '{' {
			return false
		}
	}
	return true
}

// Split implements [parse.Format].
func (Format) Split(r io.Reader, src *event.Source) parse.Splitter {
	return blocks.New(r, src, &rules{}, blocks.DefaultSizes())
}

// NewDecoder implements [parse.Format].
func (Format) NewDecoder(names *event.Names) parse.Decoder { return newDecoder(names) }

// rules cut a table after its last whole row.
type rules struct {
	delimiter byte
	head      []byte
}

// Start implements [blocks.Rules]: the first record is the first row.
func (r *rules) Start(head []byte) []byte {
	t, at := readTable(head)
	if t == nil {
		return TrimEnd(head[:lineEnd(head, 0)])
	}
	r.delimiter = t.delimiter
	r.head = bytes.Clone(head[:at])
	if at == len(head) {
		return TrimEnd(head)
	}
	end, _ := RecordEnd(head, at, t.delimiter)
	return TrimEnd(head[at:end])
}

// Cut implements [blocks.Rules].
func (r *rules) Cut(data []byte, _, hasty bool) int {
	last := bytes.LastIndexByte(data, '\n') + 1
	if hasty || bytes.IndexByte(data[:last], '"') < 0 {
		return last
	}
	cut := 0
	for cut < len(data) {
		end, ok := RecordEnd(data, cut, r.delimiter)
		if !ok {
			break
		}
		cut = end
	}
	return cut
}

// Pass implements [blocks.Headed].
func (r *rules) Pass([]byte) []byte { return r.head }

func lineEnd(data []byte, at int) int {
	if n := bytes.IndexByte(data[at:], '\n'); n >= 0 {
		return at + n + 1
	}
	return len(data)
}

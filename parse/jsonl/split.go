package jsonl

import "bytes"

// rules cut JSON text; see [blocks.Rules]. A source that has its first object
// on one line is cut before a line that begins like that one; any other by
// following strings and brackets, unless a record seems to have no end.
type rules struct {
	byLine bool
	mark   []byte // line end and what stands before and at the first {
	cutter cutter
	skip   int // how much of the first block is the beginning of an envelope
	head   []byte
}

func newRules() *rules { return &rules{mark: []byte("\n{")} }

// Start implements [blocks.Rules].
func (r *rules) Start(head []byte) []byte {
	if open := len(head) - len(bytes.TrimLeft(head, " \t\r\n[,")); open < len(head) && head[open] == '{' {
		if n := envelope(head[open:]); n > 0 {
			r.skip = open + n
			r.head = bytes.Clone(head[open:r.skip])
		}
	}
	at, first := firstRecord(head[r.skip:])
	at += r.skip
	if len(first) == 0 || first[0] != '{' {
		return first
	}
	after := bytes.TrimLeft(head[at+len(first):], " \t\r,]")
	r.byLine = bytes.IndexByte(first, '\n') < 0 && (len(after) == 0 || after[0] == '\n')
	line := bytes.LastIndexByte(head[:at], '\n') + 1
	if indent := head[line:at]; len(bytes.TrimLeft(indent, " \t")) == 0 {
		r.mark = append(append([]byte{'\n'}, indent...), '{')
	}
	return first
}

// firstRecord returns the first record of data and its place; data up to its end
// if the record does not end there.
func firstRecord(data []byte) (int, []byte) {
	text := bytes.TrimLeft(data, " \t\r\n[],")
	if len(text) > 0 && text[0] == '{' {
		at := len(data) - len(text)
		var c cutter
		if n := c.first(text); n > 0 {
			text = text[:n]
		}
		return at, text
	}
	line, _, _ := bytes.Cut(bytes.TrimSpace(data), []byte{'\n'})
	return bytes.Index(data, line), bytes.TrimRight(line, "\r")
}

// Cut implements [blocks.Rules].
func (r *rules) Cut(data []byte, again, hasty bool) int {
	if !again {
		r.cutter, r.skip = cutter{at: r.skip}, 0
	}
	if r.byLine {
		if n := bytes.LastIndex(data, r.mark); n >= 0 {
			return n + 1
		}
	}
	cut := r.cutter.cut(data)
	if cut == 0 && hasty {
		cut = bytes.LastIndex(data, r.mark) + 1
	}
	return cut
}

// Pass implements [blocks.Headed]: records in an envelope are so up to the end
// of the source.
func (r *rules) Pass([]byte) []byte { return r.head }

// End implements [blocks.Ending].
func (r *rules) End(data []byte) int {
	r.cutter = cutter{}
	n := r.cutter.cut(data)
	if len(bytes.Trim(data[:n], " \t\r\n[],")) == 0 {
		return 0 // what stands before the first record is no record
	}
	return n
}
